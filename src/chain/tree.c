#include "chain/tree_parts.h"

#include "base/hex.h"
#include "chain/choice.h"
#include "chain/tree_state.h"
#include "seal/header.h"
#include "state/members.h"

#include <inttypes.h>
#include <string.h>

enum {
    AHEAD = 16, /* transactions whose accounts are prefetched together */
};

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

int tree_weight(struct tree *t, const struct node *parent, const struct block *b,
                struct u256 *weight, struct fault *f)
{
    struct ancestry a;
    int known = tree_ancestry(t, parent, NULL, false, &a, f);
    if (known >= 0)
        *weight = known ? header_weight(&a, b) : (struct u256){{BY_MEMBERS_WEIGHT_MAX}};
    return known < 0 ? -1 : 0;
}

int tree_would_lead(struct tree *t, const struct node *parent, const struct block *b,
                    struct fault *f)
{
    struct tip_choice c = tree_choice(t);
    struct u256 weight;
    if (tree_weight(t, parent, b, &weight, f))
        return -1;
    return choice_beats(&c, t, parent, u256_add(parent->work, weight), f);
}

void tree_next(const struct tree *t, int64_t height, int64_t time, uint8_t target[TARGET_LEN])
{
    struct ancestry a = {.rules = &t->rules, .anchor = &t->anchor, .height = height, .time = time};
    t->anchor.seal->next(&a, target);
}

/* Checks the header of a block after this parent. 1, 0: the members are not at hand, -1. */
static int check_header(struct tree *t, const struct block *b, const uint8_t id[ID_LEN],
                        const struct node *parent, int64_t now, bool far, struct fault *f)
{
    struct ancestry a;
    int known = tree_ancestry(t, parent, b, far, &a, f);
    if (known <= 0)
        return known;
    a.count = tree_times(t, parent, a.times, f);
    return a.count < 0 || header_check(&a, b, id, now, f) ? -1 : 1;
}

/* 1 it is valid, 0: its parent is not in the tree, -1 and a fault. */
static int judge_header(struct tree *t, const struct block *b, const uint8_t id[ID_LEN],
                        int64_t now, bool far, struct node *parent, struct fault *f)
{
    if (block_is_genesis(b))
        return fault_rule(f, "block: another chain's genesis");
    int found = tree_find(t, b->prev, parent, f);
    if (found <= 0)
        return found < 0 ? -1 : header_form(t->anchor.seal, b, f);
    /* Only what is signed is worth moving the state for. */
    if (!tree_has_sealers(t, parent) && header_alone(t->anchor.seal, b, id, f))
        return -1;
    return check_header(t, b, id, parent, now, far, f);
}

int tree_header(struct tree *t, const struct block *b, const uint8_t id[ID_LEN], int64_t now,
                struct fault *f)
{
    struct node parent;
    int holds = judge_header(t, b, id, now, false, &parent, f);
    return holds ? holds : header_alone(t->anchor.seal, b, id, f);
}

int tree_check_size(const struct tree *t, const struct item *item, struct fault *f)
{
    uint64_t size = item->stream_size - item->uncounted;
    if (size <= (uint64_t)t->rules.maxblock)
        return 0;
    return fault_rule(f, "block: %" PRIu64 " bytes, over maxblock %" PRId64, size,
                      t->rules.maxblock);
}

/* Names the transaction that used the seq of one that comes too late. Within its own block, `from`
 * is the first of the entries before it; otherwise the store is asked. Leaves the fault unchanged
 * if none is found. */
static int name_spender(struct tree *t, const struct tx *tx, const uint8_t id[ID_LEN],
                        const struct item *item, size_t before, struct fault *f)
{
    char words[160];
    for (size_t i = 0; i < before; i++) {
        const struct tx *other = &item->entries[i].tx;
        if (item->entries[i].type != &tx_type || other->seq != tx->seq ||
            !account_equal(&other->from, &tx->from))
            continue;
        if (memcmp(item->entries[i].id, id, ID_LEN) == 0)
            return fault_rule(f, "%s; %s is already at line %" PRIu64, f->text, hex32(id).text,
                              item->line + 1 + i);
        return fault_rule(f, "%s; %s spends what %s at line %" PRIu64 " spent", f->text,
                          hex32(id).text, hex32(item->entries[i].id).text, item->line + 1 + i);
    }
    struct fault inner;
    int found = t->store.spender(t->store.self, &tx->from, tx->seq, &t->at, words, &inner);
    if (found < 0) {
        *f = inner;
        return -1;
    }
    if (found && strncmp(words, hex32(id).text, 2 * ID_LEN) == 0) {
        fault_rule(f, "%s; %s is already%s", f->text, hex32(id).text, words + 2 * ID_LEN);
        return fault_answers(f, FAULT_KNOWN);
    }
    if (found)
        fault_rule(f, "%s; %s spends what %s spent", f->text, hex32(id).text, words);
    return -1;
}

static int unspent(struct tree *t, const struct tx *tx, const uint8_t id[ID_LEN],
                   const struct item *item, size_t before, struct fault *f)
{
    struct account_state from;
    if (account_get(t->state, &tx->from, &from, f))
        return -1;
    if (tx->seq >= from.seq)
        return 0;
    fault_rule(f, "tx: seq %" PRId64 ", expected %" PRId64, tx->seq, from.seq);
    return name_spender(t, tx, id, item, before, f);
}

int tree_unspent(struct tree *t, const struct tx *tx, const uint8_t id[ID_LEN], struct fault *f)
{
    return unspent(t, tx, id, NULL, 0, f);
}

/* Whether a block is where the tree is, or before it. */
static int has_ancestor(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    struct tree *t = self;
    struct node found;
    int has = tree_find(t, id, &found, f);
    if (has <= 0 || found.height > t->at.height)
        return has < 0 ? -1 : 0;
    return t->store.on_chain(t->store.self, found.n, &t->at, f);
}

static int id_of_ancestor(void *self, int64_t height, uint8_t id[ID_LEN], struct fault *f)
{
    struct tree *t = self;
    struct node ancestor;
    if (tree_ancestor(t, &t->at, height, &ancestor, f))
        return -1;
    memcpy(id, ancestor.id, ID_LEN);
    return 0;
}

struct apply_context tree_context(struct tree *t, int64_t height, int64_t time)
{
    return (struct apply_context){.state = t->state,
                                  .chain = t->genesis.id,
                                  .rules = &t->rules,
                                  .height = height,
                                  .time = time,
                                  .has_ancestor = has_ancestor,
                                  .ancestor = id_of_ancestor,
                                  .self = t};
}

static int apply_named(struct tree *t, const struct apply_context *in, const struct tx *tx,
                       const uint8_t id[ID_LEN], const struct item *item, size_t before,
                       int64_t *fees, struct fault *f)
{
    struct fault ignored;
    if (apply_tx(in, tx, fees, f) == 0)
        return 0;
    /* If the seq is used already, adds who used it; unspent leaves any other fault unchanged. */
    if (f->kind == FAULT_RULE && apply_check(t->genesis.id, &t->rules, tx, &ignored) == 0)
        unspent(t, tx, id, item, before, f);
    return -1;
}

int tree_begin(struct tree *t, struct fault *f)
{
    const struct apply_context next = tree_context(t, t->at.height + 1, t->at.time);
    state_begin(t->state);
    return members_begin_block(&next, f);
}

int tree_apply(struct tree *t, const struct tx *tx, const uint8_t id[ID_LEN], int64_t *fees,
               struct fault *f)
{
    const struct apply_context next = tree_context(t, t->at.height + 1, t->at.time);
    return apply_named(t, &next, tx, id, NULL, 0, fees, f);
}

/* One step of prefetching for AHEAD transactions from i on. */
static void prefetch_some(const struct tree *t, const struct item *item, size_t i,
                          enum state_step step)
{
    for (size_t end = i + AHEAD; i < end && i < item->count; i++)
        if (item->entries[i].type == &tx_type)
            apply_prefetch(t->state, &item->entries[i].tx, step);
}

/* Prefetches ahead of transaction i. */
static void prefetch_accounts(const struct tree *t, const struct item *item, size_t i)
{
    if (i % AHEAD)
        return;
    if (i == 0)
        prefetch_some(t, item, 0, STATE_PLACE);
    prefetch_some(t, item, i, STATE_VALUE);
    prefetch_some(t, item, i + AHEAD, STATE_PLACE);
}

static int apply_body(struct tree *t, const struct item *item, struct node *new, struct fault *f)
{
    struct apply_context in = tree_context(t, new->height, new->time);
    int64_t fees = 0;
    in.supply = &new->supply;
    if (tree_attests_count(t, &in, item, new, f) || members_begin_block(&in, f))
        return -1;
    for (size_t i = 0; i < item->count; i++) {
        const struct entry *e = &item->entries[i];
        prefetch_accounts(t, item, i);
        if (e->type != &tx_type)
            continue;
        if (apply_named(t, &in, &e->tx, e->id, item, i, &fees, f)) {
            f->line = item->line + 1 + i;
            return -1;
        }
    }
    if (apply_reward(t->state, &t->rules, new->height, &item->block.miner, fees, &new->supply, f))
        return -1;
    new->earned = rules_reward(&t->rules, new->height) + fees; /* at most the supply */
    return members_end_block(&in, f);
}

/* Reads the member lines of a genesis block. */
static int read_members(const struct item *item, struct member_set *out, struct fault *f)
{
    struct member m;
    for (size_t i = 0; i < item->count; i++) {
        const struct entry *e = &item->entries[i];
        if (e->type == &member_type &&
            (member_parse(item->text + e->at, e->len, &m, f) || member_set_add(out, &m, f))) {
            f->line = item->line + 1 + i;
            return -1;
        }
    }
    return 0;
}

/* Makes the chain's first members those of its genesis block, whose TARGET names their set if they
 * seal the chain. */
static int apply_members(struct tree *t, const struct item *item, struct node *new, struct fault *f)
{
    struct apply_context in = {.state = t->state, .rules = item->rules, .supply = &new->supply};
    struct member_set first = {0};
    uint8_t root[ID_LEN];
    int result = read_members(item, &first, f) || members_found(&in, &first, f) ? -1 : 0;
    if (!result && rules_seal(item->rules->seal)->by_members) {
        member_set_root(&first, root);
        if (memcmp(root, item->block.target, ID_LEN))
            result = fault_rule(f, "block: target is not the set of its member lines, %s",
                                hex32(root).text);
    }
    member_set_free(&first);
    return result;
}

static int apply_grants(struct tree *t, const struct item *item, struct node *new, struct fault *f)
{
    for (size_t i = 0; i < item->count; i++) {
        const struct grant *g = &item->entries[i].grant;
        if (g->amount && (rules_account(item->rules, &g->account, "grant: account", f) ||
                          apply_grant(t->state, &g->account, g->amount, &new->supply, f))) {
            f->line = item->line + 1 + i;
            return -1;
        }
    }
    return 0;
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
    if (apply_grants(t, item, new, f) || apply_members(t, item, new, f) ||
        tree_follow_members(t, item->rules, new, f))
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
    found = judge_header(t, &item->block, item->id, now, true, &parent, f);
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
    if (apply_body(t, item, new, f) || tree_follow_members(t, &t->rules, new, f))
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
