/* The clients of a run: each asks one operation at a time of some node, asks again if it is not
 * answered, and gives up after a while. */
#include "sim/parts.h"

#include <stdlib.h>

enum { LATER_MS = 20 };

int sim_clients_init(struct sim *s, struct fault *f)
{
    const struct sim_scenario *plan = s->scenario;
    if (plan->workload == SIM_WORK_NONE)
        return 0;
    s->workload = sim_stream(s->options->seed, "workload", 0);
    s->clients = calloc(plan->clients, sizeof *s->clients);
    s->recent = calloc(plan->keys, sizeof *s->recent);
    if (s->clients == NULL || s->recent == NULL || sim_history_init(s))
        return fault_memory(f);
    for (uint32_t i = 0; i < plan->keys; i++)
        s->recent[i] = SIM_NIL;
    for (uint32_t i = 0; i < plan->clients; i++) {
        s->clients[i].left = plan->operations ? plan->operations : INT64_MAX;
        if (sim_add(s, sim_now(s) + sim_draw(&s->workload, &plan->think), SIM_CLIENT, i, 0, f))
            return -1;
    }
    return 0;
}

void sim_clients_free(struct sim *s)
{
    for (uint32_t i = 0; s->clients != NULL && i < s->scenario->clients; i++)
        payload_unref(s->clients[i].payload);
    free(s->clients);
    free(s->recent);
}

static uint32_t number_of(const struct sim *s, const struct sim_client *c)
{
    return (uint32_t)(c - s->clients);
}

/* --- The end of an operation ---------------------------------------------------------------- */

static int end(struct sim *s, struct sim_client *c, enum op_kind kind, int64_t value,
               struct fault *f)
{
    if (kind == OP_OK || kind == OP_FAIL) {
        c->answered = c->answered || (s->live && c->invoked >= s->scenario->time);
        if (sim_sample_add(s, SIM_SAMPLE_OPERATION, sim_now(s) - c->invoked, f))
            return -1;
    }
    sim_count_up(s, kind == OP_OK     ? SIM_COUNT_OK
                    : kind == OP_INFO ? SIM_COUNT_UNKNOWN
                                      : SIM_COUNT_FAILED);
    c->busy = false;
    payload_unref(c->payload);
    c->payload = NULL;
    const int64_t think = sim_draw(&s->workload, &s->scenario->think);
    return sim_history_event(s, number_of(s, c), kind, value, f) ||
                   sim_add(s, sim_now(s) + (think > 0 ? think : 1), SIM_CLIENT, number_of(s, c), 0,
                           f)
               ? -1
               : 0;
}

/* Ends an operation that this node has applied. */
static int end_applied(struct sim *s, struct sim_client *c, const struct sim_node *n,
                       struct fault *f)
{
    const struct sim_session *session = &n->registers.sessions[number_of(s, c)];
    if (n->registers.applied > s->acknowledged)
        s->acknowledged = n->registers.applied;
    return end(s, c, session->no ? OP_FAIL : OP_OK, session->value, f);
}

static bool has_applied(const struct sim *s, const struct sim_client *c, const struct sim_node *n)
{
    return n->registers.sessions[number_of(s, c)].serial == c->op.serial;
}

/* --- A try ---------------------------------------------------------------------------------- */

/* In the liveness phase, the next of the healed nodes. */
static uint32_t next_healed(const struct sim *s, uint32_t after)
{
    for (uint32_t i = 1; i <= s->node_count; i++) {
        const uint32_t node = (uint32_t)(((uint64_t)after + i) % s->node_count);
        if (s->nodes[node].healed)
            return node;
    }
    return UINT32_MAX;
}

/* The node to ask; before the liveness phase, a random one that is up. UINT32_MAX: none was found.
 */
static uint32_t choose_node(struct sim *s, const struct sim_client *c)
{
    if (s->live)
        return next_healed(s, c->node);
    for (int i = 0; i < 64; i++) {
        const uint32_t node = (uint32_t)chance_below(&s->workload, s->node_count);
        if (s->nodes[node].up)
            return node;
    }
    return UINT32_MAX;
}

/* The first try of a proposal gives it its id. */
static int propose(struct sim *s, struct sim_client *c, struct sim_node *n, struct fault *f)
{
    if (has_applied(s, c, n))
        return end_applied(s, c, n, f);
    if (c->payload == NULL) {
        s->text.len = 0;
        if (sim_operation_format(&c->op, s->scenario->size, &s->text))
            return fault_memory(f);
        c->payload = payload_new(s->text.data, s->text.len);
        if (c->payload == NULL)
            return fault_memory(f);
        c->id = (struct proposal_id){n->name, ++s->serials[n->name]};
    }
    return sim_propose(s, n, c->id, c->payload, f);
}

static int ask(struct sim *s, struct sim_client *c, struct sim_node *n, struct fault *f)
{
    c->read = ++n->reads;
    if (sim_tracing(&s->trace)) {
        sim_trace_begin(&s->trace, sim_now(s), "read");
        sim_trace_word(&s->trace, n->label);
        sim_trace_number(&s->trace, c->read);
        sim_trace_end(&s->trace);
    }
    const struct engine_event e = {.kind = ENGINE_READ, .serial = c->read};
    return sim_node_give(s, n, &e, NULL, f);
}

static int try_once(struct sim *s, struct sim_client *c, struct fault *f)
{
    c->tries++;
    c->attempt++;
    c->node = choose_node(s, c);
    if (sim_add(s, sim_now(s) + s->scenario->timeout, SIM_TIMEOUT, number_of(s, c), c->attempt, f))
        return -1;
    if (c->node == UINT32_MAX)
        return 0;
    struct sim_node *n = &s->nodes[c->node];
    return c->reading ? ask(s, c, n, f) : propose(s, c, n, f);
}

/* --- Its beginning -------------------------------------------------------------------------- */

static enum sim_operation_kind choose_kind(struct sim *s)
{
    const struct sim_scenario *plan = s->scenario;
    if (plan->workload == SIM_WORK_LOG)
        return SIM_OP_LINE;
    const uint64_t drawn = chance_below(&s->workload, 100);
    return drawn < plan->reads                  ? SIM_OP_READ
           : drawn < plan->reads + plan->writes ? SIM_OP_WRITE
                                                : SIM_OP_CAS;
}

static void choose_operation(struct sim *s, struct sim_client *c)
{
    struct sim_operation *op = &c->op;
    op->kind = choose_kind(s);
    op->client = number_of(s, c);
    op->serial++;
    op->key = (uint32_t)chance_below(&s->workload, s->scenario->keys);
    op->expected = s->recent[op->key];
    op->value = op->kind == SIM_OP_READ ? SIM_NIL : ++s->next_value;
    if (op->kind == SIM_OP_WRITE || op->kind == SIM_OP_CAS)
        s->recent[op->key] = op->value;
    c->reading = op->kind == SIM_OP_READ && !s->scenario->log_reads;
}

int sim_client_begin(struct sim *s, uint32_t client, struct fault *f)
{
    struct sim_client *c = &s->clients[client];
    if (c->busy || (c->left == 0 && !(s->live && !c->answered)))
        return 0;
    c->left -= c->left != INT64_MAX && c->left > 0;
    choose_operation(s, c);
    c->busy = true;
    c->tries = 0;
    c->invoked = sim_now(s);
    sim_count_up(s, SIM_COUNT_INVOKED);
    return sim_history_event(s, client, OP_INVOKE, c->op.value, f) || try_once(s, c, f) ? -1 : 0;
}

int sim_client_timeout(struct sim *s, uint32_t client, uint64_t attempt, struct fault *f)
{
    struct sim_client *c = &s->clients[client];
    if (!c->busy || c->attempt != attempt)
        return 0;
    if (s->live || c->tries <= s->scenario->retries)
        return try_once(s, c, f);
    return end(s, c, c->reading ? OP_REFUSE : OP_INFO, SIM_NIL, f);
}

/* --- Answers -------------------------------------------------------------------------------- */

int sim_clients_applied(struct sim *s, const struct sim_node *n, const struct sim_operation *op,
                        struct fault *f)
{
    const uint32_t number = (uint32_t)(n - s->nodes);
    struct sim_client *c = op != NULL && s->clients != NULL && op->kind != SIM_OP_NONE &&
                                   op->client < s->scenario->clients
                               ? &s->clients[op->client]
                               : NULL;
    if (c != NULL && c->busy && c->node == number && !c->reading && has_applied(s, c, n) &&
        end_applied(s, c, n, f))
        return -1;
    for (uint32_t i = 0; op == NULL && s->clients != NULL && i < s->scenario->clients; i++) {
        c = &s->clients[i];
        if (c->busy && c->node == number && !c->reading && has_applied(s, c, n) &&
            end_applied(s, c, n, f))
            return -1;
    }
    return 0;
}

int sim_clients_answered(struct sim *s, const struct sim_node *n, uint64_t read, uint64_t index,
                         struct fault *f)
{
    const uint32_t number = (uint32_t)(n - s->nodes);
    for (uint32_t i = 0; s->clients != NULL && i < s->scenario->clients; i++) {
        struct sim_client *c = &s->clients[i];
        if (!c->busy || !c->reading || c->node != number || c->read != read)
            continue;
        return index == UINT64_MAX
                   ? sim_add(s, sim_now(s) + LATER_MS, SIM_TIMEOUT, i, c->attempt, f)
                   : end(s, c, OP_OK, n->registers.values[c->op.key], f);
    }
    return 0;
}

/* The liveness phase begins: whoever waits asks again, of nodes that have been healed. */
int sim_clients_live(struct sim *s, struct fault *f)
{
    for (uint32_t i = 0; s->clients != NULL && i < s->scenario->clients; i++) {
        struct sim_client *c = &s->clients[i];
        if (c->busy ? try_once(s, c, f) : sim_add(s, sim_now(s) + 1, SIM_CLIENT, i, 0, f))
            return -1;
    }
    return 0;
}
