#include "overlay/churn_parts.h"

#include "base/array.h"
#include "overlay/node_id_draw.h"

#include <stdlib.h>
#include <string.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

/* Addresses begin at 11.0.0.0, and each has a /24 of its own. */
enum { FIRST_NETWORK = 11 << 16, NUMBERS_MAX = 7 << 20 };

/* --- Nodes ---------------------------------------------------------------------------------- */

struct churn_node *churn_node_of(const struct churn *c, uint32_t number)
{
    const uint32_t slot = c->slots[number];
    return slot != CHURN_NOBODY ? &c->nodes[slot] : NULL;
}

struct contact churn_contact(const struct churn *c, uint32_t number)
{
    uint64_t chance = sim_stream(c->setup.seed, "node", number);
    const uint32_t network = FIRST_NETWORK + number;
    struct contact contact = {.id = node_id_draw(&chance), .host_len = 4, .port = 6881};
    contact.host[0] = (uint8_t)(network >> 16);
    contact.host[1] = (uint8_t)(network >> 8);
    contact.host[2] = (uint8_t)network;
    contact.host[3] = 1;
    return contact;
}

uint32_t churn_number(const struct contact *c)
{
    return ((uint32_t)c->host[0] << 16 | (uint32_t)c->host[1] << 8 | c->host[2]) - FIRST_NETWORK;
}

int churn_after(struct churn *c, int64_t ms, const struct sim_event *e, struct fault *f)
{
    return sim_queue_add(&c->queue, c->queue.now + ms, e, f);
}

/* A new node comes into the slot, and looks for its own id. */
static int join(struct churn *c, uint32_t slot, struct fault *f)
{
    struct routing_policy policy = routing_policy_default;
    struct churn_node *n = &c->nodes[slot];
    if (c->slots_count >= NUMBERS_MAX)
        return fault_trouble(f, "more than %d nodes would come and go", NUMBERS_MAX);
    if (ARRAY_RESERVE(c->slots, c->slots_cap, c->slots_count + 1))
        return fault_memory(f);
    n->number = (uint32_t)c->slots_count;
    c->slots[c->slots_count++] = slot;
    n->self = churn_contact(c, n->number);
    memset(n->items, 0, sizeof n->items);
    policy.k = c->setup.k;
    policy.refresh = c->setup.refresh;
    routing_init(&n->table, &n->self.id, &policy, c->queue.now);
    const struct sim_event leave = {.kind = CHURN_LEAVE, .node = n->number};
    if (slot != churn_client(c) && c->setup.session &&
        churn_after(c, sim_exponential(&c->sessions, c->setup.session), &leave, f))
        return -1;
    return churn_search_start(c, slot, CHURN_JOIN, &n->self.id, 0, f);
}

static int leave(struct churn *c, uint32_t number, struct fault *f)
{
    const uint32_t slot = c->slots[number];
    churn_search_drop(c, slot);
    routing_free(&c->nodes[slot].table);
    c->slots[number] = CHURN_NOBODY;
    c->hour.left++;
    return join(c, slot, f);
}

/* The lookups that a node's buckets need now. */
static int refresh(struct churn *c, uint32_t number, struct fault *f)
{
    struct churn_node *n = churn_node_of(c, number);
    struct node_id target;
    if (n == NULL)
        return 0;
    const uint32_t slot = (uint32_t)(n - c->nodes);
    if (routing_size(&n->table) == 0)
        return churn_search_start(c, slot, CHURN_JOIN, &n->self.id, 0, f);
    for (;;) {
        const struct node_id random = node_id_draw(&c->chance);
        if (!routing_refresh(&n->table, c->queue.now, &random, &target))
            break;
        if (churn_search_start(c, slot, CHURN_REFRESH, &target, 0, f))
            return -1;
    }
    const struct sim_event again = {.kind = CHURN_TIMER, .node = number};
    return sim_queue_add(&c->queue, routing_refresh_due(&n->table), &again, f);
}

/* --- Items ---------------------------------------------------------------------------------- */

static int publish(struct churn *c, uint32_t item, struct fault *f)
{
    const struct sim_event again = {.kind = CHURN_PUBLISH, .number = item};
    return churn_search_start(c, churn_client(c), CHURN_PUT, &c->keys[item], item, f) ||
                   churn_after(c, c->setup.republish, &again, f)
               ? -1
               : 0;
}

/* A node drawn at random looks for an item, once an hour. */
static int look(struct churn *c, uint32_t item, struct fault *f)
{
    const struct sim_event again = {.kind = CHURN_LOOK, .number = item};
    const uint32_t slot = (uint32_t)chance_below(&c->chance, c->setup.nodes);
    return churn_search_start(c, slot, CHURN_GET, &c->keys[item], item, f) ||
                   churn_after(c, HOUR, &again, f)
               ? -1
               : 0;
}

/* --- The course ----------------------------------------------------------------------------- */

static int obey(struct churn *c, const struct sim_event *e, struct fault *f)
{
    switch (e->kind) {
    case CHURN_TIMER:
        return refresh(c, e->node, f);
    case CHURN_LEAVE:
        return leave(c, e->node, f);
    case CHURN_START:
        return join(c, (uint32_t)e->number, f);
    case CHURN_PUBLISH:
        return publish(c, (uint32_t)e->number, f);
    case CHURN_LOOK:
        return look(c, (uint32_t)e->number, f);
    default:
        return churn_message(c, e, f);
    }
}

/* Nodes come in the first quarter of an hour; items are stored in the second half of the hour, and
 * looked for from the second hour on, each when as much of its hour has passed. */
static int plan(struct churn *c, struct fault *f)
{
    const struct churn_setup *s = &c->setup;
    for (uint32_t i = 0; i <= s->nodes; i++) {
        const struct sim_event e = {.kind = CHURN_START, .number = i};
        c->nodes[i].number = CHURN_NOBODY;
        if (sim_queue_add(&c->queue, (int64_t)i * 15 * MINUTE / s->nodes, &e, f))
            return -1;
    }
    for (uint32_t i = 0; i < s->items; i++) {
        const struct sim_event put = {.kind = CHURN_PUBLISH, .number = i};
        const struct sim_event get = {.kind = CHURN_LOOK, .number = i};
        const int64_t first = (int64_t)chance_below(&c->chance, 30 * (uint64_t)MINUTE);
        c->keys[i] = node_id_draw(&c->chance);
        if (sim_queue_add(&c->queue, HOUR / 2 + first, &put, f) ||
            sim_queue_add(&c->queue, HOUR + (int64_t)i * HOUR / s->items, &get, f))
            return -1;
    }
    return 0;
}

/* What nodes know at the end of an hour. */
static void measure(struct churn *c)
{
    uint64_t all = 0, stale = 0;
    for (uint32_t i = 0; i < c->setup.nodes; i++) {
        size_t place = 0;
        const struct routing_table *t = &c->nodes[i].table;
        for (const struct routing_entry *e; (e = routing_each(t, &place)) != NULL;) {
            if (e->fails >= t->policy.fails)
                continue;
            all++;
            stale += c->slots[churn_number(&e->contact)] == CHURN_NOBODY;
        }
    }
    c->hour.table = (double)all / c->setup.nodes;
    c->hour.stale = all ? (double)stale / (double)all : 0;
}

static void clear_hour(struct churn *c)
{
    figures_free(&c->hour.queries);
    figures_free(&c->hour.timeouts);
    figures_free(&c->hour.ms);
    c->hour = (struct churn_hour){.hour = c->hour.hour + 1};
}

static int run(struct churn *c, int (*take)(void *self, struct churn_hour *hour, struct fault *f),
               void *self, struct fault *f)
{
    struct sim_event e;
    while (c->hour.hour <= c->setup.hours) {
        const int64_t end = (int64_t)c->hour.hour * HOUR;
        while (sim_queue_next(&c->queue) < end) {
            sim_queue_take(&c->queue, &e);
            if (obey(c, &e, f))
                return -1;
        }
        measure(c);
        if (take(self, &c->hour, f))
            return -1;
        clear_hour(c);
    }
    return 0;
}

static void free_all(struct churn *c)
{
    struct sim_event e;
    while (sim_queue_take(&c->queue, &e))
        free(e.data);
    sim_queue_free(&c->queue);
    for (size_t i = 0; i < c->searches_count; i++)
        lookup_free(&c->searches[i].lookup);
    for (uint32_t i = 0; c->nodes != NULL && i <= c->setup.nodes; i++)
        routing_free(&c->nodes[i].table);
    clear_hour(c);
    free(c->nodes);
    free(c->slots);
    free(c->searches);
}

int churn_run(const struct churn_setup *setup,
              int (*take)(void *self, struct churn_hour *hour, struct fault *f), void *self,
              struct fault *f)
{
    struct churn c = {.setup = *setup, .free_search = CHURN_NOBODY, .hour.hour = 1};
    c.chance = sim_stream(setup->seed, "chance", 0);
    c.sessions = sim_stream(setup->seed, "sessions", 0);
    sim_queue_init(&c.queue);
    c.nodes = calloc((size_t)setup->nodes + 1, sizeof *c.nodes);
    int failed = c.nodes == NULL ? fault_memory(f) : plan(&c, f) || run(&c, take, self, f) ? -1 : 0;
    free_all(&c);
    return failed;
}
