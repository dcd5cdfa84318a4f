/* The rule and grant lines of a genesis block (block(5), "Genesis"): a chain's whole
 * configuration. */
#ifndef RECORD_RULES_H
#define RECORD_RULES_H

#include "base/buf.h"
#include "record/field.h"

struct rules {
    char name[TEXT_FORM_MAX + 1]; /* in its text form, with a NUL */
    int64_t spacing, halflife, reward, halving, maxblock, minfee;
    unsigned seen; /* the rules read so far; only rules.c looks at it */
};

/* Parses one rule line that line_check let through into *r (all zero before the first). 0, or -1
 * and a rule. */
int rules_read(struct rules *r, const char *line, size_t len, struct fault *f);

/* Whether every rule was given. 0, or -1 and a fault that names a missing one. */
int rules_complete(const struct rules *r, struct fault *f);

/* Appends all rule lines, each with its newline, in the order of block(5). 0, or -1: no memory.
 */
int rules_format(const struct rules *r, struct buf *out);

/* Parses one grant line that line_check let through. 0, or -1 and a rule. */
int grant_parse(const char *line, size_t len, uint8_t account[ID_LEN], int64_t *amount,
                struct fault *f);

/* The reward at this height: reward >> (height / halving), 0 from 63 halvings on. */
int64_t rules_reward(const struct rules *r, int64_t height);

/* How far ahead of the reader's clock a block's time may be, in seconds. */
int64_t rules_max_ahead(const struct rules *r);

#endif
