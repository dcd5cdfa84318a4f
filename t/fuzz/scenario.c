/*
 * sim/scenario, and short runs of what it takes: twice, which have to give the same trace. Programs
 * are not started.
 */
#include "scenario/scenario.h"
#include "fuzz.h"
#include "sim/report.h"
#include "sim/sim.h"
#include "simprocess/engines.h"

enum { NODES = 6, MS = 400, FEW = 8 };

static int add_trace(void *self, const char *bytes, size_t n, struct fault *f)
{
    (void)f;
    must(buf_add(self, bytes, n) == 0);
    return 0;
}

/* Whether it runs nothing but engines, and few of them for a short time. */
static bool is_small(const struct sim_scenario *s)
{
    size_t twins = s->twins;
    for (size_t i = 0; i < s->node_count; i++) {
        twins += s->nodes[i].twin;
        if (sim_engine_find(s->nodes[i].runs.list[0]) == NULL)
            return false;
    }
    for (int i = 0; i < SIM_FAULT_KINDS; i++)
        if (s->faults[i].every > 0 && s->faults[i].every < 20)
            return false;
    return s->node_count + twins <= NODES && s->time <= MS && s->live <= MS && s->clients <= FEW &&
           s->keys <= FEW && s->action_count <= 4 * FEW;
}

static int run(const struct sim_scenario *s, struct buf *trace, struct sim_result *r)
{
    struct fault f = {0};
    const struct sim_options o = {.seed = 7, .write = add_trace, .self = trace};
    must(sim_report_command(s, &o, "", trace) == 0);
    const int result = sim_run(s, &o, r, &f);
    must(result == 0 || f.text[0] != '\0');
    return result;
}

static void run_twice(const struct sim_scenario *s)
{
    struct buf one = {0}, two = {0};
    struct sim_result first = {0}, second = {0};
    must(run(s, &one, &first) == run(s, &two, &second));
    must(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
    must(first.broken == second.broken && first.faults == second.faults);
    sim_result_free(&first);
    sim_result_free(&second);
    buf_free(&one);
    buf_free(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct sim_scenario s;
    struct fault f = {0};
    bool wrong = false;
    const char *text = (const char *)data, *end = text + n;
    sim_scenario_init(&s);
    while (text < end && !wrong) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline != NULL ? newline : end;
        wrong = sim_scenario_line(&s, text, (size_t)(stop - text), &f) != 0;
        text = stop + 1;
    }
    must(!wrong || f.text[0] != '\0');
    if (!wrong && sim_scenario_check(&s, &f) == 0 && is_small(&s))
        run_twice(&s);
    sim_scenario_free(&s);
    return 0;
}
