/*
 * How many addresses it takes to surround a node: that all eight peers that it dials after a
 * restart are the attacker's. Before: one table, in which a record of the most crowded network is
 * evicted, each name is a network, and whoever is in the table is dialed with equal chances. After:
 * the programs' own peerbook, history, candidates and dialer, for two virtual days of attack.
 *
 *     eclipse TRIALS [new | old]    new: a node that knows only eight others when the attack
 * begins; old: one that has run for three days
 *
 * The honest network: 400 nodes in 300 networks, five out of six of which are up. The attacker's
 * nodes always answer; besides, it announces thousands of addresses at which nobody does, and
 * everything as often as it likes.
 */
#include "base/chance.h"
#include "base/hex.h"
#include "net/candidates.h"
#include "peers/dialer.h"
#include "peers/peerbook.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    HONEST = 400,
    HONEST_NETWORKS = 300,
    DEAD = 2000, /* addresses that the attacker announces, in as many networks */
    NODES_MAX = 20000,
    GROUPS = 20000,
    LIMIT = PEERBOOK_COUNT_DEFAULT,
    FANOUT = 8,
    HOURS = 2 * 24,
    QUIET = 3 * 24, /* hours before the attack, if the node is not a new one */
    BEGIN = 1700000000,
};

struct node {
    char address[64];
    int group; /* its network, as it was counted before */
    bool attacker, up, dead;
};

struct world {
    struct node nodes[NODES_MAX];
    size_t count;
    uint64_t dice;
};

/* What the attacker has. */
struct means {
    const char *name;
    int networks, each;
    bool names; /* ... or names, as many as it likes, of one host */
};

static uint64_t below(struct world *w, uint64_t n)
{
    return chance_below(&w->dice, n);
}

static void add_node(struct world *w, const char *address, int group, bool attacker, bool dead)
{
    struct node *n = &w->nodes[w->count++];
    *n = (struct node){.group = group, .attacker = attacker, .dead = dead, .up = !dead};
    snprintf(n->address, sizeof n->address, "%s", address);
}

/* The nth address in a network: a prefix of 16 bits that is globally reachable. */
static void add_in(struct world *w, int network, int n, bool attacker, bool dead)
{
    char text[64];
    snprintf(text, sizeof text, "%d.%d.%d.%d:7001", 20 + network / 250, network % 250, n / 250,
             1 + n % 250);
    add_node(w, text, network, attacker, dead);
}

static void make_world(struct world *w, const struct means *m, uint64_t seed)
{
    w->count = 0;
    w->dice = seed;
    for (int i = 0; i < HONEST; i++)
        add_in(w, i % HONEST_NETWORKS, i / HONEST_NETWORKS, false, false);
    for (int i = 0; i < m->networks * m->each; i++)
        add_in(w, HONEST_NETWORKS + i % m->networks, i / m->networks, true, false);
    for (int i = 0; i < DEAD && !m->names; i++)
        add_in(w, HONEST_NETWORKS + m->networks + i, 0, true, true);
    for (int i = 0; i < 3000 && m->names; i++) {
        char text[64];
        snprintf(text, sizeof text, "n%d.attacker.example:7001", i);
        add_node(w, text, GROUPS - 1 - i, true, false);
    }
}

static void churn(struct world *w)
{
    for (size_t i = 0; i < HONEST; i++)
        w->nodes[i].up = w->nodes[i].up ? below(w, 50) != 0 : below(w, 10) == 0;
}

/* --- Before ----------------------------------------------------------------------------------- */

struct old_book {
    size_t list[LIMIT + 1];
    int64_t times[LIMIT + 1];
    size_t count;
    unsigned crowds[GROUPS];
};

static void old_evict(struct old_book *b, const struct world *w, size_t newest)
{
    size_t leaver = 0;
    unsigned most = 0;
    for (size_t i = 0; i < b->count; i++) {
        unsigned crowd = b->crowds[w->nodes[b->list[i]].group];
        most = crowd > most ? crowd : most;
    }
    bool own = b->crowds[w->nodes[newest].group] == most, found = false;
    for (size_t i = 0; i < b->count; i++) {
        int group = w->nodes[b->list[i]].group;
        if (b->crowds[group] == most && (!own || group == w->nodes[newest].group) &&
            (!found || b->times[i] <= b->times[leaver])) {
            leaver = i;
            found = true;
        }
    }
    b->crowds[w->nodes[b->list[leaver]].group]--;
    b->count--;
    memmove(b->list + leaver, b->list + leaver + 1, (b->count - leaver) * sizeof *b->list);
    memmove(b->times + leaver, b->times + leaver + 1, (b->count - leaver) * sizeof *b->times);
}

static void old_add(struct old_book *b, const struct world *w, size_t i, int64_t time)
{
    for (size_t k = 0; k < b->count; k++)
        if (b->list[k] == i) {
            b->times[k] = time;
            return;
        }
    b->list[b->count] = i;
    b->times[b->count++] = time;
    b->crowds[w->nodes[i].group]++;
    if (b->count > LIMIT)
        old_evict(b, w, i);
}

/* How many of the peers are the attacker's. */
static int before(struct world *w, bool young)
{
    static struct old_book b;
    int mine = 0;
    b = (struct old_book){0};
    for (size_t i = 0; i < (young ? FANOUT : HONEST); i++)
        old_add(&b, w, i, BEGIN);
    for (size_t i = HONEST; i < w->count; i++)
        old_add(&b, w, i, BEGIN + 7200);
    for (size_t i = 0; i < HONEST; i++)
        old_add(&b, w, i, BEGIN + 600);
    for (int i = 0; i < 100; i++)
        churn(w);
    size_t busy[FANOUT];
    int n = 0;
    for (long tries = 0; n < FANOUT && tries < 200000; tries++) {
        size_t i = b.list[below(w, b.count)];
        bool taken = !w->nodes[i].up;
        for (int k = 0; k < n; k++)
            taken |= busy[k] == i ||
                     (tries < 100000 && /* no two of a network, if there is a choice */
                      w->nodes[busy[k]].group == w->nodes[i].group);
        if (taken)
            continue;
        busy[n++] = i;
        mine += w->nodes[i].attacker;
    }
    return mine;
}

/* --- After ------------------------------------------------------------------------------------ */

struct run {
    struct world *w;
    char path[128];
    struct peerbook book;
    struct dial_history history;
    struct candidates *candidates;
    struct dialer *dialer;
    const struct target *busy[FANOUT];
    int64_t since[FANOUT];
    size_t count;
    int64_t now; /* s since BEGIN */
};

static void must(int failed, const struct fault *f)
{
    if (failed)
        errx(2, "%s", f->text);
}

static void announce(struct run *r, size_t i, int64_t time)
{
    uint8_t key[ID_LEN] = {1, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
    char line[512];
    struct peer p;
    struct fault f;
    int n = snprintf(line, sizeof line, "peer %064d %s %s %" PRId64 " %0128d", 1, hex32(key).text,
                     r->w->nodes[i].address, time, 1);
    must(peer_parse(line, (size_t)n, &p, &f) || peerbook_check(&r->book, &p, BEGIN + r->now, &f) ||
             peerbook_add(&r->book, &p, &f) < 0,
         &f);
}

static struct node *node_of(struct run *r, const struct target *t)
{
    return &r->w->nodes[t->key[1] << 16 | t->key[2] << 8 | t->key[3]];
}

static void say(void *self, const char *words)
{
    (void)self;
    errx(2, "%s", words);
}

static void note(struct run *r, const struct target *t, enum outcome outcome)
{
    dial_history_note(&r->history, t, outcome, BEGIN + r->now);
}

/* Dials until all places are taken, or nobody is left to be dialed now. */
static void fill(struct run *r)
{
    const struct target *t;
    while (r->count < FANOUT && (t = dialer_next(r->dialer, r->now * 1000))) {
        if (node_of(r, t)->up) {
            note(r, t, OUTCOME_ANSWERED);
            dialer_greeted(r->dialer, t);
            dialer_answered(r->dialer, t, r->now * 1000);
            r->since[r->count] = r->now;
            r->busy[r->count++] = t;
        } else {
            note(r, t, OUTCOME_NOBODY);
            dialer_over(r->dialer, t, r->now * 1000);
        }
    }
}

static void feel(struct run *r)
{
    const struct target *t = dialer_feeler(r->dialer, r->now * 1000);
    if (!t)
        return;
    note(r, t, node_of(r, t)->up ? OUTCOME_ANSWERED : OUTCOME_NOBODY);
    if (node_of(r, t)->up)
        dialer_greeted(r->dialer, t);
    dialer_over(r->dialer, t, r->now * 1000);
}

/* Peers that are down are lost, and one in eight of the others in an hour. */
static void lose(struct run *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (!node_of(r, r->busy[i])->up || (below(r->w, 8) == 0) ||
            dialer_gone(r->dialer, r->busy[i])) {
            dialer_over(r->dialer, r->busy[i], r->now * 1000);
            continue;
        }
        note(r, r->busy[i], OUTCOME_ANSWERED);
        r->since[kept] = r->since[i];
        r->busy[kept++] = r->busy[i];
    }
    r->count = kept;
}

static void write_down(struct run *r)
{
    struct peers all = {0};
    struct fault f;
    uint64_t chance = chance_next(&r->w->dice);
    if (r->count)
        dial_history_anchors(&r->history, r->busy, r->count); /* in the order of their age */
    must(peers_read(&all, r->path, NULL, &chance, &f) || dial_history_write(&r->history, &all, &f),
         &f);
    peers_free(&all);
}

static void look(struct run *r)
{
    const struct candidates_log log = {say, NULL};
    struct target *list = NULL;
    size_t count;
    struct fault f;
    must(candidates_read(r->candidates, NULL, &log, &f) < 0 ||
             candidates_list(r->candidates, NULL, false, &list, &count) ||
             dialer_targets(r->dialer, list, count),
         &f);
    free(list);
}

static void hour(struct run *r, bool attacked, bool young)
{
    struct fault f;
    int fd = peerbook_lock(&r->book);
    if (fd < 0)
        err(2, "%s", r->path);
    churn(r->w);
    must(peerbook_load(&r->book, fd, BEGIN + r->now, &f), &f);
    for (size_t i = HONEST; attacked && i < r->w->count; i++)
        if (below(r->w, r->w->count - HONEST) < 500)
            announce(r, i, BEGIN + r->now + PEER_AHEAD_MAX);
    for (size_t i = 0; i < HONEST && (attacked || !young || i < FANOUT); i++)
        if (r->w->nodes[i].up && (below(r->w, 4) == 0 || i < FANOUT))
            announce(r, i, BEGIN + r->now);
    must(peerbook_save(&r->book, &f), &f);
    close(fd);
    look(r);
    lose(r);
    for (int i = 0; i < 30; i++, r->now += 120) {
        fill(r);
        feel(r);
    }
    write_down(r);
}

static void start(struct run *r, uint64_t seed)
{
    struct fault f;
    char *operands[] = {r->path};
    r->candidates = candidates_new(operands, 1, false, 1, &f);
    r->dialer = dialer_new(FANOUT, seed);
    if (!r->candidates || !r->dialer)
        errx(2, "%s", f.text);
    r->count = 0;
    look(r);
}

static void stop(struct run *r)
{
    candidates_free(r->candidates);
    dialer_free(r->dialer);
}

static void remove_files(const struct run *r)
{
    static const char *const ends[] = {"", ".tried", ".secret"};
    char path[160];
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", r->path, ends[i]);
        unlink(path);
    }
}

static int after(struct world *w, bool young, uint64_t seed)
{
    static struct run r;
    int mine = 0;
    r = (struct run){.w = w};
    snprintf(r.path, sizeof r.path, "%s/eclipse.%d.peers",
             access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", (int)getpid());
    remove_files(&r);
    peerbook_init(&r.book, r.path, LIMIT);
    dial_history_init(&r.history, r.path);
    start(&r, seed);
    for (int h = young ? -1 : -QUIET; h < HOURS; h++)
        hour(&r, h >= 0, young);
    stop(&r);
    start(&r, seed + 1);
    for (int i = 0; i < 100 && r.count < FANOUT; i++, r.now += 60)
        fill(&r);
    for (size_t i = 0; i < r.count; i++)
        mine += node_of(&r, r.busy[i])->attacker;
    stop(&r);
    dial_history_free(&r.history);
    peerbook_free(&r.book);
    remove_files(&r);
    return r.count < FANOUT ? -1 : mine;
}

/* --- The table -------------------------------------------------------------------------------- */

static void row(struct world *w, const struct means *m, bool young, int trials)
{
    int old_sum = 0, old_all = 0, new_sum = 0, new_all = 0;
    for (int i = 0; i < trials * 5; i++) {
        make_world(w, m, (uint64_t)i);
        int mine = before(w, young);
        old_sum += mine;
        old_all += mine == FANOUT;
    }
    for (int i = 0; i < trials; i++) {
        make_world(w, m, (uint64_t)i);
        int mine = after(w, young, (uint64_t)i);
        new_sum += mine;
        new_all += mine == FANOUT;
    }
    printf("%-8s %-34s %6.2f %6.3f   %6.2f %6.3f\n", young ? "new" : "old", m->name,
           (double)old_sum / (5 * trials), (double)old_all / (5 * trials), (double)new_sum / trials,
           (double)new_all / trials);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static const struct means all[] = {
        {"1 host, any number of names", 0, 0, true},
        {"256 addresses in 1 network", 1, 256, false},
        {"256 addresses in 16 networks", 16, 16, false},
        {"512 addresses in 64 networks", 64, 8, false},
        {"1024 addresses in 256 networks", 256, 4, false},
        {"4096 addresses in 1024 networks", 1024, 4, false},
        {"8000 addresses in 4000 networks", 4000, 2, false},
    };
    static struct world w;
    int trials = argc > 1 ? atoi(argv[1]) : 0;
    bool both = argc < 3, only_new = !both && strcmp(argv[2], "new") == 0;
    if (trials < 1)
        errx(2, "usage: eclipse TRIALS [new | old]");
    printf("%-8s %-34s %13s   %13s\n", "node", "the attacker has", "before", "after");
    printf("%-8s %-34s %6s %6s   %6s %6s\n", "", "", "of 8", "all 8", "of 8", "all 8");
    for (int young = 1; young >= 0; young--)
        for (size_t i = 0; i < sizeof all / sizeof *all && (both || young == only_new); i++)
            row(&w, &all[i], young, trials);
    return 0;
}
