/* Faults begin and end. */
#include "base/num.h"
#include "sim/parts.h"

#include <stdlib.h>
#include <string.h>

static void trace_names(struct sim *s, const char *word, const struct sim_fault *x)
{
    if (!sim_tracing(&s->trace))
        return;
    sim_trace_begin(&s->trace, sim_now(s), word);
    if (x->active)
        sim_trace_word(&s->trace, sim_fault_words[x->kind]);
    sim_trace_word(&s->trace, s->labels[x->from]);
    sim_trace_word(&s->trace, s->labels[x->to]);
    sim_trace_end(&s->trace);
}

/* Its groups, by their bits, after these words; nodes that stand in several are named in each. */
static void trace_partition(struct sim *s, const char *words, const struct sim_fault *x)
{
    if (!sim_tracing(&s->trace))
        return;
    sim_trace_begin(&s->trace, sim_now(s), words);
    unsigned all = 0;
    for (uint32_t i = 0; i < s->node_count; i++)
        all |= x->partition.groups[i];
    for (unsigned bit = 1; bit <= all; bit <<= 1) {
        if (bit > 1)
            sim_trace_word(&s->trace, bit == 2 && x->partition.one_way ? ">" : "/");
        for (uint32_t i = 0; i < s->node_count; i++)
            if (x->partition.groups[i] & bit)
                sim_trace_word(&s->trace, s->labels[i]);
    }
    sim_trace_end(&s->trace);
}

/* --- Partitions ----------------------------------------------------------------------------- */

/* Group 1 or 2 for each node, neither of them empty if there are two nodes. */
static void draw_groups(struct sim_fault *x, uint32_t nodes)
{
    for (uint32_t i = 0; i < nodes; i++)
        x->partition.groups[i] = (uint8_t)(1 + chance_below(&x->stream, 2));
    const uint32_t first = (uint32_t)chance_below(&x->stream, nodes);
    x->partition.groups[first] = 1;
    x->partition.groups[(first + 1) % nodes] = 2;
}

static void read_groups(const struct sim *s, struct sim_fault *x)
{
    unsigned bit = 1;
    for (size_t i = 0; i < x->action->words.count; i++) {
        if (strcmp(x->action->words.list[i], "/") == 0) {
            bit <<= 1;
            continue;
        }
        const uint32_t node = sim_node_find(s, x->action->words.list[i]);
        x->partition.groups[node] = (uint8_t)(x->partition.groups[node] | bit);
    }
    for (uint32_t i = 0; i < s->node_count; i++) /* nodes that are not named join the first group */
        if (x->partition.groups[i] == 0)
            x->partition.groups[i] = i < s->base_count ? 1 : x->partition.groups[s->nodes[i].twin];
}

static int begin_partition(struct sim *s, struct sim_fault *x, struct fault *f)
{
    if (s->node_count < 2)
        return 0;
    x->partition.groups = calloc(s->node_count, 1);
    if (x->partition.groups == NULL)
        return fault_memory(f);
    x->partition.one_way = x->kind == SIM_FAULT_ASYMMETRIC;
    if (x->action != NULL && (x->kind == SIM_FAULT_PARTITION || x->kind == SIM_FAULT_ASYMMETRIC)) {
        read_groups(s, x);
    } else if (x->kind == SIM_FAULT_ISOLATE) {
        memset(x->partition.groups, 1, s->node_count);
        x->partition.groups[x->from] = 2;
    } else {
        draw_groups(x, s->node_count);
        if (x->kind == SIM_FAULT_BRIDGE)
            x->partition.groups[x->from] = 3;
    }
    sim_links_partition(&s->links, &x->partition, 1);
    trace_partition(s, "partition", x);
    return 0;
}

/* --- Which nodes it strikes ----------------------------------------------------------------- */

/* The nodes that the scenario names, or that are drawn: one in three times the leader. */
static void choose_nodes(const struct sim *s, struct sim_fault *x)
{
    const struct sim_action *a = x->action;
    if (a != NULL && x->kind != SIM_FAULT_PARTITION && x->kind != SIM_FAULT_ASYMMETRIC) {
        x->from = sim_node_find(s, a->words.list[0]);
        if (x->kind == SIM_FAULT_OMIT || x->kind == SIM_FAULT_CLOG)
            x->to = sim_node_find(s, a->words.list[1]);
        return;
    }
    const bool leader = chance_below(&x->stream, 3) == 0;
    x->from = (uint32_t)chance_below(&x->stream, s->node_count);
    x->to = (uint32_t)chance_below(&x->stream, s->node_count);
    if (leader && s->leader != UINT32_MAX)
        x->from = s->leader;
    if (x->to == x->from)
        x->to = (x->to + 1) % s->node_count;
}

static int begin_link(struct sim *s, struct sim_fault *x)
{
    if (x->kind == SIM_FAULT_OMIT)
        sim_links_block(&s->links, x->from, x->to, 1);
    else
        sim_links_clog(&s->links, x->from, x->to, sim_now(s) + x->hold);
    x->active = false;
    trace_names(s, sim_fault_words[x->kind], x);
    return 0;
}

static int begin_crash(struct sim *s, struct sim_fault *x)
{
    struct sim_node *n = &s->nodes[x->from];
    if (n->up)
        sim_node_crash(s, n, x->kind == SIM_FAULT_TORN ? &x->stream : NULL);
    if (x->kind == SIM_FAULT_WIPE)
        sim_node_wipe(s, n);
    x->life = n->life;
    return 0;
}

static int begin_pause(struct sim *s, struct sim_fault *x)
{
    struct sim_node *n = &s->nodes[x->from];
    if (!n->up || n->paused)
        return 0;
    n->paused = true;
    x->life = n->life;
    sim_trace_node(s, "pause", n);
    return 0;
}

static int begin_skew(struct sim *s, struct sim_fault *x, struct fault *f)
{
    int64_t ms = x->hold;
    if (x->action != NULL &&
        number_parse(x->action->words.list[1], strlen(x->action->words.list[1]), &ms))
        return fault_rule(f, "skew: not milliseconds");
    if (sim_tracing(&s->trace)) {
        sim_trace_begin(&s->trace, sim_now(s), "skew");
        sim_trace_word(&s->trace, s->labels[x->from]);
        sim_trace_number(&s->trace, (uint64_t)ms);
        sim_trace_end(&s->trace);
    }
    return sim_node_skew(s, &s->nodes[x->from], ms, f);
}

static int begin(struct sim *s, struct sim_fault *x, struct fault *f)
{
    switch (x->kind) {
    case SIM_FAULT_OMIT:
    case SIM_FAULT_CLOG:
        return begin_link(s, x);
    case SIM_FAULT_CRASH:
    case SIM_FAULT_TORN:
    case SIM_FAULT_WIPE:
        return begin_crash(s, x);
    case SIM_FAULT_PAUSE:
        return begin_pause(s, x);
    case SIM_FAULT_SKEW:
        return begin_skew(s, x, f);
    default:
        return begin_partition(s, x, f);
    }
}

int sim_fault_begin(struct sim *s, struct sim_fault *x, struct fault *f)
{
    if (s->live)
        return 0;
    choose_nodes(s, x);
    sim_count_up(s, SIM_COUNT_FAULTS);
    if (begin(s, x, f))
        return -1;
    x->active = true;
    return x->hold > 0
               ? sim_add(s, sim_now(s) + x->hold, SIM_FAULT_ENDS, 0, (uint64_t)(x - s->faults), f)
               : 0;
}

/* --- Ends ----------------------------------------------------------------------------------- */

static void end_partition(struct sim *s, struct sim_fault *x)
{
    if (x->partition.groups == NULL)
        return;
    sim_links_partition(&s->links, &x->partition, -1);
    trace_partition(s, "heal partition", x);
}

static int end_node(struct sim *s, struct sim_fault *x, struct fault *f)
{
    struct sim_node *n = &s->nodes[x->from];
    if (x->life != n->life)
        return 0;
    if (x->kind == SIM_FAULT_PAUSE) {
        if (n->up && n->paused)
            sim_node_resume(s, n);
        return 0;
    }
    return n->up ? 0 : sim_node_start(s, n, f);
}

int sim_fault_end(struct sim *s, struct sim_fault *x, struct fault *f)
{
    if (!x->active || s->live)
        return 0;
    if (x->kind == SIM_FAULT_OMIT)
        sim_links_block(&s->links, x->from, x->to, -1);
    if (x->kind == SIM_FAULT_OMIT || x->kind == SIM_FAULT_CLOG)
        trace_names(s, "heal", x);
    else if (x->kind <= SIM_FAULT_BRIDGE)
        end_partition(s, x);
    x->active = false;
    return x->kind >= SIM_FAULT_CRASH && x->kind <= SIM_FAULT_PAUSE ? end_node(s, x, f) : 0;
}
