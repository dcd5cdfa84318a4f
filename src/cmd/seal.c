/* seal: puts transactions into a block on the best tip, and seals it as a member. */
#include "blockcli/block_forgery.h"
#include "blockcli/body.h"
#include "blockcli/member_turn.h"
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

struct run {
    /* Options: */
    struct cli_list keys;
    const char *key, *path, *names, *record;
    int passphrase_fd;
    int64_t limit; /* milliseconds; -1: none */
    bool wait;

    struct cli_block_forgery forgery;

    struct ledger ledger;
    struct secret_key secret;
    struct member_turn turn;
    struct template next;
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
     CLI_FLAG(struct run, turn.out_of_turn)},
    {'W', "wait", NULL, "only wait until this member can seal the next block",
     CLI_FLAG(struct run, wait)},
    {'N', "no-wait", NULL, "do not wait for the block's time: say when it comes (status 1)",
     CLI_FLAG(struct run, turn.no_wait)},
    {'t', "seconds", "SECONDS", "give up after this time",
     CLI_SECONDS(struct run, limit, 0, INT32_MAX)},
    {'w', "watch", NULL, "give up when the ledger's tip moves (status 3)",
     CLI_FLAG(struct run, turn.watch_tip)},
    {CLI_OPTION_CLOCK(struct run, turn.clock)},
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

/* The header of the next block, once its time has come. */
static struct block next_header(struct run *r)
{
    struct block b;
    struct fault f = {0};
    if (template_header(&r->next, cli_time_now(r->turn.clock), r->ledger.tree.best.set, &b, &f))
        nothing_sealed(r, &f);
    b.time = b.time < r->turn.earliest ? r->turn.earliest : b.time;
    member_turn_wait_until(&r->turn, b.time);
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
        tree_header(&r->ledger.tree, &b, id, cli_time_now(r->turn.clock), &f) < 0)
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
    member_turn_wait_until(&r->turn, b.time);
    cli_warn("block %" PRId64 " was sealed before: the same again, without what is on stdin",
             b.height);
    put_block(text);
}

static void seal_next(struct run *r)
{
    struct fault f = {0};
    struct linefile sealed;
    struct buf text = {0};
    if (!member_turn_is_now(&r->turn, &f))
        nothing_sealed(r, &f);
    member_turn_take_tip(&r->turn);
    cli_take_tip(&r->ledger, &r->next);
    r->next.miner = r->turn.self;
    if (sealed_open(&sealed, r->record, r->next.parent, r->turn.self.id, &text, &f)) {
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
    if (g->kind &&
        (r->wait || r->turn.no_wait || r->turn.watch_tip || r->turn.out_of_turn || r->record))
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
        cli_misuse("-l and an operand name the ledger twice");
    if (r->wait && (r->turn.watch_tip || r->turn.no_wait))
        cli_misuse("-W only waits: not with -w or -N");
    r->path = count ? operands[0] : r->path;
    check_keys(r);
    r->turn.deadline = r->limit < 0 ? INT64_MAX : cli_milliseconds() + r->limit;
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
    struct run r = {.passphrase_fd = -1, .limit = -1, .turn.clock = CLI_CLOCK, .forgery.seed = -1};
    struct buf record = {0};
    read_options(&r, argc, argv);
    if (r.forgery.kind)
        forge(&r);
    open_chain(&r);
    cli_read_key(r.key, r.passphrase_fd, &r.secret);
    struct account self = cli_account_of(&r.secret);
    if (!r.record) {
        cli_memory(buf_add_string(&record, r.key) || buf_add(&record, ".sealed", sizeof ".sealed"));
        r.record = record.data;
    }
    member_turn_begin(&r.turn, &r.ledger, &self);
    if (r.wait)
        member_turn_wait(&r.turn);
    seal_next(&r);
    secret_key_wipe(&r.secret);
    cli_list_free(&r.keys);
    buf_free(&record);
    member_turn_free(&r.turn);
    ledger_close(&r.ledger);
    cli_exit(CLI_YES);
}
