/*
 * paxostest random FIRST LAST [NODES] [NAME=VALUE...]: for each seed, nodes of paxos under loss,
 * duplicates, reordering, crashes, slow and lost disks, partitions and snapshots; then all heals,
 * and what was proposed has to be committed. Prints what was broken, of each seed. Status 1 if
 * anything was.
 */
#include "paxosnet.h"

struct world {
    struct net net;
    uint64_t chance;
    uint64_t serial[NET_NODES]; /* of the last proposal made to each */
    uint64_t read_floor[NET_NODES], reads[NET_NODES];
    uint64_t seen_answers[NET_NODES];
    uint32_t cut; /* nodes of one side, a bit each; 0: no partition */
    bool faulty;
    unsigned lost; /* disks */
};

static bool roll(struct world *x, uint64_t in)
{
    return chance_below(&x->chance, in) == 0;
}

static uint32_t any_node(struct world *x)
{
    return (uint32_t)chance_below(&x->chance, x->net.count);
}

static bool is_cut(const struct world *x, const struct net_message *m)
{
    return ((x->cut >> m->from) & 1) != ((x->cut >> m->to) & 1);
}

/* Sets when each new message arrives: soon, and now and then late. */
static void schedule(struct world *x)
{
    struct net *w = &x->net;
    for (size_t i = w->queued; i-- > 0 && w->queue[i].at < 0;) {
        w->queue[i].at = w->now + 1 + (int64_t)chance_below(&x->chance, 8);
        if (x->faulty && roll(x, 30))
            w->queue[i].at += (int64_t)chance_below(&x->chance, 400);
    }
}

static void deliver_due(struct world *x)
{
    struct net *w = &x->net;
    for (size_t i = 0; i < w->queued;) {
        struct net_message m = w->queue[i];
        if (m.at > w->now || m.at < 0) {
            i++;
            continue;
        }
        if (!(x->faulty && (is_cut(x, &m) || roll(x, 10))))
            net_deliver(w, i);
        if (x->faulty && roll(x, 20))
            w->queue[i].at = w->now + 1 + (int64_t)chance_below(&x->chance, 60);
        else
            net_unpost(w, i);
    }
    schedule(x);
}

static void sync_disks(struct world *x)
{
    for (uint32_t i = 0; i < x->net.count; i++) {
        struct net_node *n = &x->net.nodes[i];
        if (n->engine != NULL && n->disk.durable < n->disk.count && (!x->faulty || roll(x, 3)))
            net_sync(&x->net, i,
                     n->disk.list[n->disk.durable].number +
                         chance_below(&x->chance, n->disk.count - n->disk.durable));
    }
}

static void fire_timers(struct world *x)
{
    for (uint32_t i = 0; i < x->net.count; i++)
        if (x->net.nodes[i].engine != NULL && x->net.nodes[i].deadline <= x->net.now)
            net_step(&x->net, i, &(struct engine_event){.kind = ENGINE_TIMER});
}

/* A read's answer is at least what anybody had committed when it was asked for. */
static void check_reads(struct world *x)
{
    for (uint32_t i = 0; i < x->net.count; i++) {
        struct net_node *n = &x->net.nodes[i];
        if (n->answers == x->seen_answers[i])
            continue;
        x->seen_answers[i] = n->answers;
        if (n->answer < x->read_floor[i])
            net_fail(&x->net, "a stale read");
        x->reads[i] = 0;
    }
}

static void work(struct world *x)
{
    uint32_t i = any_node(x);
    struct net_node *n = &x->net.nodes[i];
    if (n->engine == NULL)
        return;
    if (roll(x, 3) && x->serial[i] < 60)
        net_propose(&x->net, i, ++x->serial[i]);
    if (roll(x, 3) && x->reads[i] == 0) {
        x->reads[i] = 1;
        x->read_floor[i] = x->net.highest;
        net_step(&x->net, i, &(struct engine_event){.kind = ENGINE_READ, .serial = 1});
    }
    if (roll(x, 10) && n->index > 0) {
        struct payload *state = payload_new("state\n", 6);
        net_step(
            &x->net, i,
            &(struct engine_event){.kind = ENGINE_SNAPSHOT, .index = n->index, .payload = state});
        payload_unref(state);
    }
}

static void break_something(struct world *x)
{
    uint32_t i = any_node(x);
    if (roll(x, 150))
        x->cut = (uint32_t)chance_below(&x->chance, 1U << x->net.count);
    if (roll(x, 300))
        x->cut = 0;
    if (!roll(x, 60))
        return;
    if (x->net.nodes[i].engine == NULL) {
        x->reads[i] = 0;
        net_start(&x->net, i);
    } else {
        bool lose = x->net.count > 1 && x->net.now > 500 && x->lost == 0 && roll(x, 4);
        x->lost += lose;
        net_crash(&x->net, i, lose);
    }
}

static bool all_done(const struct world *x)
{
    for (uint32_t i = 0; i < x->net.count; i++)
        if (x->net.nodes[i].index != x->net.highest)
            return false;
    return true;
}

static void heal(struct world *x)
{
    x->faulty = false;
    for (uint32_t i = 0; i < x->net.count; i++)
        if (x->net.nodes[i].engine == NULL)
            net_start(&x->net, i);
    for (uint32_t i = 0; i < x->net.count; i++)
        net_propose(&x->net, i, ++x->serial[i]);
}

/* Whether the last proposal of each node is committed. */
static bool is_answered(const struct world *x)
{
    for (uint32_t i = 0; i < x->net.count; i++) {
        bool found = false;
        for (uint64_t s = 1; s <= x->net.highest && !found; s++)
            found = x->net.slots[s].there && x->net.slots[s].id.client == i &&
                    x->net.slots[s].id.serial == x->serial[i];
        if (!found)
            return false;
    }
    return true;
}

static void tick(struct world *x)
{
    x->net.now++;
    schedule(x);
    deliver_due(x);
    sync_disks(x);
    fire_timers(x);
    check_reads(x);
}

/* What seed's run broke, or NULL. */
static const char *run(uint64_t seed, uint32_t count, char **settings, size_t n, uint64_t *slots)
{
    struct world x = {.chance = seed, .faulty = true};
    x.net.quiet = getenv("PAXOS_NOTES") == NULL;
    net_open(&x.net, count);
    for (size_t i = 0; i < n; i++)
        x.net.settings[x.net.setting_count++] = settings[i];
    for (uint32_t i = 0; i < count; i++)
        net_start(&x.net, i);
    while (x.net.now < 6000 && x.net.broken == NULL) {
        tick(&x);
        work(&x);
        if (x.net.now > 100)
            break_something(&x);
    }
    heal(&x);
    while (x.net.broken == NULL && !(all_done(&x) && is_answered(&x))) {
        tick(&x);
        if (x.net.now > 16000)
            net_fail(&x.net, "not done 10 s after the faults ended");
    }
    *slots += x.net.highest;
    net_close(&x.net);
    return x.net.broken;
}

static int run_seeds(int argc, char **argv)
{
    uint64_t first = strtoull(argv[2], NULL, 10), last = strtoull(argv[3], NULL, 10), slots = 0;
    uint32_t count = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 3;
    uint64_t bad = 0, caught = 0, seeds = last - first + 1;
    for (uint64_t seed = first; seed <= last; seed++) {
        const char *what = run(seed, count, argv + 5, argc > 5 ? (size_t)argc - 5 : 0, &slots);
        if (what == NULL)
            continue;
        if (bad++ == 0)
            caught = seed;
        printf("seed %llu: %s\n", (unsigned long long)seed, what);
    }
    printf("%llu seeds, %llu slots, %llu broken", (unsigned long long)seeds,
           (unsigned long long)slots, (unsigned long long)bad);
    if (bad > 0)
        printf(", first by seed %llu", (unsigned long long)caught);
    printf("\n");
    return bad > 0;
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "random") == 0)
        return run_seeds(argc, argv);
    errx(2, "usage: paxostest random FIRST LAST [NODES] [NAME=VALUE...]");
}
