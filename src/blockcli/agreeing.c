#include "blockcli/agreeing.h"

#include "base/clock.h"
#include "base/waits.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "cli/values.h"
#include "judge/member_line.h"
#include "ledgercli/ledger.h"
#include "ledgercli/verdict.h"
#include "stream/feed.h"
#include "validator/agreement.h"
#include "validator/next_block.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum {
    LOOK_SOON = 4,    /* ms between looks at the ledger when a block is to come, */
    LOOK_LATER = 100, /* ... and otherwise */
};

struct run {
    const struct agreeing *options;
    struct ledger *ledger;
    const struct secret_key *key;
    struct agreement agreement;
    struct buf block;
    uint8_t own[ID_LEN]; /* the block that we made, */
    bool waits;          /* ... which is on its way to the ledger */
    int64_t looked;      /* ms */
    struct armor armor;
};

static void end_on(const struct run *r, const struct fault *f)
{
    if (f->kind == FAULT_RULE)
        cli_die("%s", f->text);
    cli_ledger_fail(r->ledger, f);
}

static int64_t clock_of(void *self)
{
    (void)self;
    return cli_time_now(CLI_CLOCK);
}

static void note(void *self, const char *words, size_t n)
{
    (void)self;
    cli_warn("%.*s", (int)n, words);
}

static void contradiction(void *self, const char *first, const char *second)
{
    (void)self;
    bool swap = strcmp(first, second) > 0;
    cli_warn("a member has signed two lines that exclude each other; accuse it (txmake(1)) with:");
    cli_warn("%.*s", (int)strcspn(swap ? second : first, "\n"), swap ? second : first);
    cli_warn("%.*s", (int)strcspn(swap ? first : second, "\n"), swap ? first : second);
}

static void refused(void *self, const char *why)
{
    (void)self;
    cli_warn("not signed: %s", why);
}

static void ahead(void *self, int64_t height, int64_t seconds)
{
    (void)self;
    cli_warn("no vote for block %" PRId64 ", which is %" PRId64
             " s ahead of the clock here: is that slow?",
             height, seconds);
}

static void unkept(void *self, const char *why)
{
    (void)self;
    cli_warn("goes on without the turns file, so a start takes longer: %s", why);
}

/* --- Our own block ---------------------------------------------------------------------------- */

static bool is_due(const struct run *r)
{
    const struct node *parent = &r->agreement.decided;
    int64_t due;
    return r->options->early ||
           (!__builtin_add_overflow(parent->time, r->ledger->tree.rules.spacing, &due) &&
            cli_time_now(CLI_CLOCK) >= due);
}

/* A block of ours upon this parent that the ledger has already, from an earlier round or from
 * before a crash: nodes pass on few by one member (tree_passes_on). The first of them. */
static bool has_own(struct run *r)
{
    struct fault f = {0};
    struct tree *t = &r->ledger->tree;
    const struct account self = account_of_key(r->key->public);
    struct node node;
    for (int64_t n = r->agreement.decided.n + 1; n < t->count; n++) {
        if (tree_get(t, n, &node, &f))
            end_on(r, &f);
        if (node.parent == r->agreement.decided.n && account_equal(&node.miner, &self)) {
            memcpy(r->own, node.id, ID_LEN);
            return true;
        }
    }
    return false;
}

static void make_block(struct run *r)
{
    struct fault f = {0};
    struct agreement *a = &r->agreement;
    struct next_block next = {.ledger = r->ledger,
                              .parent = &a->decided,
                              .votes = &a->commit,
                              .pool = r->options->pool,
                              .key = r->key,
                              .now = r->options->early ? 0 : cli_time_now(CLI_CLOCK)};
    a->turn = false;
    r->waits = true;
    if (has_own(r))
        return;
    r->block.len = 0;
    if (next_block_make(&next, &r->block, r->own, &f) == 0) {
        cli_put(r->block.data, r->block.len);
        return;
    }
    r->waits = false;
    if (f.kind != FAULT_RULE)
        end_on(r, &f);
    cli_warn("nothing proposed: %s", f.text);
}

static void propose(struct run *r, int64_t now)
{
    struct fault f = {0};
    int has = agreement_has(&r->agreement, r->own, &f);
    if (has > 0) {
        r->waits = false;
        has = agreement_propose(&r->agreement, r->own, now, &f);
    }
    if (has < 0)
        end_on(r, &f);
}

/* What was signed leaves before anything that takes long. */
static void put_out(struct run *r)
{
    struct buf *out = &r->agreement.out;
    cli_put(out->data, out->len);
    out->len = 0;
    cli_flush();
}

/* What is due now, until nothing is. */
static void advance(struct run *r, int64_t now)
{
    struct fault f = {0};
    struct agreement *a = &r->agreement;
    for (bool more = true; more;) {
        int64_t height = a->decided.height;
        if (!a->begun && is_due(r) && agreement_start(a, now, &f))
            end_on(r, &f);
        put_out(r);
        if (a->turn)
            make_block(r);
        if (r->waits)
            propose(r, now);
        if (now >= a->deadline && agreement_tick(a, now, &f))
            end_on(r, &f);
        more = a->decided.height != height;
    }
    put_out(r);
}

/* --- What comes ------------------------------------------------------------------------------- */

static void look(struct run *r, int64_t now)
{
    struct fault f = {0};
    r->looked = now;
    if (ledger_unchanged(r->ledger))
        return;
    if (ledger_refresh(r->ledger, &f) < 0 || agreement_look(&r->agreement, now, &f))
        end_on(r, &f);
}

static void take_item(struct run *r, const struct item *item, int64_t now)
{
    struct fault f = {0};
    if (cli_armored(&r->armor, "stdin", item->line, item->text, item->size - 1))
        return;
    if (item->broken) {
        cli_report("stdin", item->fault.line, item->fault.text);
        return;
    }
    cli_put(item->text, item->size);
    if (!is_member_line(item) ||
        agreement_take(&r->agreement, item->text, item->size - 1, now, &f) == 0)
        return;
    if (f.kind != FAULT_RULE)
        end_on(r, &f);
    cli_report("stdin", item->line, f.text);
}

/* Milliseconds until the next height may begin. */
static int64_t until_due(const struct run *r)
{
    struct timespec now;
    int64_t due, left;
    struct fault f = {0};
    if (r->agreement.begun || r->options->early ||
        __builtin_add_overflow(r->agreement.decided.time, r->ledger->tree.rules.spacing, &due))
        return LOOK_LATER;
    if (clock_read(&now, &f))
        end_on(r, &f);
    left = due - now.tv_sec;
    return left > 1 ? LOOK_LATER : left * 1000 - now.tv_nsec / 1000000 + 1;
}

static int pause_of(const struct run *r, int64_t now)
{
    const struct agreement *a = &r->agreement;
    int64_t pause = r->waits || a->awaits ? LOOK_SOON : LOOK_LATER;
    int64_t due = until_due(r), left = a->deadline == INT64_MAX ? pause : a->deadline - now;
    left = due < left ? due : left;
    return left < 0 ? 0 : left < pause ? (int)left : (int)pause;
}

static void wait_for_input(struct run *r, struct feed *feed)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!feed_ready(feed)) {
        int64_t now = waits_now();
        look(r, now);
        advance(r, now);
        if (poll(&in, 1, pause_of(r, waits_now())) > 0)
            break;
    }
}

static void take_all(struct run *r)
{
    struct fault f = {0};
    struct feed feed;
    struct batch *b;
    struct stream *stream = stream_new(source_fd(STDIN_FILENO), 1, 0);
    int got;
    cli_memory(!stream);
    feed_init(&feed, stream, NULL);
    terminal_input("records");
    while (wait_for_input(r, &feed), (got = feed_next(&feed, &b, &f)) > 0) {
        int64_t now = waits_now();
        for (size_t i = 0; i < b->count; i++)
            take_item(r, &b->items[i], now);
        look(r, now);
        advance(r, now);
    }
    if (got < 0)
        cli_fail("stdin", &f);
    look(r, waits_now());
    advance(r, waits_now());
    feed_free(&feed);
}

void cli_agree(const struct agreeing *a, struct ledger *l, const struct secret_key *key,
               struct said *said)
{
    struct fault f = {0};
    struct run r = {.options = a, .ledger = l, .key = key};
    struct agreement_config config = {.ledger = l,
                                      .key = key,
                                      .said = said,
                                      .turns = a->turns,
                                      .wait = a->wait,
                                      .grow = a->grow,
                                      .clock = clock_of,
                                      .note = a->verbose ? note : NULL,
                                      .contradiction = contradiction,
                                      .refused = refused,
                                      .ahead = ahead,
                                      .unkept = unkept,
                                      .self = &r};
    if (ed25519_load(&f))
        cli_fail(NULL, &f);
    if (agreement_begin(&r.agreement, &config, waits_now(), &f))
        end_on(&r, &f);
    take_all(&r);
    agreement_free(&r.agreement);
    buf_free(&r.block);
}
