/* What pool.c, pool_file.c, pool_return.c and pool_select.c know of a pool together, and nobody
 * else does. */
#ifndef LEDGER_POOL_PARTS_H
#define LEDGER_POOL_PARTS_H

#include "ledger/pool.h"
#include "ledger/room.h"

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct spend {
    uint8_t from[ID_LEN];
    int64_t seq;
};

struct pooled {
    uint8_t id[ID_LEN];
    struct spend spend;
    struct tx tx;     /* points into text */
    uint64_t arrival; /* the place in the order of arrival */
    bool saved;       /* the file holds it */
    bool applied;     /* to the ledger's state */
    bool was_applied; /* before another was replaced; only pool_replace.c looks at it */
    UT_hash_handle hh, by_spend;
    char text[]; /* the line with its newline */
};

/* --- pool.c: the list ------------------------------------------------------------------------ */

static inline size_t pooled_size(const struct pooled *x)
{
    return x->tx.len + 1;
}

struct pooled *pool_find(const struct pool *p, const uint8_t id[ID_LEN]);
struct pooled *pool_find_spend(const struct pool *p, const uint8_t from[ID_LEN], int64_t seq);

/* Puts a transaction at the list's end, not applied; NULL: no memory. */
struct pooled *pool_keep(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN]);
void pool_drop(struct pool *p, struct pooled *x);

/* The two halves of either: a transaction that is in no list, and its place in one, which its
 * arrival gives. pool_link: 0, or -1: no memory. */
struct pooled *pooled_new(const struct tx *tx, const uint8_t id[ID_LEN]);
int pool_link(struct pool *p, struct pooled *x);
void pool_unlink(struct pool *p, struct pooled *x);

/* Applies a transaction to the state where the ledger's tree stands. 0, or -1 and a fault. */
int pool_apply(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN], struct fault *f);

/* Applies the list to the state at the best tip. Those whose seq is used are dropped, those that
 * wait for something else are kept. 0, or -1 and trouble. And takes that back. */
int pool_apply_list(struct pool *p, struct fault *f);
void pool_take_back(struct pool *p);

/* Takes a transaction into the list whose turn it is, and then whoever's turn that makes it, out of
 * list and room. 0, or -1 and a fault. */
int pool_enter(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN], struct fault *f);

/* Above 0 as a pays more a byte than b, or as much and came first. */
int pooled_by_rate(const struct pooled *a, const struct pooled *b);

/* Takes in all in the room whose turn it is. 0, or -1 and trouble. */
int pool_open_room(struct pool *p, struct fault *f);

/* --- pool_replace.c --------------------------------------------------------------------------- */

/* Puts a transaction in the place of old, which spends the same seq. 0, or -1 and a fault: it does
 * not pay enough more, or cannot be paid; the pool is then as it was, unless that is trouble. */
int pool_replace(struct pool *p, struct pooled *old, const struct tx *tx, const uint8_t id[ID_LEN],
                 struct fault *f);

/* --- pool_file.c ------------------------------------------------------------------------------ */

/* Empties the list, and forgets that anything has changed. */
void pool_empty(struct pool *p);

/* --- pool_return.c: what comes back. All: 0, or -1 and trouble. ------------------------------- */

/* What stands on side branches near the best tip. */
int pool_return_sides(struct pool *p, struct fault *f);

/* What is undone since the best tip was the one with this id. */
int pool_return_undone(struct pool *p, const uint8_t tip[ID_LEN], struct fault *f);

#endif
