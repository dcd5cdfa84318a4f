#include "judge/judge_parts.h"

#include "mempool/side.h"
#include "seal/header.h"

#include <stdlib.h>
#include <string.h>

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

void judge_strangers(struct judge *j)
{
    j->strangers = true;
}

void judge_free(struct judge *j)
{
    if (!j)
        return;
    spends_free(&j->spends);
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

int judge_refuse(const struct item *item, struct fault *f)
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

/* The checks of a block that need no parent. */
static int judge_alone(const struct item *item, const struct seal *seal, struct fault *f)
{
    return header_alone(seal, &item->block, item->id, f) ? judge_refuse(item, f) : 1;
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
            return f->kind == FAULT_RULE ? judge_refuse(item, f) : -1;
        return 1;
    }
    int verdict = tree_check(t, item, now, &new, f);
    if (verdict == TREE_GOOD)
        tree_drop(t);
    if (verdict == TREE_ORPHAN)
        return judge_alone(item, t->anchor.seal, f);
    if (verdict == TREE_BAD)
        return judge_refuse(item, f);
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
    return f->kind == FAULT_RULE ? judge_refuse(item, f) : -1;
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
        return judge_record(j, item, f);
    if (refresh(j, item, f))
        return -1;
    return item->type == &block_type ? judge_block_against(j, item, now, f)
                                     : judge_tx_against(j, item, f);
}

static int judge_tx_loose(struct judge *j, const struct item *item, struct fault *f)
{
    if (spends_add(&j->spends, item, f) == 0)
        return 1;
    return f->kind == FAULT_RULE ? judge_refuse(item, f) : -1;
}

static int judge_loose(struct judge *j, const struct item *item, struct fault *f)
{
    if (item->is_genesis) {
        fault_rule(f, "block: a genesis block must come first, for its ledger to be judged");
        return judge_refuse(item, f);
    }
    if (item->type == &block_type)
        return judge_alone(item, NULL, f);
    return item->type == &tx_type ? judge_tx_loose(j, item, f) : judge_record(j, item, f);
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
    return f->kind == FAULT_RULE ? judge_refuse(item, f) : -1;
}

static int judge_by_mode(struct judge *j, const struct item *item, int64_t now, struct fault *f)
{
    if (item->broken && judge_is_rootless(j, item))
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
