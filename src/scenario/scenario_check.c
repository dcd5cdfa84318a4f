/* What no statement of a scenario can tell by itself: names that others give, and how many nodes.
 */
#include "scenario/scenario_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int check_name(const struct sim_scenario *s, const char *name, struct fault *f)
{
    return sim_scenario_node(s, name) < 0 ? fault_rule(f, "%.64s: no node has this name", name) : 0;
}

static int check_action(const struct sim_scenario *s, const struct sim_action *a, struct fault *f)
{
    const bool text = a->kind == SIM_ACT_COMMAND || a->kind == SIM_ACT_PROPOSE;
    const bool one = text || (a->kind == SIM_ACT_FAULT && a->fault == SIM_FAULT_SKEW);
    for (size_t i = 0; i < (one ? 1 : a->words.count); i++)
        if (strcmp(a->words.list[i], "/") != 0 && check_name(s, a->words.list[i], f))
            return -1;
    if (a->kind == SIM_ACT_FAULT && a->time >= s->time)
        return fault_rule(f, "at %" PRId64 ": faults end at %" PRId64 " (`time')", a->time,
                          s->time);
    return 0;
}

/* Makes n1, n2, ..., and puts them before the other nodes. */
static int number_nodes(struct sim_scenario *s, struct fault *f)
{
    for (int64_t i = 0; i < s->numbered; i++) {
        char name[24];
        size_t place;
        snprintf(name, sizeof name, "n%" PRId64, i + 1);
        if (sim_plan_node(s, name, &place, f))
            return -1;
        struct sim_node_plan plan = s->nodes[place];
        memmove(&s->nodes[i + 1], &s->nodes[i], (place - (size_t)i) * sizeof plan);
        plan.made = true;
        s->nodes[i] = plan;
    }
    return 0;
}

/* The ballots of paxos are pairs of a round and a proposer: a round may have several leaders. */
static bool has_terms(const struct sim_node_plan *n)
{
    return strcmp(n->runs.list[0], "paxos") != 0;
}

static int check_node(struct sim_scenario *s, struct sim_node_plan *n, struct fault *f)
{
    if (!n->made)
        return fault_rule(f, "%.64s: no node has this name", n->name);
    if (n->runs.count == 0)
        n->runs = s->runs;
    return n->runs.count == 0
               ? fault_rule(f, "%.64s: what does this node run? (`run ENGINE')", n->name)
               : 0;
}

/* Otherwise a wrong letter in a region's name leaves its delay without effect. */
static int check_regions(const struct sim_scenario *s, struct fault *f)
{
    for (int region = 0; region < s->region_count; region++) {
        size_t i = 0;
        while (i < s->node_count && s->nodes[i].region != region)
            i++;
        if (i == s->node_count)
            return fault_rule(f, "region %s: no node is in it", s->regions[region]);
    }
    return 0;
}

/* Clients of Maelstrom ask its workload alone, and it has no order of records. */
static int check_maelstrom(const struct sim_scenario *s, struct fault *f)
{
    if (s->maelstrom == NULL)
        return 0;
    if (s->work_given)
        return fault_rule(f, "workload: `maelstrom' (-M) takes its place; say one of the two");
    for (int p = 0; s->properties_given && p < SIM_PROPERTIES; p++)
        if (s->properties[p] && p != SIM_ANSWERS && p != SIM_PROCESS)
            return fault_rule(f,
                              "property: %s: with `maelstrom' (-M) there are answers and process",
                              sim_property_words[p]);
    return 0;
}

int sim_scenario_check(struct sim_scenario *s, struct fault *f)
{
    if (check_maelstrom(s, f) || number_nodes(s, f))
        return -1;
    size_t instances = s->node_count + s->twins;
    if (s->node_count == 0)
        return fault_rule(f, "there are no nodes: say `nodes COUNT' (-n)");
    for (size_t i = 0; i < s->node_count; i++) {
        instances += s->nodes[i].twin;
        if (check_node(s, &s->nodes[i], f))
            return -1;
        if (!has_terms(&s->nodes[i]))
            s->properties[SIM_LEADER] = false;
    }
    if (s->twins > s->node_count || instances > SIM_NODES_MAX)
        return fault_rule(f, "twins: more than there are nodes, or more than %d in all",
                          SIM_NODES_MAX);
    if (check_regions(s, f))
        return -1;
    for (size_t i = 0; i < s->action_count; i++)
        if (check_action(s, &s->actions[i], f))
            return -1;
    for (size_t i = 0; i < s->quorum.count; i++)
        if (check_name(s, s->quorum.list[i], f))
            return -1;
    return 0;
}
