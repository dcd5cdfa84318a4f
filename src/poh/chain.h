/* A chain of hashes (poh(1)): steps that can only be done one after the other, with records mixed
 * in; and the tick lines that say where it is. */
#ifndef POH_CHAIN_H
#define POH_CHAIN_H

#include "base/buf.h"
#include "poh/choice.h"
#include "record/field.h"

/* The most steps between two ticks: what a single thread must check in one piece. */
#define POH_APART_MAX 100000000

struct poh_chain {
    struct poh_hash hash;
    int64_t count; /* hashes so far, of steps and of records */
};

/* Whether n more can be counted. */
static inline bool poh_chain_fits(const struct poh_chain *c, int64_t n)
{
    return n <= INT64_MAX - c->count;
}

/* Mixes in the record with this id: the next hash is the SHA-256 of the text "HASH ID". */
void poh_mix(struct poh_chain *c, const uint8_t id[ID_LEN]);

struct poh_hash poh_hash_of(const uint8_t bytes[SHA256_LEN]);
bool poh_hash_equal(const struct poh_hash *a, const struct poh_hash *b);

/* Appends the line `tick COUNT HASH` and a newline. 0, or -1: no memory. */
int poh_tick_format(const struct poh_chain *c, struct buf *out);

/* Whether a line is a tick, by its first field; and what it says: 0, or -1 and a rule. */
static inline bool poh_is_tick(const char *line, size_t len)
{
    return line_is(line, len, "tick");
}
int poh_tick_parse(const char *line, size_t len, struct poh_chain *out, struct fault *f);

#endif
