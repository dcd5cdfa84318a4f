/* For bft_parse*.c alone: words of a hostile text. */
#ifndef BFT_BFT_PARSE_H
#define BFT_BFT_PARSE_H

#include "bft/bft_item.h"

/* What is left to read. */
struct bft_cursor {
    const char *at, *end;
};

/* The next line, without its newline; the line's next word, which one space ends unless it is the
 * last; a number of at most `most`. false: there is none. */
bool bft_next_line(struct bft_cursor *c, struct bft_cursor *line);
bool bft_next_word(struct bft_cursor *line, struct bft_cursor *word);
bool bft_next_number(struct bft_cursor *line, int64_t most, int64_t *out);
bool bft_is_word(const struct bft_cursor *word, const char *text);

/* Each 0, or -1 and *f. A height is from 1; a proposal is its signed words, without what follows;
 * a vote is a line, which is added to *x. */
int bft_parse_height(struct bft_cursor *line, uint64_t *out, struct fault *f);
int bft_parse_proposal(struct bft_cursor *line, struct bft_vote *v, struct node_names *names,
                       struct fault *f);
int bft_parse_vote(struct bft_cursor *c, struct bft_item *x, struct node_names *names,
                   struct fault *f);

#endif
