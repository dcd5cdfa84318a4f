/* The text of items (struct engine_type, item_parse): lines of words, one space between them. It is
 * hostile, and may end anywhere. */
#ifndef CONSENSUS_ITEM_TEXT_H
#define CONSENSUS_ITEM_TEXT_H

#include "consensus/engine.h"

/* What is left to read: of a text, of a line without its newline, or a word. */
struct item_text {
    const char *at, *end;
};

/* The next line, without its newline. false: there is none, or it is cut short. */
bool item_line(struct item_text *text, struct item_text *line);

/* The next so many lines, with their newlines. false: there are fewer. */
bool item_lines(struct item_text *text, uint64_t count, struct item_text *lines);

/* The line's next word. false: there is none, or more than one space before or after it, or one at
 * the line's end. */
bool item_word(struct item_text *line, struct item_text *word);

bool item_is(const struct item_text *word, const char *text);

/* The line's next word as a number (base/num.h). false: it is none. */
bool item_number(struct item_text *line, uint64_t *out);

/* A word NAME:SERIAL, with a serial from 1. The name is added if it is new. 0, or -1 and *f: a rule
 * that begins with `engine`, or trouble. */
int item_id(const struct item_text *word, struct node_names *names, const char *engine,
            struct proposal_id *id, struct fault *f);

#endif
