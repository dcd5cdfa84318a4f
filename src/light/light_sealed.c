/* The headers of chains that members seal: what `bft` and `sign` have in common. */
#include "light/light_parts.h"

#include "base/array.h"
#include "base/hex.h"

#include <string.h>

void light_sealed_free(struct light_sealed *s)
{
    member_set_free(&s->next.set);
    for (size_t i = 0; i < LIGHT_SETS; i++)
        member_set_free(&s->sets[i].set);
    light_voted_free(s);
    ed25519_keys_free(&s->keys);
    buf_free(&s->sealers);
    buf_free(&s->lower);
}

bool light_expired(const struct light *c, int64_t now)
{
    const struct light_sealed *s = &c->sealed;
    return c->has_genesis && s->by_votes && s->period > 0 && now >= 0 &&
           now - head_at(&c->heads, s->trusted)->time > s->period;
}

const struct buf *light_evidence(const struct light *c)
{
    return &c->sealed.evidence;
}

/* Whoever lies loses what is staked, if that is proved before it returns: two thirds of the time
 * until then, rounded up, so that a third is left to prove it. */
int64_t light_bound_for(const struct rules *r)
{
    int64_t seconds;
    if (!r->unbonding)
        return 0;
    if (__builtin_mul_overflow(r->unbonding, r->spacing, &seconds))
        seconds = INT64_MAX;
    return seconds - seconds / 3;
}

void light_period(struct light *c, int64_t seconds)
{
    c->sealed.period = seconds < 0 && c->has_genesis ? light_bound_for(&c->rules) : seconds;
}

int light_sealed_begin(struct light *c, const struct item *genesis, struct member_set *first,
                       struct fault *f)
{
    struct light_sealed *s = &c->sealed;
    struct light_set set = {.set = *first};
    *first = (struct member_set){0};
    memcpy(set.root, genesis->block.target, ID_LEN);
    s->by_members = true;
    s->by_votes = c->chain.seal->has_votes;
    if (s->period < 0)
        s->period = light_bound_for(&c->rules);
    if (!s->by_votes)
        return light_turns_begin(c, &set, f);
    s->next = set;
    return 0;
}

int light_copy_set(const struct member_set *set, struct member_set *out)
{
    if (ARRAY_RESERVE(out->list, out->cap, set->count))
        return -1;
    memcpy(out->list, set->list, set->count * sizeof *set->list);
    out->count = set->count;
    out->weight = set->weight;
    return 0;
}

/* Whether the member lines of a group are the set that its header names. 0, or -1 and a rule. */
static int check_set(const struct light_group *g, struct fault *f)
{
    uint8_t root[ID_LEN];
    if (!g->set.count)
        return 0;
    member_set_root(&g->set, root);
    if (memcmp(root, g->block.target, ID_LEN) == 0)
        return 0;
    fault_rule(f, "member: these lines are not the set in their header, whose root is %s",
               hex32(g->block.target).text);
    f->line = g->line ? g->line + 1 : 0;
    return -1;
}

/* What can be said of each header by itself. 0, or -1 and a rule. */
static int check_alone(const struct light *c, const struct light_group *g, struct fault *f)
{
    if (block_is_genesis(&g->block))
        return fault_rule(f, "block: a second genesis");
    if (!c->sealed.by_votes && g->votes.count)
        return fault_rule(f, "vote: no votes stand on this chain");
    if ((c->set && checkpoints_check(c->set, g->block.height, g->id, f)) ||
        light_check_claims(c, &g->block, g->size, f))
        return -1;
    return check_set(g, f);
}

/* Begins at a checkpoint: its keys are believed, so nothing of the header is checked but its form.
 */
static int take_anchor(struct light *c, struct light_group *g, struct fault *f)
{
    const uint8_t *first = c->sealed.by_votes ? c->sealed.next.root
                                              : c->sealed.sets[0].root; /* genesis's set */
    if (!g->set.count && memcmp(g->block.target, first, ID_LEN) != 0) {
        fault_rule(f, "block: at the checkpoint, the lines of its set of members are missing");
        return 0;
    }
    if (header_alone(c->chain.seal, &g->block, g->id, f) ||
        light_add_child(c, &g->block, g->id, 0, (struct u256){{1}}, f))
        return light_answer(f);
    c->best = c->anchor = c->finality.final = 1;
    if (!c->sealed.by_votes)
        return light_take_turn_anchor(c, g, f);
    light_trust(c, 1, g);
    return 1;
}

/* The parent of this header is not known. A header under `sign` that brings its set may be meant as
 * a jump: but the best chain is the one with the most weight, and what is left out has none. -1 and
 * a rule. */
static int no_parent(const struct light *c, const struct light_group *g, struct fault *f)
{
    bool jumps = !c->sealed.by_votes && g->set.count > 0;
    return fault_rule(
        f, "block: its parent %s is not among the headers before it%s", hex32(g->block.prev).text,
        jumps ? ", and under `sign` none can be jumped over: their weight decides" : "");
}

static int judge_one(struct light *c, struct light_group *g, int64_t now, struct fault *f)
{
    size_t parent;
    int found = heads_find(&c->heads, g->block.prev, &parent, f);
    if (found < 0)
        return -1;
    if (!found && light_is_anchor(c, &g->block, g->id))
        return take_anchor(c, g, f);
    if (!found)
        return no_parent(c, g, f), 0;
    return c->sealed.by_votes ? light_take_next(c, g, parent, now, f)
                              : light_take_turn(c, g, parent, now, f);
}

/* A header that is here already, number n. */
static int judge_known(struct light *c, struct light_group *g, size_t n, int64_t now,
                       struct fault *f)
{
    size_t trusted = c->sealed.trusted;
    if (!c->sealed.by_votes)
        return light_keep_set(c, n, &g->set), 1;
    if (heads_is_ancestor(&c->heads, n, trusted))
        return light_take_again(c, g, n, f);
    if (!g->votes.count && heads_is_ancestor(&c->heads, trusted, n))
        return 1;
    return judge_one(c, g, now, f);
}

static int judge(struct light *c, struct light_group *g, struct light_group *second, bool jumps,
                 int64_t now, struct fault *f)
{
    size_t n;
    if (check_alone(c, g, f) || (jumps && check_alone(c, second, f)))
        return light_answer(f);
    if (jumps && !c->sealed.by_votes)
        return no_parent(c, g, f), 0;
    if (jumps)
        return light_take_jump(c, g, second, now, f);
    int known = heads_find(&c->heads, g->id, &n, f);
    if (known < 0)
        return -1;
    return known ? judge_known(c, g, n, now, f) : judge_one(c, g, now, f);
}

int light_judge_sealed(struct light *c, const char *text, size_t len, uint64_t line, int64_t now,
                       struct fault *f)
{
    struct light_group g = {0}, second = {0};
    const char *at = text, *end = text + len;
    int result = light_group_read(&at, end, line, &g, f);
    bool jumps = result == 0 && at < end;
    if (jumps) {
        result = light_group_read(&at, end, line ? line + 1 + g.lines : 0, &second, f);
        if (result == 0 && at < end)
            result = fault_rule(f, "block: a third header, where one is jumped to");
    }
    if (result == 0)
        result = judge(c, &g, &second, jumps, now, f);
    else
        result = light_answer(f);
    light_group_free(&g);
    light_group_free(&second);
    return result;
}
