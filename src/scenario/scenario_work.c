/* The statements of what clients do, for how long, and what has to hold. */
#include "maelstrom/maelstrom_workload.h"
#include "scenario/scenario_parts.h"

#include <string.h>

static int take_u32(struct sim_reader *r, int64_t least, int64_t most, uint32_t *out,
                    struct fault *f)
{
    int64_t n;
    if (sim_word_number(r, least, most, &n, f))
        return -1;
    *out = (uint32_t)n;
    return 0;
}

static int take_workload(struct sim_reader *r, struct fault *f)
{
    static const char *const words[] = {"register", "log", "none", NULL};
    int choice;
    if (sim_word_choice(r, words, &choice, f))
        return -1;
    r->s->workload = (enum sim_workload)choice;
    r->s->work_given = r->s->workload != SIM_WORK_NONE;
    return 0;
}

/* maelstrom WORKLOAD [PACE] */
static int take_maelstrom(struct sim_reader *r, struct fault *f)
{
    static const char *const paces[] = {"auto", "real", "virtual", NULL};
    int choice;
    if (sim_word_choice(r, maelstrom_workload_names(), &choice, f))
        return -1;
    r->s->maelstrom = maelstrom_workload_find(maelstrom_workload_names()[choice]);
    r->s->workload = SIM_WORK_NONE;
    if (r->s->live == SIM_LIVE_DEFAULT) /* nodes that gossip take real time */
        r->s->live = SIM_LIVE_DEFAULT / 2;
    return r->left > 0 ? sim_word_choice(r, paces, &r->s->pace, f) : 0;
}

static int take_silence(struct sim_reader *r, struct fault *f)
{
    int64_t ms;
    if (sim_word_number(r, 1, SIM_DRAW_MAX, &ms, f))
        return -1;
    r->s->silence = (int)ms;
    return 0;
}

static int take_reads(struct sim_reader *r, struct fault *f)
{
    static const char *const words[] = {"index", "log", NULL};
    int choice;
    if (sim_word_choice(r, words, &choice, f))
        return -1;
    r->s->log_reads = choice == 1;
    return 0;
}

static int take_clients(struct sim_reader *r, struct fault *f)
{
    return take_u32(r, 1, SIM_CLIENTS_MAX, &r->s->clients, f);
}

static int take_keys(struct sim_reader *r, struct fault *f)
{
    return take_u32(r, 1, SIM_KEYS_MAX, &r->s->keys, f);
}

static int take_size(struct sim_reader *r, struct fault *f)
{
    return take_u32(r, 0, SIM_SIZE_MAX, &r->s->size, f);
}

static int take_retries(struct sim_reader *r, struct fault *f)
{
    return take_u32(r, 0, SIM_MILLION, &r->s->retries, f);
}

static int take_operations(struct sim_reader *r, struct fault *f)
{
    return sim_word_number(r, 0, INT32_MAX, &r->s->operations, f);
}

static int take_mix(struct sim_reader *r, struct fault *f)
{
    uint32_t reads = 0, writes = 0, swaps = 0;
    while (r->left > 0) {
        uint32_t *n = sim_word_is(r, "read")    ? &reads
                      : sim_word_is(r, "write") ? &writes
                      : sim_word_is(r, "cas")   ? &swaps
                                                : NULL;
        if (n == NULL)
            return fault_rule(f, "mix: %.64s: not read, write or cas", *r->next);
        if (take_u32(r, 0, 100, n, f))
            return -1;
    }
    if (reads + writes + swaps != 100)
        return fault_rule(f, "mix: the parts are not 100 together");
    r->s->reads = reads;
    r->s->writes = writes;
    return 0;
}

static int take_think(struct sim_reader *r, struct fault *f)
{
    return sim_word_delay(r, &r->s->think, f);
}

static int take_timeout(struct sim_reader *r, struct fault *f)
{
    int64_t ms;
    if (sim_word_number(r, 1, SIM_DRAW_MAX, &ms, f))
        return -1;
    r->s->timeout = (int32_t)ms;
    return 0;
}

static int take_snapshot(struct sim_reader *r, struct fault *f)
{
    return sim_word_number(r, 0, INT32_MAX, &r->s->snapshot, f);
}

static int take_time(struct sim_reader *r, struct fault *f)
{
    return sim_word_number(r, 0, SIM_DRAW_MAX, &r->s->time, f);
}

static int take_live(struct sim_reader *r, struct fault *f)
{
    return sim_word_number(r, 0, SIM_DRAW_MAX, &r->s->live, f);
}

static int take_properties(struct sim_reader *r, struct fault *f)
{
    bool chosen[SIM_PROPERTIES] = {[SIM_PROCESS] = true};
    while (r->left > 0) {
        int choice;
        if (sim_word_is(r, "none"))
            continue;
        if (sim_word_choice(r, sim_property_words, &choice, f))
            return -1;
        chosen[choice] = true;
    }
    memcpy(r->s->properties, chosen, sizeof chosen);
    r->s->properties_given = true;
    return 0;
}

static int take_quorum(struct sim_reader *r, struct fault *f)
{
    (void)f;
    r->s->quorum = sim_rest(r);
    return 0;
}

static const struct {
    const char *word;
    sim_take *take;
} statements[] = {
    {"clients", take_clients},
    {"keys", take_keys},
    {"live", take_live},
    {"mix", take_mix},
    {"operations", take_operations},
    {"property", take_properties},
    {"quorum", take_quorum},
    {"reads", take_reads},
    {"retries", take_retries},
    {"size", take_size},
    {"snapshot", take_snapshot},
    {"think", take_think},
    {"time", take_time},
    {"timeout", take_timeout},
    {"workload", take_workload},
    {"maelstrom", take_maelstrom},
    {"silence", take_silence},
};

sim_take *sim_work_statement(const char *word)
{
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (strcmp(statements[i].word, word) == 0)
            return statements[i].take;
    return NULL;
}
