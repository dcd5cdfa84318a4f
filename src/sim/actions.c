/* What a scenario has happen at a time besides faults. */
#include "sim/parts.h"

int sim_propose(struct sim *s, struct sim_node *n, struct proposal_id id, struct payload *p,
                struct fault *f)
{
    if (sim_tracing(&s->trace)) {
        sim_trace_begin(&s->trace, sim_now(s), "propose");
        sim_trace_word(&s->trace, n->label);
        sim_trace_word(&s->trace, node_names_text(s->names, id.client));
        sim_trace_glue(&s->trace, ':', id.serial);
        sim_trace_lines(&s->trace, p->text, p->len);
        sim_trace_end(&s->trace);
    }
    const struct engine_event e = {.kind = ENGINE_PROPOSE, .id = id, .payload = payload_ref(p)};
    return sim_node_give(s, n, &e, NULL, f);
}

/* The words after a node's name, with blanks between them, and a newline. */
static struct payload *text_of(struct sim *s, const struct sim_action *a, struct fault *f)
{
    struct payload *p = NULL;
    int failed = 0;
    s->text.len = 0;
    for (size_t i = 1; i < a->words.count; i++)
        failed |= (i > 1 && buf_add(&s->text, " ", 1)) ||
                  buf_add_string(&s->text, a->words.list[i]);
    if (!failed && buf_add(&s->text, "\n", 1) == 0)
        p = payload_new(s->text.data, s->text.len);
    if (p == NULL)
        fault_memory(f);
    return p;
}

static int propose(struct sim *s, struct sim_node *n, const struct sim_action *a, struct fault *f)
{
    struct payload *p = text_of(s, a, f);
    if (p == NULL)
        return -1;
    const int result = sim_propose(s, n, (struct proposal_id){n->name, ++s->serials[n->name]}, p,
                                   f);
    payload_unref(p);
    return result;
}

static int command(struct sim *s, struct sim_node *n, const struct sim_action *a, struct fault *f)
{
    struct payload *p = text_of(s, a, f);
    if (p == NULL)
        return -1;
    if (sim_tracing(&s->trace)) {
        sim_trace_begin(&s->trace, sim_now(s), "command");
        sim_trace_word(&s->trace, n->label);
        sim_trace_lines(&s->trace, p->text, p->len);
        sim_trace_end(&s->trace);
    }
    const struct engine_event e = {
        .kind = ENGINE_COMMAND, .text = p->text, .n = p->len - 1, .payload = p};
    return sim_node_give(s, n, &e, NULL, f);
}

/* Ends all faults that hold. */
static int heal(struct sim *s, struct fault *f)
{
    for (size_t i = 0; i < s->fault_count; i++)
        if (s->faults[i].active && sim_fault_end(s, &s->faults[i], f))
            return -1;
    sim_links_unclog(&s->links);
    return 0;
}

int sim_action(struct sim *s, const struct sim_action *a, struct fault *f)
{
    if (a->kind == SIM_ACT_HEAL)
        return heal(s, f);
    struct sim_node *n = &s->nodes[sim_node_find(s, a->words.list[0])];
    if (a->kind == SIM_ACT_RESTART)
        return n->up ? 0 : sim_node_start(s, n, f);
    if (!n->up)
        return 0;
    if (a->kind == SIM_ACT_RESUME) {
        if (n->paused)
            sim_node_resume(s, n);
        return 0;
    }
    if (a->kind == SIM_ACT_PROPOSE)
        return propose(s, n, a, f);
    if (a->kind == SIM_ACT_COMMAND)
        return command(s, n, a, f);
    const struct engine_event e = {.kind = ENGINE_READ, .serial = ++n->reads};
    return sim_node_give(s, n, &e, NULL, f);
}
