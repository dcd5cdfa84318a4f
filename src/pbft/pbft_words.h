/* Lines and words of a hostile text, for pbft_parse.c. */
#ifndef PBFT_PBFT_WORDS_H
#define PBFT_PBFT_WORDS_H

#include "pbft/pbft_batch.h"

/* What is left to read. */
struct pbft_cursor {
    const char *at, *end;
};

/* The next line, without its newline. false: there is none. */
bool pbft_next_line(struct pbft_cursor *c, struct pbft_cursor *line);

/* Cuts so many lines from c. false: fewer are there. */
bool pbft_cut_lines(struct pbft_cursor *c, uint64_t lines, struct pbft_cursor *out);

/* The line's next word, which one space ends unless it is the last. false: there is none. */
bool pbft_next_word(struct pbft_cursor *line, struct pbft_cursor *word);

bool pbft_is_word(const struct pbft_cursor *word, const char *text);

/* Each reads the line's next word: a number; a node's name, which is added if it is new; yes or no;
 * a digest, of which - is the null request's. 0, or -1 and *f: FAULT_RULE, or trouble. */
int pbft_get_number(struct pbft_cursor *line, uint64_t *out, struct fault *f);
int pbft_get_node(struct pbft_cursor *line, struct node_names *names, uint32_t *out,
                  struct fault *f);
int pbft_get_flag(struct pbft_cursor *line, bool *out, struct fault *f);
int pbft_get_digest(struct pbft_cursor *line, struct pbft_digest *out, struct fault *f);

#endif
