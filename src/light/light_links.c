/* The links that attest lines make (vote(5)): which lines each has, and what it justifies. */
#include "light/light_parts.h"

#include <string.h>

static struct light_attested *lines_of(const struct light_link *l, size_t *count)
{
    *count = l->lines.len / sizeof(struct light_attested);
    return (struct light_attested *)(void *)l->lines.data;
}

static bool is_of(const struct light_link *l, const struct attest *a, size_t target)
{
    return l->target == target && l->source_height == a->source_height &&
           memcmp(l->source, a->source, ID_LEN) == 0;
}

int light_has_attested(const struct light *c, const struct attest *a, size_t target, size_t block)
{
    size_t count;
    for (size_t i = 0; i < c->finality.links_count; i++) {
        const struct light_link *l = &c->finality.links[i];
        const struct light_attested *lines = lines_of(l, &count);
        for (size_t j = 0; l->target == target && j < count; j++)
            if (memcmp(lines[j].key, a->line.signer, ID_LEN) == 0 &&
                heads_is_ancestor(&c->heads, lines[j].block, block))
                return lines[j].block == block && is_of(l, a, target) ? 1 : 2;
    }
    return 0;
}

/* Drops the lines of this key with this target in bodies above: no chain may hold them after one in
 * the body of block, though they were shown first. */
static void drop_above(struct light *c, const uint8_t key[ID_LEN], size_t target, size_t block)
{
    for (size_t i = 0; i < c->finality.links_count; i++) {
        struct light_link *l = &c->finality.links[i];
        size_t count, kept = 0;
        struct light_attested *lines = lines_of(l, &count);
        if (l->target != target)
            continue;
        for (size_t j = 0; j < count; j++)
            if (memcmp(lines[j].key, key, ID_LEN) ||
                !heads_is_ancestor(&c->heads, block, lines[j].block))
                lines[kept++] = lines[j];
        l->lines.len = kept * sizeof *lines;
    }
}

/* Whether a is forgotten before b, for a link with this target: a chain has no more lines with
 * lower targets, and those with this one are just coming, whoever else links to it. */
static bool goes_before(const struct light *c, const struct light_link *a,
                        const struct light_link *b, size_t target)
{
    uint32_t height = head_at(&c->heads, a->target)->height,
             other = head_at(&c->heads, b->target)->height;
    if ((a->target == target) != (b->target == target))
        return b->target == target;
    return height < other || (height == other && a->lines.len < b->lines.len);
}

/* The link that is forgotten for a new one. */
static struct light_link *least(struct light *c, size_t target)
{
    struct light_finality *x = &c->finality;
    struct light_link *found = &x->links[0];
    for (size_t i = 1; i < x->links_count; i++)
        if (goes_before(c, &x->links[i], found, target))
            found = &x->links[i];
    return found;
}

/* The link of this line, which may be new. */
static struct light_link *link_of(struct light *c, const struct attest *a, size_t target)
{
    struct light_finality *x = &c->finality;
    for (size_t i = 0; i < x->links_count; i++)
        if (is_of(&x->links[i], a, target))
            return &x->links[i];
    struct light_link *l = x->links_count < LIGHT_LINKS ? &x->links[x->links_count++]
                                                        : least(c, target);
    buf_free(&l->lines);
    buf_free(&l->by);
    *l = (struct light_link){.source_height = a->source_height, .target = (uint32_t)target};
    memcpy(l->source, a->source, ID_LEN);
    return l;
}

/* The weight of those members that have this link on the chain of this head. */
static int64_t weight_on(const struct light *c, const struct light_link *l, size_t block,
                         const struct light_members *members)
{
    size_t count, last = SIZE_MAX;
    const struct light_attested *lines = lines_of(l, &count);
    int64_t weight = 0;
    bool is_on = false;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].block != last)
            is_on = heads_is_ancestor(&c->heads, lines[i].block, block);
        last = lines[i].block;
        const struct member *m = is_on ? light_member(c, members, lines[i].key) : NULL;
        weight += m ? m->weight : 0; /* at most once on a chain: light_has_attested */
    }
    return weight;
}

static bool is_linked(const struct light *c, const struct light_link *l, size_t block,
                      const struct light_counting *sets)
{
    bool are_same = sets->e.set == sets->f.set && !c->finality.accused.len;
    return light_two_thirds(c, &sets->f, weight_on(c, l, block, &sets->f)) &&
           (are_same || light_two_thirds(c, &sets->e, weight_on(c, l, block, &sets->e)));
}

/* The lowest head above `at` that has lines of the link and descends from this block, or is on the
 * best chain as well; SIZE_MAX: none. Parents come before their children. */
static size_t next_above(const struct light *c, const struct light_link *l, size_t block, size_t at,
                         bool best_only)
{
    size_t count, found = SIZE_MAX;
    const struct light_attested *lines = lines_of(l, &count);
    for (size_t i = 0; i < count; i++)
        if (lines[i].block > at && lines[i].block < found &&
            heads_is_ancestor(&c->heads, block, lines[i].block) &&
            (!best_only || heads_is_ancestor(&c->heads, lines[i].block, c->best)))
            found = lines[i].block;
    return found;
}

/* Whether the body of this head, or one below it, is known to have completed the link. */
static bool was_linked(const struct light *c, const struct light_link *l, size_t block)
{
    const uint32_t *by = (const uint32_t *)(const void *)l->by.data;
    for (size_t i = 0; i < l->by.len / sizeof *by; i++)
        if (heads_is_ancestor(&c->heads, by[i], block))
            return true;
    return false;
}

/* What the link justifies by this body or by those above it, which may have come before it. 0, or
 * -1 and a fault. */
static int judge_link(struct light *c, struct light_link *l, size_t block,
                      const struct light_counting *sets, struct fault *f)
{
    size_t judged = 0;
    if (was_linked(c, l, block))
        return 0;
    for (size_t at = block; at != SIZE_MAX;
         at = next_above(c, l, block, at, ++judged >= LIGHT_ABOVE)) {
        uint32_t by = (uint32_t)at;
        if (was_linked(c, l, at) || !is_linked(c, l, at, sets))
            continue;
        if (light_justify(c, l->source_height, l->target, at, f))
            return -1;
        if (buf_add(&l->by, &by, sizeof by))
            return fault_memory(f);
    }
    return 0;
}

/* Drops the lines that are neither on the best chain nor in bodies up to this head. A chain has one
 * of each key, so few are left, however many copies of them somebody has mined. */
static void drop_others(const struct light *c, struct light_link *l, size_t block)
{
    size_t count, kept = 0;
    struct light_attested *lines = lines_of(l, &count);
    for (size_t i = 0; i < count; i++)
        if (heads_is_ancestor(&c->heads, lines[i].block, c->best) ||
            heads_is_ancestor(&c->heads, lines[i].block, block))
            lines[kept++] = lines[i];
    l->lines.len = kept * sizeof *lines;
}

int light_judge_again(struct light *c, const struct attest *a, size_t target, size_t block,
                      const struct light_counting *sets, struct fault *f)
{
    size_t before = c->finality.justified.len;
    if (judge_link(c, link_of(c, a, target), block, sets, f))
        return -1;
    c->finality.counted += c->finality.justified.len > before;
    return 0;
}

int light_count(struct light *c, const struct attest *a, size_t target, size_t block,
                const struct light_counting *sets, struct fault *f)
{
    struct light_link *l = link_of(c, a, target);
    struct light_attested line = {.block = (uint32_t)block};
    memcpy(line.key, a->line.signer, ID_LEN);
    drop_above(c, line.key, target, block);
    if (l->lines.len / sizeof line >= LIGHT_LINES)
        drop_others(c, l, block);
    if (buf_add(&l->lines, &line, sizeof line))
        return fault_memory(f);
    if (judge_link(c, l, block, sets, f)) {
        l->lines.len -= sizeof line;
        return -1;
    }
    c->finality.counted++;
    return 0;
}
