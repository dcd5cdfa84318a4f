/* policy: makes accounts of several keys, time locks and hash locks, and says what they mean. */
#include "cli/policy.h"

#include "base/lines.h"
#include "cli/branches.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "ledgercli/ledger.h"
#include "record/key.h"
#include "record/policy_make.h"

#include <stdlib.h>
#include <string.h>

struct run {
    const char *names, *name, *ledger_path, *make, *seed, *show;
    bool account, explain, which;
    int64_t height; /* -1: not given */
    struct cli_list keys, preimages;
    const struct book *book;
    struct holdings held;
    int status;
};

static const struct cli_option options[] = {
    {'n', "name", "NAME", "print a key line with this name, too: both belong in an address book",
     CLI_TEXT(struct run, name)},
    {'A', "account", NULL, "print the account alone", CLI_FLAG(struct run, account)},
    {'e', "explain", NULL, "print what the policy means", CLI_FLAG(struct run, explain)},
    {'w', "which", NULL, "print by which branches it could be spent now",
     CLI_FLAG(struct run, which)},
    {CLI_OPTION_LEDGER(struct run, ledger_path)},
    {'H', "height", "HEIGHT", "with -w: in a block of this height; no ledger is read",
     CLI_NUMBER(struct run, height, 0, INT64_MAX)},
    {'k', "key", "WHO", "with -w: only with the signatures of these, names or accounts",
     CLI_LIST(struct run, keys)},
    {'i', "preimage", "FILE", "with -w: with the preimage in this file",
     CLI_LIST(struct run, preimages)},
    {'m', "make-preimage", "FILE", "make a preimage in a new file, and print its hash",
     CLI_TEXT(struct run, make)},
    {'s', "seed", "SEED", "with -m: derive it from this text, as anyone else can",
     CLI_TEXT(struct run, seed)},
    {'y', "show", "FILE", "print the hash of the preimage in FILE", CLI_TEXT(struct run, show)},
    {CLI_OPTION_NAMES(struct run, names)},
    {0},
};

static const struct cli program = {
    .name = "policy",
    .operands = "[N WHO... [after HEIGHT] [hash HASH] [or ...] | WHO]",
    .about = "Makes accounts of several keys, time locks and hash locks, and says what they mean.",
    .options = options,
    .number = "number",
};

/* --- Preimages -------------------------------------------------------------------------------- */

static _Noreturn void put_hash(const struct preimage *p)
{
    cli_put_format("hash %s\n", hex32(p->hash).text);
    cli_exit(CLI_YES);
}

/* -m and -y */
static _Noreturn void preimage(const struct run *r)
{
    struct preimage p;
    if (r->show) {
        p = cli_read_preimage(r->show);
        put_hash(&p);
    }
    if (r->seed)
        cli_warn("anyone who knows the text of -s has this preimage");
    p = cli_make_preimage(r->make, r->seed);
    put_hash(&p);
}

/* --- One policy ------------------------------------------------------------------------------- */

static void put_key_line(const char *name, const struct account *account)
{
    char form[TEXT_FORM_MAX];
    struct buf line = {0};
    struct key k = {*account, {form, text_encode(name, strlen(name), form)}};
    cli_memory(key_format(&k, &line));
    cli_put(line.data, line.len);
    buf_free(&line);
}

static void put_meaning(const struct run *r, const struct policy *p, const struct account *account)
{
    struct fault never;
    cli_put_format("%s is spent by", cli_account_words(r->book, account).text);
    cli_put_string(p->count == 1 ? ":\n" : " one of:\n");
    for (unsigned i = 0; i < p->count; i++) {
        struct buf words = {0};
        bool is_dead = policy_branch_spendable(p, i, &never) != 0;
        cli_memory(cli_policy_branch(r->book, &p->branches[i], &words));
        cli_put_format("%u ", i);
        cli_put(words.data, words.len);
        cli_put_string(is_dead ? " (this can never be used)\n" : "\n");
        buf_free(&words);
    }
}

static void put_policy(struct run *r, const struct policy *p)
{
    struct account account = policy_account(p);
    if (r->account) {
        cli_put_format("%s\n", account_text(&account).text);
    } else if (r->explain) {
        put_meaning(r, p, &account);
    } else if (r->which) {
        if (!cli_put_branches(r->book, p, &r->held))
            r->status = CLI_NO;
    } else {
        cli_put(p->text.text, p->text.len);
        cli_put_string("\n");
    }
    if (r->name)
        put_key_line(r->name, &account);
}

/* The rule without the name of the record, which is the program's, too. */
static const char *rule(const struct fault *f)
{
    size_t n = strlen("policy: ");
    return strncmp(f->text, "policy: ", n) == 0 ? f->text + n : f->text;
}

/* A branch that can never be used is a mistake, even if others can be. */
static void warn_never(const struct policy *p)
{
    struct fault f;
    for (unsigned i = 0; i < p->count; i++)
        if (policy_branch_spendable(p, i, &f))
            cli_warn("%s", rule(&f));
}

static void put_made(struct run *r, char **words)
{
    struct buf text = {0};
    struct policy p;
    struct fault f;
    if (cli_policy_make(r->book, words, &text, &p, &f))
        cli_die("%s", rule(&f));
    warn_never(&p);
    put_policy(r, &p);
    buf_free(&text);
}

/* The policy of an account in the address book. */
static void put_known(struct run *r, const char *who)
{
    struct account account;
    struct policy p;
    struct fault f;
    cli_account(r->book, who, &account);
    const char *text = book_policy(r->book, &account);
    if (!text)
        cli_die("the address book has no policy of %s", account_text(&account).text);
    if (policy_parse(text, strlen(text), &p, &f))
        cli_fail(NULL, &f);
    put_policy(r, &p);
}

/* --- Lines ------------------------------------------------------------------------------------ */

static int read_policy(struct run *r, const struct line *line, struct fault *f)
{
    struct policy p;
    if (line_form(line, f))
        return -1;
    if (line_is(line->text, line->len, "key"))
        return 0;
    if (policy_parse(line->text, line->len, &p, f))
        return -1;
    put_policy(r, &p);
    return 0;
}

/* The policies on stdin; an address book may have key lines, too. */
static void put_lines(struct run *r)
{
    struct line line;
    struct fault f = {0};
    struct lines *lines = lines_new(source_fd(0), 1, 0);
    int got;
    terminal_input("policies");
    cli_memory(!lines);
    while ((got = lines_next(lines, &line, &f)) > 0) {
        if (read_policy(r, &line, &f)) {
            cli_report("stdin", line.number, f.text);
            r->status = CLI_NO;
        }
        if (!lines_ready(lines))
            cli_flush();
    }
    if (got < 0)
        cli_fail("stdin", &f);
    lines_free(lines);
}

/* --- Options ---------------------------------------------------------------------------------- */

static void check_name(const char *name)
{
    struct account account;
    struct fault f;
    if (!*name)
        cli_die("-n: the name is empty");
    if (strlen(name) > TEXT_MAX)
        cli_die("-n: the name is over %d bytes", TEXT_MAX);
    if (account_field((struct field){name, strlen(name)}, "", &account, &f) == 0)
        cli_die("-n: the name reads like an account");
}

static void check_options(const struct run *r, char **operands)
{
    if ((r->make || r->show) && *operands)
        cli_misuse("-m and -y are about a preimage alone: leave out '%.80s'", *operands);
    if (r->account + r->explain + r->which + !!r->make + !!r->show > 1)
        cli_misuse("only one of -A, -e, -w, -m and -y can be given");
    if (r->seed && !r->make)
        cli_misuse("-s goes with -m: it is for preimages");
    if (!r->which && (r->ledger_path || r->height >= 0 || r->keys.count || r->preimages.count))
        cli_misuse("-l, -H, -k and -i go with -w");
    if (r->name && (r->account || r->explain || r->which || r->make || r->show || !*operands))
        cli_misuse("-n names the policy that is made of operands");
    if (r->name)
        check_name(r->name);
}

static void read_tip(struct run *r)
{
    struct ledger l;
    r->held.height = r->height;
    if (r->height >= 0)
        return;
    cli_open_ledger(&l, r->ledger_path);
    r->held.height = l.tree.best.height + 1;
    r->held.time = l.tree.best.time;
    r->held.spacing = l.tree.rules.spacing;
    ledger_close(&l);
}

/* -w: what somebody has. */
static void read_holdings(struct run *r)
{
    struct account *keys = calloc(r->keys.count + 1, sizeof *keys);
    struct preimage *preimages = calloc(r->preimages.count + 1, sizeof *preimages);
    cli_memory(!keys || !preimages);
    for (size_t i = 0; i < r->keys.count; i++)
        cli_account(r->book, r->keys.items[i], &keys[i]);
    for (size_t i = 0; i < r->preimages.count; i++)
        preimages[i] = cli_read_preimage(r->preimages.items[i]);
    r->held = (struct holdings){.keys = keys,
                                .count = r->keys.count,
                                .preimages = preimages,
                                .preimage_count = r->preimages.count,
                                .time = -1};
    read_tip(r);
}

int main(int argc, char **argv)
{
    struct run r = {.height = -1};
    char **operands = cli_options(&program, argc, argv, &r);
    check_options(&r, operands);
    if (r.make || r.show)
        preimage(&r);
    r.book = cli_book(r.names);
    if (r.which)
        read_holdings(&r);
    if (!*operands)
        put_lines(&r);
    else if (operands[1])
        put_made(&r, operands);
    else
        put_known(&r, *operands);
    free((void *)r.held.keys);
    free((void *)r.held.preimages);
    cli_list_free(&r.keys);
    cli_list_free(&r.preimages);
    cli_exit(r.status);
}
