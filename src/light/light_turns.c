/*
 * `sign`: members take turns (block(5)). One member seals a header, so a set that it names is only
 * as good as its word, until enough others have sealed above it: as many members of the last
 * trusted set as the chain itself asks for, min(apart, half of them and one). One of those is
 * honest, or the chain is lost anyway; and an honest member has judged everything below its block.
 * The best chain is the one with the most weight up to the last head whose set is trusted so; of
 * equals, with the most in all.
 */
#include "light/light_parts.h"

#include "base/hex.h"

#include <inttypes.h>
#include <string.h>

/* So many headers may follow a change of the set that is not trusted yet. */
enum { UNSURE_MAX = 4096 };

static struct light_sealer *sealer_at(const struct light *c, size_t n)
{
    return (struct light_sealer *)(void *)c->sealed.sealers.data + n;
}

size_t light_turns_trusted(const struct light *c, size_t n)
{
    return sealer_at(c, n)->trusted;
}

/* --- Sets ------------------------------------------------------------------------------------- */

static const struct member_set *find_set(const struct light *c, const uint8_t root[ID_LEN])
{
    for (size_t i = 0; i < LIGHT_SETS; i++)
        if (c->sealed.sets[i].set.count && memcmp(c->sealed.sets[i].root, root, ID_LEN) == 0)
            return &c->sealed.sets[i].set;
    return NULL;
}

static void keep_set(struct light *c, const uint8_t root[ID_LEN], struct member_set *set)
{
    struct light_sealed *s = &c->sealed;
    if (!set->count || find_set(c, root))
        return;
    struct light_set *slot = &s->sets[s->sets_next++ % LIGHT_SETS];
    member_set_free(&slot->set);
    slot->set = *set;
    memcpy(slot->root, root, ID_LEN);
    *set = (struct member_set){0};
}

static const struct member_set *need_set(const struct light *c, const uint8_t root[ID_LEN],
                                         struct fault *f)
{
    const struct member_set *set = find_set(c, root);
    if (!set)
        fault_rule(f, "block: the lines of the set %s are missing, or too long ago",
                   hex32(root).text);
    return set;
}

/* --- Trust ------------------------------------------------------------------------------------ */

static bool is_new(const struct member *const *seen, size_t count, const struct member *m)
{
    for (size_t i = 0; i < count; i++)
        if (seen[i] == m)
            return false;
    return true;
}

/* The highest head above `trusted` that enough members of its set have sealed, or sealed above; or
 * `trusted` itself. */
static size_t next_trusted(const struct light *c, size_t n, size_t trusted,
                           const struct member_set *set)
{
    const struct member *seen[MEMBERS_MAX];
    const struct ancestry a = {.rules = &c->rules, .anchor = &c->chain, .sealers = set};
    size_t count = 0, needed = (size_t)seal_apart(&a) + 1;
    for (; n != trusted; n = head_at(&c->heads, n)->parent) {
        const struct member *m = member_set_find(set, sealer_at(c, n)->miner);
        if (!m || !is_new(seen, count, m))
            continue;
        seen[count++] = m;
        if (count == needed)
            return n;
    }
    return trusted;
}

/* Whether the set has not changed above the trusted head. */
static bool is_unchanged(const struct light *c, size_t n, size_t trusted)
{
    for (; n != trusted; n = head_at(&c->heads, n)->parent)
        if (memcmp(sealer_at(c, n)->set, sealer_at(c, trusted)->set, ID_LEN) != 0)
            return false;
    return true;
}

/* Follows the trusted head of a new one, whose parent's is noted with it; as far as the sets are
 * still here. */
static void follow_trust(struct light *c, size_t n)
{
    struct light_sealer *s = sealer_at(c, n);
    size_t trusted = s->trusted, last;
    do {
        const struct member_set *set = find_set(c, sealer_at(c, trusted)->set);
        last = trusted;
        if (is_unchanged(c, n, trusted))
            trusted = n;
        else if (set)
            trusted = next_trusted(c, n, last, set);
    } while (trusted != last);
    s->trusted = (uint32_t)trusted;
}

static bool is_better(const struct light *c, size_t n, size_t best)
{
    const struct head *h = head_at(&c->heads, n), *b = head_at(&c->heads, best);
    const struct head *sure = head_at(&c->heads, light_turns_trusted(c, n)),
                      *best_sure = head_at(&c->heads, light_turns_trusted(c, best));
    int order = u256_compare(sure->work, best_sure->work);
    return order ? order > 0 : chain_beats(h->work, b->work);
}

/* --- Headers ---------------------------------------------------------------------------------- */

/* Notes who sealed the newest head. */
static int add_sealer(struct light *c, const struct light_group *g, size_t trusted, struct fault *f)
{
    struct light_sealer s = {.trusted = (uint32_t)trusted};
    memcpy(s.set, g->block.target, ID_LEN);
    memcpy(s.miner, g->block.miner.id, ID_LEN);
    return buf_add(&c->sealed.sealers, &s, sizeof s) ? fault_memory(f) : 0;
}

int light_turns_begin(struct light *c, struct light_set *first, struct fault *f)
{
    struct light_sealer s = {.trusted = 0};
    memcpy(s.set, first->root, ID_LEN);
    c->sealed.sets[c->sealed.sets_next++] = *first;
    return buf_add(&c->sealed.sealers, &s, sizeof s) ? fault_memory(f) : 0;
}

int light_take_turn_anchor(struct light *c, struct light_group *g, struct fault *f)
{
    keep_set(c, g->block.target, &g->set);
    return add_sealer(c, g, c->anchor, f) ? -1 : 1;
}

/* How many blocks before a child of parent this account sealed the last, of so many; or 0. */
static int64_t lately(const struct light *c, size_t parent, const struct account *miner,
                      int64_t blocks)
{
    size_t n = parent;
    for (int64_t i = 1; i <= blocks && n != 0; i++) {
        if (memcmp(sealer_at(c, n)->miner, miner->id, ID_LEN) == 0)
            return i;
        n = head_at(&c->heads, n)->parent;
    }
    return 0;
}

/* Adds the head and chooses the best. 0, or -1 and a fault. */
static int add(struct light *c, const struct light_group *g, size_t parent, struct u256 weight,
               struct fault *f)
{
    size_t best = c->best, n = c->heads.count;
    if (light_add_child(c, &g->block, g->id, parent, weight, f))
        return -1;
    c->best = best;
    if (add_sealer(c, g, light_turns_trusted(c, parent), f))
        return -1;
    follow_trust(c, n);
    if (is_better(c, n, best))
        c->best = n;
    return 0;
}

int light_take_turn(struct light *c, struct light_group *g, size_t parent, int64_t now,
                    struct fault *f)
{
    struct ancestry a = light_ancestry(c, parent);
    const struct head *sure = head_at(&c->heads, light_turns_trusted(c, parent));
    a.sealers = need_set(c, sealer_at(c, parent)->set, f);
    a.next_set = g->block.target;
    if (!a.sealers)
        return 0;
    a.lately = lately(c, parent, &g->block.miner, seal_apart(&a));
    if (header_check(&a, &g->block, g->id, now, f))
        return light_answer(f);
    if (a.height - sure->height > UNSURE_MAX) {
        fault_rule(f,
                   LIGHT_NOT_ENOUGH ": the members changed above height %" PRIu32
                                    ", and too few of those before have sealed since",
                   sure->height);
        return 0;
    }
    struct u256 weight = header_weight(&a, &g->block);
    keep_set(c, g->block.target, &g->set);
    if (!need_set(c, g->block.target, f) || add(c, g, parent, weight, f))
        return light_answer(f);
    return 1;
}
