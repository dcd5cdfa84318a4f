/* The statements of a scenario, one row each. */
#include "base/array.h"
#include "scenario/scenario_parts.h"

#include <string.h>

/* --- Nodes ---------------------------------------------------------------------------------- */

static int take_nodes(struct sim_reader *r, struct fault *f)
{
    return sim_word_number(r, 1, SIM_NODES_MAX, &r->s->numbered, f);
}

static int take_node(struct sim_reader *r, struct fault *f)
{
    size_t place;
    const char *name = sim_word(r);
    if (name == NULL)
        return fault_rule(f, "%s: a name is missing", r->statement);
    if (sim_plan_node(r->s, name, &place, f))
        return -1;
    r->s->nodes[place].made = true;
    r->s->nodes[place].spare = strcmp(r->statement, "spare") == 0;
    r->s->nodes[place].runs = sim_rest(r);
    return 0;
}

static int take_run(struct sim_reader *r, struct fault *f)
{
    if (r->left == 0)
        return fault_rule(f, "run: an engine or a program is missing");
    r->s->runs = sim_rest(r);
    return 0;
}

static int take_twin(struct sim_reader *r, struct fault *f)
{
    size_t place;
    const char *name = sim_word(r);
    if (name == NULL)
        return fault_rule(f, "twin: a name is missing");
    if (sim_plan_node(r->s, name, &place, f))
        return -1;
    r->s->nodes[place].twin = true;
    return 0;
}

static int take_twins(struct sim_reader *r, struct fault *f)
{
    int64_t count;
    if (sim_word_number(r, 0, SIM_NODES_MAX, &count, f))
        return -1;
    r->s->twins = (size_t)count;
    return 0;
}

/* --- The network, clocks and disks ---------------------------------------------------------- */

static int take_region(struct sim_reader *r, struct fault *f)
{
    int region;
    if (sim_word_region(r, &region, f))
        return -1;
    while (r->left > 0) {
        size_t place;
        if (sim_plan_node(r->s, sim_word(r), &place, f))
            return -1;
        r->s->nodes[place].region = region;
    }
    return 0;
}

static int take_region_delay(struct sim_reader *r, struct fault *f)
{
    struct sim_scenario *s = r->s;
    struct sim_region_delay d;
    if (sim_word_region(r, &d.from, f) || sim_word_region(r, &d.to, f) ||
        sim_word_delay(r, &d.delay, f))
        return -1;
    if (ARRAY_RESERVE(s->region_delays, s->region_delays_cap, s->region_delay_count + 1))
        return fault_memory(f);
    s->region_delays[s->region_delay_count++] = d;
    return 0;
}

static int take_delay(struct sim_reader *r, struct fault *f)
{
    return sim_word_is(r, "between") ? take_region_delay(r, f) : sim_word_delay(r, &r->s->delay, f);
}

static int take_disk(struct sim_reader *r, struct fault *f)
{
    return sim_word_delay(r, &r->s->disk, f);
}

static int take_fifo(struct sim_reader *r, struct fault *f)
{
    static const char *const words[] = {"no", "yes", NULL};
    int choice;
    if (sim_word_choice(r, words, &choice, f))
        return -1;
    r->s->fifo = choice == 1;
    return 0;
}

static int take_loss(struct sim_reader *r, struct fault *f)
{
    return sim_word_part(r, &r->s->loss, f);
}

static int take_duplicate(struct sim_reader *r, struct fault *f)
{
    return sim_word_part(r, &r->s->duplicate, f);
}

static int take_reorder(struct sim_reader *r, struct fault *f)
{
    r->s->reorder_most = 100;
    if (sim_word_part(r, &r->s->reorder, f))
        return -1;
    return r->left > 0 ? sim_word_ms(r, &r->s->reorder_most, f) : 0;
}

static int take_drift(struct sim_reader *r, struct fault *f)
{
    int64_t ppm;
    if (sim_word_number(r, 0, SIM_MILLION / 2, &ppm, f))
        return -1;
    r->s->drift = (int32_t)ppm;
    return 0;
}

/* --- Faults --------------------------------------------------------------------------------- */

static const struct sim_fault_plan default_times = {.every = 5000, .least = 200, .most = 2000};

/* Whatever a protocol for crashes has to bear: all but a lost disk. */
static void plan_all(struct sim_scenario *s)
{
    s->loss = s->loss ? s->loss : SIM_MILLION / 50;
    s->duplicate = s->duplicate ? s->duplicate : SIM_MILLION / 50;
    s->reorder = s->reorder ? s->reorder : SIM_MILLION / 20;
    s->reorder_most = s->reorder_most ? s->reorder_most : 100;
    for (int kind = SIM_FAULT_PARTITION; kind < SIM_FAULT_KINDS; kind++)
        if (kind != SIM_FAULT_WIPE && s->faults[kind].every == 0)
            s->faults[kind] = default_times;
}

static int take_fault_times(struct sim_reader *r, struct sim_fault_plan *plan, struct fault *f)
{
    *plan = default_times;
    if (sim_word_is(r, "every") && sim_word_ms(r, &plan->every, f))
        return -1;
    if (!sim_word_is(r, "for"))
        return 0;
    if (sim_word_ms(r, &plan->least, f))
        return -1;
    plan->most = plan->least;
    if (r->left > 0 && sim_word_ms(r, &plan->most, f))
        return -1;
    return plan->most < plan->least ? fault_rule(f, "fault: it ends before it begins") : 0;
}

static int take_fault(struct sim_reader *r, struct fault *f)
{
    int kind;
    if (sim_word_is(r, "all")) {
        plan_all(r->s);
        return 0;
    }
    if (sim_word_choice(r, sim_fault_words + SIM_FAULT_PARTITION, &kind, f))
        return -1;
    return take_fault_times(r, &r->s->faults[SIM_FAULT_PARTITION + kind], f);
}

/* -------------------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    sim_take *take;
} statements[] = {
    {"at", sim_statement_at}, {"delay", take_delay},         {"disk", take_disk},
    {"drift", take_drift},    {"duplicate", take_duplicate}, {"fault", take_fault},
    {"fifo", take_fifo},      {"loss", take_loss},           {"node", take_node},
    {"nodes", take_nodes},    {"region", take_region},       {"reorder", take_reorder},
    {"run", take_run},        {"spare", take_node},          {"twin", take_twin},
    {"twins", take_twins},
};

static sim_take *find(const char *word)
{
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (strcmp(statements[i].word, word) == 0)
            return statements[i].take;
    return sim_work_statement(word);
}

int sim_statement(struct sim_reader *r, struct fault *f)
{
    sim_take *take = find(r->statement);
    if (take == NULL)
        return fault_rule(f, "%.64s: no statement begins with this word", r->statement);
    if (take(r, f))
        return -1;
    return r->left > 0 ? fault_rule(f, "%s: %.64s: one word too many", r->statement, *r->next) : 0;
}
