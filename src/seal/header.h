/* Checks a header by itself, and against its ancestors, the chain's rules and the clock
 * (block(5)). */
#ifndef SEAL_HEADER_H
#define SEAL_HEADER_H

#include "seal/seal.h"

/* Judges a header with these ancestors, in the order of block(5). now: the clock in Unix seconds,
 * or < 0 to ignore it. 0, or -1 and a rule. */
int header_check(const struct ancestry *a, const struct block *b, const uint8_t id[ID_LEN],
                 int64_t now, struct fault *f);

/* The same, except for what header_alone checks: for those who have others' word for that. */
int header_follows(const struct ancestry *a, const struct block *b, int64_t now, struct fault *f);

/* Checks what can be checked of a header without its ancestors. seal NULL: its chain is not known,
 * so one seal that accepts it is enough. 0, or -1 and a rule. */
int header_alone(const struct seal *seal, const struct block *b, const uint8_t id[ID_LEN],
                 struct fault *f);

/* Whether the header can only be one that a member signed, of a chain that is not known: what it
 * claims is worth something only to those who know the members. */
bool header_is_signed(const struct block *b);

/* Checks that SEAL has the form that the chain's seal asks for. 0, or -1 and a rule. */
int header_form(const struct seal *seal, const struct block *b, struct fault *f);

/* What the block adds to the weight of its chain. */
struct u256 header_weight(const struct ancestry *a, const struct block *b);

/* The median of count times, 1 to MEDIAN_OF, in any order; of an even number, the upper of the two
 * in the middle. */
int64_t header_median(const int64_t *times, int count);

#endif
