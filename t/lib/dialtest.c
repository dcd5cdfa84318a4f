/*
 * Whom to dial, the poll loop, and names, under test.
 *
 *     dialtest fanout | networks | pauses | gone | never | random | many
 *     dialtest strangers | hosts | feelers | anchors | held                  the dialer
 *     dialtest removal | files | signals | ignored | turns                   the loop
 *     dialtest names HOST:PORT...   looks them up, prints each one's socket address or the fault
 *     dialtest leave                frees what is still being looked up
 */
#include "net/loop.h"
#include "net/resolve.h"
#include "peers/dialer.h"
#include "random.h"

#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void must(bool truth, const char *what)
{
    if (!truth)
        errx(1, "%s", what);
}

/* --- The dialer ------------------------------------------------------------------------------ */

/* The nth target of so many in a network. */
static struct target target_of(int network, int n)
{
    struct target t = {0};
    struct fault f;
    char text[64];
    snprintf(text, sizeof text, "10.%d.%d.%d:7001", network, n / 256, n % 256);
    if (address_parse(text, strlen(text), false, &t.address, &f))
        errx(2, "%s", f.text);
    return t;
}

static void fill_targets(struct target *list, int networks, int each)
{
    for (int i = 0; i < networks * each; i++)
        list[i] = target_of(i / each, i % each);
}

static struct dialer *dialer_of(size_t fanout, uint64_t seed, const struct target *list, size_t n)
{
    struct dialer *d = dialer_new(fanout, seed);
    must(d && dialer_targets(d, list, n) == 0, "no dialer");
    return d;
}

static void fanout(void)
{
    struct target list[20];
    const struct target *busy[8];
    fill_targets(list, 20, 1);
    struct dialer *d = dialer_of(8, 1, list, 20);
    must(dialer_when(d, 5) == 5, "new targets are due at once");
    for (int i = 0; i < 8; i++) {
        busy[i] = dialer_next(d, 5);
        must(busy[i] != NULL, "so many and no more, but so many");
        for (int j = 0; j < i; j++)
            must(busy[j] != busy[i], "one twice");
    }
    must(!dialer_next(d, 5) && dialer_when(d, 5) == INT64_MAX, "no more than the fan-out");
    dialer_over(d, busy[3], 5);
    must(dialer_when(d, 5) == 5 && dialer_next(d, 5), "another in its place");
    must(!dialer_next(d, 5), "one in its place");
    dialer_free(d);
    d = dialer_of(8, 1, list, 0);
    must(!dialer_next(d, 5) && dialer_when(d, 5) == INT64_MAX, "nobody to dial");
    dialer_free(d);
    dialer_free(NULL);
}

static int network_of(const struct target *t)
{
    return atoi(t->address.host + 3);
}

/* One network with many targets and five with one each: of eight, five are those, with any seed. */
static void networks(void)
{
    struct target list[105];
    for (int i = 0; i < 100; i++)
        list[i] = target_of(0, i);
    for (int i = 0; i < 5; i++)
        list[100 + i] = target_of(1 + i, 0);
    for (uint64_t seed = 0; seed < 200; seed++) {
        int seen[6] = {0};
        struct dialer *d = dialer_of(8, seed, list, 105);
        const struct target *t;
        for (int i = 0; (t = dialer_next(d, 0)); i++) {
            seen[network_of(t)]++;
            must(i >= 6 || seen[network_of(t)] == 1, "two of one network while there was a choice");
        }
        must(seen[0] == 3, "one network for want of another");
        dialer_free(d);
    }
}

static int64_t pause_after(struct dialer *d, const struct target *t, int64_t now)
{
    must(dialer_next(d, now) == t, "it is due");
    dialer_over(d, t, now);
    int64_t when = dialer_when(d, now);
    must(!dialer_next(d, when - 1), "too early");
    return when - now;
}

static void pauses(void)
{
    struct target one = target_of(0, 0);
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct dialer *d = dialer_of(8, seed, &one, 1);
        const struct target *t = dialer_next(d, 0);
        int64_t now = 0, most = DIAL_PAUSE_FIRST, pause;
        dialer_over(d, t, now);
        now = dialer_when(d, now);
        must(now >= most / 2 && now <= most, "the first pause");
        for (int i = 0; i < 80; i++, now += pause) {
            most = 2 * most < DIAL_PAUSE_MAX ? 2 * most : DIAL_PAUSE_MAX;
            pause = pause_after(d, t, now);
            must(pause >= most / 2 && pause <= most, "a pause doubles up to the longest");
        }
        must(dialer_next(d, now) == t, "it is due again");
        dialer_answered(d, t, now);
        dialer_over(d, t, now + 5000);
        pause = dialer_when(d, now + 5000) - now - 5000;
        must(pause >= DIAL_PAUSE_FIRST / 2 && pause <= DIAL_PAUSE_FIRST, "pauses begin anew");
        dialer_free(d);
    }
}

/* What is known of a target stays while it is listed, by address and key. */
static void gone(void)
{
    struct target list[4];
    fill_targets(list, 4, 1);
    struct dialer *d = dialer_of(8, 1, list, 2);
    const struct target *a = dialer_next(d, 0), *b = dialer_next(d, 0);
    must(a && b && !dialer_next(d, 0), "two");
    bool first = network_of(a) == 0;
    const struct target *stays = first ? a : b, *goes = first ? b : a;
    struct target now[2] = {list[0], list[2]};
    now[0].time = 77;
    must(dialer_targets(d, now, 2) == 0, "no memory");
    must(dialer_gone(d, goes) && !dialer_gone(d, stays) && stays->time == 77, "who is gone");
    const struct target *c = dialer_next(d, 0);
    must(c && network_of(c) == 2 && !dialer_next(d, 0), "the new one alone");
    dialer_over(d, goes, 0);
    must(!dialer_next(d, DIAL_PAUSE_MAX), "what is gone does not come back");
    dialer_over(d, stays, 0);
    must(dialer_targets(d, list, 1) == 0 && !dialer_next(d, 0), "its pause stays");
    must(dialer_gone(d, c), "gone while busy");
    must(dialer_targets(d, now, 2) == 0 && !dialer_gone(d, c), "and back");
    list[0].has_key = true;
    must(dialer_targets(d, list, 1) == 0 && dialer_next(d, 0), "another key, another target");
    dialer_free(d);
}

static void never(void)
{
    struct target list[2];
    fill_targets(list, 2, 1);
    struct dialer *d = dialer_of(8, 1, list, 2);
    const struct target *ourselves = dialer_next(d, 0), *other = dialer_next(d, 0);
    dialer_never(d, ourselves);
    dialer_over(d, ourselves, 0);
    must(dialer_when(d, 0) == INT64_MAX, "nothing to wait for");
    dialer_over(d, other, 0);
    for (int64_t now = 0; now < 100 * DIAL_PAUSE_MAX; now += DIAL_PAUSE_MAX) {
        const struct target *t = dialer_next(d, now);
        must(t != ourselves && dialer_targets(d, list, 2) == 0, "ourselves again");
        if (t)
            dialer_over(d, t, now);
    }
    dialer_free(d);
}

/* Each is as likely: of 20,000 draws among 10, each is drawn some 2,000 times. */
static void random_choice(void)
{
    struct target list[10];
    int drawn[10] = {0};
    fill_targets(list, 10, 1);
    for (uint64_t seed = 0; seed < 20000; seed++) {
        struct dialer *d = dialer_of(1, seed, list, 10);
        drawn[network_of(dialer_next(d, 0))]++;
        dialer_free(d);
    }
    for (int i = 0; i < 10; i++)
        must(drawn[i] > 1700 && drawn[i] < 2300, "not as likely as the others");
}

static struct target stranger_of(int network, int n)
{
    struct target t = target_of(network, n);
    t.announced = t.has_key = true;
    return t;
}

/* Of the first dials, three out of four go to targets that have answered, however many strangers
 * there are; and a stranger that has never said hello waits for minutes. */
static void strangers(void)
{
    static struct target list[1010];
    int known = 0;
    for (int i = 0; i < 1010; i++) {
        list[i] = stranger_of(i % 250, i / 250);
        list[i].tried = i >= 1000;
    }
    for (uint64_t seed = 0; seed < 4000; seed++) {
        struct dialer *d = dialer_of(1, seed, list, 1010);
        known += dialer_next(d, 0)->tried;
        dialer_free(d);
    }
    must(known > 2800 && known < 3200, "three out of four");
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct dialer *d = dialer_of(1, seed, list, 1);
        const struct target *t = dialer_next(d, 0);
        dialer_over(d, t, 0);
        int64_t when = dialer_when(d, 0);
        must(when >= DIAL_PAUSE_STRANGER && when <= 2 * DIAL_PAUSE_STRANGER, "minutes");
        must(dialer_next(d, when) == t, "then again");
        dialer_greeted(d, t);
        dialer_over(d, t, when);
        must(dialer_when(d, when) - when <= 2 * DIAL_PAUSE_FIRST, "one that said hello");
        dialer_free(d);
    }
}

/* Strangers at many ports of one host: one dial in some minutes, but for loopback. */
static void hosts(void)
{
    struct target list[50];
    struct fault f;
    for (int local = 0; local < 2; local++) {
        for (int i = 0; i < 50; i++) {
            char text[32];
            snprintf(text, sizeof text, "%s:%d", local ? "127.0.0.1" : "9.9.9.9", 1 + i);
            list[i] = stranger_of(0, 0);
            must(address_parse(text, strlen(text), false, &list[i].address, &f) == 0, f.text);
        }
        struct dialer *d = dialer_of(8, 1, list, 50);
        int dials = 0;
        for (int64_t now = 0; now < DIAL_PAUSE_STRANGER; now += 1000)
            for (const struct target *t; (t = dialer_next(d, now)); dials++)
                dialer_over(d, t, now);
        must(dials == (local ? 50 : 1), "how many dials of one host");
        dialer_free(d);
    }
}

/* A feeler goes beyond the fan-out, to a stranger of a random network, or one that is to be tested.
 */
static void feelers(void)
{
    struct target list[101];
    int alone = 0;
    for (int i = 0; i < 100; i++)
        list[i] = stranger_of(0, i);
    list[100] = stranger_of(1, 0);
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct dialer *d = dialer_of(1, seed, list, 101);
        const struct target *first = dialer_next(d, 0), *t = dialer_feeler(d, 0);
        must(first && t && t != first && !dialer_next(d, 0), "beyond the fan-out");
        alone += network_of(t) == 1;
        dialer_over(d, t, 0);
        must(!dialer_next(d, 0), "the fan-out is still full");
        dialer_over(d, first, 0);
        must(dialer_next(d, 0), "and then it is not");
        dialer_free(d);
    }
    must(alone > 200 && alone < 500, "a random network, not a random record");
    for (int i = 0; i < 101; i++)
        list[i].tried = true;
    struct dialer *d = dialer_of(1, 1, list, 101);
    must(!dialer_feeler(d, 0), "nobody is a stranger");
    list[7].test = true;
    must(dialer_targets(d, list, 101) == 0, "no memory");
    const struct target *t = dialer_feeler(d, 0);
    must(t && t->test && !dialer_feeler(d, 0), "the one to be tested");
    dialer_free(d);
}

/* Anchors come first, each once. */
static void anchors(void)
{
    struct target list[1000];
    for (int i = 0; i < 1000; i++)
        list[i] = stranger_of(i % 250, i / 250);
    for (int i = 0; i < 500; i++)
        list[i].tried = true;
    list[3].anchor = list[253].anchor = true;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct dialer *d = dialer_of(8, seed, list, 1000);
        const struct target *a = dialer_next(d, 0), *b = dialer_next(d, 0), *c = dialer_next(d, 0);
        must(a->anchor && b->anchor && a != b && !c->anchor, "anchors first");
        dialer_over(d, a, 0);
        must(dialer_when(d, 0) <= 2 * DIAL_PAUSE_FIRST && dialer_next(d, 0) != a, "each once");
        dialer_free(d);
    }
}

/* What failed in the last run is not dialed at once in this one. */
static void held(void)
{
    struct target one = stranger_of(0, 0);
    one.hold = 5000;
    struct dialer *d = dialer_of(8, 1, &one, 1);
    must(!dialer_next(d, 100) && dialer_when(d, 100) == 5100, "held");
    must(dialer_targets(d, &one, 1) == 0 && dialer_next(d, 5100), "and not again");
    dialer_free(d);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* As many targets as there may be, all of which fail, for a virtual hour. */
static void many(void)
{
    static struct target list[PEERS_MAX];
    fill_targets(list, 64, PEERS_MAX / 64);
    struct dialer *d = dialer_of(8, 1, list, PEERS_MAX);
    const struct target *busy[8];
    double begin = seconds();
    long dials = 0;
    size_t n = 0;
    for (int64_t now = 0; now < 3600 * 1000 && dials < 3000; now += 100) {
        while (n < 8 && (busy[n] = dialer_next(d, now)))
            n++;
        must(!dialer_next(d, now), "more than the fan-out");
        dials += (long)n;
        while (n)
            dialer_over(d, busy[--n], now);
        if (dials % 1000 < 8)
            must(dialer_targets(d, list, PEERS_MAX) == 0, "no memory");
    }
    printf("%.0f us a dial of %d\n", 1e6 * (seconds() - begin) / (double)dials, PEERS_MAX);
    dialer_free(d);
}

/* --- The loop -------------------------------------------------------------------------------- */

enum { WATCHES = 40 };

/* Watches that each remove others by lot when they are told. */
struct game {
    struct loop *loop;
    struct watch *watch[WATCHES];
    int fd[WATCHES][2];
    uint64_t dice;
    int told;
};

struct player {
    struct game *game;
    int n;
    bool out;
};

static struct loop *new_loop(void)
{
    struct fault f;
    struct loop *l = loop_new(&f);
    if (!l)
        errx(2, "%s", f.text);
    return l;
}

static void turn(struct loop *l, int milliseconds)
{
    struct fault f;
    if (loop_turn(l, milliseconds, &f))
        errx(2, "%s", f.text);
}

static void put_out(struct game *g, int n)
{
    struct watch *w = g->watch[n];
    if (!w)
        return;
    g->watch[n] = NULL;
    loop_unwatch(w);
    ((struct player *)w->self)->out = true;
    memset(w, 0xa5, sizeof *w);
    free(w);
    close(g->fd[n][0]);
    close(g->fd[n][1]);
}

static void play(void *self, unsigned events)
{
    struct player *p = self;
    struct game *g = p->game;
    must(!p->out && (events & LOOP_READ), "told after it was removed");
    g->told++;
    for (int i = 0; i < 5; i++)
        put_out(g, (int)(chance_next(&g->dice) % WATCHES));
}

static void one_game(uint64_t seed)
{
    struct game g = {.loop = new_loop(), .dice = seed};
    struct player players[WATCHES];
    struct fault f;
    for (int i = 0; i < WATCHES; i++) {
        players[i] = (struct player){.game = &g, .n = i};
        if (pipe(g.fd[i]) || write(g.fd[i][1], "x", 1) != 1)
            err(2, "pipe");
        g.watch[i] = calloc(1, sizeof *g.watch[i]);
        must(g.watch[i] != NULL, "no memory");
        *g.watch[i] = (struct watch){.fd = g.fd[i][0], .ready = play, .self = &players[i]};
        must(loop_watch(g.loop, g.watch[i], LOOP_READ, &f) == 0, f.text);
    }
    turn(g.loop, 0);
    must(g.told > 1 && g.told < WATCHES, "some are told, some are removed before");
    for (int i = 0; i < WATCHES; i++)
        put_out(&g, i);
    turn(g.loop, 0);
    loop_free(g.loop);
}

static void removal(void)
{
    for (uint64_t seed = 0; seed < 100; seed++)
        one_game(seed);
}

struct counter {
    struct watch watch;
    int told;
    unsigned events;
    bool leaves;
};

static void count(void *self, unsigned events)
{
    struct counter *c = self;
    c->told++;
    c->events = events;
    if (c->leaves)
        loop_unwatch(&c->watch);
}

static void watch_fd(struct loop *l, struct counter *c, int fd, unsigned events)
{
    struct fault f;
    c->watch.fd = fd;
    c->watch.ready = count;
    c->watch.self = c;
    must(loop_watch(l, &c->watch, events, &f) == 0, f.text);
}

/* Files are always ready, beside what epoll takes. */
static void files(void)
{
    struct loop *l = new_loop();
    struct counter file = {0}, same = {.leaves = true}, end = {0};
    int fd[2], null = open("/dev/null", O_RDWR), here = open("/proc/self/exe", O_RDONLY);
    if (pipe(fd) || null < 0 || here < 0)
        err(2, "pipe");
    watch_fd(l, &file, here, LOOP_READ);
    watch_fd(l, &same, null, LOOP_WRITE);
    watch_fd(l, &end, fd[0], LOOP_READ);
    int64_t begin = loop_now();
    for (int i = 0; i < 3; i++)
        turn(l, 10000);
    must(loop_now() - begin < 10000, "no waiting where a file is ready");
    must(file.told == 3 && file.events == LOOP_READ, "a file is always ready");
    must(same.told == 1 && same.events == LOOP_WRITE, "until it is removed");
    must(end.told == 0, "an empty pipe is not");
    watch_fd(l, &file, here, 0);
    turn(l, 0);
    must(file.told == 3, "nothing is waited for");
    close(fd[1]);
    turn(l, 10000);
    must(end.told == 1 && end.events == (LOOP_READ | LOOP_ERROR), "the end of a pipe");
    loop_unwatch(&file.watch);
    loop_unwatch(&file.watch);
    loop_unwatch(&end.watch);
    loop_free(l);
    close(fd[0]);
    close(null);
    close(here);
}

/* Events that are no longer waited for are not told, though they were fetched. */
static void turns(void)
{
    struct loop *l = new_loop();
    struct counter c = {0};
    struct fault f;
    struct watch closed = {.fd = -1, .ready = count};
    int fd[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
        err(2, "socketpair");
    int64_t begin = loop_now();
    watch_fd(l, &c, fd[0], LOOP_READ);
    turn(l, 50);
    must(c.told == 0 && loop_now() - begin >= 49, "a turn waits");
    watch_fd(l, &c, fd[0], LOOP_READ | LOOP_WRITE);
    turn(l, -1);
    must(c.told == 1 && c.events == LOOP_WRITE, "room to write");
    must(write(fd[1], "x", 1) == 1, "a byte");
    turn(l, -1);
    must(c.told == 2 && c.events == (LOOP_READ | LOOP_WRITE), "both");
    must(loop_watch(l, &closed, LOOP_READ, &f) == -1 && f.kind == FAULT_TROUBLE, "no descriptor");
    close(fd[1]);
    watch_fd(l, &c, fd[0], 0);
    turn(l, -1);
    must(c.told == 3 && c.events == LOOP_ERROR, "a hang-up is always told");
    loop_unwatch(&c.watch);
    close(fd[0]);
    loop_free(l);
}

static void signals(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    int fd[2];
    struct fault f;
    for (int i = 0; i < 3; i++) {
        struct loop *l = new_loop();
        must(loop_catch_signals(l, &f) == 0 && loop_stopped(l) == 0, "no signal yet");
        must(kill(getpid(), ends[i]) == 0, "a signal");
        turn(l, 20000);
        must(loop_stopped(l) == ends[i], "it came");
        loop_free(l);
    }
    must(pipe(fd) == 0 && close(fd[0]) == 0 && write(fd[1], "x", 1) == -1, "EPIPE, no SIGPIPE");
    close(fd[1]);
}

/* What was ignored at the start stays ignored. */
static void ignored(void)
{
    struct fault f;
    struct loop *l = new_loop();
    signal(SIGHUP, SIG_IGN);
    must(loop_catch_signals(l, &f) == 0, "signals");
    kill(getpid(), SIGHUP);
    turn(l, 0);
    must(loop_stopped(l) == 0, "a signal that was ignored");
    loop_free(l);
}

/* --- Names ----------------------------------------------------------------------------------- */

static void tick(void)
{
    poll(NULL, 0, 5);
}

static void look_up(const char *text)
{
    struct address a;
    struct resolved found;
    struct fault f;
    char out[ADDRESS_MAX];
    if (address_parse(text, strlen(text), false, &a, &f))
        errx(2, "%s", f.text);
    struct resolve *r = resolve_start(&a, &f);
    if (!r)
        errx(2, "%s", f.text);
    struct socket_address number;
    int state = resolve_poll(r, &found, &f);
    must(state != 0 || address_numeric(&a, &number.at, &number.len), "a number is there at once");
    for (int i = 0; state == 0 && i < 10000; i++, state = resolve_poll(r, &found, &f))
        tick();
    must(state != 0, "an answer that does not come");
    for (size_t i = 0; state > 0 && i < found.count; i++) {
        address_format((struct sockaddr *)&found.list[i].at, out);
        printf("%s%s", i ? " " : "", out);
    }
    puts(state > 0 ? "" : f.text);
    resolve_free(r);
}

/* What is freed under way ends by itself; and there is a most. */
static void leave(void)
{
    struct resolve *all[2 * RESOLVE_MAX];
    struct address a;
    struct fault f;
    must(address_parse("localhost:1", 11, false, &a, &f) == 0, "an address");
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 2 * RESOLVE_MAX; i++) {
            all[i] = resolve_start(&a, &f);
            must(all[i] || strstr(f.text, "too many"), f.text);
        }
        for (int i = 0; i < 2 * RESOLVE_MAX; i++)
            resolve_free(all[i]);
    }
    struct resolve *last;
    for (int i = 0; !(last = resolve_start(&a, &f)) && i < 4000; i++)
        tick();
    must(last != NULL, "they do not end");
    resolve_free(last);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } parts[] = {{"fanout", fanout},   {"networks", networks},   {"pauses", pauses},
                 {"gone", gone},       {"never", never},         {"random", random_choice},
                 {"many", many},       {"removal", removal},     {"files", files},
                 {"signals", signals}, {"ignored", ignored},     {"turns", turns},
                 {"leave", leave},     {"strangers", strangers}, {"hosts", hosts},
                 {"feelers", feelers}, {"anchors", anchors},     {"held", held}};
    const char *what = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(what, parts[i].name) == 0) {
            parts[i].run();
            return 0;
        }
    if (strcmp(what, "names") != 0)
        errx(2, "usage: see the head of dialtest.c");
    for (int i = 2; i < argc; i++)
        look_up(argv[i]);
    return 0;
}
