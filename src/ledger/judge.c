#include "ledger/judge.h"

#include "base/hex.h"
#include "ledger/proving.h"
#include "ledger/store_temp.h"
#include "record/key.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* A loose transaction met before. */
struct spend {
    struct {
        uint8_t chain[ID_LEN], from[ID_LEN];
        int64_t seq;
    } what;
    uint8_t id[ID_LEN];
    uint64_t line;
    UT_hash_handle hh;
};

enum mode { UNKNOWN, AGAINST, WHOLE, LOOSE };

struct judge {
    enum mode mode;
    struct ledger *against;
    struct guard *guard;
    struct store_temp *store; /* WHOLE */
    struct tree tree;         /* WHOLE */
    judge_good *good;         /* WHOLE; NULL: nobody watches */
    void *watcher;
    struct spend *spends; /* LOOSE; oldest first */
};

struct judge *judge_new(struct ledger *against)
{
    struct judge *j = calloc(1, sizeof *j);
    if (!j)
        return NULL;
    j->against = against;
    j->mode = against ? AGAINST : UNKNOWN;
    return j;
}

static void forget_spend(struct judge *j, struct spend *s)
{
    HASH_DEL(j->spends, s);
    free(s);
}

void judge_free(struct judge *j)
{
    if (!j)
        return;
    while (j->spends)
        forget_spend(j, j->spends);
    if (j->store)
        tree_free(&j->tree);
    store_temp_free(j->store);
    free(j);
}

const struct rules *judge_rules(const struct judge *j)
{
    return j->mode == WHOLE && j->tree.has_genesis ? &j->tree.rules : NULL;
}

const struct node *judge_tip(const struct judge *j)
{
    if (j->mode == AGAINST)
        return &j->against->tree.best;
    return j->mode == WHOLE && j->tree.has_genesis ? &j->tree.best : NULL;
}

void judge_guard(struct judge *j, struct guard *g)
{
    j->guard = g;
}

struct tree *judge_tree(struct judge *j)
{
    if (j->mode == AGAINST)
        return &j->against->tree;
    return j->mode == WHOLE ? &j->tree : NULL;
}

void judge_watch(struct judge *j, judge_good *good, void *self)
{
    j->good = good;
    j->watcher = self;
}

/* A rule broken by the item as a whole. */
static int falls(const struct item *item, struct fault *f)
{
    if (!f->line)
        f->line = item->line;
    return 0;
}

static int choose_mode(struct judge *j, const struct item *first, struct fault *f)
{
    j->mode = first->is_block ? WHOLE : LOOSE;
    if (j->mode == LOOSE)
        return 0;
    j->store = store_temp_new(NULL, 0, f);
    if (!j->store)
        return -1;
    return tree_init(&j->tree, store_temp_table(j->store), f);
}

static int judge_whole(struct judge *j, const struct item *item, int64_t now, struct fault *f)
{
    struct node new;
    struct reorg reorg;
    if (!item->is_block) {
        fault_rule(f, "expected a block, not '%.*s'", (int)strcspn(item->text, " \n"), item->text);
        return falls(item, f);
    }
    switch (tree_check(&j->tree, item, now, &new, f)) {
    case TREE_GOOD:
        if (j->good && j->good(j->watcher, &j->tree, item, &new, f))
            return -1;
        return tree_add(&j->tree, item, &new, &reorg, f) ? -1 : 1;
    case TREE_KNOWN:
        fault_rule(f, "block: stands twice: first at line %" PRIu64, new.line);
        return falls(item, f);
    case TREE_ORPHAN:
        fault_rule(f, "block: its parent %s is not in the ledger before it",
                   hex32(item->block.prev).text);
        return falls(item, f);
    case TREE_BAD:
        return falls(item, f);
    default:
        return -1;
    }
}

/* What can be said of a block without its parent. */
static int judge_alone(const struct item *item, struct fault *f)
{
    if (item->is_genesis || item->has_work)
        return 1;
    fault_rule(f, "block: no proof of work: its hash is over the target");
    return falls(item, f);
}

static int judge_block_against(struct judge *j, const struct item *item, int64_t now,
                               struct fault *f)
{
    struct node new;
    struct tree *t = &j->against->tree;
    int verdict = tree_check(t, item, now, &new, f);
    if (verdict == TREE_GOOD)
        tree_drop(t);
    if (verdict == TREE_ORPHAN)
        return judge_alone(item, f);
    if (verdict == TREE_BAD)
        return falls(item, f);
    return verdict < 0 ? -1 : 1;
}

static int judge_tx_against(struct judge *j, const struct item *item, struct fault *f)
{
    struct tree *t = &j->against->tree;
    const struct entry *e = &item->entries[0];
    if (tree_move(t, &t->best, f))
        return -1;
    if (apply_check(t->genesis.id, &t->rules, &e->tx, f) == 0 &&
        tree_unspent(t, &e->tx, e->id, f) == 0)
        return 1;
    return f->kind == FAULT_RULE ? falls(item, f) : -1;
}

/* Whether no other transaction before spent this one's sequence number; it is remembered. */
static int judge_tx_loose(struct judge *j, const struct item *item, struct fault *f)
{
    const struct entry *e = &item->entries[0];
    struct spend *s, *new = calloc(1, sizeof *new);
    if (!new)
        return fault_memory(f);
    memcpy(new->what.chain, e->tx.chain, ID_LEN);
    memcpy(new->what.from, e->tx.from, ID_LEN);
    new->what.seq = e->tx.seq;
    memcpy(new->id, e->id, ID_LEN);
    new->line = item->line;
    HASH_FIND(hh, j->spends, &new->what, sizeof new->what, s);
    if (s) {
        free(new);
        if (memcmp(s->id, e->id, ID_LEN) == 0)
            return 1;
        fault_rule(
            f, "tx: seq %" PRId64 " is spent twice: %s spends what %s at line %" PRIu64 " spent",
            e->tx.seq, hex32(e->id).text, hex32(s->id).text, s->line);
        return falls(item, f);
    }
    HASH_ADD(hh, j->spends, what, sizeof new->what, new);
    if (!new->hh.tbl) {
        free(new);
        return fault_memory(f);
    }
    if (HASH_COUNT(j->spends) > JUDGE_SPENDS_MAX)
        forget_spend(j, j->spends);
    return 1;
}

/* A peer record or a checkpoint, its form and signature checked: it must be of the ledger's chain.
 */
static int judge_chain_of(struct judge *j, const struct item *item, const char *type,
                          const uint8_t chain[ID_LEN], struct fault *f)
{
    if (memcmp(chain, j->against->tree.genesis.id, ID_LEN) == 0)
        return 1;
    fault_rule(f, "%s: another chain: %s", type, hex32(chain).text);
    return falls(item, f);
}

/* A proof holds by the header of its block, and nothing else. */
static int judge_proof(struct judge *j, const struct item *item, struct fault *f)
{
    struct proof p;
    if (proof_parse(item->text, item->size - 1, &p, f))
        return falls(item, f);
    if (j->mode != AGAINST)
        fault_rule(f, "proof: nothing is here to check it by: give its chain's headers (-H), or a "
                      "ledger (-l)");
    else if (ledger_refresh(j->against, f) >= 0 && proving_against(j->against, &p, f) == 0)
        return 1;
    return f->kind == FAULT_RULE ? falls(item, f) : -1;
}

/* The other records whose form is known here; what is not, passes. A rule or a grant without its
 * genesis block holds for nothing: what lost its first line is no ledger. */
static int judge_other(struct judge *j, const struct item *item, struct fault *f)
{
    struct key k;
    size_t len = item->size - 1;
    if (line_is(item->text, len, "proof"))
        return judge_proof(j, item, f);
    if (line_is(item->text, len, "rule") || line_is(item->text, len, "grant")) {
        fault_rule(f, "%.*s: stands outside of a genesis block", (int)strcspn(item->text, " \n"),
                   item->text);
        return falls(item, f);
    }
    if (!line_is(item->text, len, "key") || key_parse(item->text, len, &k, f) == 0)
        return 1;
    return falls(item, f);
}

static int judge_against(struct judge *j, const struct item *item, int64_t now, struct fault *f)
{
    if (item->is_peer)
        return judge_chain_of(j, item, "peer", item->peer.chain, f);
    if (item->is_checkpoint)
        return judge_chain_of(j, item, "checkpoint", item->checkpoint.chain, f);
    if (!item->is_block && !item->is_tx)
        return judge_other(j, item, f);
    if (ledger_refresh(j->against, f) < 0)
        return -1;
    return item->is_block ? judge_block_against(j, item, now, f) : judge_tx_against(j, item, f);
}

static int judge_loose(struct judge *j, const struct item *item, struct fault *f)
{
    if (item->is_genesis) {
        fault_rule(f, "block: a genesis block must come first, for its ledger to be judged");
        return falls(item, f);
    }
    if (item->is_block)
        return judge_alone(item, f);
    return item->is_tx ? judge_tx_loose(j, item, f) : judge_other(j, item, f);
}

/* Whether a block keeps to the checkpoints, where there are any: 1 or 0, -1 and trouble. */
static int keeps_checkpoints(struct judge *j, const struct item *item, struct fault *f)
{
    if (!j->guard || !item->is_block)
        return 1;
    if (j->mode == AGAINST && ledger_refresh(j->against, f) < 0)
        return -1;
    if (guard_block(j->guard, j->against, item, f) == 0 &&
        (j->mode != WHOLE || guard_best(j->guard->set, &j->tree, item, f) == 0))
        return 1;
    return f->kind == FAULT_RULE ? falls(item, f) : -1;
}

int judge_item(struct judge *j, const struct item *item, int64_t now, struct fault *f)
{
    f->line = 0;
    if (j->mode == UNKNOWN && choose_mode(j, item, f))
        return -1;
    if (item->broken && j->mode == WHOLE)
        tree_fault(&j->tree, item, f);
    else if (item->broken)
        *f = item->fault;
    if (item->broken)
        return 0;
    int keeps = keeps_checkpoints(j, item, f);
    if (keeps <= 0)
        return keeps;
    switch (j->mode) {
    case AGAINST:
        return judge_against(j, item, now, f);
    case WHOLE:
        return judge_whole(j, item, now, f);
    default:
        return judge_loose(j, item, f);
    }
}
