#include "chain/tree_parts.h"

#include "chain/choice.h"
#include "chain/tree_state.h"

#include <inttypes.h>
#include <string.h>

int tree_init(struct tree *t, struct store store, struct fault *f)
{
    *t = (struct tree){.store = store};
    for (int i = 0; i < TREE_RECENT; i++)
        t->recent[i].n = -1;
    t->state = state_new(store.state);
    return t->state ? 0 : fault_memory(f);
}

void tree_free(struct tree *t)
{
    state_free(t->state);
    smt_free(t->smt);
    tree_forget_members(t);
    buf_free(&t->journal);
    t->smt = NULL;
    t->state = NULL;
}

static void anchor(struct tree *t, const struct node *genesis, const struct rules *rules)
{
    t->has_genesis = true;
    t->genesis = *genesis;
    t->rules = *rules;
    t->anchor = seal_anchor(rules, genesis->time, genesis->target);
}

static void set_choice(struct tree *t, const struct tip_choice *c)
{
    t->best = c->best;
    t->final = c->final;
    memcpy(t->rivals, c->rivals, sizeof t->rivals);
}

struct tip_choice tree_choice(const struct tree *t)
{
    return (struct tip_choice){
        .best = t->best, .final = t->final, .rivals = {t->rivals[0], t->rivals[1]}};
}

void tree_forget_state(struct tree *t)
{
    t->at = t->best;
    state_clear(t->state);
    tree_state_clear(t);
}

void tree_resume(struct tree *t, const struct node *genesis, const struct rules *rules,
                 const struct tip_choice *choice, int64_t count)
{
    anchor(t, genesis, rules);
    set_choice(t, choice);
    t->count = count;
    for (int i = 0; i < TREE_RECENT; i++)
        t->recent[i].n = -1;
    tree_forget_state(t);
    tree_forget_members(t);
}

int tree_check_size(const struct tree *t, const struct item *item, struct fault *f)
{
    uint64_t size = item->stream_size - item->uncounted;
    if (size <= (uint64_t)t->rules.maxblock)
        return 0;
    return fault_rule(f, "block: %" PRIu64 " bytes, over maxblock %" PRId64, size,
                      t->rules.maxblock);
}

static struct node new_node(struct tree *t, const struct item *item)
{
    struct node node = {.n = t->count,
                        .parent = -1,
                        .height = item->block.height,
                        .time = item->block.time,
                        .count = item->block.count,
                        .signed_count = (int64_t)item->signed_count,
                        .line = item->line,
                        .offset = item->offset,
                        .size = item->stream_size};
    memcpy(node.id, item->id, ID_LEN);
    memcpy(node.target, item->block.target, TARGET_LEN);
    node.miner = item->block.miner;
    return node;
}

/* Turns the fault of a block into a verdict. */
static int refuse_block(const struct item *item, struct fault *f)
{
    if (f->kind != FAULT_RULE) {
        f->line = 0;
        return -1;
    }
    if (!f->line)
        f->line = item->line;
    return TREE_BAD;
}

/* The same if it was applied, which is undone. */
static int refuse(struct tree *t, const struct item *item, struct fault *f)
{
    int verdict = refuse_block(item, f);
    state_rollback(t->state);
    if (verdict == TREE_BAD)
        f->answer = FAULT_REFUSED; /* the block stays where it is: nothing in it is early */
    return verdict;
}

void tree_no_genesis(const struct item *item, struct fault *f)
{
    fault_rule(f, "block: no genesis: the first block must have height 0, no parent, no miner and "
                  "seal 0");
    f->line = item->line;
}

void tree_fault(const struct tree *t, const struct item *item, struct fault *f)
{
    *f = item->fault;
    if (!t->has_genesis && item->has_header && !item->is_genesis)
        tree_no_genesis(item, f);
}

static int check_genesis(struct tree *t, const struct item *item, struct node *new, struct fault *f)
{
    if (!item->is_genesis) {
        tree_no_genesis(item, f);
        return TREE_BAD;
    }
    *new = new_node(t, item);
    state_begin(t->state);
    if (tree_apply_genesis(t, item, new, f) || tree_follow_members(t, item->rules, new, f))
        return refuse(t, item, f);
    return TREE_GOOD;
}

int tree_check(struct tree *t, const struct item *item, int64_t now, struct node *new,
               struct fault *f)
{
    struct node parent = {0};
    f->line = 0;
    if (!t->has_genesis)
        return check_genesis(t, item, new, f);
    int found = tree_find(t, item->id, new, f);
    if (found)
        return found < 0 ? -1 : TREE_KNOWN;
    found = tree_judge_header(t, &item->block, item->id, now, true, &parent, f);
    if (found == 0)
        return TREE_ORPHAN;
    if (found < 0 || tree_check_size(t, item, f))
        return refuse_block(item, f);
    if (tree_move(t, &parent, f))
        return -1;
    *new = new_node(t, item);
    new->parent = parent.n;
    new->supply = parent.supply;
    if (tree_votes_check(t, item, &parent, new, f) || tree_state_check(t, item, f) ||
        tree_weight(t, &parent, &item->block, &new->work, f))
        return refuse_block(item, f);
    new->work = u256_add(parent.work, new->work);
    state_begin(t->state);
    if (tree_apply_body(t, item, new, f) || tree_follow_members(t, &t->rules, new, f))
        return refuse(t, item, f);
    return TREE_GOOD;
}

/* Tells the store the new best tip, and the caller what that undid. */
static int make_best(struct tree *t, const struct tip_choice *c, struct reorg *reorg,
                     struct fault *f)
{
    struct node fork = t->best;
    bool first = t->count == 1;
    if (!first && c->best.parent != t->best.n && tree_fork(t, &t->best, &c->best, &fork, f))
        return -1;
    reorg->undone = first ? 0 : t->best.height - fork.height;
    reorg->done = first ? 1 : c->best.height - fork.height;
    return t->store.best(t->store.self, &c->best, first ? -1 : fork.height, f);
}

int tree_add(struct tree *t, const struct item *item, const struct node *new, struct reorg *reorg,
             struct fault *f)
{
    *reorg = (struct reorg){0};
    t->journal.len = 0;
    if (state_commit(t->state, &t->journal, f) ||
        t->store.add(t->store.self, new, item, &t->journal, f))
        return -1;
    if (!t->has_genesis)
        anchor(t, new, item->rules);
    if (tree_store_set(t, new, f))
        return -1;
    t->at = *new;
    t->count++;
    tree_remember(t, new);
    struct tip_choice c = tree_choice(t);
    int another = choice_take(&c, t, new, f);
    if (another < 0 || (another && make_best(t, &c, reorg, f)))
        return -1;
    set_choice(t, &c);
    return 0;
}

void tree_drop(struct tree *t)
{
    state_rollback(t->state);
}
