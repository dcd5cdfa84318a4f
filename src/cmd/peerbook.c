/* peerbook: keeps the newest peer record of each key in a file; makes a node's own record. */
#include "peers/peerbook.h"
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/key.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "ledgercli/ledger.h"
#include "ledgercli/verdict.h"
#include "netcli/network.h"
#include "stream/stream.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct run {
    const char *chain_option, *ledger, *announce, *key;
    size_t count;
    int64_t clock; /* -T */
    int passphrase_fd;
    bool has_chain, own;
    uint8_t chain[ID_LEN];
    struct peerbook book;
    uint64_t told;            /* the file's broken line that was reported last */
    uint64_t told_tried;      /* the same of PEERS.tried */
    struct armor armor;       /* on stdin */
    bool marks;               /* say what is dropped in its place on stdout */
    struct cli_budget budget; /* of reports on stderr */
    struct buf out;           /* what is printed once the file is safe */
    int status;
};

/* The port does not matter; 0 is a listener's that lets the system choose. */
static void take_own(const struct cli_option *o, const char *text, void *to)
{
    struct run *r = to;
    struct address a;
    struct fault f;
    (void)o;
    if (address_parse(text, strlen(text), true, &a, &f))
        cli_die("-o: %s", f.text);
    peerbook_allow_scope(&r->book, &a);
    r->own = true;
}

static const struct cli_option options[] = {
    {'c', "chain", "CHAIN", "peers of this chain only", CLI_TEXT(struct run, chain_option)},
    {'l', "ledger", "LEDGER", "peers of this ledger's chain only", CLI_TEXT(struct run, ledger)},
    {'o', "own", "HOST:PORT", "an address of this node: take records of its kind of network",
     CLI_CALL(take_own)},
    {'n', "count", "COUNT", "maximum number of records in PEERS (default: 1000)",
     CLI_NUMBER(struct run, count, 1, PEERS_MAX)},
    {CLI_OPTION_CLOCK(struct run, clock)},
    {'a', "announce", "HOST:PORT", "only print our own peer record",
     CLI_TEXT(struct run, announce)},
    {'k', "key", "KEY", "the secret key file that signs it", CLI_TEXT(struct run, key)},
    {CLI_OPTION_PASSPHRASE(struct run, passphrase_fd)},
    {0},
};

static const struct cli program = {
    .name = "peerbook",
    .operands = "[PEERS]",
    .about = "Keeps the newest peer record of each key in PEERS, and passes on new ones.",
    .options = options,
};

/* --- Our own record --------------------------------------------------------------------------- */

static void chain_of_ledger(struct run *r)
{
    struct ledger l;
    cli_open_ledger(&l, r->ledger);
    memcpy(r->chain, l.tree.genesis.id, ID_LEN);
    ledger_close(&l);
    r->has_chain = true;
}

static void find_chain(struct run *r)
{
    const char *id = r->chain_option;
    if (id && r->ledger)
        cli_misuse("-c and -l both name the chain: give one");
    if (id)
        cli_chain(id, r->chain);
    r->has_chain = id != NULL;
    if (r->ledger || (r->announce && !id))
        chain_of_ledger(r);
}

/* Prints the signed record. 0, or -1 and trouble. */
static int put_record(const struct run *r, const struct secret_key *k, struct fault *f)
{
    struct buf line = {0};
    struct peer p = {.address = {r->announce, strlen(r->announce)}, .time = cli_time_now(r->clock)};
    memcpy(p.line.chain, r->chain, ID_LEN);
    memcpy(p.line.signer, k->public, ID_LEN);
    int result = peer_format(&p, &line) ? fault_memory(f)
                                        : cli_put_signed(k, line.data, line.len, f);
    buf_free(&line);
    return result;
}

static void announce(struct run *r)
{
    struct secret_key k = {0};
    struct address a;
    struct fault f;
    if (!r->key)
        cli_misuse("-a needs a key to sign with: give -k KEY");
    if (address_parse(r->announce, strlen(r->announce), false, &a, &f))
        cli_die("-a: %s", f.text);
    find_chain(r);
    cli_read_key(r->key, r->passphrase_fd, &k);
    int failed = put_record(r, &k, &f);
    secret_key_wipe(&k);
    if (failed)
        cli_fail(r->key, &f);
}

/* --- Records of all peers --------------------------------------------------------------------- */

/* What a later program in the pipeline reads in place of this item. */
static void mark(struct run *r, const struct item *item, const struct fault *f)
{
    if (r->marks)
        cli_mark(&r->out, item, f);
}

static void mark_known(struct run *r, const struct item *item)
{
    struct fault f;
    fault_rule(&f, "peer: known");
    fault_answers(&f, FAULT_KNOWN);
    mark(r, item, &f);
}

static void refuse(struct run *r, const struct item *item, uint64_t line, const struct fault *f)
{
    if (cli_budget_allows(&r->budget, "stdin"))
        cli_report("stdin", line, f->text);
    mark(r, item, f);
    r->status = CLI_NO;
}

/* Whether a record that is not in the book is valid: 0, or -1 and a rule or trouble. */
static int check(const struct run *r, const struct peer *p, struct fault *f)
{
    if (r->has_chain && memcmp(p->line.chain, r->chain, ID_LEN))
        return fault_rule(f, "peer: another chain: %s", hex32(p->line.chain).text);
    if (peerbook_check(&r->book, p, cli_time_now(r->clock), f) || ed25519_load(f))
        return -1;
    int valid = ed25519_check(p->line.signer, p->line.signature, p->line.text, p->line.signed_len);
    if (valid < 0)
        return fault_memory(f);
    return valid ? 0 : fault_rule(f, "peer: bad signature");
}

/* Whether the record is new, and so to be passed on. */
static bool take_peer(struct run *r, const struct item *item)
{
    struct fault f;
    struct peer p;
    peer_parse(item->text, item->size - 1, &p, &f);
    bool held = peerbook_holds(&r->book, &p);
    if (held)
        mark_known(r, item);
    if (held)
        return false;
    int kept = check(r, &p, &f) ? -1 : peerbook_add(&r->book, &p, &f);
    if (kept < 0 && f.kind != FAULT_RULE)
        cli_fail(NULL, &f);
    if (kept < 0)
        refuse(r, item, item->line, &f);
    if (kept == 0)
        mark_known(r, item);
    return kept > 0;
}

static bool has_peers(const struct batch *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->items[i].type == &peer_type && !b->items[i].broken)
            return true;
    return false;
}

static void tell_tried(struct run *r)
{
    const struct tried *t = &r->book.tried;
    char path[PATH_MAX + 8];
    snprintf(path, sizeof path, "%s.tried", r->book.path);
    if (t->broken_line && t->broken_line != r->told_tried)
        cli_report(path, t->broken_line, t->broken.text);
    r->told_tried = t->broken_line;
}

/* Opens and reads the file. Gives its descriptor. */
static int open_book(struct run *r)
{
    struct fault f;
    int fd = peerbook_lock(&r->book);
    if (fd < 0) {
        fault_errno(&f, "%s", r->book.path);
        cli_fail(NULL, &f);
    }
    if (peerbook_load(&r->book, fd, cli_time_now(r->clock), &f))
        cli_fail(NULL, &f);
    if (r->book.broken_line && r->book.broken_line != r->told)
        cli_report(r->book.path, r->book.broken_line, r->book.broken.text);
    r->told = r->book.broken_line;
    tell_tried(r);
    return fd;
}

/* Whether a record is passed on. */
static bool take_item(struct run *r, const struct item *item)
{
    if (item->type == &peer_type)
        return take_peer(r, item);
    if (!cli_armored(&r->armor, "stdin", item->line, item->text, item->size - 1))
        return true;
    r->status = CLI_NO;
    return false;
}

/* Nothing is passed on before it is safe in the file. */
static void take_batch(struct run *r, const struct batch *b)
{
    struct fault f;
    int fd = has_peers(b) ? open_book(r) : -1;
    r->out.len = 0;
    for (size_t i = 0; i < b->count; i++) {
        const struct item *item = &b->items[i];
        if (item->broken)
            refuse(r, item, item->fault.line, &item->fault);
        else if (take_item(r, item))
            cli_memory(buf_add(&r->out, item->text, item->size));
    }
    if (fd >= 0 && peerbook_save(&r->book, &f))
        cli_fail(NULL, &f);
    if (fd >= 0)
        close(fd);
    cli_put(r->out.data, r->out.len);
    cli_flush();
}

static void take_all(struct run *r)
{
    struct batch b = {0};
    struct fault f;
    struct stream *s = stream_new(source_fd(STDIN_FILENO), 1, 0);
    terminal_input("records");
    int got;
    cli_memory(!s);
    stream_only(s, &peer_type);
    while ((got = stream_next(s, &b, &f)) > 0)
        take_batch(r, &b);
    if (got < 0)
        cli_fail("stdin", &f);
    cli_budget_tell(&r->budget, "stdin", true);
    batch_free(&b);
    buf_free(&r->out);
    stream_free(s);
}

static void keep_book(struct run *r, const char *path)
{
    if (r->key || r->passphrase_fd >= 0)
        cli_misuse("-k and -P go with -a");
    find_chain(r);
    r->marks = r->ledger; /* in this form the program is a part of a node */
    if (r->marks)
        r->budget = cli_budget_limited();
    r->book.path = r->book.tried.path = path;
    r->book.limit = r->count;
    take_all(r);
    peerbook_free(&r->book);
}

int main(int argc, char **argv)
{
    struct run r = {.count = PEERBOOK_COUNT_DEFAULT, .clock = CLI_CLOCK, .passphrase_fd = -1};
    peerbook_init(&r.book, NULL, PEERBOOK_COUNT_DEFAULT);
    char **operands = cli_options(&program, argc, argv, &r);
    if (r.announce && r.own)
        cli_misuse("-a prints a record and keeps no file: leave out -o");
    if (r.announce && *operands)
        cli_misuse("-a prints a record and keeps no file: leave out '%.80s'", *operands);
    cli_count_operands(operands, !r.announce, 1);
    cli_time_now(r.clock); /* reports an impossible clock at once */
    if (r.announce)
        announce(&r);
    else
        keep_book(&r, *operands);
    cli_exit(r.status);
}
