#include "mempool/intake.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct intake {
    struct ledger *ledger;
    struct intake_owner owner;
    struct orphans *orphans;
    struct branches *branches; /* NULL: side branches are appended at once */
    struct batch child;        /* an orphan, while it is processed */
    struct batch first;        /* the first block of a branch, while it is appended */
    struct buf parents;        /* ids of new blocks whose children have not been looked for yet */
    uint64_t evicted;          /* from branches */
    int64_t now;
};

struct intake *intake_new(struct ledger *l, bool strangers, struct intake_owner owner)
{
    struct intake *in = calloc(1, sizeof *in);
    if (!in)
        return NULL;
    in->ledger = l;
    in->owner = owner;
    in->orphans = orphans_new();
    if (strangers)
        in->branches = branches_new();
    if (in->orphans && (in->branches || !strangers))
        return in;
    intake_free(in);
    return NULL;
}

void intake_free(struct intake *in)
{
    if (!in)
        return;
    orphans_free(in->orphans);
    branches_free(in->branches);
    batch_free(&in->child);
    batch_free(&in->first);
    buf_free(&in->parents);
    free(in);
}

static int note_parent(struct intake *in, const uint8_t id[ID_LEN], struct fault *f)
{
    return buf_add(&in->parents, id, ID_LEN) ? fault_memory(f) : 0;
}

/* --- Side branches ---------------------------------------------------------------------------- */

/* Whether a block waits, or has to. 1 or 0, -1 and trouble. */
static int has_to_wait(struct intake *in, const struct item *item, struct fault *f)
{
    struct node node;
    struct tree *t = &in->ledger->tree;
    if (!in->branches || !t->has_genesis || t->anchor.seal->rules.by_members)
        return 0;
    if (branches_has(in->branches, item->block.prev) || branches_has(in->branches, item->id))
        return 1;
    int side = side_of(t, &item->block, &node, f);
    if (side == SIDE_NEAR) {
        int fits = side_fits(in->ledger, item->size, f);
        side = fits < 0 ? -1 : fits ? SIDE_NEAR : SIDE_FAR;
    }
    if (side != SIDE_FAR)
        return side < 0 ? -1 : 0;
    int known = tree_find(t, item->id, &node, f);
    return known < 0 ? -1 : !known;
}

/* Whether a block that a member may have sealed is on a branch that is not taken from strangers. 1
 * or 0, -1 and trouble. Nothing is computed for it that needs a state far from the tip. */
static int is_unwanted(struct intake *in, const struct item *item, struct fault *f)
{
    struct node node;
    struct tree *t = &in->ledger->tree;
    if (!in->branches || !t->has_genesis || !t->anchor.seal->rules.by_members)
        return 0;
    int found = tree_find(t, item->block.prev, &node, f);
    if (found <= 0 || node.n == t->best.n)
        return found < 0 ? -1 : 0;
    int near = side_forks_near(t, &node, f);
    int side = near > 0 ? side_of(t, &item->block, &node, f) : SIDE_FAR;
    int fits = near > 0 && side > SIDE_BEST ? side_fits_member(in->ledger, &node, item, f) : near;
    int known = tree_find(t, item->id, &node, f);
    return near < 0 || side < 0 || fits < 0 || known < 0 ? -1 : !fits && !known;
}

static int refuse_unwanted(struct intake *in, const struct item *item, struct fault *f)
{
    struct fault why;
    fault_rule(
        &why,
        "block: a side branch more than %d blocks below the best tip, %" PRId64
        ", or one too many by its miner: not taken from a network (without -p, it is appended)",
        SIDE_DEPTH, in->ledger->tree.best.height);
    fault_answers(&why, FAULT_LATER);
    why.line = item->line;
    return in->owner.invalid(in->owner.self, item, &why, f);
}

/* Refuses what descends from this block, which was refused itself. */
static int lose_branch(struct intake *in, const uint8_t from[ID_LEN], struct fault *f)
{
    struct buf lost = {0};
    uint8_t id[ID_LEN], parent[ID_LEN];
    uint64_t line;
    int result = buf_add(&lost, from, ID_LEN) ? fault_memory(f) : 0;
    for (size_t i = 0; i < lost.len && !result; i += ID_LEN) {
        memcpy(parent, lost.data + i, ID_LEN);
        while (!result && branches_drop(in->branches, parent, id, &line)) {
            result = in->owner.dropped(in->owner.self, id, line, parent, f);
            if (!result && buf_add(&lost, id, ID_LEN))
                result = fault_memory(f);
        }
    }
    buf_free(&lost);
    return result;
}

static int append(struct intake *in, const struct item *item, struct fault *f);

/* Appends the branch that ends at this waiting block. */
static int append_branch(struct intake *in, const uint8_t last[ID_LEN], struct fault *f)
{
    uint8_t tip[ID_LEN];
    int got;
    memcpy(tip, last, ID_LEN);
    while ((got = branches_take(in->branches, tip, &in->first, f)) > 0)
        if (append(in, &in->first.items[0], f))
            return -1;
    return got;
}

/* A block on a far branch. */
static int keep_waiting(struct intake *in, const struct item *item, struct fault *f)
{
    struct fault why = {0};
    int verdict = TREE_BAD;
    size_t evicted;
    if (branches_has(in->branches, item->id))
        return in->owner.waits(in->owner.self, item, true, f);
    if (in->owner.admit(in->owner.self, item, &why) == 0)
        verdict = branches_add(in->branches, &in->ledger->tree, item, in->now, &why);
    if (verdict < 0 || (verdict == TREE_BAD && why.kind != FAULT_RULE)) {
        *f = why;
        return -1;
    }
    if (verdict == TREE_BAD)
        return in->owner.invalid(in->owner.self, item, &why, f);
    if (verdict == TREE_ORPHAN)
        return orphans_add(in->orphans, item) ? fault_memory(f) : 0;
    if (note_parent(in, item->id, f))
        return -1;
    if (branches_outweighs(in->branches, &in->ledger->tree, item->id))
        return append_branch(in, item->id, f);
    if (branches_evict(in->branches, &evicted))
        return fault_memory(f);
    in->evicted += evicted;
    return in->owner.waits(in->owner.self, item, false, f);
}

/* --- All blocks ------------------------------------------------------------------------------- */

static int append(struct intake *in, const struct item *item, struct fault *f)
{
    struct reorg reorg;
    struct fault why = {0};
    int verdict = in->owner.append(in->owner.self, item, &reorg, &why);
    switch (verdict) {
    case TREE_GOOD:
        return in->owner.accepted(in->owner.self, item, &reorg, f) || note_parent(in, item->id, f)
                   ? -1
                   : 0;
    case TREE_BAD:
        if (in->owner.invalid(in->owner.self, item, &why, f))
            return -1;
        return in->branches ? lose_branch(in, item->id, f) : 0;
    case TREE_ORPHAN:
        return orphans_add(in->orphans, item) ? fault_memory(f) : 0;
    case TREE_KNOWN:
        return in->owner.duplicate(in->owner.self, item, f);
    default:
        *f = why;
        return -1;
    }
}

static int take(struct intake *in, const struct item *item, struct fault *f)
{
    int unwanted = is_unwanted(in, item, f);
    int waits = unwanted ? 0 : has_to_wait(in, item, f);
    if (unwanted < 0 || waits < 0)
        return -1;
    if (unwanted)
        return refuse_unwanted(in, item, f);
    return waits ? keep_waiting(in, item, f) : append(in, item, f);
}

/* Takes the orphans whose parents have just been appended or begun to wait, then those that waited
 * for them, and so on. */
static int take_children(struct intake *in, struct fault *f)
{
    for (size_t i = 0; i < in->parents.len; i += ID_LEN) {
        uint8_t parent[ID_LEN];
        int got;
        memcpy(parent, in->parents.data + i, ID_LEN);
        while ((got = orphans_take(in->orphans, parent, &in->child, f)) > 0)
            if (take(in, &in->child.items[0], f))
                return -1;
        if (got < 0)
            return -1;
    }
    in->parents.len = 0;
    return 0;
}

static int evict_orphans(struct intake *in, bool all, struct fault *f)
{
    uint8_t id[ID_LEN], parent[ID_LEN];
    uint64_t line;
    while (orphans_evict(in->orphans, all, id, &line, parent))
        if (in->owner.dropped(in->owner.self, id, line, parent, f))
            return -1;
    return 0;
}

int intake_block(struct intake *in, const struct item *item, int64_t now, struct fault *f)
{
    in->now = now;
    return take(in, item, f) || take_children(in, f) || evict_orphans(in, false, f) ? -1 : 0;
}

int intake_end(struct intake *in, struct fault *f)
{
    return evict_orphans(in, true, f);
}

uint64_t intake_left(const struct intake *in)
{
    return in->evicted + (in->branches ? branches_count(in->branches) : 0);
}
