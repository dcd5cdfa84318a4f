#include "judge/judge.h"

#include "base/hex.h"
#include "chain/store_temp.h"
#include "judge/invalid.h"
#include "judge/member_line.h"
#include "light/presence.h"
#include "mempool/side.h"
#include "query/proving.h"
#include "record/armor.h"
#include "record/mark.h"
#include "seal/header.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* A loose transaction seen before. */
struct spend {
    struct {
        uint8_t chain[ID_LEN];
        struct account from;
        uint8_t pad[7]; /* zero: it is hashed with the rest */
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
    bool batches,
        fresh;      /* AGAINST: judge_next_batch is called, and the ledger was looked at since */
    bool strangers; /* AGAINST: of far branches, only headers are judged */
    struct guard *guard;
    struct store_temp *store; /* WHOLE */
    struct tree tree;         /* WHOLE */
    judge_good *good;         /* WHOLE; NULL: no callback */
    void *watcher;
    struct spend *spends;   /* LOOSE; oldest first */
    struct invalid invalid; /* WHOLE */
    bool follows;
    struct armor armor;
    struct member_lines members; /* AGAINST */
    struct judge_sum sum;
};

struct judge *judge_new(struct ledger *against)
{
    struct judge *j = calloc(1, sizeof *j);
    if (!j)
        return NULL;
    j->against = against;
    j->mode = against ? AGAINST : UNKNOWN;
    invalid_init(&j->invalid);
    return j;
}

static void forget_spend(struct judge *j, struct spend *s)
{
    HASH_DEL(j->spends, s);
    free(s);
}

void judge_strangers(struct judge *j)
{
    j->strangers = true;
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
    invalid_free(&j->invalid);
    member_lines_free(&j->members);
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

void judge_next_batch(struct judge *j)
{
    j->batches = true;
    j->fresh = false;
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

/* Refuses an item, in its first line unless the fault has a line. 0. */
static int refuse(const struct item *item, struct fault *f)
{
    if (!f->line)
        f->line = item->line;
    return 0;
}

static int choose_mode(struct judge *j, const struct item *first, struct fault *f)
{
    j->mode = first->type == &block_type ? WHOLE : LOOSE;
    if (j->mode == LOOSE)
        return 0;
    j->store = store_temp_new(NULL, 0, f);
    if (!j->store)
        return -1;
    return tree_init(&j->tree, store_temp_table(j->store), f);
}

static int judge_stray(struct judge *j, const struct item *item, struct fault *f)
{
    fault_rule(f, "expected a block, not '%.*s'", (int)strcspn(item->text, " \n"), item->text);
    j->follows = invalid_stray(&j->invalid);
    return refuse(item, f);
}

static int judge_orphan(struct judge *j, const struct item *item, struct fault *f)
{
    const uint8_t *parent = item->block.prev;
    int follows = invalid_orphan(&j->invalid, parent, item->id);
    if (follows < 0)
        return fault_memory(f);
    j->follows = follows;
    fault_rule(f, "block: its parent %s is not in the ledger before it%s", hex32(parent).text,
               invalid_has(&j->invalid, parent) ? ": it fell" : "");
    return refuse(item, f);
}

/* Whether the item is a header without its body, as ledger-proof prints it before a proof. */
static bool is_bare_header(const struct item *item)
{
    const char *newline = memchr(item->text, '\n', item->size);
    const char *end = item->text + item->size;
    return newline &&
           (newline + 1 == end || line_is(newline + 1, (size_t)(end - newline - 1), "proof"));
}

/* A block of a ledger that has no valid genesis block. */
static int judge_rootless(struct judge *j, const struct item *item, struct fault *f)
{
    tree_no_genesis(item, f);
    if (is_bare_header(item))
        fault_rule(f, "block: no genesis block came first, and there is no body: -H checks headers "
                      "and proofs");
    if (j->invalid.genesis)
        fault_rule(f, "block: no genesis block before it that holds");
    j->follows = invalid_rootless(&j->invalid);
    return refuse(item, f);
}

static bool is_rootless(const struct judge *j, const struct item *item)
{
    return j->mode == WHOLE && item->has_header && !item->is_genesis && !j->tree.has_genesis;
}

static int judge_whole(struct judge *j, const struct item *item, int64_t now, struct fault *f)
{
    struct node new;
    struct reorg reorg;
    if (item->type != &block_type)
        return judge_stray(j, item, f);
    if (is_rootless(j, item))
        return judge_rootless(j, item, f);
    switch (tree_check(&j->tree, item, now, &new, f)) {
    case TREE_GOOD:
        if (j->good && j->good(j->watcher, &j->tree, item, &new, f))
            return -1;
        return tree_add(&j->tree, item, &new, &reorg, f) ? -1 : 1;
    case TREE_KNOWN:
        fault_rule(f, "block: stands twice: first at line %" PRIu64, new.line);
        return refuse(item, f);
    case TREE_ORPHAN:
        return judge_orphan(j, item, f);
    case TREE_BAD:
        return refuse(item, f);
    default:
        return -1;
    }
}

/* The checks of a block that need no parent. */
static int judge_alone(const struct item *item, const struct seal *seal, struct fault *f)
{
    return header_alone(seal, &item->block, item->id, f) ? refuse(item, f) : 1;
}

/* Whether only the block's header is to be judged: 1 or 0, -1 and trouble. */
static int is_far(struct judge *j, const struct item *item, struct fault *f)
{
    struct node parent;
    int side = j->strangers ? side_of(&j->against->tree, &item->block, &parent, f) : SIDE_BEST;
    return side < 0 ? -1 : side == SIDE_FAR;
}

static int judge_block_against(struct judge *j, const struct item *item, int64_t now,
                               struct fault *f)
{
    struct node new;
    struct tree *t = &j->against->tree;
    int far = is_far(j, item, f);
    if (far < 0)
        return -1;
    if (far) {
        if (tree_header(t, &item->block, item->id, now, f) < 0)
            return f->kind == FAULT_RULE ? refuse(item, f) : -1;
        return 1;
    }
    int verdict = tree_check(t, item, now, &new, f);
    if (verdict == TREE_GOOD)
        tree_drop(t);
    if (verdict == TREE_ORPHAN)
        return judge_alone(item, t->anchor.seal, f);
    if (verdict == TREE_BAD)
        return refuse(item, f);
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
    return f->kind == FAULT_RULE ? refuse(item, f) : -1;
}

/* Whether no earlier transaction spent this one's sequence number; remembers it. */
static int judge_tx_loose(struct judge *j, const struct item *item, struct fault *f)
{
    const struct entry *e = &item->entries[0];
    struct spend *s, *new = calloc(1, sizeof *new);
    if (!new)
        return fault_memory(f);
    memcpy(new->what.chain, e->tx.chain, ID_LEN);
    new->what.from = e->tx.from;
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
        return refuse(item, f);
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

/* A signed record with checked form and signature: if it names a chain, that must be the ledger's.
 */
static int judge_signed(struct judge *j, const struct item *item, struct fault *f)
{
    const uint8_t *chain = item_chain(item);
    if (!chain || !j->against)
        return 1;
    if (memcmp(chain, j->against->tree.genesis.id, ID_LEN)) {
        fault_rule(f, "%s: another chain: %s", item->type->name, hex32(chain).text);
        return refuse(item, f);
    }
    if (is_member_line(item) && ledger_refresh(j->against, f) < 0)
        return -1;
    if (member_line_check(&j->members, &j->against->tree, item, f) == 0)
        return 1;
    return f->kind == FAULT_RULE ? refuse(item, f) : -1;
}

/* Only the header of its block can validate a proof. */
static int judge_proof(struct judge *j, const struct item *item, struct fault *f)
{
    struct proof p;
    if (proof_parse(item->text, item->size - 1, &p, f))
        return refuse(item, f);
    if (j->mode != AGAINST)
        fault_rule(f, "proof: nothing is here to check it by: give its chain's headers (-H), or a "
                      "ledger (-l)");
    else if (ledger_refresh(j->against, f) >= 0 && proving_against(j->against, &p, f) == 0)
        return 1;
    return f->kind == FAULT_RULE ? refuse(item, f) : -1;
}

/* What the root that it names holds; whose root that is, only headers can say. */
static int judge_presence(const struct item *item, struct fault *f)
{
    struct state_proof p;
    return state_proof_parse(item->text, item->size - 1, &p, f) || presence_check(&p, f)
               ? refuse(item, f)
               : 1;
}

/* A record of an unknown type passes, except within PEM armor: a secret key that was named by
 * mistake must not be copied to an unexpected place. */
static int judge_unknown(struct judge *j, const struct item *item, size_t len, struct fault *f)
{
    enum armor_part part = armor_next(&j->armor, item->text, len);
    j->sum.known--;
    j->sum.unknown += part == ARMOR_NONE;
    j->follows = part == ARMOR_INSIDE;
    if (part == ARMOR_NONE)
        return 1;
    fault_rule(f, ARMOR_RULE);
    return refuse(item, f);
}

/* A record that is neither a block nor a transaction. A rule or a grant has no meaning without its
 * genesis block: a ledger that lost its first line is not a ledger. */
static int judge_other(struct judge *j, const struct item *item, struct fault *f)
{
    size_t len = item->size - 1;
    if (mark_is(item->text, len)) {
        j->sum.known--;
        return 1;
    }
    if (!item->type)
        return judge_unknown(j, item, len, f);
    if (item->type->fields)
        return judge_signed(j, item, f);
    if (item->type == &proof_type)
        return judge_proof(j, item, f);
    if (item->type == &present_type || item->type == &absent_type)
        return judge_presence(item, f);
    if (!item->type->alone) {
        fault_rule(f, "%s: stands outside of a genesis block", item->type->name);
        return refuse(item, f);
    }
    return record_check(item->type, item->text, len, f) ? refuse(item, f) : 1;
}

/* Looks at the ledger again, unless it was looked at for an earlier transaction of the batch. */
static int refresh(struct judge *j, const struct item *item, struct fault *f)
{
    if (j->fresh && item->type == &tx_type)
        return 0;
    j->fresh = j->batches;
    return ledger_refresh(j->against, f) < 0 ? -1 : 0;
}

static int judge_against(struct judge *j, const struct item *item, int64_t now, struct fault *f)
{
    if (item->type != &block_type && item->type != &tx_type)
        return judge_other(j, item, f);
    if (refresh(j, item, f))
        return -1;
    return item->type == &block_type ? judge_block_against(j, item, now, f)
                                     : judge_tx_against(j, item, f);
}

static int judge_loose(struct judge *j, const struct item *item, struct fault *f)
{
    if (item->is_genesis) {
        fault_rule(f, "block: a genesis block must come first, for its ledger to be judged");
        return refuse(item, f);
    }
    if (item->type == &block_type)
        return judge_alone(item, NULL, f);
    return item->type == &tx_type ? judge_tx_loose(j, item, f) : judge_other(j, item, f);
}

/* Whether a block agrees with the checkpoints, if there are any: 1 or 0, -1 and trouble. */
static int keeps_checkpoints(struct judge *j, const struct item *item, struct fault *f)
{
    if (!j->guard || item->type != &block_type)
        return 1;
    if (j->mode == AGAINST && ledger_refresh(j->against, f) < 0)
        return -1;
    if (guard_block(j->guard, j->against, item, f) == 0 &&
        (j->mode != WHOLE || guard_best(j->guard->set, &j->tree, item, f) == 0))
        return 1;
    return f->kind == FAULT_RULE ? refuse(item, f) : -1;
}

static int judge_by_mode(struct judge *j, const struct item *item, int64_t now, struct fault *f)
{
    if (item->broken && is_rootless(j, item))
        return judge_rootless(j, item, f);
    if (item->broken) {
        *f = item->fault;
        return 0;
    }
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

static void count_in(struct judge_sum *sum, const struct item *item, bool holds, bool follows)
{
    sum->any_invalid |= !holds;
    sum->follows += follows;
    if (sum->any_invalid || item->type != &block_type)
        return;
    sum->lines = item->line + item->count;
    sum->bytes = item->offset + item->stream_size;
    sum->height = item->block.height;
    memcpy(sum->id, item->id, ID_LEN);
}

int judge_item(struct judge *j, const struct item *item, int64_t now, struct fault *f)
{
    f->line = 0;
    j->follows = false;
    j->sum.known++;
    if (j->mode == UNKNOWN && choose_mode(j, item, f))
        return -1;
    int holds = judge_by_mode(j, item, now, f);
    if (holds < 0)
        return -1;
    if (invalid_note(&j->invalid, item, holds))
        return fault_memory(f);
    count_in(&j->sum, item, holds, j->follows);
    return holds;
}

bool judge_follows(const struct judge *j)
{
    return j->follows;
}

struct judge_sum judge_sum(const struct judge *j)
{
    return j->sum;
}

const char *judge_nothing(const struct judge *j)
{
    if (j->sum.known || j->sum.any_invalid)
        return NULL;
    if (j->sum.unknown)
        return "no record of a known type: nothing was checked";
    return j->against ? NULL : "empty: no record, and no genesis block";
}
