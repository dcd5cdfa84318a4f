/* Batches of requests, which are what a sequence number is given to. A batch is never changed once
 * it is sealed; messages, slots and the log share it. */
#ifndef PBFT_PBFT_BATCH_H
#define PBFT_PBFT_BATCH_H

#include "consensus/engine.h"

/* A digest; all zero: that of the null request (OSDI 1999, section 4.4). */
struct pbft_digest {
    uint8_t bytes[32];
};

/* payload without lines and this bit in the serial: a read, which is ordered but is no record. */
#define PBFT_READ_BIT ((uint64_t)1 << 62)

#define PBFT_VALUE_HEAD (NODE_NAME_MAX + 48) /* bytes of a value's first line, at most */

struct pbft_value {
    struct proposal_id id;
    struct payload *payload;
};

struct pbft_batch {
    uint32_t references;
    struct pbft_digest digest; /* of its text; so numbers of nodes are not in it */
    size_t bytes;              /* that its text has at most */
    size_t count;
    struct pbft_value values[];
};

static inline bool pbft_is_read(struct proposal_id id)
{
    return (id.serial & PBFT_READ_BIT) != 0;
}

static inline bool pbft_digest_equal(const struct pbft_digest *a, const struct pbft_digest *b)
{
    return __builtin_memcmp(a, b, sizeof *a) == 0;
}

static inline bool pbft_digest_is_null(const struct pbft_digest *d)
{
    return pbft_digest_equal(d, &(struct pbft_digest){{0}});
}

/* A batch of `count` values, all zero; the caller fills them in, and seals it. NULL: no memory. */
struct pbft_batch *pbft_batch_new(size_t count);
void pbft_batch_seal(struct pbft_batch *b, const struct node_names *names);

/* One more reference, or one less; the last one frees it. NULL, the null request, is let pass. */
struct pbft_batch *pbft_batch_ref(struct pbft_batch *b);
void pbft_batch_unref(struct pbft_batch *b);

/* Its digest; that of NULL is null. */
struct pbft_digest pbft_batch_digest(const struct pbft_batch *b);

/* How many lines its text has, and bytes at most. */
uint64_t pbft_batch_lines(const struct pbft_batch *b);
size_t pbft_batch_bytes(const struct pbft_batch *b);

/* The digest that follows `chain` when this one was executed. */
struct pbft_digest pbft_chain(const struct pbft_digest *chain, const struct pbft_digest *next);

#endif
