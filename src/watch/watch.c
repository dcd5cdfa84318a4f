#include "watch/watch.h"

#include "base/file.h"
#include "stream/jobs.h"
#include "watch/event.h"

#include <stdlib.h>
#include <string.h>

int watch_begin(struct ledger_watch *w)
{
    w->replay = (struct replay){0};
    w->witnessed = 0;
    w->told_rivals = false;
    w->undone = undone_txs_new();
    return w->undone ? 0 : -1;
}

void watch_free(struct ledger_watch *w)
{
    undone_txs_free(w->undone);
    w->undone = NULL;
}

/* Hands on an event that was formatted, or failed to be, and frees it. 0, or -1: no memory. */
static int tell(struct ledger_watch *w, struct buf *event, int failed, struct fault *f)
{
    if (!failed)
        w->tell(w->self, event->data, event->len);
    buf_free(event);
    return failed ? fault_memory(f) : 0;
}

/* --- Double spends --------------------------------------------------------------------------- */

/* A block that left or joined the best chain. */
struct place {
    struct ledger_watch *watch;
    struct ledger *ledger;
    const struct node *node;
};

/* The line of a transaction that was undone, compared with its id. */
static int read_undone(const struct ledger *l, const struct undone_tx *was, struct buf *out,
                       struct fault *f)
{
    uint8_t id[SHA256_LEN];
    if (buf_reserve(out, was->len))
        return fault_memory(f);
    if (file_read_at(l->file.fd, out->data, was->len, was->offset))
        return fault_trouble(f, "cut short while it was read");
    out->len = was->len;
    sha256(out->data, out->len, id);
    return memcmp(id, was->id, ID_LEN) ? fault_trouble(f, "changed while it was read") : 0;
}

/* The signatures of a ledger that was copied into place may never have been checked. */
static int check_signed(const char *line, size_t len, struct tx *tx, struct fault *f)
{
    struct sigjob jobs[TX_JOBS_MAX];
    struct job_bytes bytes[TX_JOBS_MAX];
    if (line_check(line, len, f) || tx_parse(line, len, tx, f))
        return -1;
    tx_jobs(tx, jobs, bytes);
    for (size_t i = 0; i < tx_job_count(tx); i++) {
        int holds = sigjob_check(&jobs[i], f);
        if (holds <= 0)
            return holds ? -1 : fault_rule(f, "tx: bad signature: `verify` says more");
    }
    return 0;
}

static int tell_double_spend(void *self, const struct undone_tx *was, const struct entry *is,
                             struct fault *f)
{
    struct place *p = self;
    struct tx old_tx, new_tx;
    struct buf old = {0}, event = {0};
    int result = -1;
    if (read_undone(p->ledger, was, &old, f) || check_signed(old.data, old.len, &old_tx, f) ||
        check_signed(is->tx.line, is->tx.len, &new_tx, f))
        goto out;
    result = tell(p->watch, &event,
                  event_double_spend(&event, p->watch->name, p->node->height, &old_tx, was->id,
                                     &new_tx, is->id),
                  f);
out:
    buf_free(&old);
    return result;
}

/* --- Blocks ---------------------------------------------------------------------------------- */

/* Reads a block and calls use with it. 0, or -1 and a fault. */
static int with_block(struct place *p,
                      int (*use)(struct place *, const struct item *, void *, struct fault *),
                      void *more, struct fault *f)
{
    struct batch b = {0};
    int result = ledger_read_item(p->ledger, p->node, &b, f);
    if (!result && b.items[0].broken) {
        *f = b.items[0].fault;
        result = -1;
    }
    if (!result)
        result = use(p, &b.items[0], more, f);
    batch_free(&b);
    return result;
}

static int leave(struct place *p, const struct item *block, void *count, struct fault *f)
{
    for (size_t i = 0; i < block->count; i++)
        *(uint64_t *)count += block->entries[i].type == &tx_type;
    return undone_txs_add(p->watch->undone, block, p->node->offset, f);
}

static int join(struct place *p, const struct item *block, void *sum, struct fault *f)
{
    return undone_txs_settle(p->watch->undone, block, sum, tell_double_spend, p, f);
}

/* Remembers the transactions of the blocks that left the best chain. */
static int take_left(struct ledger_watch *w, struct ledger *l, const struct tip_change *t,
                     uint64_t *count, struct fault *f)
{
    struct node node = t->from;
    struct place p = {w, l, &node};
    while (node.n != t->fork.n)
        if ((node.count && with_block(&p, leave, count, f)) ||
            tree_get(&l->tree, node.parent, &node, f))
            return -1;
    return 0;
}

/* The numbers of the blocks that joined the best chain, lowest first. NULL and trouble. */
static int64_t *path_of(struct ledger *l, const struct tip_change *t, struct fault *f)
{
    size_t count = (size_t)(t->to.height - t->fork.height);
    int64_t *path = calloc(count, sizeof *path);
    struct node node = t->to;
    if (!path)
        fault_memory(f);
    for (size_t i = count; path && i-- > 0;) {
        path[i] = node.n;
        if (tree_get(&l->tree, node.parent, &node, f)) {
            free(path);
            return NULL;
        }
    }
    return path;
}

/* Compares the blocks that joined the best chain with the transactions that were undone. */
static int take_joined(struct ledger_watch *w, struct ledger *l, const struct tip_change *t,
                       struct undone_sum *sum, struct fault *f)
{
    struct node node;
    struct place p = {w, l, &node};
    int64_t *path, count = t->to.height - t->fork.height;
    int failed = 0;
    if (undone_txs_count(w->undone) == 0)
        return 0;
    path = path_of(l, t, f);
    if (!path)
        return -1;
    for (int64_t i = 0; i < count && !failed; i++)
        failed = tree_get(&l->tree, path[i], &node, f) ||
                 (node.count && with_block(&p, join, sum, f));
    free(path);
    return failed ? -1 : 0;
}

/* --- Reorganisations ------------------------------------------------------------------------- */

static int take_change(struct ledger_watch *w, struct ledger *l, const struct tip_change *t,
                       struct fault *f)
{
    bool deep = t->from.height - t->fork.height > w->depth;
    struct undone_sum sum = {0};
    struct buf event = {0};
    uint64_t undone = 0;
    if (deep) {
        undone_txs_begin(w->undone);
        if (tell(w, &event, event_reorg(&event, w->name, t), f) || take_left(w, l, t, &undone, f))
            return -1;
    }
    if (take_joined(w, l, t, &sum, f))
        return -1;
    return deep ? tell(w, &event, event_undone(&event, w->name, t, undone, &sum), f) : 0;
}

/* --- Members ---------------------------------------------------------------------------------- */

static int tell_evidence(void *self, const uint8_t chain[ID_LEN], const struct evidence *one,
                         const struct evidence *other, struct fault *f)
{
    struct buf event = {0};
    return tell(self, &event, event_evidence(&event, chain, one, other), f);
}

/* Looks at the blocks that were replayed. */
static int take_members(struct ledger_watch *w, struct ledger *l, struct fault *f)
{
    struct node node;
    for (; w->witnessed < w->replay.next; w->witnessed++)
        if (witness_wanted(l) && (tree_get(&l->tree, w->witnessed, &node, f) ||
                                  witness_block(w->culprits, l, &node, tell_evidence, w, f)))
            return -1;
    return 0;
}

/* Two final blocks that exclude each other, once. */
static int take_rivals(struct ledger_watch *w, struct ledger *l, struct fault *f)
{
    const int64_t *rivals = w->replay.choice.rivals;
    struct node first, second;
    struct buf event = {0};
    if (w->told_rivals || w->replay.next == 0 || rivals[0] < 0)
        return 0;
    if (tree_get(&l->tree, rivals[0], &first, f) || tree_get(&l->tree, rivals[1], &second, f))
        return -1;
    w->told_rivals = true;
    return tell(w, &event, event_finals(&event, w->name, &first, &second), f);
}

int watch_next(struct ledger_watch *w, struct ledger *l, struct fault *f)
{
    struct tip_change change;
    int got = replay_next(&w->replay, l, &change, f);
    if (got < 0 || take_members(w, l, f) || take_rivals(w, l, f))
        return -1;
    return got > 0 && take_change(w, l, &change, f) ? -1 : got;
}
