/* ledger-export: converts a ledger, or any stream of records, to the formats of other tools, and
 * back. */
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "export/hledger.h"
#include "export/json.h"
#include "export/objects.h"
#include "export/tsv.h"
#include "export/unjson.h"
#include "ledger/chain_source.h"
#include "ledger/source.h"
#include "ledgercli/ledger.h"
#include "ledgercli/verdict.h"

#include <stdlib.h>
#include <string.h>

enum format { JSON, TSV, HLEDGER };

static const char *const formats[] = {"json", "tsv", "hledger", NULL};

struct run {
    int format; /* enum format */
    bool all, reverse;
    const char *ledger, *names;
    struct json json;
    struct armor armor; /* in what becomes JSON */
    struct tsv tsv;
    struct hledger *journal;
    const struct book *book;
    struct unjson unjson;
    struct buf out;
    int status;
};

static const struct cli_option options[] = {
    {'f', "format", "FORMAT", "json|tsv|hledger (default: json)",
     CLI_CHOICE(struct run, format, formats)},
    {'l', "ledger", "LEDGER", "the ledger, without FILE (default: $LEDGER, else `ledger`)",
     CLI_TEXT(struct run, ledger)},
    {'A', "all", NULL, "all blocks in the ledger's order, not only the best chain",
     CLI_FLAG(struct run, all)},
    {'S', "strings", NULL, "JSON's numbers as strings", CLI_FLAG(struct run, json.strings)},
    {'a', "names", "NAMES", "the address book: names for accounts (tsv, hledger)",
     CLI_TEXT(struct run, names)},
    {'r', "reverse", NULL, "reverse: turn JSON objects back into records",
     CLI_FLAG(struct run, reverse)},
    {0},
};

static const struct cli program = {
    .name = "ledger-export",
    .operands = "[FILE]...",
    .about = "Converts a ledger, or a stream of records, to JSON, a table or a journal.",
    .options = options,
};

enum { OUT_CHUNK = 1 << 16 };

/* Writes out the converted text once there is enough of it, or if reading on would block. */
static void hand_on(struct run *r, bool all)
{
    if (r->out.len < OUT_CHUNK && !all)
        return;
    cli_put(r->out.data, r->out.len);
    r->out.len = 0;
    if (all)
        cli_flush();
}

/* --- Records to other formats ----------------------------------------------------------------- */

/* A fault of the data is reported, and sets the exit status to 1; trouble ends the program. */
static void tell(struct run *r, const char *name, const struct fault *f)
{
    if (f->kind == FAULT_TROUBLE)
        cli_fail(name, f);
    cli_report(name, f->line, f->text);
    r->status = CLI_NO;
}

static void put_line(struct run *r, const struct line *line, const char *name)
{
    struct fault f = {0};
    int result = 1;
    if (cli_armored(&r->armor, name, line->number, line->text, line->len)) {
        r->status = CLI_NO;
        return;
    }
    if (line->state == LINE_LONG)
        fault_rule(&f, "line: over %d bytes: left out", LINE_MAX_LEN);
    else if (line->state == LINE_TORN)
        fault_rule(&f, "line: torn: the last line has no newline; left out");
    else if (line_check(line->text, line->len, &f) == 0)
        result = json_put(&r->json, line->text, line->len, &r->out, &f);
    f.line = line->number;
    if (result)
        tell(r, name, &f);
}

static int put_lines(struct run *r, struct source src, const char *name, struct fault *f)
{
    struct line line;
    int got;
    struct lines *lines = lines_new(src, 1, 0);
    if (!lines)
        return fault_memory(f);
    while ((got = lines_next(lines, &line, f)) > 0) {
        put_line(r, &line, name);
        hand_on(r, !lines_ready(lines));
    }
    lines_free(lines);
    return got;
}

static int put_item(struct run *r, const struct item *item, struct fault *f)
{
    return r->format == TSV ? tsv_put(&r->tsv, item, &r->out, f)
                            : hledger_put(r->journal, item, &r->out, f);
}

/* 1, 0 if the rest of the input is useless, -1 and trouble. */
static int put_batch(struct run *r, const struct batch *b, const char *name, struct fault *f)
{
    for (size_t i = 0; i < b->count; i++) {
        if (put_item(r, &b->items[i], f)) {
            if (f->kind == FAULT_RULE)
                tell(r, name, f);
            return f->kind == FAULT_RULE ? 0 : -1;
        }
        hand_on(r, false);
    }
    return 1;
}

static int put_blocks(struct run *r, struct source src, const char *name, struct fault *f)
{
    struct batch b = {0};
    int got = 1;
    struct stream *s = stream_new(src, 1, 0);
    if (!s)
        return fault_memory(f);
    while (got > 0 && (got = stream_next(s, &b, f)) > 0) {
        got = put_batch(r, &b, name, f);
        hand_on(r, !stream_ready(s));
    }
    batch_free(&b);
    stream_free(s);
    return got;
}

static int put_source(struct run *r, struct source src, const char *name, struct fault *f)
{
    return r->format == JSON ? put_lines(r, src, name, f) : put_blocks(r, src, name, f);
}

static void put_file(struct run *r, const char *path)
{
    struct fault f = {0};
    struct source src;
    const char *name = strcmp(path, "-") ? path : "stdin";
    if (source_open(path, &src, &f) || put_source(r, src, name, &f))
        cli_fail(name, &f);
}

static void put_best(struct run *r)
{
    struct ledger l;
    struct chain_source chain;
    struct fault f = {0};
    cli_open_ledger(&l, r->ledger);
    if (put_source(r, chain_source_open(&chain, &l), l.path, &f))
        cli_ledger_fail(&l, chain.fault.kind ? &chain.fault : &f);
    chain_source_free(&chain);
    ledger_close(&l);
}

static void begin(struct run *r)
{
    struct fault f = {0};
    r->tsv.book = r->book;
    if (r->format == TSV && tsv_begin(&r->out, &f))
        cli_fail(NULL, &f);
    if (r->format == HLEDGER)
        cli_memory(!(r->journal = hledger_new(r->book)));
}

static void end(struct run *r)
{
    struct fault f = {0};
    if (r->journal && r->status == CLI_YES && hledger_end(r->journal, &r->out, &f))
        cli_fail(NULL, &f);
    hledger_free(r->journal);
    tsv_free(&r->tsv);
    hand_on(r, true);
}

static void put_all(struct run *r, char **files)
{
    begin(r);
    if (!*files && r->all)
        put_file(r, cli_ledger(r->ledger));
    else if (!*files)
        put_best(r);
    for (; *files && (r->format == JSON || r->status == CLI_YES); files++)
        put_file(r, *files);
    end(r);
}

/* --- And back --------------------------------------------------------------------------------- */

static int take_objects(struct run *r, struct source src, const char *name, struct fault *f)
{
    struct object o;
    int got;
    struct objects *objects = objects_new(src);
    if (!objects)
        return fault_memory(f);
    while ((got = objects_next(objects, &o, f)) > 0) {
        if (o.text && unjson(&r->unjson, o.text, o.len, &r->out, f) == 0) {
            cli_memory(buf_add(&r->out, "\n", 1));
        } else {
            f->line = o.line;
            tell(r, name, f);
        }
        hand_on(r, !objects_ready(objects));
    }
    objects_free(objects);
    return got;
}

static void take_file(struct run *r, const char *path)
{
    struct fault f = {0};
    struct source src;
    const char *name = strcmp(path, "-") ? path : "stdin";
    if (strcmp(path, "-") == 0)
        terminal_input("JSON Lines");
    if (source_open(path, &src, &f) || take_objects(r, src, name, &f))
        cli_fail(name, &f);
}

static void take_all(struct run *r, char **files)
{
    if (!*files)
        take_file(r, "-");
    for (; *files; files++)
        take_file(r, *files);
    hand_on(r, true);
}

/* Options that would have no effect are refused as mistakes. */
static void check_options(const struct run *r, bool files)
{
    if (files && (r->ledger || r->all))
        cli_misuse("-l and -A are for a ledger: a FILE is read as it is, all of it");
    if (r->reverse && (r->ledger || r->all || r->names || r->json.strings || r->format != JSON))
        cli_misuse("-r reads JSON, from FILE or stdin, and has no other options");
    if (r->names && r->format == JSON)
        cli_misuse("-a is for tsv and hledger: names in JSON could not be turned back");
    if (r->json.strings && r->format != JSON)
        cli_misuse("-S is for json");
}

int main(int argc, char **argv)
{
    struct run r = {.format = JSON};
    char **operands = cli_options(&program, argc, argv, &r);
    check_options(&r, *operands);
    /* A table is for programs, which know accounts by their keys, unless names are requested. */
    r.book = r.names || r.format == HLEDGER ? cli_book(r.names) : NULL;
    if (r.reverse)
        take_all(&r, operands);
    else
        put_all(&r, operands);
    unjson_free(&r.unjson);
    buf_free(&r.out);
    cli_exit(r.status);
}
