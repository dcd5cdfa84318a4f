/* mine: puts transactions into a block on the best tip, and seals it. */
#include "blockcli/body.h"
#include "blockcli/tip.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "cli/rate.h"
#include "farm/parts.h"
#include "farm/template.h"
#include "ledgercli/ledger.h"
#include "work/choice.h"
#include "work/guarded.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

enum { TIP_MOVED = 3, WATCH_MS = 10, FRESH_SECONDS = 5 };

#define RANGE_DEFAULT (INT64_C(1) << 32)

enum end { END_NONE, END_TIME_UP, END_TIP_MOVED, END_STALE };

struct run {
    /* Options: */
    const char *miner, *path, *names, *worker, *body;
    int64_t count; /* 0: not given */
    int64_t limit; /* milliseconds; -1: none */
    int64_t clock; /* -T */
    int64_t range; /* nonces; 0: all; -1: not given */
    int64_t factor;
    int threads;
    bool watch_tip, verbose, tickets;

    struct ledger ledger;
    struct overlay *above; /* the blocks mined so far, if later state lines need them */
    struct template next;
    int64_t mined;      /* so far */
    int64_t deadline;   /* in cli_milliseconds */
    const char *kernel; /* the kernel reported last (-v) */

    /* Shared with the thread that looks after a search: */
    struct mine_watch watch;
    struct tip_watch tip;
    struct cli_rate rate;
    int64_t began; /* the search */
    enum end end;  /* why it was stopped */
};

static const struct cli_option options[] = {
    {'m', "miner", "ACCOUNT", "the account credited with the reward and the fees",
     CLI_TEXT(struct run, miner)},
    {CLI_OPTION_LEDGER(struct run, path)},
    {CLI_OPTION_NAMES(struct run, names)},
    {'n', "count", "COUNT", "the number of blocks; all but the first are empty (default: 1)",
     CLI_NUMBER(struct run, count, 1, INT64_MAX)},
    {'t', "seconds", "SECONDS", "give up after this time",
     CLI_SECONDS(struct run, limit, 0, INT32_MAX)},
    {'w', "watch", NULL, "give up when the ledger's tip moves (status 3)",
     CLI_FLAG(struct run, watch_tip)},
    {'j', "threads", "COUNT", "threads that search (default: all processors)",
     CLI_NUMBER(struct run, threads, 1, CLI_THREADS_MAX)},
    {'v', "verbose", NULL, "say which kernel tries the nonces", CLI_FLAG(struct run, verbose)},
    {'T', "time", "TIME", "use this time as the clock; it moves by one spacing a block",
     CLI_TIME(struct run, clock)},
    {'o', "tickets", NULL, "print tickets instead of mining; -n: how many (default: all)",
     CLI_FLAG(struct run, tickets)},
    {'r', "range", "NONCES", "with -o: nonces in a ticket (default: 4294967296; 0: all in one)",
     CLI_NUMBER(struct run, range, 0, INT64_MAX)},
    {'s', "share", "FACTOR", "with -o: the share target, as a multiple of the target (default: 1)",
     CLI_NUMBER(struct run, factor, 1, UINT32_MAX)},
    {'W', "worker", "ACCOUNT", "with -o: the account credited with the work (default: nobody)",
     CLI_TEXT(struct run, worker)},
    {'B', "body", "FILE", "with -o: write the block's body to FILE", CLI_TEXT(struct run, body)},
    {0},
};

static const struct cli program = {
    .name = "mine",
    .operands = "",
    .about = "Seals the transactions on stdin into a block on the best tip.",
    .options = options,
    .required = "m",
};

/* --- The header ------------------------------------------------------------------------------- */

/* The simulated or the real clock, as of the next block. */
static int64_t clock_now(const struct run *r)
{
    int64_t now = cli_time_now(r->clock), moved;
    if (r->clock == CLI_CLOCK)
        return now;
    if (__builtin_mul_overflow(r->mined, r->ledger.tree.rules.spacing, &moved) ||
        __builtin_add_overflow(now, moved, &now))
        cli_die("-T: the clock ends at 2^63-1");
    return now;
}

static enum end reason_to_stop(struct run *r, int64_t began)
{
    int64_t now = cli_milliseconds();
    if (now >= r->deadline)
        return END_TIME_UP;
    if (r->watch_tip && tip_watch_moved(&r->tip))
        return END_TIP_MOVED;
    return r->clock == CLI_CLOCK && now - began >= FRESH_SECONDS * 1000 ? END_STALE : END_NONE;
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

static void go_on_or_give_up(struct run *r)
{
    r->end = reason_to_stop(r, cli_milliseconds());
    if (r->end != END_NONE)
        give_up(r);
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

/* Waits until the clock is near enough to this block's time. */
static void wait_for(struct run *r, const struct block *b)
{
    int64_t most = seal_max_ahead(&r->ledger.tree.rules), ahead;
    bool told = false;
    while (r->clock == CLI_CLOCK && (ahead = b->time - cli_time_now(CLI_CLOCK)) > most) {
        tell_wait(b->height, ahead - most, &told);
        go_on_or_give_up(r);
        nanosleep(&(struct timespec){.tv_nsec = WATCH_MS * 1000000}, NULL);
    }
}

static _Noreturn void nothing_mined(const struct fault *f)
{
    if (f->kind != FAULT_RULE)
        cli_fail(NULL, f);
    cli_warn("nothing mined: %s", f->text);
    cli_exit(CLI_NO);
}

static void next_header(struct run *r, struct block *b, struct unsealed *u)
{
    struct fault f;
    uint8_t target[TARGET_LEN];
    tree_next(&r->ledger.tree, r->next.height, r->next.times[0], target);
    if (template_header(&r->next, clock_now(r), target, b, &f))
        nothing_mined(&f);
    wait_for(r, b);
    if (template_unsealed(&r->next, b, u, &f))
        nothing_mined(&f);
}

/* --- Mining ----------------------------------------------------------------------------------- */

static bool watch_search(void *self)
{
    struct run *r = self;
    cli_rate_show(&r->rate, "mine", r->next.height + 1, atomic_load(&r->watch.attempts), r->began);
    r->end = reason_to_stop(r, r->began);
    return r->end == END_NONE;
}

/* 1 and *nonce, or 0 and r->end. */
static int search(struct run *r, const struct block *b, const struct unsealed *u, uint64_t *nonce)
{
    struct mine_guard guard = {.every = WATCH_MS, .go_on = watch_search, .self = r};
    struct mine_job job;
    struct fault f = {0};
    size_t seal_len;
    if (mine_job_init(&job, u->header.data, u->header.len, b->target, &seal_len))
        cli_die("no seal fits this header");
    cli_say_kernel(r->verbose, mine_kernel_best()->name, &r->kernel);
    r->began = cli_milliseconds();
    int found = mine_search_guarded(&job, r->threads, &r->watch, &guard, nonce, &f);
    cli_say_kernel(r->verbose, mine_kernel_best()->name, &r->kernel);
    if (found < 0)
        cli_ledger_fail(&r->ledger, &f);
    return found;
}

static void print_block(struct run *r, const struct block *b, const struct unsealed *u,
                        uint64_t nonce)
{
    struct buf header = {0};
    uint8_t id[ID_LEN];
    cli_memory(unsealed_seal(u, nonce, &header));
    sha256(header.data, header.len, id);
    tip_watch_own(&r->tip, id);
    cli_rate_hide(&r->rate);
    cli_memory(buf_add(&header, "\n", 1) || buf_add(&header, r->next.body.data, r->next.body.len));
    cli_put(header.data, header.len);
    cli_flush();
    template_follow(&r->next, b, id);
    if (++r->mined < r->count)
        cli_follow_body(&r->ledger, &r->above, &r->next, header.data, header.len);
    buf_free(&header);
}

/* Mines one block and prints it. A search that takes long begins again with a later time. */
static void mine_block(struct run *r)
{
    struct block b;
    struct unsealed u;
    uint64_t nonce;
    for (next_header(r, &b, &u); !search(r, &b, &u, &nonce); next_header(r, &b, &u)) {
        if (r->end != END_STALE)
            give_up(r);
        unsealed_free(&u);
    }
    print_block(r, &b, &u, nonce);
    unsealed_free(&u);
}

/* --- Tickets ---------------------------------------------------------------------------------- */

/* A ticket for all nonces of the next block. */
static struct ticket next_ticket(struct run *r)
{
    struct ticket t = {.last = UINT64_MAX};
    struct unsealed u;
    next_header(r, &t.block, &u);
    unsealed_free(&u);
    u256_write(u256_scale(u256_read(t.block.target), (uint32_t)r->factor, 0), t.share);
    if (r->worker)
        cli_account(cli_book(r->names), r->worker, &t.worker);
    return t;
}

/* Prints so many tickets for one header, or until nonces run out, as fast as the reader takes them.
 */
static void print_tickets(struct run *r)
{
    struct buf line = {0};
    struct ticket left = next_ticket(r), t;
    bool more = true;
    for (int64_t i = 0; more && (!r->count || i < r->count); i++) {
        go_on_or_give_up(r);
        more = ticket_cut(&left, (uint64_t)r->range, &t);
        line.len = 0;
        cli_memory(ticket_format(&t, &line) || buf_add_string(&line, "\n"));
        cli_put(line.data, line.len);
        cli_flush();
    }
    buf_free(&line);
}

/* ---------------------------------------------------------------------------------------------- */

static void read_options(struct run *r, int argc, char **argv)
{
    struct fault f;
    cli_count_operands(cli_options(&program, argc, argv, r), 0, 0);
    if (!r->tickets && (r->range >= 0 || r->factor || r->worker || r->body))
        cli_misuse("-r, -s, -W and -B go with -o");
    if (r->range < 0)
        r->range = RANGE_DEFAULT;
    if (!r->factor)
        r->factor = 1;
    if (mine_kernel_asked(&f))
        cli_die("%s", f.text);
    cli_account(cli_book(r->names), r->miner, &r->next.miner);
    r->threads = cli_thread_count(r->threads);
    r->deadline = r->limit < 0 ? INT64_MAX : cli_milliseconds() + r->limit;
}

static void take_tip(struct run *r)
{
    struct fault f = {0};
    cli_take_tip(&r->ledger, &r->next);
    if (rules_account(r->next.rules, &r->next.miner, "-m", &f))
        cli_die("%s", f.text);
}

int main(int argc, char **argv)
{
    struct run r = {.limit = -1, .clock = CLI_CLOCK, .range = -1};
    read_options(&r, argc, argv);
    cli_open_ledger(&r.ledger, r.path);
    if (!r.ledger.tree.anchor.seal->is_mined)
        cli_die("%s: 'rule seal %s': blocks of this chain are not mined: members seal them (see "
                "seal(1))",
                r.ledger.path, r.ledger.tree.anchor.seal->rules.name);
    take_tip(&r);
    tip_watch_begin(&r.tip, &r.ledger);
    template_begin(&r.next);
    cli_read_body(&r.ledger, &r.next, "mined");
    if (r.body)
        cli_write_body(&r.next, r.body);
    if (r.tickets)
        print_tickets(&r);
    while (!r.tickets && r.mined < (r.count ? r.count : 1))
        mine_block(&r);
    overlay_free(r.above);
    template_free(&r.next);
    tip_watch_free(&r.tip);
    ledger_close(&r.ledger);
    cli_exit(CLI_YES);
}
