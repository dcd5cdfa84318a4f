/* What nodes of a DHT that come and go send each other. */
#include "overlay/churn_parts.h"

#include <stdlib.h>

/* Bytes of a message, with the headers of IPv4 and UDP: a query of find_node in KRPC, an answer
 * without contacts, and a contact (BEP 5). */
enum { QUERY_BYTES = 28 + 92, ANSWER_BYTES = 28 + 70, CONTACT_BYTES = 26 };

static void count(struct churn *c, uint64_t bytes)
{
    c->hour.messages++;
    c->hour.bytes += bytes;
}

int churn_ask(struct churn *c, uint32_t from, const struct contact *to, uint64_t search,
              struct fault *f)
{
    const struct sim_event e = {
        .kind = CHURN_QUERY, .node = churn_number(to), .from = from, .number = search};
    count(c, QUERY_BYTES);
    return churn_after(c, c->setup.delay, &e, f);
}

int churn_ping(struct churn *c, uint32_t from, const struct contact *to, struct fault *f)
{
    return to->host_len ? churn_ask(c, from, to, CHURN_PING, f) : 0;
}

int churn_store(struct churn *c, const struct contact *to, uint32_t item, struct fault *f)
{
    const struct sim_event e = {.kind = CHURN_STORE, .node = churn_number(to), .number = item};
    count(c, QUERY_BYTES);
    return churn_after(c, c->setup.delay, &e, f);
}

/* --- Queries -------------------------------------------------------------------------------- */

/* Nobody is there: whoever asks finds out in time. */
static int no_answer(struct churn *c, const struct sim_event *e, struct fault *f)
{
    const struct lookup_rules *rules = &lookup_rules_default;
    const struct sim_event silence = {.kind = CHURN_SILENCE, .node = e->from, .from = e->node};
    const struct sim_event tick = {.kind = CHURN_TICK, .number = e->number};
    if (e->number == CHURN_PING)
        return churn_after(c, rules->timeout - c->setup.delay, &silence, f);
    return churn_after(c, rules->slow - c->setup.delay, &tick, f) ||
                   churn_after(c, rules->timeout - c->setup.delay, &tick, f)
               ? -1
               : 0;
}

static bool has_item(const struct churn_node *n, uint32_t item)
{
    return n->items[item / 64] >> item % 64 & 1;
}

static int answer_search(struct churn *c, struct churn_node *n, const struct sim_event *e,
                         struct fault *f)
{
    const struct churn_search *s = churn_search_of(c, e->number);
    struct sim_event back = {
        .kind = CHURN_ANSWER, .node = e->node, .from = e->from, .number = e->number};
    if (s == NULL)
        return 0; /* its answer would come too late for anybody */
    struct churn_answer *a = malloc(sizeof *a + c->setup.k * sizeof *a->nodes);
    if (a == NULL)
        return fault_memory(f);
    a->count = routing_closest(&n->table, &s->lookup.target, false, a->nodes, c->setup.k);
    a->found = s->purpose == CHURN_GET && has_item(n, s->item);
    count(c, ANSWER_BYTES + CONTACT_BYTES * a->count);
    back.data = a;
    if (churn_after(c, c->setup.delay, &back, f) == 0)
        return 0;
    free(a);
    return -1;
}

static int answer_ping(struct churn *c, const struct sim_event *e, struct fault *f)
{
    const struct sim_event back = {
        .kind = CHURN_ANSWER, .node = e->node, .from = e->from, .number = CHURN_PING};
    count(c, ANSWER_BYTES);
    return churn_after(c, c->setup.delay, &back, f);
}

static int query(struct churn *c, const struct sim_event *e, struct fault *f)
{
    struct churn_node *n = churn_node_of(c, e->node);
    const struct churn_node *asker = churn_node_of(c, e->from);
    struct contact ping = {.host_len = 0};
    if (n == NULL)
        return no_answer(c, e, f);
    if (asker != &c->nodes[churn_client(c)]) {
        const struct contact from = churn_contact(c, e->from);
        routing_heard(&n->table, &from, false, c->queue.now, &ping);
    }
    if (churn_ping(c, e->node, &ping, f))
        return -1;
    return e->number == CHURN_PING ? answer_ping(c, e, f) : answer_search(c, n, e, f);
}

/* --- Answers -------------------------------------------------------------------------------- */

static int answer(struct churn *c, const struct sim_event *e, struct fault *f)
{
    struct churn_node *n = churn_node_of(c, e->from);
    const struct churn_answer *a = e->data;
    const struct contact from = churn_contact(c, e->node);
    struct contact ping;
    if (n == NULL)
        return 0;
    routing_heard(&n->table, &from, true, c->queue.now, &ping);
    if (churn_ping(c, e->from, &ping, f))
        return -1;
    struct churn_search *s = e->number != CHURN_PING ? churn_search_of(c, e->number) : NULL;
    if (s == NULL || !lookup_answered(&s->lookup, &from, a->nodes, a->count))
        return 0;
    return a->found ? churn_search_found(c, s, f) : churn_search_step(c, s, f);
}

static int failed(struct churn *c, uint32_t from, const struct contact *whom, struct fault *f)
{
    struct churn_node *n = churn_node_of(c, from);
    struct contact ping;
    if (n == NULL)
        return 0;
    routing_failed(&n->table, whom, &ping);
    return churn_ping(c, from, &ping, f);
}

static int tick(struct churn *c, uint64_t search, struct fault *f)
{
    struct churn_search *s = churn_search_of(c, search);
    struct contact silent;
    if (s == NULL)
        return 0;
    while (lookup_tick(&s->lookup, c->queue.now, &silent))
        if (failed(c, c->nodes[s->slot].number, &silent, f))
            return -1;
    return churn_search_step(c, s, f);
}

static int silence(struct churn *c, const struct sim_event *e, struct fault *f)
{
    const struct contact whom = churn_contact(c, e->from);
    return failed(c, e->node, &whom, f);
}

static int store(struct churn *c, const struct sim_event *e)
{
    struct churn_node *n = churn_node_of(c, e->node);
    if (n != NULL)
        n->items[e->number / 64] |= UINT64_C(1) << e->number % 64;
    return 0;
}

int churn_message(struct churn *c, const struct sim_event *e, struct fault *f)
{
    switch (e->kind) {
    case CHURN_QUERY:
        return query(c, e, f);
    case CHURN_STORE:
        return store(c, e);
    case CHURN_TICK:
        return tick(c, e->number, f);
    case CHURN_SILENCE:
        return silence(c, e, f);
    default:
        break;
    }
    const int result = answer(c, e, f);
    free(e->data);
    return result;
}
