/* Words and the numbers that stand for them: processes, keys and values of a history. */
#ifndef HISTORY_WORDS_H
#define HISTORY_WORDS_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

#define WORDS_NONE UINT32_MAX

/* All zero is an empty table that owns nothing. */
struct op_words {
    struct buf text;  /* of all words, one after the other */
    size_t *ends;     /* of each in it */
    uint32_t *slots;  /* open addressing: a word's number + 1; 0: free */
    size_t ends_cap;  /* words for which there is space */
    size_t slots_cap; /* a power of two, or 0 */
    uint32_t count;
};

void op_words_free(struct op_words *w);

/* The number of a word of n bytes, which is added if it is new: from 0, in the order in which they
 * were added. WORDS_NONE: no memory. */
uint32_t op_words_add(struct op_words *w, const char *text, size_t n);

/* A number's word, of *n bytes; it has no NUL, and is valid until the next op_words_add. */
const char *op_words_text(const struct op_words *w, uint32_t word, size_t *n);

#endif
