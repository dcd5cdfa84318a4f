#include "overlay/static_lookup.h"

enum { SEEDS = 4 }; /* times k: spares, if those that are nearer do not answer */

void static_lookup_init(struct static_lookup *s, const struct static_net *net,
                        const struct static_lookup_setup *setup)
{
    *s = (struct static_lookup){.net = net, .setup = *setup};
    s->delays = sim_stream(net->setup.seed, "delay", 0);
    sim_queue_init(&s->queue);
}

void static_lookup_free(struct static_lookup *s)
{
    sim_queue_free(&s->queue);
}

/* Sends all queries that may be sent now; the answers of those who live are on their way. */
static int send_all(struct static_lookup *s, struct lookup *l, int64_t now, struct fault *f)
{
    struct contact to;
    while (lookup_next(l, now, &to)) {
        const uint32_t node = static_net_node(s->net, &to);
        const int64_t back = sim_draw(&s->delays, &s->setup.delay) +
                             sim_draw(&s->delays, &s->setup.delay);
        const struct sim_event e = {.node = node, .number = s->serial};
        const bool lives = node < s->net->count && !s->net->nodes[node].dead;
        if (lives && sim_queue_add(&s->queue, now + back, &e, f))
            return -1;
    }
    return 0;
}

/* The next answer comes, or one is awaited no longer; gives the time. */
static int64_t wait_for_answer(struct static_lookup *s, struct lookup *l)
{
    struct contact nodes[ROUTING_K_MAX], failed;
    struct sim_event e;
    const int64_t deadline = lookup_deadline(l);
    if (sim_queue_next(&s->queue) > deadline) {
        while (lookup_tick(l, deadline, &failed))
            ;
        return deadline;
    }
    sim_queue_take(&s->queue, &e);
    if (e.number == s->serial) {
        const struct contact *from = &s->net->nodes[e.node].contact;
        const size_t count = static_net_closest(s->net, e.node, &l->target, nodes, s->net->setup.k);
        lookup_answered(l, from, nodes, count);
    }
    return s->queue.now;
}

static unsigned hops_to(const struct lookup *l, const struct node_id *id)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->candidates[i].state == LOOKUP_ANSWERED &&
            node_id_equal(&l->candidates[i].contact.id, id))
            return l->candidates[i].hop;
    return 0;
}

static void count_sybils(const struct static_lookup *s, const struct lookup *l,
                         struct static_lookup_course *out)
{
    struct contact near[ROUTING_K_MAX];
    out->nearest = (unsigned)lookup_closest(l, near, l->rules.k);
    for (unsigned i = 0; i < out->nearest; i++)
        out->sybils += s->net->nodes[static_net_node(s->net, &near[i])].sybil;
}

int static_lookup_run(struct static_lookup *s, uint32_t node, const struct node_id *target,
                      struct static_lookup_course *out, struct fault *f)
{
    struct contact known[SEEDS * ROUTING_K_MAX];
    struct lookup l;
    const int64_t start = s->queue.now;
    int64_t now = start;
    s->setup.rules.self = s->net->nodes[node].contact.id;
    s->serial++;
    lookup_init(&l, target, &s->setup.rules);
    const size_t count = static_net_closest(s->net, node, target, known, SEEDS * s->net->setup.k);
    for (size_t i = 0; i < count; i++)
        lookup_add(&l, &known[i], 1);
    int failed = send_all(s, &l, now, f);
    while (!failed && !lookup_done(&l)) {
        now = wait_for_answer(s, &l);
        failed = send_all(s, &l, now, f);
    }
    const uint32_t nearest = static_net_nearest(s->net, target, node);
    *out = (struct static_lookup_course){
        .queries = l.asked, .ms = now - start, .timeouts = l.asked - l.answered};
    if (nearest < s->net->count)
        out->hops = hops_to(&l, &s->net->nodes[nearest].contact.id);
    count_sybils(s, &l, out);
    lookup_free(&l);
    return failed;
}
