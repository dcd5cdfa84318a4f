#include "overlay/chord.h"

#include "virtual/draw.h"

#include <stdlib.h>

enum { BITS = 64 };

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

int chord_make(struct chord *c, uint32_t nodes, unsigned successors, uint32_t dead, uint64_t seed,
               struct fault *f)
{
    uint64_t ids = sim_stream(seed, "ids", 0), deaths = sim_stream(seed, "dead", 0);
    uint32_t live = 0;
    *c = (struct chord){.nodes = nodes, .successors = successors};
    c->ids = malloc(nodes * sizeof *c->ids);
    c->dead = malloc(nodes);
    if (c->ids == NULL || c->dead == NULL) {
        chord_free(c);
        return fault_memory(f);
    }
    for (uint32_t i = 0; i < nodes; i++) {
        c->ids[i] = chance_next(&ids); /* splitmix64 gives each number once */
        c->dead[i] = sim_happens(&deaths, dead);
        live += !c->dead[i];
    }
    if (live == 0)
        c->dead[0] = false;
    qsort(c->ids, nodes, sizeof *c->ids, by_number);
    return 0;
}

void chord_free(struct chord *c)
{
    free(c->ids);
    free(c->dead);
    c->ids = NULL;
    c->dead = NULL;
}

static uint32_t successor(const struct chord *c, uint64_t key)
{
    uint32_t low = 0, high = c->nodes;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (c->ids[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < c->nodes ? low : 0;
}

/* Whether x comes after `from` on the way round to `to`, which is not `from`. */
static bool is_before(uint64_t from, uint64_t x, uint64_t to)
{
    return x != from && x - from < to - from;
}

/* One step of a lookup. */
struct step {
    const struct chord *ring;
    uint32_t node;
    uint64_t key;
    uint32_t last; /* whom we tried last; the node itself: nobody */
    unsigned timeouts;
};

/* Whether this contact lives; asking the dead takes a timeout, once. */
static bool try(struct step *s, uint32_t contact)
{
    if (!s->ring->dead[contact])
        return true;
    s->timeouts += contact != s->last;
    s->last = contact;
    return false;
}

/* The first live one of the successors that are not before the key. With `next_only`, the key must
 * be the next one's, dead or not: a node looks farther down its list only in need. The ring's size:
 * none. */
static uint32_t owner(struct step *s, bool next_only)
{
    const struct chord *c = s->ring;
    for (unsigned i = 1; i <= c->successors && i < c->nodes; i++) {
        const uint32_t next = (s->node + i) % c->nodes;
        const bool before = is_before(c->ids[s->node], c->ids[next], s->key);
        if (before && next_only)
            break;
        if (!before && try(s, next))
            return next;
    }
    return c->nodes;
}

/* The live contact nearest before the key: a finger, or a successor; the ring's size: none. */
static uint32_t preceding(struct step *s)
{
    const struct chord *c = s->ring;
    const uint64_t id = c->ids[s->node];
    for (int i = BITS - 1; i >= 0; i--) {
        const uint32_t finger = successor(c, id + (UINT64_C(1) << i));
        if (is_before(id, c->ids[finger], s->key) && try(s, finger))
            return finger;
    }
    for (unsigned i = c->successors < c->nodes ? c->successors : c->nodes - 1; i > 0; i--) {
        const uint32_t next = (s->node + i) % c->nodes;
        if (is_before(id, c->ids[next], s->key) && try(s, next))
            return next;
    }
    return c->nodes;
}

/* Whether the key lies between the node before this one and this one. */
static bool is_own(const struct chord *c, uint32_t node, uint64_t key)
{
    const uint64_t before = c->ids[(node + c->nodes - 1) % c->nodes];
    return key == c->ids[node] || is_before(before, key, c->ids[node]);
}

struct chord_course chord_find(const struct chord *c, uint32_t node, uint64_t key)
{
    struct step s = {.ring = c, .node = node, .key = key, .last = node};
    struct chord_course course = {.found = is_own(c, node, key)};
    if (course.found)
        return course;
    for (;;) {
        uint32_t next = owner(&s, true);
        course.found = next < c->nodes;
        if (!course.found)
            next = preceding(&s);
        if (next == c->nodes) {
            next = owner(&s, false);
            course.found = next < c->nodes;
        }
        course.hops += next < c->nodes;
        course.timeouts = s.timeouts;
        if (course.found || next == c->nodes)
            return course;
        s.node = s.last = next;
    }
}
