#include "sim/parts.h"

void sim_trace_message(struct sim *s, const char *word, const char *first, const char *second,
                       uint64_t number)
{
    sim_trace_begin(&s->trace, sim_now(s), word);
    sim_trace_word(&s->trace, first);
    sim_trace_word(&s->trace, second);
    sim_trace_number(&s->trace, number);
}

static void trace_message(struct sim *s, const char *word, uint32_t first, uint32_t second,
                          uint64_t number)
{
    sim_trace_message(s, word, s->labels[first], s->labels[second], number);
}

static int trace_send(struct sim *s, uint32_t from, uint32_t to, const struct engine_item *item,
                      struct fault *f)
{
    trace_message(s, "send", from, to, s->messages);
    s->text.len = 0;
    if (item->type->item_format(item, s->names, &s->text))
        return fault_memory(f);
    sim_trace_lines(&s->trace, s->text.data, s->text.len);
    sim_trace_end(&s->trace);
    return 0;
}

static void drop(struct sim *s, uint32_t from, uint32_t to, uint64_t number, const char *why)
{
    sim_count_up(s, SIM_COUNT_DROPPED);
    if (!sim_tracing(&s->trace))
        return;
    trace_message(s, "drop", from, to, number);
    sim_trace_word(&s->trace, why);
    sim_trace_end(&s->trace);
}

/* Whether both are healed for good, so that no fault may touch what passes between them. */
static bool calm(const struct sim *s, uint32_t from, uint32_t to)
{
    return s->nodes[from].healed && s->nodes[to].healed;
}

static int post(struct sim *s, uint32_t from, uint32_t to, struct engine_item *item,
                uint64_t number, bool is_calm, struct fault *f)
{
    const int64_t delay = sim_links_delay(&s->links, from, to, is_calm);
    const int64_t time = sim_links_in_order(&s->links, from, to, sim_now(s) + delay);
    const struct sim_event e = {.kind = SIM_MESSAGE,
                                .node = to,
                                .from = from,
                                .number = number,
                                .data = engine_item_ref(item)};
    if (sim_queue_add(&s->queue, time, &e, f) == 0)
        return 0;
    engine_item_unref(item);
    return -1;
}

static int duplicate(struct sim *s, uint32_t from, uint32_t to, struct engine_item *item,
                     struct fault *f)
{
    const uint64_t number = s->messages++;
    sim_count_up(s, SIM_COUNT_DUPLICATED);
    if (sim_tracing(&s->trace)) {
        trace_message(s, "dup", from, to, number);
        sim_trace_number(&s->trace, s->messages);
        sim_trace_end(&s->trace);
    }
    return post(s, from, to, item, s->messages, false, f);
}

int sim_message_send(struct sim *s, struct sim_node *sender, uint32_t to, struct engine_item *item,
                     struct fault *f)
{
    const uint32_t from = (uint32_t)(sender - s->nodes);
    const bool is_calm = calm(s, from, to);
    s->messages++;
    sim_count_up(s, SIM_COUNT_SENT);
    if (sim_tracing(&s->trace) && trace_send(s, from, to, item, f))
        return -1;
    if (!is_calm && sim_links_blocked(&s->links, from, to)) {
        drop(s, from, to, s->messages, "partition");
        return 0;
    }
    if (!is_calm && sim_happens(&s->links.losses, s->links.loss)) {
        drop(s, from, to, s->messages, "loss");
        return 0;
    }
    if (post(s, from, to, item, s->messages, is_calm, f))
        return -1;
    return !is_calm && sim_happens(&s->links.duplicates, s->links.duplicate)
               ? duplicate(s, from, to, item, f)
               : 0;
}

/* Whether a clogged link holds the message back: until the clog ends, or, in the liveness phase,
 * for ever: it is then dropped. 1; 0: it does not; -1 and trouble. */
static int hold_back(struct sim *s, const struct sim_event *e, struct fault *f)
{
    const int64_t until = sim_links_clogged(&s->links, e->from, e->node, sim_now(s));
    if (until <= sim_now(s) || calm(s, e->from, e->node))
        return 0;
    if (!s->live)
        return sim_queue_add(&s->queue, until, e, f) ? -1 : 1;
    drop(s, e->from, e->node, e->number, "clog");
    engine_item_unref(e->data);
    return 1;
}

int sim_message_arrive(struct sim *s, const struct sim_event *e, struct fault *f)
{
    struct sim_node *n = &s->nodes[e->node];
    const int held = hold_back(s, e, f);
    if (held != 0)
        return held < 0 ? -1 : 0;
    const bool cut = !calm(s, e->from, e->node) && sim_links_blocked(&s->links, e->from, e->node);
    if (!n->up || cut) {
        drop(s, e->from, e->node, e->number, cut ? "partition" : "down");
        engine_item_unref(e->data);
        return 0;
    }
    sim_count_up(s, SIM_COUNT_DELIVERED);
    if (sim_tracing(&s->trace)) {
        trace_message(s, "recv", e->node, e->from, e->number);
        sim_trace_end(&s->trace);
    }
    const struct engine_event event = {
        .kind = ENGINE_MESSAGE, .from = s->nodes[e->from].name, .count = 1};
    return sim_node_give(s, n, &event, e->data, f);
}
