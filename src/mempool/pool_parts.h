/* Shared by pool.c and the files pool_*.c only. */
#ifndef MEMPOOL_POOL_PARTS_H
#define MEMPOOL_POOL_PARTS_H

#include "mempool/pending.h"
#include "mempool/pool.h"

struct spend {
    struct account from;
    int64_t seq;
};

struct pooled {
    uint8_t id[ID_LEN];
    struct spend spend;
    struct tx tx;     /* points into text */
    uint64_t arrival; /* the position in the order of arrival */
    bool saved;       /* it is in the file */
    bool applied;     /* to the ledger's state */
    bool was_applied; /* before another was replaced; for pool_replace.c only */
    struct pooled *prev, *next;
    char text[]; /* the line with its newline */
};

/* --- pool_list.c ------------------------------------------------------------------------------ */

static inline size_t pooled_size(const struct pooled *x)
{
    return x->tx.len + 1;
}

/* An empty list; and frees the tables of one. */
void pool_list_init(struct pool *p);
void pool_list_free(struct pool *p);

struct pooled *pool_find(const struct pool *p, const uint8_t id[ID_LEN]);
struct pooled *pool_find_spend(const struct pool *p, const struct account *from, int64_t seq);

/* Adds a transaction to the list, in its place by arrival, and to both tables; or removes it. 0, or
 * -1: no memory, nothing changed. */
int pool_list_add(struct pool *p, struct pooled *x);
void pool_list_remove(struct pool *p, struct pooled *x);

/* --- pool.c: what is in the list, and what is applied ----------------------------------------- */

/* Appends a transaction to the list, which was applied or not; NULL: no memory. */
struct pooled *pool_keep(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN],
                         bool applied);
void pool_drop(struct pool *p, struct pooled *x);

/* The two halves of adding or removing: a transaction outside the list, and its place in the list,
 * given by its arrival. pool_link: 0, or -1: no memory. */
struct pooled *pooled_new(const struct tx *tx, const uint8_t id[ID_LEN]);
int pool_link(struct pool *p, struct pooled *x);
void pool_unlink(struct pool *p, struct pooled *x);

/* Applies a transaction to the state where the ledger's tree is. 0, or -1 and a fault. */
int pool_apply(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN], struct fault *f);

/* Applies the list to the state at the best tip. Those whose seq is used are dropped, those that
 * wait for something else are kept. 0, or -1 and trouble. And undoes that. */
int pool_apply_list(struct pool *p, struct fault *f);
void pool_take_back(struct pool *p);

/* Adds a transaction whose turn it is to the list, and then all whose turn has come through it,
 * from the list and the pending queue. 0, or -1 and a fault. */
int pool_enter(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN], struct fault *f);

/* The same without the rest. */
int pool_take_in(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN], struct fault *f);

/* Positive if a pays more per byte than b, or the same and arrived first. */
int pooled_by_rate(const struct pooled *a, const struct pooled *b);

/* --- pool_evict.c ----------------------------------------------------------------------------- */

/* Whether a is evicted before b: what cannot be applied now goes first, then what pays the least
 * for its bytes. */
bool pooled_leaves_before(const struct pooled *a, const struct pooled *b);

/* Whether a transaction has no chance in a full pool; such transactions must cost little. */
bool pool_pays_least(struct pool *p, const struct tx *tx);

/* Brings the pool back to its limit by evicting those, a little more than needed so that it is
 * seldom necessary. A sender's later transaction never evicts an earlier one of its own: in that
 * case the newest is dropped. 0, or -1 and trouble. */
int pool_evict(struct pool *p, struct pooled *newest, struct fault *f);

/* --- pool.c: turns ---------------------------------------------------------------------------- */

/* Appends the accounts whose turn may have come through a transaction: all that it touches, without
 * its sender. 0, or -1 and trouble. */
int pool_queue(const struct tx *tx, struct buf *queue, struct fault *f);

/* Adds all transactions of the pending queue whose turn it is. 0, or -1 and trouble. */
int pool_take_pending(struct pool *p, struct fault *f);

/* --- pool_wait.c: the pending queue ----------------------------------------------------------- */

/* Queues a transaction that arrives before its turn: POOL_WAITS, or -1 and a fault: another with
 * its seq waits, and this one does not pay enough more to replace it. */
int pool_wait_turn(struct pool *p, const struct entry *e, uint64_t line, struct fault *f);

/* The same for one that was just refused for the fault *f: if it may yet be paid, and the pool has
 * patience. Otherwise -1, and *f as it was. */
int pool_wait_money(struct pool *p, const struct entry *e, uint64_t line, struct fault *f);

/* Moves the sender's transaction with this seq, which is the next, from the queue into the list: 1
 * after pool_queue, 0 if there is none that can be added, -1 and trouble. */
int pool_take_queued(struct pool *p, const struct account *from, int64_t seq, struct buf *queue,
                     struct fault *f);

/* Notes once more whose fee in the queue a sponsor cannot pay. 0, or -1 and trouble. */
int pool_note_queued(struct pool *p, struct fault *f);

/* --- pool_sponsor.c --------------------------------------------------------------------------- */

/* Notes that a transaction, which could not be applied, waits for its sponsor's money, if that is
 * so. 0, or -1 and trouble. */
int pool_note_unpaid(struct pool *p, const struct tx *tx, struct fault *f);

/* A sender whose next transaction may have its fee paid by this sponsor now: 1 and *from, 0 if
 * there is none, -1 and trouble. */
int pool_next_sponsored(struct pool *p, const struct account *sponsor, struct account *from,
                        struct fault *f);

/* --- pool_replace.c --------------------------------------------------------------------------- */

/* Replaces old, which spends the same seq, by a transaction. 0, or -1 and a fault: it does not pay
 * enough more, or cannot be paid; the pool is then unchanged, except in case of trouble. */
int pool_replace(struct pool *p, struct pooled *old, const struct tx *tx, const uint8_t id[ID_LEN],
                 struct fault *f);

/* --- pool_file.c ------------------------------------------------------------------------------ */

/* Empties the list, and forgets all changes. */
void pool_empty(struct pool *p);

/* --- pool_return.c: transactions that return. All give 0, or -1 and trouble. ------------------ */

/* For pool_load: adds what the best chain has and the chain to p->at has not, up to p->limit, to
 * the list; not applied. */
int pool_keep_beside(struct pool *p, struct fault *f);

/* Those in side branches near the best tip. */
int pool_return_sides(struct pool *p, struct fault *f);

/* Those undone since the best tip was the one with this id. */
int pool_return_undone(struct pool *p, const uint8_t tip[ID_LEN], struct fault *f);

#endif
