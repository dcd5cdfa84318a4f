/*
 * raftchaos SEED COUNT NODES [SETTING...]: Raft engines under all faults at once, COUNT times from
 * seed SEED on: late, lost and doubled packets, partitions, crashes that lose what was not synced,
 * proposals, reads, snapshots, changes of members, transfers of leadership. After the faults,
 * everything that was asked must be answered. Status 1, and the seed, at the first run in which
 * something that must hold does not.
 */
#include "raftworld.h"

#include <sys/wait.h>
#include <unistd.h>

enum { CHAOS_MS = 4000, CALM_MS = 4000 };

static uint64_t chance;
static uint32_t side[NODES_MAX]; /* of the partition */
static bool split, calm, changes;
static uint64_t serial[NODES_MAX], done[NODES_MAX];
static uint64_t read_floor[NODES_MAX], read_serial[NODES_MAX];
static int64_t down_until[NODES_MAX], sync_at[NODES_MAX];

static uint64_t below(uint64_t n)
{
    return chance_below(&chance, n);
}

static bool passes(uint32_t from, uint32_t to)
{
    return (!split || side[from] == side[to]) && (calm || below(20) != 0);
}

static int64_t late(void)
{
    if (calm)
        return w.now + 1;
    return w.now + 1 + (int64_t)below(below(10) == 0 ? 150 : 10);
}

static void deliver_due(void)
{
    for (size_t i = 0; i < w.packets;)
        if (w.packet[i].at <= w.now) {
            if (!calm && below(30) == 0 && w.packets < PACKETS_MAX) {
                w.packet[w.packets] = w.packet[i];
                engine_item_ref(w.packet[i].item);
                w.packet[w.packets++].at = w.now + 1 + (int64_t)below(300);
            }
            deliver(i);
        } else {
            i++;
        }
}

static void check_reads(uint32_t n)
{
    struct node *node = &w.node[n];
    if (node->answered != read_serial[n] || read_serial[n] == 0)
        return;
    if (node->answer_index != UINT64_MAX && node->answer_index < read_floor[n])
        broken("%s answers a read at %llu, and %llu had been committed before it was made",
               name_of(n), (unsigned long long)node->answer_index,
               (unsigned long long)read_floor[n]);
    read_floor[n] = 0;
    node->answered = 0;
}

static void ask_something(uint32_t n)
{
    char text[64];
    static const char *const verbs[] = {"add", "remove", "learner"};
    switch (below(200)) {
    case 0 ... 9:
        propose(n, ++serial[n]);
        break;
    case 10 ... 15:
        read_floor[n] = w.highest;
        step(n, (struct engine_event){.kind = ENGINE_READ, .serial = ++read_serial[n]});
        break;
    case 16:
        if (below(4) == 0)
            snapshot(n, raft_of(n)->last_applied);
        break;
    case 17:
        snprintf(text, sizeof text, "member %s n%llu%s", verbs[below(3)],
                 (unsigned long long)below(w.nodes) + 1, below(3) == 0 ? " add n1 remove n2" : "");
        if (changes && !calm)
            command(n, text);
        break;
    case 18:
        if (below(4) == 0 && !calm) {
            snprintf(text, sizeof text, "transfer n%llu", (unsigned long long)below(w.nodes) + 1);
            command(n, text);
        }
        break;
    default:
        break;
    }
}

static void disturb(void)
{
    uint32_t n = (uint32_t)below(w.nodes);
    if (below(300) == 0) {
        split = !split;
        for (uint32_t i = 0; i < w.nodes; i++)
            side[i] = (uint32_t)below(2);
    }
    if (below(120) == 0 && w.node[n].engine != NULL) {
        kill_node(n, below(w.node[n].count - w.node[n].kept + 1));
        down_until[n] = w.now + 1 + (int64_t)below(400);
        if (getenv("SHOW"))
            printf("%lld crash %s\n", (long long)w.now, name_of(n));
    }
}

static void one_ms(void)
{
    w.now++;
    if (!calm)
        disturb();
    for (uint32_t i = 0; i < w.nodes; i++) {
        if (w.node[i].engine == NULL && (calm || w.now >= down_until[i])) {
            read_serial[i] += 1000;
            read_floor[i] = 0;
            start(i);
            for (uint64_t s = 1; s <= serial[i]; s++) /* as a client that never knew the answer */
                propose(i, s);
        }
        if (w.node[i].engine == NULL)
            continue;
        if (w.node[i].kept < w.node[i].count && (w.now >= sync_at[i])) {
            sync_disk(i);
            sync_at[i] = w.now + 1 + (int64_t)below(calm ? 2 : 15);
        }
        ask_something(i);
    }
    deliver_due();
    for (int i = 0; i < 5; i++)
        fire_timers();
    for (uint32_t i = 0; i < w.nodes; i++)
        check_reads(i);
}

/* Whether a node is a member, as the last leader has it: others are not told who leads. */
static bool is_member(uint32_t n)
{
    const struct raft *last = NULL;
    for (uint32_t i = 0; i < w.nodes; i++)
        if (raft_of(i)->role == RAFT_LEADER && (last == NULL || raft_of(i)->term > last->term))
            last = raft_of(i);
    if (last == NULL)
        broken("nobody leads");
    return raft_config_roles(&raft_config_now(last)->config, n) != 0;
}

/* Each proposal stands at exactly one index. */
static void check_all_there(void)
{
    static uint64_t seen[NODES_MAX][INDEX_MAX];
    memset(seen, 0, sizeof seen);
    for (uint64_t i = 1; i <= w.highest; i++) {
        struct proposal_id id = w.chosen[i];
        if (id.serial == 0)
            continue;
        if (seen[id.client][id.serial]++ != 0)
            broken("%s:%llu is committed twice", name_of(id.client), (unsigned long long)id.serial);
    }
    for (uint32_t n = 0; n < w.nodes; n++)
        for (uint64_t s = 1; is_member(n) && s <= done[n]; s++)
            if (seen[n][s] == 0)
                broken("%s:%llu was never committed", name_of(n), (unsigned long long)s);
}

static void run(uint64_t seed, uint32_t nodes, bool change)
{
    chance = seed * 1000003;
    changes = change;
    w.passes = passes;
    arrival = late;
    begin_world(nodes, nodes < 4 ? nodes : nodes - (uint32_t)below(2));
    for (int i = 0; i < CHAOS_MS; i++)
        one_ms();
    calm = true;
    split = false;
    memcpy(done, serial, sizeof done);
    for (int i = 0; i < CALM_MS; i++)
        one_ms();
    check_all_there();
    if (getenv("TELL"))
        printf("seed %llu: %llu deliveries, %llu terms, %llu commits\n", (unsigned long long)seed,
               (unsigned long long)w.deliveries, (unsigned long long)w.latest_term,
               (unsigned long long)w.highest);
    end_world();
}

int main(int argc, char **argv)
{
    if (argc < 4)
        errx(2, "usage: raftchaos SEED COUNT NODES [SETTING...]");
    uint64_t seed = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10);
    bool change = true;
    for (int i = 4; i < argc && i < 20; i++)
        if (strcmp(argv[i], "fixed") == 0)
            change = false;
        else
            w.settings[w.setting_count++] = argv[i];
    for (uint64_t s = seed; s < seed + count; s++) {
        fflush(NULL);
        pid_t pid = fork();
        int status;
        if (pid == 0) {
            run(s, (uint32_t)strtoul(argv[3], NULL, 10), change);
            exit(0);
        }
        if (pid < 0 || waitpid(pid, &status, 0) != pid)
            err(2, "fork");
        if (status != 0)
            errx(1, "seed %llu: broken", (unsigned long long)s);
    }
    printf("%llu runs held\n", (unsigned long long)count);
}
