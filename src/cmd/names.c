/* names: replaces accounts by their names in any stream, or names by accounts. */
#include "cli/names.h"
#include "base/file.h"
#include "base/lines.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "record/armor.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct run {
    const char *names;
    const struct book *book;
    bool reverse;
    int status;
    struct armor armor; /* in the current input */
};

static const struct cli_option options[] = {
    {'r', "reverse", NULL, "replace names by accounts", CLI_FLAG(struct run, reverse)},
    {CLI_OPTION_NAMES(struct run, names)},
    {0},
};

static const struct cli program = {
    .name = "names",
    .operands = "[FILE]...",
    .about = "Replaces accounts by names in any stream, or names by accounts.",
    .options = options,
};

/* The records whose accounts are in known places: fields counted from 0, with 0 ending the list. */
static const struct {
    const char *type;
    int places[3];
} forms[] = {
    {"block", {6, 0, 0}}, {"grant", {1, 0, 0}}, {"account", {1, 0, 0}},    {"event", {1, 7, 0}},
    {"key", {1, 0, 0}},   {"peer", {2, 0, 0}},  {"checkpoint", {4, 0, 0}}, {"statement", {1, 0, 0}},
    {"rule", {0, 0, 0}},  {"proof", {0, 0, 0}},
};

/* The places where this line may have accounts; NULL: anywhere. */
static const int *places_of(const char *line, size_t len)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (line_is(line, len, forms[i].type))
            return forms[i].places;
    return NULL;
}

static bool is_place(const int *places, int field)
{
    if (!places)
        return true;
    while (*places && *places != field)
        places++;
    return *places == field && field > 0;
}

static void put_field(const struct run *r, const char *text, size_t len)
{
    struct account account;
    struct fault ignored;
    const char *name;
    struct field x = {text, len};
    if (r->reverse && book_account(r->book, x, &account) > 0)
        cli_put_string(account_text(&account).text);
    else if (!r->reverse && account_field(x, "", &account, &ignored) == 0 &&
             (name = book_name(r->book, &account)))
        cli_put_string(name);
    else
        cli_put(text, len);
}

/* Whether a name would read like a word of a policy or a number, among which it stands. */
static bool is_word(const char *name, size_t len)
{
    static const char *const words[] = {"sponsor", "policy", "or", "after", "hash", "by", "show"};
    int64_t number;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (field_is((struct field){name, len}, words[i]))
            return true;
    return number_parse(name, len, &number) == 0;
}

/* A field among words and numbers. */
static void put_between(const struct run *r, const char *text, size_t len)
{
    struct account account;
    struct fault ignored;
    struct field x = {text, len};
    bool is_account = account_field(x, "", &account, &ignored) == 0;
    const char *name = is_account ? book_name(r->book, &account) : NULL;
    if (name ? is_word(name, strlen(name)) : is_word(text, len))
        cli_put(text, len);
    else
        put_field(r, text, len);
}

/* Where a transaction's MEMO is. */
static int memo_of(const char *line, size_t len)
{
    enum { OPERATION = 5, BATCH_MEMO = 6, PAY_MEMO = 8 };
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    return n > OPERATION && field_is(x[OPERATION], "batch") ? BATCH_MEMO : PAY_MEMO;
}

/* A field of a transaction: FROM and TO can have any name; then others stand among words. */
static void put_tx_field(const struct run *r, int field, int memo, const char *text, size_t len)
{
    enum { FROM = 2, FIRST_ARGUMENT = 6 };
    if (field == FROM || (field == FIRST_ARGUMENT && memo != FIRST_ARGUMENT))
        put_field(r, text, len);
    else if (field > FIRST_ARGUMENT && field != memo)
        put_between(r, text, len);
    else
        cli_put(text, len);
}

/* The fields of any line: only spaces separate them, and all bytes are kept. */
static void put_line(const struct run *r, const struct line *line)
{
    const int *places = places_of(line->text, line->len);
    const char *at = line->text, *end = line->text + line->len;
    bool is_tx = line_is(line->text, line->len, "tx");
    bool is_policy = line_is(line->text, line->len, "policy");
    int memo = is_tx ? memo_of(line->text, line->len) : 0;
    for (int field = 0; at <= end; field++) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        size_t len = (size_t)((space ? space : end) - at);
        if (is_tx)
            put_tx_field(r, field, memo, at, len);
        else if (is_policy)
            put_between(r, at, len);
        else if (is_place(places, field))
            put_field(r, at, len);
        else
            cli_put(at, len);
        if (space)
            cli_put(" ", 1);
        at += len + 1;
    }
    if (line->state == LINE_WHOLE)
        cli_put("\n", 1);
}

/* Whether the line belongs to a PEM file, as secret keys do: it is left out. */
static bool is_armor(struct run *r, const struct line *line, const char *name)
{
    enum armor_part part = armor_next(&r->armor, line->text, line->len);
    if (part == ARMOR_BEGINS)
        cli_report(name, line->number, ARMOR_RULE);
    if (part != ARMOR_NONE)
        r->status = CLI_NO;
    return part != ARMOR_NONE;
}

static void put_stream(struct run *r, int fd, const char *name)
{
    struct line line;
    struct fault f = {0};
    struct lines *lines = lines_new(source_fd(fd), 1, 0);
    int got;
    cli_memory(!lines);
    while ((got = lines_next(lines, &line, &f)) > 0) {
        if (line.state == LINE_LONG) {
            cli_report(name, line.number, "line: over 65535 bytes: left out");
            r->status = CLI_NO;
        } else if (!is_armor(r, &line, name)) {
            put_line(r, &line);
        }
        if (!lines_ready(lines))
            cli_flush();
    }
    if (got < 0)
        cli_fail(name, &f);
    lines_free(lines);
}

static void put_file(struct run *r, const char *path)
{
    struct fault f = {0};
    if (strcmp(path, "-") == 0) {
        terminal_input("lines");
        put_stream(r, STDIN_FILENO, "stdin");
        return;
    }
    int fd = file_open(path, O_RDONLY, 0);
    if (fd < 0) {
        fault_errno(&f, "%s", path);
        cli_fail(NULL, &f);
    }
    put_stream(r, fd, path);
    close(fd);
}

int main(int argc, char **argv)
{
    struct run r = {0};
    char **operands = cli_options(&program, argc, argv, &r);
    r.book = cli_book(r.names);
    if (!*operands)
        put_file(&r, "-");
    for (; *operands; operands++)
        put_file(&r, *operands);
    cli_exit(r.status);
}
