/* seal: puts transactions into a block on the best tip, and seals it as a member. */
#include "blockcli/block_forgery.h"
#include "blockcli/body.h"
#include "blockcli/tip.h"
#include "chain/turn.h"
#include "cli/cli.h"
#include "cli/key.h"
#include "cli/names.h"
#include "cli/options.h"
#include "cli/rate.h"
#include "farm/sealed.h"
#include "farm/template.h"
#include "ledgercli/ledger.h"
#include "record/types.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { TIP_MOVED = 3, LOOK_MS = 10 };

struct run {
    /* Options: */
    struct cli_list keys;
    const char *key, *path, *names, *record;
    int passphrase_fd;
    int64_t limit; /* milliseconds; -1: none */
    int64_t clock; /* -T */
    bool out_of_turn, wait, no_wait, watch_tip;

    struct cli_block_forgery forgery;

    struct ledger ledger;
    struct secret_key secret;
    struct account self;
    struct turn turn;
    struct template next;
    struct tip_watch tip;
    int64_t earliest; /* the time of the next block */
    int64_t deadline; /* in cli_milliseconds */
};

static const struct cli_option options[] = {
    {'k', "key", "KEY", "the member's secret key file; with -B, it may be given many times",
     CLI_LIST(struct run, keys)},
    {CLI_OPTION_PASSPHRASE(struct run, passphrase_fd)},
    {CLI_OPTION_LEDGER(struct run, path)},
    {CLI_OPTION_NAMES(struct run, names)},
    {'r', "record", "FILE", "the blocks that the key has sealed (default: KEY.sealed)",
     CLI_TEXT(struct run, record)},
    {'o', "out-of-turn", NULL, "seal although it is another member's turn",
     CLI_FLAG(struct run, out_of_turn)},
    {'W', "wait", NULL, "only wait until this member can seal the next block",
     CLI_FLAG(struct run, wait)},
    {'N', "no-wait", NULL, "do not wait for the block's time: say when it comes (status 1)",
     CLI_FLAG(struct run, no_wait)},
    {'t', "seconds", "SECONDS", "give up after this time",
     CLI_SECONDS(struct run, limit, 0, INT32_MAX)},
    {'w', "watch", NULL, "give up when the ledger's tip moves (status 3)",
     CLI_FLAG(struct run, watch_tip)},
    {CLI_OPTION_CLOCK(struct run, clock)},
    {'B', "break", "KIND",
     "forge: the tip's block again with one rule broken; `list' names the kinds",
     CLI_TEXT(struct run, forgery.kind)},
    {'A', "answers", "FILE", "with -B: write what is wrong to FILE",
     CLI_TEXT(struct run, forgery.answers)},
    {'e', "seed", "SEED", "with -B: a number that determines the random choices",
     CLI_NUMBER(struct run, forgery.seed, 0, INT64_MAX)},
    {0},
};

static const struct cli program = {
    .name = "seal",
    .operands = "[LEDGER]",
    .about = "Seals the transactions on stdin, as a member, into a block on the best tip.",
    .options = options,
};

static _Noreturn void nothing_sealed(const struct run *r, const struct fault *f)
{
    if (f->kind != FAULT_RULE)
        cli_ledger_fail(&r->ledger, f);
    cli_warn("nothing sealed: %s", f->text);
    cli_exit(CLI_NO);
}

/* --- Turns and time --------------------------------------------------------------------------- */

/* Whether the member may seal the next block. If not, *f says why. */
static bool is_turn(struct run *r, struct fault *f)
{
    int64_t height = r->ledger.tree.best.height + 1;
    if (tree_turn(&r->ledger.tree, &r->self, &r->turn, f))
        cli_ledger_fail(&r->ledger, f);
    if (!r->turn.is_member)
        fault_rule(f, "%s is no member of the set that seals block %" PRId64,
                   account_text(&r->self).text, height);
    else if (r->turn.apart)
        fault_rule(f, "%" PRId64 " block%s of others must come before another one by %s",
                   r->turn.apart, r->turn.apart == 1 ? "" : "s", account_text(&r->self).text);
    else if (!r->out_of_turn && !account_equal(&r->turn.whose, &r->self))
        fault_rule(f, "it is the turn of %s to seal block %" PRId64 " (-o: seal all the same)",
                   account_text(&r->turn.whose).text, height);
    else
        return true;
    return false;
}

/* Takes the tip as the parent, and computes the earliest time of a block on it. */
static void take_tip(struct run *r)
{
    const struct tree *t = &r->ledger.tree;
    cli_take_tip(&r->ledger, &r->next);
    r->next.miner = r->self;
    if (__builtin_add_overflow(t->best.time, t->rules.spacing, &r->earliest))
        cli_die("the chain's time ends at 2^63-1");
}

static void pause_or_give_up(struct run *r)
{
    if (cli_milliseconds() >= r->deadline) {
        cli_warn("time is up");
        cli_exit(CLI_NO);
    }
    if (r->watch_tip && tip_watch_moved(&r->tip)) {
        cli_warn("the tip moved");
        cli_exit(TIP_MOVED);
    }
    nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
}

/* Waits until the clock shows this time. */
static void wait_for(struct run *r, int64_t time)
{
    int64_t left = r->clock == CLI_CLOCK ? time - cli_time_now(CLI_CLOCK) : 0;
    if (left > 0 && r->no_wait) {
        cli_warn("nothing sealed: block %" PRId64 " is due at %" PRId64 ", in %" PRId64 " s",
                 r->next.height + 1, time, left);
        cli_exit(CLI_NO);
    }
    if (left > r->ledger.tree.rules.spacing)
        cli_warn("waiting %" PRId64 " s: block %" PRId64 " is due at %" PRId64
                 ", ahead of this machine's clock",
                 left, r->next.height + 1, time);
    while (r->clock == CLI_CLOCK && cli_time_now(CLI_CLOCK) < time)
        pause_or_give_up(r);
}

/* Waits until it is the member's turn, and the block's time has come. */
static _Noreturn void wait_for_turn(struct run *r)
{
    struct fault f = {0};
    bool turn = is_turn(r, &f);
    take_tip(r);
    for (;;) {
        if (turn && (r->clock != CLI_CLOCK || cli_time_now(CLI_CLOCK) >= r->earliest))
            cli_exit(CLI_YES);
        pause_or_give_up(r);
        if (tip_watch_moved(&r->tip)) {
            tip_watch_own(&r->tip, r->ledger.tree.best.id);
            turn = is_turn(r, &f);
            take_tip(r);
        }
    }
}

/* --- Sealing ---------------------------------------------------------------------------------- */

/* The header of the next block, once its time has come. */
static struct block next_header(struct run *r)
{
    struct block b;
    struct fault f = {0};
    if (template_header(&r->next, cli_time_now(r->clock), r->ledger.tree.best.set, &b, &f))
        nothing_sealed(r, &f);
    b.time = b.time < r->earliest ? r->earliest : b.time;
    wait_for(r, b.time);
    return b;
}

/* Whether the ledger takes the header, whatever we believe: what has once been sealed stays. */
static void check_header(struct run *r, const struct buf *text)
{
    struct fault f = {0};
    struct block b;
    uint8_t id[ID_LEN];
    size_t len = (size_t)((const char *)memchr(text->data, '\n', text->len) - text->data);
    sha256(text->data, len, id);
    if (block_form(text->data, len, &b, &f) ||
        tree_header(&r->ledger.tree, &b, id, cli_time_now(r->clock), &f) < 0)
        nothing_sealed(r, &f);
}

static void put_block(const struct buf *text)
{
    cli_put(text->data, text->len);
    cli_flush();
}

/* Seals a block, which is on disk before it is printed. */
static void seal_new(struct run *r, struct linefile *sealed, struct buf *text)
{
    struct fault f = {0};
    template_begin(&r->next);
    cli_read_body(&r->ledger, &r->next, "sealed");
    struct block b = next_header(r);
    if (template_sign(&r->next, &b, &r->secret, text, &f))
        nothing_sealed(r, &f);
    check_header(r, text);
    if (sealed_add(sealed, text->data, text->len, &f))
        cli_die("%s", f.text);
    put_block(text);
    template_free(&r->next);
}

/* What was sealed upon this parent before, once its time has come. */
static void seal_again(struct run *r, const struct buf *text)
{
    struct fault f;
    struct block b;
    const char *end = memchr(text->data, '\n', text->len);
    if (block_form(text->data, (size_t)(end - text->data), &b, &f))
        cli_die("%s: %s", r->record, f.text);
    wait_for(r, b.time);
    cli_warn("block %" PRId64 " was sealed before: the same again, without what is on stdin",
             b.height);
    put_block(text);
}

static void seal_next(struct run *r)
{
    struct fault f = {0};
    struct linefile sealed;
    struct buf text = {0};
    if (!is_turn(r, &f))
        nothing_sealed(r, &f);
    take_tip(r);
    if (sealed_open(&sealed, r->record, r->next.parent, r->self.id, &text, &f)) {
        if (f.kind == FAULT_RULE)
            cli_die("%s:%" PRIu64 ": not a file of sealed blocks: %s", r->record, f.line, f.text);
        cli_die("%s", f.text);
    }
    if (text.len)
        seal_again(r, &text);
    else
        seal_new(r, &sealed, &text);
    linefile_close(&sealed);
    buf_free(&text);
}

/* ---------------------------------------------------------------------------------------------- */

/* One key seals; forging takes many, or none if it can do without. */
static void check_keys(struct run *r)
{
    const struct cli_block_forgery *g = &r->forgery;
    if (!g->kind && (g->answers || g->seed >= 0))
        cli_misuse("-A and -e go with -B");
    if (g->kind && (r->wait || r->no_wait || r->watch_tip || r->out_of_turn || r->record))
        cli_misuse("-B forges the tip's block: not with -W, -N, -w, -o or -r");
    if (g->kind)
        return;
    if (!r->keys.count)
        cli_misuse("-k KEY is missing");
    if (r->keys.count > 1)
        cli_misuse("-k: one member seals a block");
    r->key = r->keys.items[0];
}

/* -B. */
static _Noreturn void forge(struct run *r)
{
    const char *name;
    if (strcmp(r->forgery.kind, "list") == 0) {
        for (size_t i = 0; (name = block_forge_name(i)); i++) {
            cli_put(name, strlen(name));
            cli_put("\n", 1);
        }
        cli_exit(CLI_YES);
    }
    if (!block_forge_is_kind(r->forgery.kind))
        cli_die("-B: '%.80s' is no kind of forgery (-B list names them)", r->forgery.kind);
    cli_open_ledger(&r->ledger, r->path);
    int status = cli_forge_block(&r->forgery, &r->ledger, &r->keys, r->passphrase_fd);
    ledger_close(&r->ledger);
    cli_list_free(&r->keys);
    cli_exit(status);
}

static void read_options(struct run *r, int argc, char **argv)
{
    char **operands = cli_options(&program, argc, argv, r);
    size_t count = cli_count_operands(operands, 0, 1);
    if (count && r->path)
        cli_die("-l and an operand name the ledger twice");
    if (r->wait && (r->watch_tip || r->no_wait))
        cli_die("-W only waits: not with -w or -N");
    r->path = count ? operands[0] : r->path;
    check_keys(r);
    r->deadline = r->limit < 0 ? INT64_MAX : cli_milliseconds() + r->limit;
    if (r->names)
        cli_book(r->names);
    else
        cli_name_accounts();
}

static void open_chain(struct run *r)
{
    cli_open_ledger(&r->ledger, r->path);
    const struct seal *seal = r->ledger.tree.anchor.seal;
    if (seal->is_mined)
        cli_die("%s: 'rule seal %s': blocks of this chain are mined (see mine(1))", r->ledger.path,
                seal->rules.name);
    if (seal->has_votes)
        cli_die("%s: 'rule seal %s': members must agree on blocks of this chain first",
                r->ledger.path, seal->rules.name);
}

int main(int argc, char **argv)
{
    struct run r = {.passphrase_fd = -1, .limit = -1, .clock = CLI_CLOCK, .forgery.seed = -1};
    struct buf record = {0};
    read_options(&r, argc, argv);
    if (r.forgery.kind)
        forge(&r);
    open_chain(&r);
    cli_read_key(r.key, r.passphrase_fd, &r.secret);
    r.self = cli_account_of(&r.secret);
    if (!r.record) {
        cli_memory(buf_add_string(&record, r.key) || buf_add(&record, ".sealed", sizeof ".sealed"));
        r.record = record.data;
    }
    tip_watch_begin(&r.tip, &r.ledger);
    if (r.wait)
        wait_for_turn(&r);
    seal_next(&r);
    secret_key_wipe(&r.secret);
    cli_list_free(&r.keys);
    buf_free(&record);
    tip_watch_free(&r.tip);
    ledger_close(&r.ledger);
    cli_exit(CLI_YES);
}
