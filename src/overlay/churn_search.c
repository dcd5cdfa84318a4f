/* The lookups of nodes that come and go. */
#include "overlay/churn_parts.h"

#include "base/array.h"

enum { SEEDS = 4 };      /* times k: contacts to begin with */
enum { INTRODUCED = 3 }; /* live nodes that a new one knows */

/* --- The list of searches --------------------------------------------------------------------- */

static uint64_t number_of(const struct churn *c, const struct churn_search *s)
{
    return (uint64_t)s->serial << 32 | (uint64_t)(s - c->searches);
}

struct churn_search *churn_search_of(const struct churn *c, uint64_t search)
{
    struct churn_search *s = &c->searches[(uint32_t)search];
    return s->serial == search >> 32 ? s : NULL;
}

static struct churn_search *take_free(struct churn *c, struct fault *f)
{
    uint32_t i = c->free_search;
    if (i == CHURN_NOBODY) {
        if (ARRAY_RESERVE(c->searches, c->searches_cap, c->searches_count + 1)) {
            fault_memory(f);
            return NULL;
        }
        i = (uint32_t)c->searches_count++;
    } else {
        c->free_search = c->searches[i].next_free;
    }
    c->searches[i] = (struct churn_search){.serial = ++c->serial};
    return &c->searches[i];
}

static void end(struct churn *c, struct churn_search *s)
{
    lookup_free(&s->lookup);
    s->serial = 0;
    s->next_free = c->free_search;
    c->free_search = (uint32_t)(s - c->searches);
}

void churn_search_drop(struct churn *c, uint32_t slot)
{
    for (size_t i = 0; i < c->searches_count; i++)
        if (c->searches[i].serial && c->searches[i].slot == slot)
            end(c, &c->searches[i]);
}

/* --- A search ------------------------------------------------------------------------------- */

/* A node that has just come knows some that live. */
static void introduce(struct churn *c, struct churn_search *s)
{
    for (int i = 0; i < INTRODUCED; i++) {
        const uint32_t slot = (uint32_t)chance_below(&c->chance, c->setup.nodes);
        if (slot != s->slot && c->nodes[slot].number != CHURN_NOBODY)
            lookup_add(&s->lookup, &c->nodes[slot].self, 1);
    }
}

int churn_search_start(struct churn *c, uint32_t slot, enum churn_purpose purpose,
                       const struct node_id *target, uint32_t item, struct fault *f)
{
    struct contact known[SEEDS * ROUTING_K_MAX];
    struct lookup_rules rules = lookup_rules_default;
    struct churn_node *n = &c->nodes[slot];
    struct churn_search *s = take_free(c, f);
    if (s == NULL)
        return -1;
    rules.k = c->setup.k;
    rules.alpha = c->setup.alpha;
    rules.self = n->self.id;
    s->slot = slot;
    s->purpose = purpose;
    s->item = item;
    s->since = c->queue.now;
    lookup_init(&s->lookup, target, &rules);
    routing_looked(&n->table, target, c->queue.now);
    const size_t count = routing_closest(&n->table, target, true, known, SEEDS * c->setup.k);
    for (size_t i = 0; i < count; i++)
        lookup_add(&s->lookup, &known[i], 1);
    if (purpose == CHURN_JOIN)
        introduce(c, s);
    return churn_search_step(c, s, f);
}

/* What comes of the end. */
static int put(struct churn *c, const struct churn_search *s, struct fault *f)
{
    struct contact near[ROUTING_K_MAX];
    const size_t count = lookup_closest(&s->lookup, near, c->setup.k);
    for (size_t i = 0; i < count; i++)
        if (churn_store(c, &near[i], s->item, f))
            return -1;
    return 0;
}

static int got(struct churn *c, const struct churn_search *s, bool found, struct fault *f)
{
    struct churn_hour *h = &c->hour;
    h->lookups++;
    h->found += found;
    return figures_add(&h->queries, s->lookup.asked) ||
                   figures_add(&h->timeouts, s->lookup.failed) ||
                   figures_add(&h->ms, (uint64_t)(c->queue.now - s->since))
               ? fault_memory(f)
               : 0;
}

/* Nobody answered a node that has just come: it tries again in a minute. The others refresh their
 * buckets once they know somebody. */
static int joined(struct churn *c, const struct churn_search *s, struct fault *f)
{
    const bool alone = s->lookup.answered == 0;
    const struct sim_event e = {.kind = CHURN_TIMER, .node = c->nodes[s->slot].number};
    return churn_after(c, alone ? 60000 : 0, &e, f);
}

int churn_search_step(struct churn *c, struct churn_search *s, struct fault *f)
{
    struct contact to;
    int failed = 0;
    while (!failed && lookup_next(&s->lookup, c->queue.now, &to))
        failed = churn_ask(c, c->nodes[s->slot].number, &to, number_of(c, s), f);
    if (failed || !lookup_done(&s->lookup))
        return failed;
    if (s->purpose == CHURN_PUT)
        failed = put(c, s, f);
    else if (s->purpose == CHURN_GET)
        failed = got(c, s, false, f);
    else if (s->purpose == CHURN_JOIN)
        failed = joined(c, s, f);
    end(c, s);
    return failed;
}

int churn_search_found(struct churn *c, struct churn_search *s, struct fault *f)
{
    const int failed = got(c, s, true, f);
    end(c, s);
    return failed;
}
