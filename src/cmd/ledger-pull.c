/* ledger-pull: asks peers for the blocks that a ledger lacks, and prints those that hold. */
#include "base/chance.h"
#include "base/hex.h"
#include "cli/allow.h"
#include "cli/cli.h"
#include "cli/network.h"
#include "ledger/trial.h"
#include "net/dialer.h"
#include "net/link.h"
#include "net/outlet.h"
#include "net/puller.h"
#include "net/resolve.h"
#include "stream/feed.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    TURN = 1000,         /* ms between two looks at the time */
    PEERS_DIALED = 3,    /* unless -n says otherwise */
    INTERVAL = 2,        /* s, unless -i does */
    PATIENCE = 60,       /* s, unless -t does */
    OPENING_MAX = 15000, /* ms until a peer's address is known and its channel open */
    OUT_MAX = 1 << 20,   /* bytes that wait for stdout before nothing more is judged */
    UNJUDGED_MAX =
        1 << 20, /* bytes of whole blocks that wait to be judged before a peer is not read */
    ASIDE_BLOCKS = 10000,   /* what a peer may give of a branch that has not more work than ours, */
    ASIDE_BYTES = 64 << 20, /* besides twice what ours has above the fork */
    BANNED_MAX = 4096,
};

static const struct cli_option options[] = {
    {'l', "ledger", "LEDGER", "the ledger (default: $LEDGER, else `ledger`)"},
    {'c', "chain", "CHAIN", "the genesis block's id, where there is no ledger yet"},
    {'k', "key", "KEY", "the key file of this node (default: a fresh key)"},
    {'a', "allow", "KEYS", "talk to peers with these keys alone"},
    {'p', "plain", NULL, "without TLS, on loopback alone"},
    {'z', "deflate", NULL, "offer compression"},
    {'f', "follow", NULL, "stay, and ask again and again"},
    {'i', "interval", "SECONDS", "with -f: so often (default: 2)"},
    {'n', "count", "COUNT", "ask so many peers (default: 3)"},
    {'t', "seconds", "SECONDS", "give up when nothing new came for so long (default: 60)"},
    {'j', "threads", "COUNT", "threads that check signatures (default: all processors)"},
    {'v', "verbose", NULL, "log events to stderr"},
    {'P', "passphrase-fd", "FD", "the key's passphrase is the next line of FD"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "ledger-pull",
    .operands = "PEER...",
    .about = "Prints the blocks that peers have and this ledger lacks, for ledger-append.",
    .options = options,
};

/* A peer that is dialed, or talked to, or whose blocks are still to be judged. */
struct giver {
    struct run *run;
    const struct target *target; /* the dialer's */
    struct resolve *resolve;
    struct link *link;
    struct session session;
    struct puller puller;
    uint8_t key[ID_LEN]; /* its account, once its channel is open; not in a plain one */
    bool has_key;
    char who[72];  /* its account, or its address */
    int64_t since; /* when it was dialed */
    int64_t asked; /* when it was last asked */
    bool greeted;
    bool over;                         /* its link is gone, or never was */
    bool bad;                          /* it broke a rule: it is not dialed again */
    bool told;                         /* why it was dropped */
    bool useful;                       /* it brought something new */
    int64_t aside_blocks, aside_bytes; /* given since its branch was last the best */
    int64_t room_blocks, room_bytes;   /* what it may */
    struct giver *next;
};

/* Blocks of one peer, while they are judged. */
struct work {
    struct giver *peer; /* NULL: none is at work */
    struct buf text;
    struct span span;
    struct feed feed;
    struct batch *batch;
    size_t next;
};

struct run {
    const char *ledger;
    bool plain, deflate, follow, verbose;
    int64_t interval, patience; /* ms */
    size_t count;
    struct tls *tls;
    struct allow *allow;
    struct sigpool *pool;
    struct trial *trial;
    struct puller_chain chain;
    struct loop *loop;
    struct link_owner owner;
    struct dialer *dialer;
    struct target *targets; /* those that operands name, */
    size_t targets_count;
    char **files; /* and the peers files */
    size_t files_count;
    struct peers peers;
    struct stat *seen; /* the files when they were read */
    struct giver *list;
    struct work work;
    struct buf out;
    struct outlet outlet; /* of out */
    struct watch stdout_watch;
    struct buf lacking; /* the tips of peers that left and that we had not reached */
    struct buf banned;  /* keys */
    size_t answered;    /* peers that said hello and went in peace */
    int64_t progress;   /* when something new came */
    int64_t ticked;
    bool ledger_failed; /* to be read again */
};

static void memory(int failed)
{
    if (failed)
        cli_die("out of memory");
}

static _Noreturn void trouble(const struct run *r, const struct fault *f)
{
    cli_fail(f->line ? r->ledger : NULL, f);
}

/* --- The log ---------------------------------------------------------------------------------- */

static void event(const struct run *r, const char *who, const char *what, const uint8_t *id,
                  const char *words)
{
    if (r->verbose)
        cli_event(who, what, id, words);
}

static void event_start(const struct run *r)
{
    char words[2 * 65 + 8] = "-";
    if (r->tls)
        snprintf(words, sizeof words, "%s", hex32(tls_account(r->tls)).text);
    snprintf(words + strlen(words), 70, " %s", hex32(trial_chain(r->trial)).text);
    event(r, "-", "start", NULL, words);
}

/* Tells why a peer is dropped, once. */
static void tell(struct giver *p, const uint8_t *id, const struct fault *why)
{
    if (p->told)
        return;
    p->told = true;
    if (p->run->verbose)
        event(p->run, p->who, "bad", id, why->text);
    else
        cli_warn("%s: %s", p->who, why->text);
}

/* --- What a puller sees of our chain ---------------------------------------------------------- */

static int chain_has(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    const struct run *r = self;
    return trial_has(r->trial, id, f);
}

static int chain_locate(void *self, uint8_t ids[][ID_LEN], int count, struct fault *f)
{
    const struct run *r = self;
    return trial_locate(r->trial, ids, count, WIRE_LOCATOR_MAX, f);
}

static uint64_t chain_maxblock(void *self)
{
    const struct run *r = self;
    const struct rules *rules = trial_rules(r->trial);
    return rules ? block_size_limit(rules->maxblock) : BLOCK_SIZE_MAX;
}

/* --- Links ------------------------------------------------------------------------------------ */

static bool is_banned(const struct run *r, const uint8_t key[ID_LEN])
{
    for (size_t i = 0; i < r->banned.len; i += ID_LEN)
        if (memcmp(r->banned.data + i, key, ID_LEN) == 0)
            return true;
    return false;
}

/* Whether we talk to this key: 0, or -1 and a rule. */
static int check_key(struct run *r, struct giver *p, const uint8_t key[ID_LEN], struct fault *f)
{
    memcpy(p->key, key, ID_LEN);
    p->has_key = true;
    snprintf(p->who, sizeof p->who, "%s", hex32(key).text);
    if (memcmp(key, tls_account(r->tls), ID_LEN) == 0) {
        p->bad = true;
        return fault_rule(f, "this is ourselves");
    }
    if (p->target->has_key && memcmp(key, p->target->key, ID_LEN))
        return fault_rule(f, "not the key that was expected at %s", p->target->address.text);
    if (is_banned(r, key) || (r->allow && !allow_has(r->allow, key))) {
        p->bad = true;
        return fault_rule(f, "a key that is not allowed here");
    }
    return 0;
}

static void our_hello(const struct run *r, struct hello *h)
{
    const struct node *best = trial_best(r->trial);
    *h = (struct hello){.deflate = r->deflate, .height = best ? best->height : 0};
    memcpy(h->chain, trial_chain(r->trial), ID_LEN);
    memcpy(h->tip, best ? best->id : h->chain, ID_LEN);
}

static int opened(void *self, struct link *l, struct fault *f)
{
    struct run *r = self;
    struct giver *p = link_tag(l);
    struct hello hello;
    const uint8_t *key = link_account(l);
    if (key && check_key(r, p, key, f))
        return -1;
    our_hello(r, &hello);
    if (session_init(&p->session, &hello, loop_now()))
        return fault_memory(f);
    link_attach(l, &p->session, p);
    return 0;
}

static int greeted(void *self, struct session *s, int64_t now, struct fault *f)
{
    struct giver *p = self;
    char words[ADDRESS_MAX + 16];
    p->greeted = true;
    p->asked = p->run->progress = now;
    snprintf(words, sizeof words, "%s %s", p->target->address.text,
             s->coding ? "deflate" : "plain");
    event(p->run, p->who, "in", NULL, words);
    dialer_answered(p->run->dialer, p->target, now);
    return puller_greeted(&p->puller, s, now, f);
}

static int line_came(void *self, struct session *s, enum wire_word word, const char *line,
                     size_t len, int64_t now, struct fault *f)
{
    struct giver *p = self;
    if (puller_line(&p->puller, s, word, line, len, now, f))
        return -1;
    if (p->puller.whole >= UNJUDGED_MAX)
        link_pause(p->link, true);
    return 0;
}

/* It broke a rule: neither it nor its key is asked again in this run. */
static void ban(struct giver *p)
{
    p->bad = true;
    if (p->greeted && p->has_key && p->run->banned.len < BANNED_MAX * ID_LEN)
        memory(buf_add(&p->run->banned, p->key, ID_LEN));
}

static bool is_done(const struct giver *p)
{
    return p->greeted && !p->puller.pulling && !p->puller.whole && p->run->work.peer != p;
}

static void closed(void *self, struct link *l, const struct fault *why)
{
    struct giver *p = link_tag(l);
    (void)self;
    p->link = NULL;
    p->over = true;
    if (p->greeted)
        event(p->run, p->who, "out", NULL, why ? why->text : p->bad ? "bad" : "done");
    bool broke = why && why->kind == FAULT_RULE && !p->session.over;
    if (broke)
        ban(p);
    if (broke || (why && !is_done(p) && !p->run->verbose))
        tell(p, NULL, why);
}

/* Drops a peer that broke a rule. */
static void drop(struct giver *p, const uint8_t *id, const struct fault *why)
{
    tell(p, id, why);
    ban(p);
    if (p->link)
        link_close(p->link, "bad", NULL);
}

/* --- Dialing ---------------------------------------------------------------------------------- */

/* The peer cannot be reached: it is told, and over. */
static void fail_dial(struct giver *p, const struct fault *why)
{
    tell(p, NULL, why);
    p->over = true;
}

static int connect_socket(struct run *r, const struct sockaddr_storage *to, socklen_t len,
                          struct fault *f)
{
    if (r->plain && !address_is_loopback((const struct sockaddr *)to))
        return fault_rule(f, "-p: plain only on loopback");
    int fd = socket(to->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int yes = 1;
    if (fd < 0)
        return fault_errno(f, "cannot connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(fd, (const struct sockaddr *)to, len) && errno != EINPROGRESS) {
        fault_errno(f, "cannot connect");
        close(fd);
        return -1;
    }
    return fd;
}

static void start_link(struct run *r, struct giver *p)
{
    struct sockaddr_storage to;
    socklen_t len;
    struct fault f;
    int got = resolve_poll(p->resolve, &to, &len, &f);
    if (got == 0)
        return;
    int fd = got < 0 ? -1 : connect_socket(r, &to, len, &f);
    resolve_free(p->resolve);
    p->resolve = NULL;
    if (fd < 0) {
        fail_dial(p, &f);
        return;
    }
    struct channel *c = channel_new(r->tls, fd, true);
    memory(!c);
    p->link = link_new(r->loop, c, &r->owner, p);
    memory(!p->link);
}

static void dial(struct run *r, const struct target *t, int64_t now)
{
    struct fault f;
    struct giver *p = calloc(1, sizeof *p);
    memory(!p);
    p->run = r;
    p->target = t;
    p->since = now;
    snprintf(p->who, sizeof p->who, "%.71s", t->address.text);
    puller_init(&p->puller, &r->chain);
    p->next = r->list;
    r->list = p;
    p->resolve = resolve_start(&t->address, &f);
    if (!p->resolve)
        fail_dial(p, &f);
    else
        start_link(r, p);
}

static size_t peers_count(const struct run *r)
{
    size_t n = 0;
    for (const struct giver *p = r->list; p; p = p->next)
        n++;
    return n;
}

static void dial_more(struct run *r, int64_t now)
{
    const struct target *t;
    while ((r->follow || r->answered + peers_count(r) < r->count) &&
           (t = dialer_next(r->dialer, now)))
        dial(r, t, now);
}

/* --- Judging ---------------------------------------------------------------------------------- */

static void end_work(struct run *r)
{
    struct work *w = &r->work;
    feed_free(&w->feed);
    buf_free(&w->text);
    *w = (struct work){0};
}

static void begin_work(struct run *r, struct giver *p)
{
    struct work *w = &r->work;
    const struct rules *rules = trial_rules(r->trial);
    w->peer = p;
    memory(puller_take(&p->puller, &w->text));
    w->span = (struct span){w->text.data, w->text.len};
    struct stream *s = stream_new(source_memory(&w->span), 1, 0);
    memory(!s);
    if (rules)
        stream_limit(s, rules->maxblock);
    feed_init(&w->feed, s, r->pool);
}

/* Counts a block that does not make its branch the best one. 0, or -1 and a rule. */
static int count_aside(struct run *r, struct giver *p, const struct item *item, struct fault *f)
{
    int64_t blocks;
    uint64_t bytes;
    if (p->aside_blocks == 0) {
        if (trial_above(r->trial, item->block.prev, &blocks, &bytes, f))
            trouble(r, f);
        p->room_blocks = ASIDE_BLOCKS + 2 * blocks;
        p->room_bytes = ASIDE_BYTES + 2 * (int64_t)bytes;
    }
    p->aside_blocks++;
    p->aside_bytes += (int64_t)item->size;
    if (p->aside_blocks > p->room_blocks || p->aside_bytes > p->room_bytes)
        return fault_rule(f, "a long branch with less work than ours");
    return 0;
}

/* 0, or -1 and the rule that the block breaks. */
static int judge_item(struct run *r, struct giver *p, const struct item *item, struct fault *f)
{
    char words[24];
    if (item->broken) {
        *f = item->fault;
        return -1;
    }
    switch (trial_block(r->trial, item, cli_now(NULL), f)) {
    case TREE_KNOWN:
        return 0;
    case TREE_ORPHAN:
        return fault_rule(f, "block: its parent is not known");
    case TREE_BAD:
        return -1;
    case TREE_GOOD:
        break;
    default:
        trouble(r, f);
    }
    p->useful = true;
    r->progress = loop_now();
    snprintf(words, sizeof words, "%" PRId64, item->block.height);
    event(r, p->who, "got", item->id, words);
    if (!trial_gives(r->trial))
        return count_aside(r, p, item, f);
    p->aside_blocks = p->aside_bytes = 0;
    return 0;
}

static void judge_next(struct run *r)
{
    struct work *w = &r->work;
    struct fault f;
    if (!w->batch || w->next == w->batch->count) {
        int got = feed_next(&w->feed, &w->batch, &f);
        w->next = 0;
        if (got < 0)
            trouble(r, &f);
        if (!got)
            end_work(r);
        return;
    }
    const struct item *item = &w->batch->items[w->next++];
    struct giver *p = w->peer;
    if (judge_item(r, p, item, &f) == 0)
        return;
    drop(p, item->has_header ? item->id : NULL, &f);
    end_work(r);
    puller_forget(&p->puller);
}

/* Takes one step: gives a block out, or judges one. Whether there was one to take. */
static bool work_step(struct run *r)
{
    struct fault f;
    int gave = trial_give(r->trial, &r->out, &f);
    if (gave < 0)
        trouble(r, &f);
    if (gave)
        return true;
    for (struct giver *p = r->list; p && !r->work.peer; p = p->next)
        if (p->puller.whole)
            begin_work(r, p);
    if (!r->work.peer)
        return false;
    judge_next(r);
    return true;
}

/* --- Output ----------------------------------------------------------------------------------- */

static _Noreturn void reader_left(void)
{
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
    cli_exit(CLI_TROUBLE);
}

static void push_out(struct run *r)
{
    struct fault f;
    if (outlet_push(&r->outlet, &f) == 0)
        return;
    if (f.kind == FAULT_NONE)
        reader_left();
    cli_fail(NULL, &f);
}

static void stdout_ready(void *self, unsigned events)
{
    (void)self;
    if (events & LOOP_ERROR)
        reader_left();
}

/* A reader who leaves is noticed though there is nothing to write. */
static void watch_stdout(struct run *r)
{
    struct fault f;
    if (outlet_init(&r->outlet, r->loop, STDOUT_FILENO, &r->out, &f))
        cli_fail(NULL, &f);
    r->stdout_watch = (struct watch){.fd = STDOUT_FILENO, .ready = stdout_ready, .self = r};
    if (r->outlet.watch.fd != STDOUT_FILENO && loop_watch(r->loop, &r->stdout_watch, 0, &f))
        cli_fail(NULL, &f);
}

/* --- Targets ---------------------------------------------------------------------------------- */

static bool file_changed(struct run *r, size_t i)
{
    struct stat st, *was = &r->seen[i];
    if (stat(r->files[i], &st))
        memset(&st, 0, sizeof st);
    bool changed = st.st_ino != was->st_ino || st.st_size != was->st_size ||
                   st.st_mtim.tv_sec != was->st_mtim.tv_sec ||
                   st.st_mtim.tv_nsec != was->st_mtim.tv_nsec;
    *was = st;
    return changed;
}

static void add_targets(struct buf *all, const struct target *list, size_t count)
{
    memory(buf_add(all, list, count * sizeof *list));
}

/* Reads the peers files where one of them has changed. */
static void read_targets(struct run *r, bool first)
{
    struct buf all = {0};
    struct fault f;
    bool changed = first;
    for (size_t i = 0; i < r->files_count; i++)
        changed |= file_changed(r, i);
    if (!changed)
        return;
    add_targets(&all, r->targets, r->targets_count);
    for (size_t i = 0; i < r->files_count; i++) {
        if (peers_read(&r->peers, r->files[i], trial_chain(r->trial), &f)) {
            if (first)
                cli_fail(r->files[i], &f);
            cli_warn("%s: %s", r->files[i], f.text);
        }
        if (r->peers.broken_line)
            cli_report(r->files[i], r->peers.broken_line, r->peers.broken.text);
        add_targets(&all, r->peers.list, r->peers.count);
    }
    memory(dialer_targets(r->dialer, (const struct target *)(void *)all.data,
                          all.len / sizeof(struct target)));
    buf_free(&all);
}

/* --- Peers, as time goes by ------------------------------------------------------------------- */

static void remember_lacking(struct run *r, const struct giver *p)
{
    struct fault f;
    if (p->puller.height == 0 && !p->bad)
        return;
    int has = trial_has(r->trial, p->puller.tip, &f);
    if (has < 0)
        trouble(r, &f);
    if (!has)
        memory(buf_add(&r->lacking, p->puller.tip, ID_LEN));
}

/* The peer goes for good; whether it may be dialed again is decided. In one run without -f, one
 * that was cut off is, if it brought something. */
static void part(struct run *r, struct giver *p, int64_t now)
{
    bool peaceful = is_done(p) && !p->bad;
    if (p->greeted && !r->follow) {
        remember_lacking(r, p);
        r->answered += peaceful;
    }
    if (p->bad || (!r->follow && (peaceful || !p->useful)))
        dialer_never(r->dialer, p->target);
    dialer_over(r->dialer, p->target, now);
    resolve_free(p->resolve);
    session_free(&p->session);
    puller_free(&p->puller);
    free(p);
}

static void part_from_all_over(struct run *r, int64_t now)
{
    for (struct giver **at = &r->list; *at;) {
        struct giver *p = *at;
        if (!p->over || p->puller.whole || r->work.peer == p) {
            at = &p->next;
            continue;
        }
        *at = p->next;
        part(r, p, now);
    }
}

/* What is due for a peer that is talked to. */
static void tend(struct run *r, struct giver *p, int64_t now, bool full)
{
    struct fault f;
    if (p->resolve)
        start_link(r, p);
    if (!p->link)
        return;
    bool pause = full || p->puller.whole >= UNJUDGED_MAX;
    if (pause)
        puller_excuse(&p->puller, now);
    link_pause(p->link, pause);
    if (p->link && is_done(p) && r->follow && now - p->asked >= r->interval && !pause) {
        p->asked = now;
        if (puller_ask(&p->puller, &p->session, now, &f))
            trouble(r, &f);
    }
    if (p->link && is_done(p) && !r->follow)
        link_close(p->link, "done", NULL);
    else if (p->link)
        link_push(p->link, now);
}

static void tick_peer(struct run *r, struct giver *p, int64_t now)
{
    struct fault f;
    if (!p->greeted && !p->over && now - p->since > OPENING_MAX) {
        fault_trouble(&f, "does not answer");
        if (p->link)
            link_close(p->link, NULL, &f);
        else
            fail_dial(p, &f);
    }
    if (p->link && p->greeted && puller_tick(&p->puller, now, &f))
        drop(p, NULL, &f);
    if (p->link && r->follow && dialer_gone(r->dialer, p->target))
        link_close(p->link, "done", NULL);
    if (p->link)
        link_tick(p->link, now);
}

static bool is_quiet(const struct run *r)
{
    for (const struct giver *p = r->list; p; p = p->next)
        if (p->puller.pulling || p->puller.whole)
            return false;
    return !r->work.peer;
}

/* A ledger that cannot be read now is told once; what we know of it stays good. */
static void renew(struct run *r)
{
    struct fault f;
    bool failed = trial_renew(r->trial, &f) < 0;
    if (failed && !r->ledger_failed)
        cli_warn("%s", f.text);
    r->ledger_failed = failed;
}

static void tick(struct run *r, int64_t now)
{
    if (now - r->ticked < TURN)
        return;
    r->ticked = now;
    for (struct giver *p = r->list; p; p = p->next)
        tick_peer(r, p, now);
    if (!r->follow)
        return;
    read_targets(r, false);
    if (is_quiet(r))
        renew(r);
}

/* --- The run ---------------------------------------------------------------------------------- */

static _Noreturn void finish(struct run *r, int status)
{
    trial_free(r->trial);
    dialer_free(r->dialer);
    peers_free(&r->peers);
    buf_free(&r->lacking);
    buf_free(&r->banned);
    outlet_free(&r->outlet);
    buf_free(&r->out);
    free(r->targets);
    free(r->files);
    free(r->seen);
    allow_free(r->allow);
    sigpool_free(r->pool);
    tls_free(r->tls);
    loop_unwatch(&r->stdout_watch);
    loop_free(r->loop);
    cli_exit(status);
}

static void close_all(struct run *r, int64_t now)
{
    if (r->work.peer)
        end_work(r);
    for (struct giver *p = r->list; p; p = p->next) {
        if (p->link)
            link_close(p->link, "done", NULL);
        p->over = true;
        p->puller.whole = 0;
    }
    part_from_all_over(r, now);
}

/* A signal ends -f well, once all that stands in out is on its way, if its reader is not stuck;
 * else as it would have. */
static _Noreturn void stop(struct run *r, int number)
{
    sigset_t set;
    struct fault f;
    int64_t now = loop_now();
    close_all(r, now);
    for (push_out(r); r->out.len && loop_now() - now < TURN; push_out(r))
        loop_turn(r->loop, TURN, &f);
    if (r->follow)
        finish(r, CLI_YES);
    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    signal(number, SIG_DFL);
    raise(number);
    finish(r, CLI_TROUBLE);
}

static int verdict(struct run *r)
{
    struct fault f;
    for (size_t i = 0; i < r->lacking.len; i += ID_LEN) {
        uint8_t tip[ID_LEN];
        memcpy(tip, r->lacking.data + i, ID_LEN);
        int has = trial_has(r->trial, tip, &f);
        if (has < 0)
            trouble(r, &f);
        if (!has)
            return CLI_NO;
    }
    if (r->answered == 0)
        cli_warn("no peer answered");
    return r->answered ? CLI_YES : CLI_NO;
}

/* Whether a run without -f is at its end. */
static bool is_over(struct run *r, int64_t now)
{
    if (r->follow || r->out.len || trial_gives(r->trial))
        return false;
    if (!r->list)
        return r->answered >= r->count || dialer_when(r->dialer, now) == INT64_MAX;
    return false;
}

/* Without -f: nothing new came for too long. */
static void give_up(struct run *r, int64_t now)
{
    if (r->out.len) /* it is our reader who is slow */
        r->progress = now;
    if (r->follow || now - r->progress < r->patience)
        return;
    cli_warn("nothing new for %" PRId64 " s", r->patience / 1000);
    close_all(r, now);
    verdict(r);
    finish(r, CLI_NO);
}

static int pause_for(const struct run *r, int64_t now, bool busy)
{
    int64_t due = dialer_when(r->dialer, now);
    if (busy)
        return 0;
    for (const struct giver *p = r->list; p; p = p->next) {
        if (p->resolve)
            return 10;
        if (r->follow && p->link && is_done(p) && p->asked + r->interval < due)
            due = p->asked + r->interval;
    }
    if (!r->follow && r->answered + peers_count(r) >= r->count)
        due = INT64_MAX;
    if (due - now > TURN || due == INT64_MAX)
        return TURN;
    return due > now ? (int)(due - now) : 0;
}

static void turn(struct run *r)
{
    struct fault f;
    int64_t now = loop_now();
    bool busy = true;
    tick(r, now);
    dial_more(r, now);
    for (int steps = 0; busy && steps < 64 && outlet_backlog(&r->outlet) < OUT_MAX; steps++)
        busy = work_step(r);
    bool full = outlet_backlog(&r->outlet) >= OUT_MAX;
    for (struct giver *p = r->list; p; p = p->next)
        tend(r, p, now, full);
    part_from_all_over(r, now);
    give_up(r, now);
    push_out(r);
    if (is_over(r, now))
        return;
    if (loop_turn(r->loop, pause_for(r, now, busy && !full), &f))
        cli_fail(NULL, &f);
}

/* --- Starting --------------------------------------------------------------------------------- */

struct arguments {
    const char *chain, *key, *allow, *threads;
    int passphrase_fd;
};

static void read_options(struct run *r, struct arguments *a, int argc, char **argv)
{
    for (int c; (c = cli_next(&program, argc, argv)) != -1;) {
        r->plain |= c == 'p';
        r->deflate |= c == 'z';
        r->follow |= c == 'f';
        r->verbose |= c == 'v';
        if (c == 'l')
            r->ledger = optarg;
        if (c == 'c')
            a->chain = optarg;
        if (c == 'k')
            a->key = optarg;
        if (c == 'a')
            a->allow = optarg;
        if (c == 'j')
            a->threads = optarg;
        if (c == 'P')
            a->passphrase_fd = (int)cli_number("-P", optarg, 0, INT32_MAX);
        if (c == 'i')
            r->interval = 1000 * cli_number("-i", optarg, 1, 86400);
        if (c == 'n')
            r->count = (size_t)cli_number("-n", optarg, 1, 64);
        if (c == 't')
            r->patience = 1000 * cli_number("-t", optarg, 1, 86400);
    }
    if (a->passphrase_fd >= 0 && !a->key)
        cli_usage();
    if (optind == argc || (r->plain && (a->key || a->allow)))
        cli_usage();
}

static void start_trial(struct run *r, const char *digits)
{
    uint8_t chain[ID_LEN];
    struct fault f;
    if (digits)
        cli_chain(digits, chain);
    r->trial = trial_new(r->ledger, digits ? chain : NULL, &f);
    if (!r->trial)
        trouble(r, &f);
}

/* Operands are targets, or else names of peers files. */
static void read_operands(struct run *r, char **operands, size_t n)
{
    struct fault f;
    r->targets = calloc(n, sizeof *r->targets);
    r->files = calloc(n, sizeof *r->files);
    r->seen = calloc(n, sizeof *r->seen);
    memory(!r->targets || !r->files || !r->seen);
    for (size_t i = 0; i < n; i++) {
        if (target_parse(operands[i], &r->targets[r->targets_count], &f) == 0)
            r->targets_count++;
        else if (access(operands[i], R_OK) == 0 || r->follow)
            r->files[r->files_count++] = operands[i];
        else
            cli_die("%s: neither HOST:PORT, nor a peers file: %s", operands[i], strerror(errno));
    }
}

static void start_net(struct run *r)
{
    struct fault f;
    r->loop = loop_new(&f);
    if (!r->loop || loop_catch_signals(r->loop, &f))
        cli_fail(NULL, &f);
    r->dialer = dialer_new(r->count, chance_seed());
    memory(!r->dialer);
    r->owner = (struct link_owner){
        .opened = opened, .closed = closed, .role = {greeted, line_came, NULL}, .self = r};
    r->chain = (struct puller_chain){chain_has, chain_locate, chain_maxblock, r};
    watch_stdout(r);
    r->progress = r->ticked = loop_now();
}

int main(int argc, char **argv)
{
    struct run r = {
        .interval = 1000 * INTERVAL, .patience = 1000 * PATIENCE, .count = PEERS_DIALED};
    struct arguments a = {.passphrase_fd = -1};
    struct fault f;
    read_options(&r, &a, argc, argv);
    r.ledger = cli_ledger(r.ledger);
    if (!r.plain)
        r.tls = cli_tls(a.key, a.passphrase_fd);
    if (a.allow && allow_read(a.allow, &r.allow, &f))
        cli_fail(a.allow, &f);
    r.pool = sigpool_new(cli_threads(a.threads));
    memory(!r.pool);
    start_trial(&r, a.chain);
    read_operands(&r, argv + optind, (size_t)(argc - optind));
    start_net(&r);
    read_targets(&r, true);
    event_start(&r);
    while (!is_over(&r, loop_now())) {
        turn(&r);
        if (loop_stopped(r.loop))
            stop(&r, loop_stopped(r.loop));
    }
    finish(&r, verdict(&r));
}
