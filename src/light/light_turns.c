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

/* The place of a set in the table, or LIGHT_SETS. */
static size_t place_of(const struct light *c, const uint8_t root[ID_LEN])
{
    size_t i = 0;
    while (i < LIGHT_SETS &&
           (!c->sealed.sets[i].set.count || memcmp(c->sealed.sets[i].root, root, ID_LEN) != 0))
        i++;
    return i;
}

static const struct member_set *find_set(const struct light *c, const uint8_t root[ID_LEN])
{
    size_t i = place_of(c, root);
    return i < LIGHT_SETS ? &c->sealed.sets[i].set : NULL;
}

/* The member of the last trusted set who answers for head n and its set: of those who sealed it, or
 * what is below it, the last. Whoever brings its own puppets answers for theirs, too. */
static const uint8_t *answers_for(const struct light *c, size_t n)
{
    size_t trusted = light_turns_trusted(c, n);
    const struct member_set *set = find_set(c, sealer_at(c, trusted)->set);
    for (size_t i = n; set && i != trusted; i = head_at(&c->heads, i)->parent)
        if (member_set_find(set, sealer_at(c, i)->miner))
            return sealer_at(c, i)->miner;
    return sealer_at(c, n)->miner;
}

static size_t count_by(const struct light *c, const uint8_t by[ID_LEN])
{
    size_t count = 0;
    for (size_t i = 0; i < LIGHT_SETS; i++)
        count += c->sealed.sets[i].set.count && memcmp(c->sealed.sets[i].by, by, ID_LEN) == 0;
    return count;
}

/* Whether what follows head n, or the best chain, is judged by this set; or the attest lines upon
 * what is final. */
static bool is_needed(const struct light *c, const struct light_set *s, size_t n)
{
    const struct light_counting last = light_counting(c, c->best);
    const size_t heads[] = {n, head_at(&c->heads, n)->parent, light_turns_trusted(c, n), c->best,
                            light_turns_trusted(c, c->best)};
    if (c->finality.follows && (&s->set == last.f.set || &s->set == last.e.set))
        return true;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (memcmp(s->root, sealer_at(c, heads[i])->set, ID_LEN) == 0)
            return true;
    return false;
}

/* Whether a goes before b: one of whoever has the most goes, so that nobody drives out what others
 * have named; of these, one from below the trusted head, the oldest; then the newest. */
static bool goes_first(const struct light *c, const struct light_set *a, const struct light_set *b)
{
    size_t trusted = light_turns_trusted(c, c->best);
    size_t ours = count_by(c, a->by), theirs = count_by(c, b->by);
    bool old = heads_is_ancestor(&c->heads, a->head, trusted),
         other = heads_is_ancestor(&c->heads, b->head, trusted);
    if (ours != theirs)
        return ours > theirs;
    if (old != other)
        return old;
    return old ? a->head < b->head : a->head > b->head;
}

/* Where the set of head n is put. */
static struct light_set *place_for(struct light *c, size_t n)
{
    struct light_set *first = NULL;
    for (size_t i = 0; i < LIGHT_SETS; i++) {
        struct light_set *s = &c->sealed.sets[i];
        if (!s->set.count)
            return s;
        if (!is_needed(c, s, n) && (!first || goes_first(c, s, first)))
            first = s;
    }
    return first; /* is_needed holds for seven at most */
}

void light_keep_set(struct light *c, size_t n, struct member_set *set)
{
    const uint8_t *root = sealer_at(c, n)->set, *by = answers_for(c, n);
    size_t i = place_of(c, root);
    bool known = i < LIGHT_SETS;
    if (known ? count_by(c, by) >= count_by(c, c->sealed.sets[i].by) : !set->count)
        return;
    struct light_set *s = known ? &c->sealed.sets[i] : place_for(c, n);
    if (!known) {
        member_set_free(&s->set);
        s->set = *set;
        memcpy(s->root, root, ID_LEN);
        *set = (struct member_set){0};
    }
    s->head = (uint32_t)n;
    memcpy(s->by, by, ID_LEN);
}

const struct member_set *light_turns_set(const struct light *c, size_t n)
{
    return find_set(c, sealer_at(c, n)->set);
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

bool light_turns_better(const struct light *c, size_t n, size_t than)
{
    const struct head *h = head_at(&c->heads, n), *b = head_at(&c->heads, than);
    const struct head *sure = head_at(&c->heads, light_turns_trusted(c, n)),
                      *best_sure = head_at(&c->heads, light_turns_trusted(c, than));
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
    c->sealed.sets[0] = *first;
    return buf_add(&c->sealed.sealers, &s, sizeof s) ? fault_memory(f) : 0;
}

int light_take_turn_anchor(struct light *c, struct light_group *g, struct fault *f)
{
    if (add_sealer(c, g, c->anchor, f))
        return -1;
    light_keep_set(c, c->anchor, &g->set);
    return 1;
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
    if (!light_turns_better(c, n, best))
        return 0;
    if (light_holds_final(c, n, f) == 0) {
        c->best = n;
        return 0;
    }
    c->heads.count--; /* nothing has looked it up yet */
    c->sealed.sealers.len -= sizeof(struct light_sealer);
    return -1;
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
    if ((!g->set.count && !need_set(c, g->block.target, f)) || add(c, g, parent, weight, f))
        return light_answer(f);
    light_keep_set(c, c->heads.count - 1, &g->set);
    return 1;
}
