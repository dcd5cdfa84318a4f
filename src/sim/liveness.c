/* The liveness phase: a quorum of members is healed for good, all other faults hold for ever, and
 * what was asked has to be answered. */
#include "sim/maelstrom.h"
#include "sim/parts.h"
#include "simprocess/engines.h"

#include <inttypes.h>
#include <stdlib.h>

static int heal_node(struct sim *s, struct sim_node *n, struct fault *f)
{
    n->healed = true;
    if (!n->up)
        return sim_node_start(s, n, f);
    if (n->paused)
        sim_node_resume(s, n);
    return 0;
}

/* Every node of Maelstrom is read once more. */
static int heal_all(struct sim *s, struct fault *f)
{
    for (uint32_t i = 0; i < s->node_count; i++)
        if (heal_node(s, &s->nodes[i], f))
            return -1;
    return 0;
}

/* How many members are a quorum, for all the engines that run. */
static size_t quorum(const struct sim *s)
{
    for (uint32_t i = 0; i < s->base_count; i++) {
        const struct engine_type *type = sim_engine_find(s->scenario->nodes[i].runs.list[0]);
        if (type != NULL && type->needs_two_thirds)
            return s->member_count * 2 / 3 + 1;
    }
    return s->member_count / 2 + 1;
}

static int heal_drawn(struct sim *s, struct fault *f)
{
    uint64_t stream = sim_stream(s->options->seed, "quorum", 0);
    size_t left = quorum(s);
    while (left > 0) {
        struct sim_node *n = &s->nodes[s->members[chance_below(&stream, s->member_count)]];
        if (n->healed)
            continue;
        if (heal_node(s, n, f))
            return -1;
        left--;
    }
    return 0;
}

static void trace_quorum(struct sim *s)
{
    if (!sim_tracing(&s->trace))
        return;
    sim_trace_begin(&s->trace, sim_now(s), "live");
    for (uint32_t i = 0; i < s->node_count; i++)
        if (s->nodes[i].healed)
            sim_trace_word(&s->trace, s->labels[i]);
    sim_trace_end(&s->trace);
}

int sim_live_begin(struct sim *s, struct fault *f)
{
    const struct sim_words *named = &s->scenario->quorum;
    s->live = true;
    for (size_t i = 0; i < named->count; i++)
        if (heal_node(s, &s->nodes[sim_node_find(s, named->list[i])], f))
            return -1;
    if (named->count == 0 && s->maelstrom != NULL && heal_all(s, f))
        return -1;
    if (named->count == 0 && s->maelstrom == NULL && s->member_count > 0 && heal_drawn(s, f))
        return -1;
    trace_quorum(s);
    return s->maelstrom != NULL ? sim_maelstrom_live(s, f) : sim_clients_live(s, f);
}

static const struct sim_client *unanswered(const struct sim *s)
{
    for (uint32_t i = 0; s->clients != NULL && i < s->scenario->clients; i++)
        if (!s->clients[i].answered)
            return &s->clients[i];
    return NULL;
}

/* Whether no healed node has all the records of which clients were told. */
static bool lost(const struct sim *s)
{
    for (uint32_t i = 0; s->clients != NULL && i < s->base_count; i++)
        if (s->nodes[i].healed && s->nodes[i].registers.applied >= s->acknowledged)
            return false;
    return s->clients != NULL;
}

bool sim_live_done(const struct sim *s)
{
    return s->live && unanswered(s) == NULL && !lost(s);
}

void sim_live_failed(struct sim *s)
{
    const struct sim_client *c = unanswered(s);
    if (c != NULL)
        sim_broken(s, SIM_LIVE,
                   "client c%" PRIu64 " is not answered within %" PRId64 " ms after the faults",
                   (uint64_t)(c - s->clients) + 1, s->scenario->live);
    else
        sim_broken(s, SIM_DURABLE,
                   "index %" PRIu64 ", of which a client was told, is on no node of the quorum",
                   s->acknowledged);
}
