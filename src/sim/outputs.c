#include "base/num.h"
#include "sim/maelstrom.h"
#include "sim/parts.h"

#include <inttypes.h>
#include <string.h>

static int send_to_name(struct sim *s, struct sim_node *n, uint32_t name, struct engine_item *item,
                        struct fault *f)
{
    if (name >= s->base_count) /* a client, a service, or nobody here */
        return s->maelstrom != NULL ? sim_maelstrom_send(s, n, name, item, f) : 0;
    const uint32_t twin = s->nodes[name].twin;
    if (sim_message_send(s, n, name, item, f))
        return -1;
    return twin != UINT32_MAX ? sim_message_send(s, n, twin, item, f) : 0;
}

static int take_send(struct sim *s, struct sim_node *n, const struct engine_output *x,
                     struct fault *f)
{
    if (x->to == n->name && s->maelstrom == NULL) {
        sim_broken(s, SIM_PROCESS, "%s: send: to itself", n->label);
        return 0;
    }
    if (x->to != NODE_NONE)
        return send_to_name(s, n, x->to, x->item, f);
    for (uint32_t name = 0; name < s->base_count; name++)
        if (name != n->name && send_to_name(s, n, name, x->item, f))
            return -1;
    return 0;
}

static int take_save(struct sim *s, struct sim_node *n, struct engine_output *x, struct fault *f)
{
    struct engine_item *item = x->item;
    x->item = NULL;
    sim_count_up(s, SIM_COUNT_SAVES);
    return sim_disk_save(&n->disk, item, f);
}

/* --- Commits -------------------------------------------------------------------------------- */

static void trace_commit(struct sim *s, const struct sim_node *n, const struct engine_output *x)
{
    const bool named = x->id.client < node_names_count(s->names);
    sim_trace_begin(&s->trace, sim_now(s), "commit");
    sim_trace_word(&s->trace, n->label);
    sim_trace_number(&s->trace, x->index);
    sim_trace_word(&s->trace, named ? node_names_text(s->names, x->id.client) : "?");
    sim_trace_glue(&s->trace, ':', x->id.serial);
    sim_trace_lines(&s->trace, x->payload->text, x->payload->len);
    sim_trace_end(&s->trace);
}

static int give_snapshot(struct sim *s, struct sim_node *n, struct fault *f)
{
    s->text.len = 0;
    if (sim_registers_format(&n->registers, &s->text))
        return fault_memory(f);
    const struct engine_event e = {.kind = ENGINE_SNAPSHOT,
                                   .index = n->registers.applied,
                                   .payload = payload_new(s->text.data, s->text.len)};
    n->since_snapshot = 0;
    return e.payload == NULL ? fault_memory(f) : sim_node_give(s, n, &e, NULL, f);
}

static int count_record(struct sim *s, const struct engine_output *x, struct fault *f)
{
    if (x->index <= s->result->counts[SIM_COUNT_RECORDS])
        return 0;
    s->result->counts[SIM_COUNT_RECORDS] = x->index;
    const int64_t gap = sim_now(s) - s->last_record;
    s->last_record = sim_now(s);
    return sim_sample_add(s, SIM_SAMPLE_GAP, gap, f);
}

static int take_commit(struct sim *s, struct sim_node *n, const struct engine_output *x,
                       struct fault *f)
{
    struct sim_breach breach;
    const struct sim_record *record = NULL;
    if (x->payload == NULL) {
        sim_broken(s, SIM_PROCESS, "%s: a commit without a record", n->label);
        return 0;
    }
    sim_count_up(s, SIM_COUNT_COMMITS);
    if (sim_tracing(&s->trace))
        trace_commit(s, n, x);
    if (sim_order_commit(&s->order, (uint32_t)(n - s->nodes), n->registers.applied,
                         n->registers.chain, x, s->labels, &breach, &record, f))
        return -1;
    if (breach.property >= 0)
        sim_broken(s, (enum sim_property)breach.property, "%s", breach.text);
    if (record == NULL)
        return 0;
    sim_registers_apply(&n->registers, &record->operation, x->index, record->chain);
    n->since_snapshot++;
    if (count_record(s, x, f) || sim_clients_applied(s, n, &record->operation, f))
        return -1;
    return s->scenario->snapshot > 0 && n->since_snapshot >= s->scenario->snapshot
               ? give_snapshot(s, n, f)
               : 0;
}

static int take_restore(struct sim *s, struct sim_node *n, const struct engine_output *x,
                        struct fault *f)
{
    struct fault rule;
    if (sim_tracing(&s->trace)) {
        sim_trace_begin(&s->trace, sim_now(s), "restore");
        sim_trace_word(&s->trace, n->label);
        sim_trace_number(&s->trace, x->index);
        sim_trace_end(&s->trace);
    }
    if (x->payload == NULL ||
        sim_registers_restore(&n->registers, x->payload->text, x->payload->len, &rule))
        sim_broken(s, SIM_PROCESS, "%s: restore: %.200s", n->label,
                   x->payload ? rule.text : "no state");
    else if (n->registers.applied != x->index ||
             n->registers.chain != sim_order_chain(&s->order, x->index))
        sim_broken(s, SIM_ORDER, "%s is given another state at index %" PRIu64 " than there was",
                   n->label, x->index);
    n->registers.applied = x->index;
    n->since_snapshot = 0;
    return sim_clients_applied(s, n, NULL, f);
}

/* What its twin has asked may be answered to both, as they have one name. */
static bool was_read(const struct sim *s, const struct sim_node *n, uint64_t serial)
{
    const bool by_twin = n->twin != UINT32_MAX && serial <= s->nodes[n->twin].reads;
    return serial > 0 && (serial <= n->reads || by_twin);
}

static int take_answer(struct sim *s, struct sim_node *n, const struct engine_output *x,
                       struct fault *f)
{
    if (sim_tracing(&s->trace)) {
        sim_trace_begin(&s->trace, sim_now(s), "answer");
        sim_trace_word(&s->trace, n->label);
        sim_trace_number(&s->trace, x->serial);
        if (x->index == UINT64_MAX)
            sim_trace_word(&s->trace, "later");
        else
            sim_trace_number(&s->trace, x->index);
        sim_trace_end(&s->trace);
    }
    if (!was_read(s, n, x->serial))
        sim_broken(s, SIM_PROCESS, "%s: answer %" PRIu64 ": there was no such read", n->label,
                   x->serial);
    return sim_clients_answered(s, n, x->serial, x->index, f);
}

/* --- Notes ---------------------------------------------------------------------------------- */

/* The term and name of `leader TERM NAME`: NODE_NONE if it is none. */
static uint32_t leader_of(const struct sim *s, const char *text, size_t n, int64_t *term)
{
    const size_t skip = sizeof "leader " - 1;
    if (n <= skip || memcmp(text, "leader ", skip) != 0)
        return NODE_NONE;
    const char *blank = memchr(text + skip, ' ', n - skip);
    if (blank == NULL || number_parse(text + skip, (size_t)(blank - text) - skip, term))
        return NODE_NONE;
    return node_names_find(s->names, blank + 1, (size_t)(text + n - blank - 1));
}

static int take_note(struct sim *s, struct sim_node *n, const char *text, size_t len,
                     struct fault *f)
{
    struct sim_breach breach;
    int64_t term;
    if (sim_tracing(&s->trace)) {
        sim_trace_begin(&s->trace, sim_now(s), "event");
        sim_trace_word(&s->trace, n->label);
        sim_trace_lines(&s->trace, text, len);
        sim_trace_end(&s->trace);
    }
    const uint32_t leader = leader_of(s, text, len, &term);
    if (leader == NODE_NONE)
        return 0;
    if (sim_order_leader(&s->order, (uint64_t)term, leader, s->names, &breach, f))
        return -1;
    s->leader = leader < s->base_count ? leader : UINT32_MAX;
    s->result->counts[SIM_COUNT_LEADERS] = s->order.leader_count;
    if (breach.property >= 0)
        sim_broken(s, (enum sim_property)breach.property, "%s", breach.text);
    return 0;
}

/* -------------------------------------------------------------------------------------------- */

static int take(struct sim *s, struct sim_node *n, struct engine_output *x, struct fault *f)
{
    switch (x->kind) {
    case ENGINE_SEND:
        return take_send(s, n, x, f);
    case ENGINE_SAVE:
        return take_save(s, n, x, f);
    case ENGINE_FORGET:
        sim_disk_forget(&n->disk);
        return 0;
    case ENGINE_COMMIT:
        return take_commit(s, n, x, f);
    case ENGINE_RESTORE:
        return take_restore(s, n, x, f);
    case ENGINE_ANSWER:
        return take_answer(s, n, x, f);
    case ENGINE_NOTE:
        return take_note(s, n, s->out.text.data + x->at, x->n, f);
    }
    return 0;
}

int sim_outputs_take(struct sim *s, struct sim_node *n, struct fault *f)
{
    int result = 0;
    for (size_t i = 0; i < s->out.count && result == 0 && !s->over; i++)
        result = take(s, n, &s->out.list[i], f);
    engine_outputs_clear(&s->out);
    return result;
}
