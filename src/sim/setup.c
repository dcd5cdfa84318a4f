/* The nodes of a run, from the scenario's plans. */
#include "sim/maelstrom.h"
#include "sim/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether each plan has a twin: the scenario's own, and so many that are drawn. */
static uint32_t draw_twins(const struct sim *s, uint8_t *twin)
{
    const struct sim_scenario *plan = s->scenario;
    uint64_t stream = sim_stream(s->options->seed, "twins", 0);
    uint32_t count = 0;
    size_t drawn = 0;
    for (size_t i = 0; i < plan->node_count; i++)
        count += twin[i] = plan->nodes[i].twin;
    while (drawn < plan->twins && count < plan->node_count) {
        const uint64_t i = chance_below(&stream, plan->node_count);
        drawn += !twin[i];
        count += !twin[i];
        twin[i] = 1;
    }
    return count;
}

static int init_node(struct sim *s, uint32_t number, uint32_t base, struct fault *f)
{
    const struct sim_node_plan *plan = &s->scenario->nodes[base];
    struct sim_node *n = &s->nodes[number];
    uint64_t drift = sim_stream(s->options->seed, "drift", number);
    const int32_t most = s->scenario->drift;
    n->name = base;
    n->twin = UINT32_MAX;
    n->instant = -1;
    n->deadline = n->due = n->timer = INT64_MAX;
    snprintf(n->label, sizeof n->label, "%s%s", plan->name, number == base ? "" : "'");
    s->labels[number] = n->label;
    s->regions[number] = plan->region;
    n->clock.rate = most ? (int32_t)chance_below(&drift, 2 * (uint64_t)most + 1) - most : 0;
    n->disk_stream = sim_stream(s->options->seed, "disk", number);
    n->setup = (struct engine_setup){
        .names = s->names,
        .self = base,
        .members = s->members,
        .member_count = s->member_count,
        .seed = sim_stream(s->options->seed, "node", number),
    };
    n->process = s->scenario->maelstrom != NULL
                     ? sim_maelstrom_process(s, &plan->runs, &n->setup, f)
                     : sim_process_new(plan->runs.list, plan->runs.count, &n->setup,
                                       s->scenario->silence, f);
    return n->process == NULL ||
                   sim_registers_init(&n->registers, s->scenario->keys, s->scenario->clients, f)
               ? -1
               : 0;
}

static int init_twins(struct sim *s, const uint8_t *twin, struct fault *f)
{
    uint32_t next = s->base_count;
    for (uint32_t i = 0; i < s->base_count; i++) {
        if (!twin[i])
            continue;
        if (init_node(s, next, i, f))
            return -1;
        s->nodes[i].twin = next;
        s->nodes[next].twin = i;
        next++;
    }
    return 0;
}

static int name_nodes(struct sim *s, struct fault *f)
{
    for (size_t i = 0; i < s->scenario->node_count; i++) {
        const char *name = s->scenario->nodes[i].name;
        if (node_names_add(s->names, name, strlen(name), f) == NODE_NONE)
            return -1;
        if (!s->scenario->nodes[i].spare)
            s->members[s->member_count++] = (uint32_t)i;
    }
    return 0;
}

static int reserve(struct sim *s, struct fault *f)
{
    s->nodes = calloc(s->node_count, sizeof *s->nodes);
    s->labels = calloc(s->node_count, sizeof *s->labels);
    s->regions = calloc(s->node_count, sizeof *s->regions);
    s->touched = calloc(2 * (size_t)s->node_count, sizeof *s->touched);
    s->members = calloc(s->base_count, sizeof *s->members);
    s->serials = calloc(s->base_count, sizeof *s->serials);
    s->names = node_names_new();
    return s->nodes == NULL || s->labels == NULL || s->regions == NULL || s->touched == NULL ||
                   s->members == NULL || s->serials == NULL || s->names == NULL
               ? fault_memory(f)
               : 0;
}

int sim_nodes_init(struct sim *s, struct fault *f)
{
    uint8_t twin[SIM_NODES_MAX];
    s->base_count = (uint32_t)s->scenario->node_count;
    s->node_count = s->base_count + draw_twins(s, twin);
    if (reserve(s, f) || name_nodes(s, f))
        return -1;
    for (uint32_t i = 0; i < s->base_count; i++)
        if (init_node(s, i, i, f))
            return -1;
    return init_twins(s, twin, f) || sim_links_init(&s->links, s->scenario, s->node_count,
                                                    s->regions, s->options->seed, f)
               ? -1
               : 0;
}

static void free_node(struct sim_node *n)
{
    sim_node_clear_batch(n);
    sim_disk_free(&n->disk);
    sim_registers_free(&n->registers);
    if (n->process != NULL)
        n->process->type->free(n->process);
    free(n->batch);
    free(n->items);
}

void sim_nodes_free(struct sim *s)
{
    for (uint32_t i = 0; s->nodes != NULL && i < s->node_count; i++)
        free_node(&s->nodes[i]);
    sim_links_free(&s->links);
    free(s->nodes);
    free(s->labels);
    free(s->regions);
    free(s->touched);
    free(s->members);
    free(s->serials);
    node_names_free(s->names);
}

uint32_t sim_node_find(const struct sim *s, const char *name)
{
    return (uint32_t)sim_scenario_node(s->scenario, name);
}
