/* mine: puts transactions into a block on the best tip, and seals it. */
#include "base/file.h"
#include "base/hex.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/rate.h"
#include "crypto/merkle.h"
#include "ledgercli/ledger.h"
#include "record/ticket.h"
#include "work/choice.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TIP_MOVED = 3, WATCH_MS = 10, FRESH_SECONDS = 5, FIRST_NONCES = 2048 };

#define RANGE_DEFAULT (INT64_C(1) << 32)

static const struct cli_option options[] = {
    {'m', "miner", "ACCOUNT", "the account credited with the reward and the fees"},
    {'l', "ledger", "LEDGER", "the ledger (default: $LEDGER, else `ledger`)"},
    {'a', "names", "FILE", "the address book"},
    {'n', "count", "COUNT", "the number of blocks; all but the first are empty (default: 1)"},
    {'t', "seconds", "SECONDS", "give up after this time"},
    {'w', "watch", NULL, "give up when the ledger's tip moves (status 3)"},
    {'j', "threads", "COUNT", "threads that search (default: all processors)"},
    {'v', "verbose", NULL, "say which kernel tries the nonces"},
    {'T', "time", "TIME", "use this time as the clock; it moves by one spacing a block"},
    {'o', "tickets", NULL, "print tickets instead of mining; -n: how many (default: all)"},
    {'r', "range", "NONCES", "with -o: nonces in a ticket (default: 4294967296; 0: all in one)"},
    {'s', "share", "FACTOR", "with -o: the share target, as a multiple of the target (default: 1)"},
    {'W', "worker", "ACCOUNT", "with -o: the account credited with the work (default: nobody)"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "mine",
    .operands = "",
    .about = "Seals the transactions on stdin into a block on the best tip.",
    .options = options,
    .required = "m",
};

/* The parent of the next block: the ledger's tip, or the block mined last. */
struct parent {
    uint8_t id[ID_LEN];
    int64_t height, supply;
    int64_t times[MEDIAN_OF]; /* newest first */
    int times_count;
};

enum end { END_NONE, END_TIME_UP, END_TIP_MOVED, END_STALE };

struct run {
    struct ledger ledger;
    struct parent parent;
    uint8_t miner[ID_LEN];
    const char *clock; /* -T */
    int threads;
    bool watch_tip, verbose;
    const char *kernel; /* the kernel reported last (-v) */
    int64_t deadline;   /* monotonic milliseconds; 0: none */
    int64_t mined;      /* mined so far */
    struct buf own;     /* their ids */
    struct buf body;    /* of the next block */
    int64_t body_count, fees;
    uint8_t body_root[ID_LEN];

    /* Shared with the watcher thread: */
    struct mine_watch watch;
    enum end end;     /* why the watcher stopped the search */
    int wake[2];      /* a pipe, closed when the search is over */
    struct stat seen; /* the ledger file when last checked */
    struct cli_rate rate;
};

/* The simulated or the real clock, as of the next block. */
static int64_t clock_now(const struct run *r)
{
    int64_t now = cli_now(r->clock), moved;
    if (!r->clock)
        return now;
    if (__builtin_mul_overflow(r->mined, r->ledger.tree.rules.spacing, &moved) ||
        number_add(now, moved, &now))
        cli_die("-T: the clock ends at 2^63-1");
    return now;
}

/* Adds one transaction to the body; all of them must be valid. */
static void add_tx(struct run *r, struct merkle *tree, const struct item *item)
{
    struct fault f = {0};
    bool good = !item->broken && item->is_tx;
    if (item->broken)
        f = item->fault;
    else if (!item->is_tx)
        fault_rule(&f, "not a transaction");
    if (good &&
        tree_apply(&r->ledger.tree, &item->entries[0].tx, item->entries[0].id, &r->fees, &f)) {
        if (f.kind != FAULT_RULE)
            cli_ledger_fail(&r->ledger, &f);
        good = false;
    }
    if (!good) {
        cli_report("stdin", item->line, f.text);
        cli_warn(
            "nothing mined: a block may only hold valid transactions (txpool -s chooses them)");
        cli_exit(CLI_NO);
    }
    cli_memory(buf_add(&r->body, item->text, item->size));
    if (r->body.len > block_size_limit(r->ledger.tree.rules.maxblock)) {
        cli_report("stdin", item->line, "the block would be over maxblock");
        cli_exit(CLI_NO);
    }
    merkle_add(tree, item->entries[0].id);
    r->body_count++;
}

static void read_body(struct run *r)
{
    struct fault f = {0};
    struct batch b = {0};
    struct merkle tree;
    struct tree *t = &r->ledger.tree;
    struct stream *s = stream_new(source_fd(STDIN_FILENO), 1, 0);
    int got = 0;
    cli_memory(!s);
    merkle_init(&tree);
    if (tree_move(t, &t->best, &f))
        cli_ledger_fail(&r->ledger, &f);
    state_begin(t->state);
    if (isatty(STDIN_FILENO))
        cli_warn("stdin is a terminal: mining without transactions");
    else
        while ((got = stream_next(s, &b, &f)) > 0)
            for (size_t i = 0; i < b.count; i++)
                add_tx(r, &tree, &b.items[i]);
    if (got < 0)
        cli_fail("stdin", &f);
    state_rollback(t->state);
    merkle_root(&tree, r->body_root);
    batch_free(&b);
    stream_free(s);
}

static void empty_body(struct run *r)
{
    struct merkle tree;
    merkle_init(&tree);
    merkle_root(&tree, r->body_root);
    r->body.len = 0;
    r->body_count = 0;
}

static void take_tip(struct run *r)
{
    struct fault f = {0};
    struct tree *t = &r->ledger.tree;
    memcpy(r->parent.id, t->best.id, ID_LEN);
    r->parent.height = t->best.height;
    r->parent.supply = t->best.supply;
    r->parent.times_count = tree_times(t, &t->best, r->parent.times, &f);
    if (r->parent.times_count < 0)
        cli_ledger_fail(&r->ledger, &f);
    fstat(r->ledger.fd, &r->seen);
    r->seen.st_size = -1; /* blocks appended since the ledger was opened have yet to be read */
}

/* Whether the ledger's best tip is neither our parent block nor a block of our own. */
static bool tip_moved(struct run *r)
{
    struct stat now;
    struct fault f;
    if (stat(r->ledger.path, &now))
        return true;
    if (file_unchanged(&r->seen, &now))
        return false;
    bool replaced = now.st_ino != r->seen.st_ino;
    r->seen = now;
    if (replaced || ledger_refresh(&r->ledger, &f) < 0)
        return true;
    if (r->ledger.behind)
        r->seen.st_size = -1; /* the tip moves when the writer is done, and the file does not change
                                 at that moment */
    for (size_t i = 0; i < r->own.len; i += ID_LEN)
        if (memcmp(r->own.data + i, r->ledger.tree.best.id, ID_LEN) == 0)
            return false;
    return true;
}

static enum end reason_to_stop(struct run *r, int64_t begun)
{
    int64_t now = cli_milliseconds();
    if (r->deadline && now >= r->deadline)
        return END_TIME_UP;
    if (r->watch_tip && tip_moved(r))
        return END_TIP_MOVED;
    return !r->clock && now - begun >= FRESH_SECONDS * 1000 ? END_STALE : END_NONE;
}

/* Runs beside a search until the pipe is closed; stops the search if there is a reason. */
static void *watch(void *self)
{
    struct run *r = self;
    struct pollfd over = {.fd = r->wake[0], .events = POLLIN};
    int64_t begun = cli_milliseconds();
    while (poll(&over, 1, WATCH_MS) == 0 || (over.revents == 0)) {
        cli_rate_show(&r->rate, "mine", r->parent.height + 1, atomic_load(&r->watch.attempts),
                      begun);
        if (r->end == END_NONE && (r->end = reason_to_stop(r, begun)) != END_NONE)
            atomic_store(&r->watch.stop, true);
    }
    return NULL;
}

/* Tries a few nonces first, which takes less time than starting threads. */
static bool search_first(const struct mine_job *job, uint64_t *nonce)
{
    *nonce = mine_kernel_best()->search(job, 0, FIRST_NONCES);
    return *nonce < FIRST_NONCES;
}

static void say_kernel(struct run *r)
{
    if (r->verbose)
        cli_say_kernel(mine_kernel_best()->name, &r->kernel);
}

/* Searches while the watcher runs: 1 and *nonce, or 0 and r->end. */
static int search(struct run *r, const struct mine_job *job, uint64_t *nonce)
{
    struct fault f = {0};
    pthread_t watcher;
    say_kernel(r);
    if (search_first(job, nonce))
        return 1;
    r->end = END_NONE;
    atomic_store(&r->watch.stop, false);
    atomic_store(&r->watch.attempts, 0);
    if (pipe2(r->wake, O_CLOEXEC) || pthread_create(&watcher, NULL, watch, r))
        cli_die("cannot start a thread: %s", strerror(errno));
    int found = mine_search(job, r->threads, &r->watch, nonce, &f);
    close(r->wake[1]);
    pthread_join(watcher, NULL);
    close(r->wake[0]);
    say_kernel(r);
    if (found < 0)
        cli_ledger_fail(&r->ledger, &f);
    return found;
}

/* Says how many seconds it waits for the clock, if that is long; once for each block. */
static void tell_wait(int64_t height, int64_t seconds, bool *told)
{
    if (seconds > 1 && !*told) {
        cli_warn("waiting %" PRId64 " s: block %" PRId64
                 " would be too far ahead of this machine's clock, which is behind the chain",
                 seconds, height);
        *told = true;
    }
}

/* Waits until the clock is near enough to this time. 0, or -1 and r->end if there was a reason to
 * stop. */
static int wait_for(struct run *r, int64_t time)
{
    int64_t most = rules_max_ahead(&r->ledger.tree.rules), ahead;
    bool told = false;
    while (!r->clock && (ahead = time - cli_now(NULL)) > most) {
        tell_wait(r->parent.height + 1, ahead - most, &told);
        struct timespec pause = {.tv_nsec = WATCH_MS * 1000000};
        r->end = reason_to_stop(r, cli_milliseconds());
        if (r->end != END_NONE)
            return -1;
        nanosleep(&pause, NULL);
    }
    return 0;
}

/* Makes the next block's header, without a seal. 0, or -1 and r->end if there was a reason to stop.
 */
static int next_header(struct run *r, struct block *b)
{
    const struct parent *p = &r->parent;
    int64_t median = header_median(p->times, p->times_count), now = clock_now(r);
    if (median == INT64_MAX)
        cli_die("no time is after the median");
    *b = (struct block){.height = p->height + 1, .count = r->body_count};
    b->time = now > median ? now : median + 1;
    memcpy(b->prev, p->id, ID_LEN);
    memcpy(b->root, r->body_root, ID_LEN);
    memcpy(b->miner, r->miner, ID_LEN);
    target_next(&r->ledger.tree.asert, p->height, p->times[0], b->target);
    return wait_for(r, b->time);
}

static void check_supply(struct run *r)
{
    int64_t reward = rules_reward(&r->ledger.tree.rules, r->parent.height + 1);
    if (number_add(r->parent.supply, reward, &r->parent.supply)) {
        cli_warn("nothing mined: the reward would raise the supply over 2^63-1");
        cli_exit(CLI_NO);
    }
}

static void check_size(const struct run *r, size_t header)
{
    if (header + 1 + r->body.len <= block_size_limit(r->ledger.tree.rules.maxblock))
        return;
    cli_warn("nothing mined: the block would be over maxblock");
    cli_exit(CLI_NO);
}

static void print_block(struct run *r, const struct buf *header, int64_t time)
{
    struct parent *p = &r->parent;
    sha256(header->data, header->len, p->id);
    cli_memory(buf_add(&r->own, p->id, ID_LEN));
    p->height++;
    memmove(p->times + 1, p->times, sizeof p->times - sizeof p->times[0]);
    p->times[0] = time;
    if (p->times_count < MEDIAN_OF)
        p->times_count++;
    r->mined++;
    cli_rate_hide(&r->rate);
    cli_put(header->data, header->len);
    cli_put("\n", 1);
    cli_put(r->body.data, r->body.len);
    cli_flush();
}

static _Noreturn void give_up(struct run *r)
{
    cli_rate_hide(&r->rate);
    if (r->end == END_TIP_MOVED) {
        cli_warn("the tip moved");
        cli_exit(TIP_MOVED);
    }
    cli_warn("time is up");
    cli_exit(CLI_NO);
}

/* Mines one block and prints it. */
static void mine_block(struct run *r)
{
    struct buf header = {0};
    struct block b;
    struct mine_job job;
    size_t seal_len;
    uint64_t nonce;
    char seal[SEAL_DIGITS];
    do {
        header.len = 0;
        if (next_header(r, &b))
            give_up(r);
        cli_memory(block_format(&b, &header));
        if (mine_job_init(&job, header.data, header.len, b.target, &seal_len))
            cli_die("no seal fits this header");
        check_size(r, header.len + seal_len);
        if (search(r, &job, &nonce))
            break;
        if (r->end != END_STALE)
            give_up(r);
    } while (true);
    mine_seal(seal_len, nonce, seal);
    cli_memory(buf_add(&header, seal, seal_len));
    print_block(r, &header, b.time);
    buf_free(&header);
}

struct arguments {
    const char *miner, *ledger, *names, *seconds, *threads, *worker;
    int64_t count; /* 0: not given */
    bool tickets;
    int64_t range, factor; /* range 0: all nonces */
};

/* --- Tickets ---------------------------------------------------------------------------------- */

/* A ticket for all nonces of the next block. */
static struct ticket next_ticket(struct run *r, const struct arguments *a)
{
    struct ticket t = {.last = UINT64_MAX};
    struct buf header = {0};
    struct mine_job job;
    size_t seal_len;
    if (next_header(r, &t.block))
        give_up(r);
    cli_memory(block_format(&t.block, &header));
    if (mine_job_init(&job, header.data, header.len, t.block.target, &seal_len))
        cli_die("no seal fits this header");
    check_size(r, header.len + seal_len);
    buf_free(&header);
    u256_write(u256_scale(u256_read(t.block.target), (uint32_t)a->factor, 0), t.share);
    return t;
}

/* Prints so many tickets for one header, or until nonces run out, as fast as the reader takes them.
 */
static void print_tickets(struct run *r, struct ticket *t, const struct arguments *a)
{
    struct buf line = {0};
    uint64_t less = (uint64_t)a->range - 1; /* more than the range has */
    for (int64_t i = 0; !a->count || i < a->count; i++) {
        r->end = reason_to_stop(r, cli_milliseconds());
        if (r->end != END_NONE)
            give_up(r);
        t->last = less < UINT64_MAX - t->first ? t->first + less : UINT64_MAX;
        line.len = 0;
        cli_memory(ticket_format(t, &line) || buf_add_string(&line, "\n"));
        cli_put(line.data, line.len);
        cli_flush();
        if (t->last == UINT64_MAX)
            break;
        t->first = t->last + 1;
    }
    buf_free(&line);
}

static void give_tickets(struct run *r, const struct arguments *a)
{
    const struct book *book = cli_book(a->names);
    check_supply(r);
    struct ticket t = next_ticket(r, a);
    if (a->worker)
        cli_account(book, a->worker, t.worker);
    print_tickets(r, &t, a);
}

/* ---------------------------------------------------------------------------------------------- */

static void read_options(struct run *r, struct arguments *a, int argc, char **argv)
{
    for (int c; (c = cli_next(&program, argc, argv)) != -1;) {
        r->watch_tip |= c == 'w';
        r->verbose |= c == 'v';
        a->tickets |= c == 'o';
        if (c == 'm')
            a->miner = optarg;
        if (c == 'l')
            a->ledger = optarg;
        if (c == 'a')
            a->names = optarg;
        if (c == 't')
            a->seconds = optarg;
        if (c == 'j')
            a->threads = optarg;
        if (c == 'T')
            r->clock = optarg;
        if (c == 'n')
            a->count = cli_number("-n", optarg, 1, INT64_MAX);
        if (c == 'r')
            a->range = cli_number("-r", optarg, 0, INT64_MAX);
        if (c == 's')
            a->factor = cli_number("-s", optarg, 1, UINT32_MAX);
        if (c == 'W')
            a->worker = optarg;
    }
    cli_operands(argc, argv, 0, 0);
    if (!a->tickets && (a->range >= 0 || a->factor || a->worker))
        cli_die("-r, -s and -W go with -o");
    if (a->range < 0)
        a->range = RANGE_DEFAULT;
    if (!a->factor)
        a->factor = 1;
}

static void find_miner(struct run *r, const struct arguments *a)
{
    const struct book *book = cli_book(a->names);
    cli_account(book, a->miner, r->miner);
}

int main(int argc, char **argv)
{
    struct run r = {0};
    struct arguments a = {.range = -1};
    struct fault f;
    read_options(&r, &a, argc, argv);
    if (mine_kernel_asked(&f))
        cli_die("%s", f.text);
    find_miner(&r, &a);
    r.threads = cli_threads(a.threads);
    if (a.seconds)
        r.deadline = cli_milliseconds() + cli_number("-t", a.seconds, 0, INT32_MAX) * 1000;
    cli_open_ledger(&r.ledger, a.ledger);
    take_tip(&r);
    cli_memory(buf_add(&r.own, r.parent.id, ID_LEN));
    read_body(&r);
    if (a.tickets)
        give_tickets(&r, &a);
    for (int64_t count = a.count ? a.count : 1; !a.tickets && r.mined < count; empty_body(&r)) {
        check_supply(&r);
        mine_block(&r);
    }
    ledger_close(&r.ledger);
    buf_free(&r.own);
    buf_free(&r.body);
    cli_exit(CLI_YES);
}
