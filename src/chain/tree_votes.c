/* Votes in bodies (block(5), "sign and bft"): two thirds of the members have agreed on the parent.
 */
#include "chain/tree_parts.h"

#include "base/hex.h"
#include "record/vote.h"

#include <inttypes.h>
#include <string.h>

/* What the votes before one agree on. */
struct tally {
    const struct node *parent;
    const struct member_set *voters;
    const uint8_t *chain;
    int64_t round, weight;
    uint8_t last[ID_LEN]; /* the key of the vote before */
    size_t count;
};

static int is_for_parent(const struct tally *t, const struct vote *v, struct fault *f)
{
    if (memcmp(v->line.chain, t->chain, ID_LEN))
        return fault_rule(f, "vote: another chain: %s", hex32(v->line.chain).text);
    if (v->height != t->parent->height)
        return fault_rule(f, "vote: height %" PRId64 ", expected the parent's, %" PRId64, v->height,
                          t->parent->height);
    if (!field_is(v->step, "precommit"))
        return fault_rule(f, "vote: step is not precommit");
    if (memcmp(v->block, t->parent->id, ID_LEN))
        return fault_rule(f, "vote: not for the parent, %s", hex32(t->parent->id).text);
    return 0;
}

static int count_vote(struct tally *t, const struct vote *v, struct fault *f)
{
    const struct member *m = member_set_find(t->voters, v->line.signer);
    if (is_for_parent(t, v, f))
        return -1;
    if (!m)
        return fault_rule(f, "vote: its key is no member of the set that votes");
    if (t->count && memcmp(t->last, m->key, ID_LEN) >= 0)
        return fault_rule(f, "vote: keys do not ascend");
    if (t->count++ && v->round != t->round)
        return fault_rule(f, "vote: round %" PRId64 ", but %" PRId64 " before it", v->round,
                          t->round);
    memcpy(t->last, m->key, ID_LEN);
    t->round = v->round;
    t->weight += m->weight; /* each member is counted once: it is at most that of the set */
    return 0;
}

static int count_votes(struct tally *t, const struct item *item, struct fault *f)
{
    for (size_t i = 0; i < item->signed_count; i++) {
        const struct entry *e = &item->entries[i];
        struct vote v;
        if (vote_parse(item->text + e->at, e->len, &v, f) || count_vote(t, &v, f)) {
            f->line = item->line + 1 + i;
            return -1;
        }
    }
    if (member_set_two_thirds(t->voters, t->weight))
        return 0;
    return fault_rule(f, "block: votes of weight %" PRId64 " are not over two thirds of %" PRId64,
                      t->weight, t->voters->weight);
}

/* Whether a line that members sign may stand in the body. */
static int check_type(const struct tree *t, const struct item *item, bool due, struct fault *f)
{
    const struct record_type *type = item->signed_count ? item->entries->type : NULL;
    if (!type || (type == &vote_type ? due : t->rules.finality > 0))
        return 0;
    f->line = item->line + 1;
    fault_rule(f, "block: no %s lines stand in %s", type->name,
               type == &vote_type && t->anchor.seal->has_votes ? "block 1"
                                                               : "blocks of this chain");
    f->line = item->line + 1;
    return -1;
}

int tree_votes_check(struct tree *t, const struct item *item, const struct node *parent,
                     struct node *new, struct fault *f)
{
    struct tally tally = {.parent = parent, .chain = t->genesis.id};
    bool due = t->anchor.seal->has_votes && parent->height > 0;
    new->final = due ? parent->n : parent->final;
    if (check_type(t, item, due, f))
        return -1;
    if (!due)
        return 0;
    return tree_voters(t, parent, &tally.voters, f) || count_votes(&tally, item, f) ? -1 : 0;
}
