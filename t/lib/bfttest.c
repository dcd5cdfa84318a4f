/*
 * bfttest random FIRST LAST NODES LIARS [NAME=VALUE...]: for each seed, members of Tendermint of
 * whom the last LIARS lie in every way that they can, without forging signatures, under loss,
 * duplicates, reordering, crashes and partitions; then all but the liars heals, and what was
 * proposed has to be decided. The others never decide differently, and are never to blame. If the
 * liars are too many, a fork is possible: then at least a third of the weight is to blame.
 * Prints what was broken, of each seed. Status 1 if anything was.
 *
 * bfttest rotation: the members NAME:WEIGHT... and how many turns, on stdin; whose turns.
 * bfttest priorities: `PRIORITY... | WEIGHT... | TIMES`; the priorities after, and whose turn.
 */
#include "bftworld.h"

#include "base/num.h"

static bool roll(struct world *w, uint64_t in)
{
    return chance_below(&w->chance, in) == 0;
}

static void deliver_due(struct world *w)
{
    for (size_t i = 0; i < w->queued;) {
        struct world_message m = w->queue[i];
        if (m.at > w->now) {
            i++;
            continue;
        }
        bool cut = ((w->cut >> m.from) & 1) != ((w->cut >> m.to) & 1);
        if (!(w->faulty && (cut || roll(w, 10))))
            world_deliver(w, &m);
        if (w->faulty && roll(w, 20)) {
            w->queue[i].at = w->now + 1 + (int64_t)chance_below(&w->chance, 60);
        } else {
            engine_item_unref(m.item);
            w->queue[i] = w->queue[--w->queued];
        }
    }
}

static void tick(struct world *w)
{
    w->now++;
    deliver_due(w);
    for (uint32_t i = 0; i < w->honest; i++) {
        struct world_node *n = &w->nodes[i];
        if (n->engine != NULL && n->durable < n->count && (!w->faulty || roll(w, 3)))
            world_sync(w, i);
        if (n->engine != NULL && n->deadline <= w->now)
            world_step(w, i, &(struct engine_event){.kind = ENGINE_TIMER});
    }
    world_lie(w);
}

static void break_something(struct world *w)
{
    uint32_t i = (uint32_t)chance_below(&w->chance, w->honest);
    if (roll(w, 150))
        w->cut = (uint32_t)chance_below(&w->chance, 1U << w->count);
    if (roll(w, 300))
        w->cut = 0;
    if (roll(w, 15) && w->nodes[i].engine != NULL && w->serial[i] < 40)
        world_propose(w, i);
    if (roll(w, 60)) {
        if (w->nodes[i].engine == NULL)
            world_start(w, i);
        else
            world_crash(w, i);
    }
}

static bool all_done(const struct world *w)
{
    for (uint32_t i = 0; i < w->honest; i++)
        if (w->nodes[i].mine < w->serial[i] || w->nodes[i].index != w->nodes[0].index)
            return false;
    return true;
}

static void judge(struct world *w)
{
    if (w->broken == NULL && world_blames_honest(w))
        world_fail(w, "an honest member is to blame");
    if (w->forked && !world_blames_third(w))
        world_fail(w, "a fork, and less than a third of the weight is to blame");
    if (w->forked && 3 * w->liars < w->count)
        world_fail(w, "two values at one height");
}

/* What seed's run broke, or NULL. */
static const char *run(struct world *w, uint64_t seed)
{
    w->chance = seed;
    w->faulty = true;
    for (uint32_t i = 0; i < w->honest; i++)
        world_start(w, i);
    while (w->now < 3000 && w->broken == NULL && !w->forked) {
        tick(w);
        break_something(w);
    }
    w->faulty = false;
    for (uint32_t i = 0; i < w->honest && !w->forked; i++) {
        if (w->nodes[i].engine == NULL)
            world_start(w, i);
        world_propose(w, i);
    }
    while (w->broken == NULL && !w->forked && 3 * w->liars < w->count && !all_done(w)) {
        tick(w);
        if (w->now > 60000)
            world_fail(w, "not done 57 s after the faults ended");
    }
    judge(w);
    return w->broken;
}

static uint64_t number(const char *text)
{
    int64_t n;
    if (number_parse(text, strlen(text), &n) != 0)
        errx(2, "not a number: %s", text);
    return (uint64_t)n;
}

static int random_runs(int argc, char **argv)
{
    uint64_t seeds = 0, bad = 0, forks = 0, heights = 0;
    for (uint64_t seed = number(argv[2]); seed <= number(argv[3]); seed++) {
        struct world *w = world_open((uint32_t)number(argv[4]), (uint32_t)number(argv[5]));
        for (int i = 6; i < argc; i++)
            w->settings[w->setting_count++] = argv[i];
        const char *broke = run(w, seed);
        if (broke != NULL)
            printf("%llu %s\n", (unsigned long long)seed, broke);
        seeds++;
        bad += broke != NULL;
        forks += w->forked;
        heights += w->nodes[0].index;
        world_close(w);
    }
    printf("%llu seeds, %llu heights, %llu forks, %llu broken\n", (unsigned long long)seeds,
           (unsigned long long)heights, (unsigned long long)forks, (unsigned long long)bad);
    return bad > 0;
}

/* NAME:WEIGHT words, in any order; the rotation is by name. */
static int rotation(void)
{
    char names[16][32], line[32];
    struct bft_set set = {0};
    uint64_t turns = 0;
    while (scanf("%31s", line) == 1) {
        char *colon = strchr(line, ':');
        if (colon == NULL) {
            turns = number(line);
            continue;
        }
        *colon = '\0';
        size_t at = set.count++;
        for (; at > 0 && strcmp(names[at - 1], line) > 0; at--) {
            memcpy(names[at], names[at - 1], sizeof names[at]);
            set.list[at] = set.list[at - 1];
        }
        snprintf(names[at], sizeof names[at], "%s", line);
        set.list[at] = (struct bft_member){.weight = (int64_t)number(colon + 1)};
    }
    for (size_t i = 0; i < set.count; i++)
        set.list[i].node = (uint32_t)i;
    bft_rotation_follow(&set, NULL);
    for (uint64_t i = 0; i < turns; i++)
        printf("%s%s", i > 0 ? " " : "", names[bft_rotation_turn(&set, 1)]);
    printf("\n");
    return 0;
}

static int priorities(void)
{
    char word[64];
    struct bft_set set = {0};
    size_t part = 0, counts[3] = {0};
    uint64_t times = 0;
    while (scanf("%63s", word) == 1) {
        if (strcmp(word, "|") == 0)
            part++;
        else if (part == 0)
            set.list[counts[0]++].priority = strtoll(word, NULL, 10);
        else if (part == 1)
            set.list[counts[1]++].weight = strtoll(word, NULL, 10);
        else
            times = number(word);
    }
    set.count = counts[0];
    for (size_t i = 0; i < set.count; i++)
        set.total += set.list[i].weight;
    size_t turn = bft_rotation_turn(&set, times);
    for (size_t i = 0; i < set.count; i++)
        printf("%lld ", (long long)set.list[i].priority);
    printf("| %zu\n", turn);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc >= 6 && strcmp(argv[1], "random") == 0)
        return random_runs(argc, argv);
    if (argc == 2 && strcmp(argv[1], "rotation") == 0)
        return rotation();
    if (argc == 2 && strcmp(argv[1], "priorities") == 0)
        return priorities();
    errx(2, "usage: bfttest random FIRST LAST NODES LIARS [NAME=VALUE...] | rotation | priorities");
}
