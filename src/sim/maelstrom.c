#include "sim/maelstrom.h"

#include "maelstrom/maelstrom_node.h"
#include "simprocess/text_item.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sim_process *sim_maelstrom_process(const struct sim *s, const struct sim_words *words,
                                          const struct engine_setup *setup, struct fault *f)
{
    const struct sim_scenario *plan = s->scenario;
    const struct maelstrom_node_setup node = {.words = words->list,
                                              .count = words->count,
                                              .engine = setup,
                                              .topology = plan->maelstrom->topology,
                                              .pace = (enum maelstrom_pace)plan->pace,
                                              .silence = plan->silence};
    return maelstrom_node_new(&node, f);
}

/* --- Clients and services --------------------------------------------------------------------- */

static int add_name(struct sim *s, const char *name, uint32_t number, struct fault *f)
{
    const uint32_t node = node_names_add(s->names, name, strlen(name), f);
    if (node == NODE_NONE)
        return -1;
    return node == number ? 0 : fault_rule(f, "%s is no name for a node: a client has it", name);
}

static int add_names(struct sim *s, struct fault *f)
{
    struct maelstrom *m = s->maelstrom;
    char name[16];
    for (uint32_t i = 0; i < m->client_count; i++) {
        snprintf(name, sizeof name, "c%u", i + 1);
        if (add_name(s, name, s->base_count + i, f))
            return -1;
    }
    for (int i = 0; i < MAELSTROM_SERVICES; i++)
        if (add_name(s, maelstrom_service_name(i), s->base_count + m->client_count + (uint32_t)i,
                     f))
            return -1;
    return 0;
}

/* As many clients as the scenario has, but one for each member at least; and one for each member
 * that reads last. */
static int add_clients(struct sim *s, struct fault *f)
{
    struct maelstrom *m = s->maelstrom;
    const uint32_t members = (uint32_t)s->member_count;
    const uint32_t asking = s->scenario->clients > members ? s->scenario->clients : members;
    if (members == 0)
        return fault_rule(f, "maelstrom: there are no members");
    m->client_count = asking + members;
    m->clients = calloc(m->client_count, sizeof *m->clients);
    if (m->clients == NULL)
        return fault_memory(f);
    for (uint32_t i = 0; i < m->client_count; i++)
        m->clients[i] = (struct maelstrom_client){
            .asks = SIZE_MAX,
            .node = s->members[(i < asking ? i : i - asking) % members],
            .reads_last = i >= asking};
    for (uint32_t i = 0; i < asking; i++)
        if (sim_add(s, 1 + sim_draw(&m->chance, &s->scenario->think), SIM_ASK, i, 0, f))
            return -1;
    return 0;
}

int sim_maelstrom_init(struct sim *s, struct fault *f)
{
    const uint64_t seed = s->options->seed;
    if (s->scenario->maelstrom == NULL)
        return 0;
    struct maelstrom *m = s->maelstrom = calloc(1, sizeof *m);
    if (m == NULL)
        return fault_memory(f);
    m->workload = s->scenario->maelstrom;
    m->delays = sim_stream(seed, "services", 0);
    m->chance = sim_stream(seed, "workload", 0);
    for (int i = 0; i < MAELSTROM_SERVICES; i++)
        if (!(m->services[i] = maelstrom_service_new(i, sim_stream(seed, "service", (uint64_t)i))))
            return fault_memory(f);
    return add_clients(s, f) || add_names(s, f) ? -1 : 0;
}

void sim_maelstrom_free(struct sim *s)
{
    struct maelstrom *m = s->maelstrom;
    if (m == NULL)
        return;
    for (int i = 0; i < MAELSTROM_SERVICES; i++)
        maelstrom_service_free(m->services[i]);
    maelstrom_history_free(&m->history);
    free(m->clients);
    free(m);
}

/* --- Messages --------------------------------------------------------------------------------- */

/* Traces a message from or to a client or a service. */
static void trace_send(struct sim *s, const char *first, const char *second, const char *text,
                       size_t n)
{
    if (!sim_tracing(&s->trace))
        return;
    sim_trace_message(s, "send", first, second, s->messages);
    if (n > 0)
        sim_trace_lines(&s->trace, text, n);
    sim_trace_end(&s->trace);
}

static int add_message(struct sim *s, enum sim_event_kind kind, uint32_t from, uint32_t to,
                       struct engine_item *item, int64_t delay, struct fault *f)
{
    const struct sim_event e = {
        .kind = kind, .node = to, .from = from, .number = s->messages, .data = item};
    sim_count_up(s, SIM_COUNT_SENT);
    if (sim_queue_add(&s->queue, sim_now(s) + (delay > 0 ? delay : 1), &e, f) == 0)
        return 0;
    engine_item_unref(item);
    return -1;
}

int maelstrom_post(struct sim *s, uint32_t from, uint32_t node, const json_t *body, int64_t delay,
                   struct fault *f)
{
    struct buf line = {0};
    const char *name = node_names_text(s->names, from);
    int failed = maelstrom_message_format(name, node_names_text(s->names, s->nodes[node].name),
                                          body, &line);
    struct engine_item *item = failed ? NULL : text_item_new(line.data, line.len);
    s->messages++;
    if (item != NULL)
        trace_send(s, name, s->labels[node], line.data, line.len);
    buf_free(&line);
    return item != NULL ? add_message(s, SIM_REQUEST, from, node, item, delay, f) : fault_memory(f);
}

int sim_maelstrom_send(struct sim *s, const struct sim_node *n, uint32_t name,
                       struct engine_item *item, struct fault *f)
{
    struct maelstrom *m = s->maelstrom;
    const bool to_client = name < s->base_count + m->client_count;
    const int64_t delay = to_client ? 1 : sim_draw(&m->delays, &s->scenario->delay);
    s->messages++;
    s->text.len = 0;
    if (item->type->item_format(item, s->names, &s->text))
        return fault_memory(f);
    trace_send(s, n->label, node_names_text(s->names, name), s->text.data, s->text.len);
    return add_message(s, SIM_REPLY, (uint32_t)(n - s->nodes), name, engine_item_ref(item), delay,
                       f);
}

static void trace_arrival(struct sim *s, const char *word, const char *first, const char *second,
                          uint64_t number, const char *why)
{
    if (!sim_tracing(&s->trace))
        return;
    sim_trace_message(s, word, first, second, number);
    if (why != NULL)
        sim_trace_word(&s->trace, why);
    sim_trace_end(&s->trace);
}

int sim_maelstrom_request(struct sim *s, const struct sim_event *e, struct fault *f)
{
    struct sim_node *n = &s->nodes[e->node];
    const char *from = node_names_text(s->names, e->from);
    const struct engine_event event = {.kind = ENGINE_MESSAGE, .from = e->from, .count = 1};
    if (!n->up) {
        sim_count_up(s, SIM_COUNT_DROPPED);
        trace_arrival(s, "drop", from, n->label, e->number, "down");
        engine_item_unref(e->data);
        return 0;
    }
    sim_count_up(s, SIM_COUNT_DELIVERED);
    trace_arrival(s, "recv", n->label, from, e->number, NULL);
    return sim_node_give(s, n, &event, e->data, f);
}

/* A service answers the node that asked it. */
static int serve(struct sim *s, uint32_t service, uint32_t node, const struct maelstrom_message *q,
                 struct fault *f)
{
    struct maelstrom *m = s->maelstrom;
    json_t *body = maelstrom_service_answer(m->services[service], q, f);
    if (body == NULL)
        return -1;
    const uint32_t from = s->base_count + m->client_count + service;
    int result = maelstrom_post(s, from, node, body, sim_draw(&m->delays, &s->scenario->delay), f);
    json_decref(body);
    return result;
}

int sim_maelstrom_reply(struct sim *s, const struct sim_event *e, struct fault *f)
{
    struct maelstrom *m = s->maelstrom;
    struct engine_item *item = e->data;
    struct maelstrom_message message;
    const uint32_t number = e->node - s->base_count;
    s->text.len = 0;
    int failed = item->type->item_format(item, s->names, &s->text);
    engine_item_unref(item);
    if (failed)
        return fault_memory(f);
    sim_count_up(s, SIM_COUNT_DELIVERED);
    trace_arrival(s, "recv", node_names_text(s->names, e->node), s->labels[e->from], e->number,
                  NULL);
    if (maelstrom_message_parse(s->text.data, s->text.len - 1, &message, f))
        return -1;
    int result = number < m->client_count
                     ? maelstrom_client_answered(s, number, e->from, &message, f)
                     : serve(s, number - m->client_count, e->from, &message, f);
    maelstrom_message_free(&message);
    return result;
}
