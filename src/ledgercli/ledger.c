#include "ledgercli/ledger.h"

#include "base/file.h"
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/values.h"
#include "ledgercli/rivals.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void cli_ledger_fail(const struct ledger *l, const struct fault *f)
{
    cli_fail(f->line ? l->path : NULL, f);
}

void cli_refuse_other_file(const char *path)
{
    static const struct {
        const char *begins, *what;
    } kinds[] = {{"-----BEGIN ", "a secret key or a certificate"},
                 {"key ", "public keys, or an address book"},
                 {"tx ", "transactions, or a pool"},
                 {"peer ", "peer records"},
                 {"checkpoint ", "checkpoints"},
                 {"proof ", "proofs"},
                 {"ticket ", "tickets"},
                 {"share ", "shares"},
                 {"SQLite format 3", "an index, or another SQLite database"}};
    char head[16] = "";
    int fd = file_open(path, O_RDONLY | O_NONBLOCK, 0);
    ssize_t n = fd >= 0 ? read(fd, head, sizeof head - 1) : 0;
    if (fd >= 0)
        close(fd);
    for (size_t i = 0; n > 0 && i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(head, kinds[i].begins, strlen(kinds[i].begins)) == 0)
            cli_die("%s: not a ledger: it holds %s", path, kinds[i].what);
}

void cli_open_ledger(struct ledger *l, const char *option)
{
    struct fault f = {0};
    bool told = false;
    const char *path = cli_ledger(option);
    cli_refuse_other_file(path);
    if (ledger_open(l, path, &f))
        cli_fail(f.line ? path : NULL, &f);
    if (l->has_tail)
        cli_report(path, l->tail.line, "ignored from here on: no complete valid block follows");
    cli_tell_rivals(path, &l->tree, &told);
}

static bool begins_as_ledger(const char *path)
{
    static const char first[] = "block 0 ";
    char head[sizeof first - 1];
    int fd = file_open(path, O_RDONLY | O_NONBLOCK, 0);
    bool is_ledger = fd >= 0 && read(fd, head, sizeof head) == (ssize_t)sizeof head &&
                     memcmp(head, first, sizeof head) == 0;
    if (fd >= 0)
        close(fd);
    return is_ledger;
}

const char *cli_ledger_operand(char ***operands, const char *option, const char *names)
{
    struct account account;
    struct fault f;
    const char *path = **operands;
    if (option || !path || !begins_as_ledger(path))
        return option;
    if (cli_find_account(cli_book(names), path, strlen(path), &account, &f) == 0)
        return NULL;
    ++*operands;
    return path;
}

static struct prefix parse(const char *digits)
{
    struct prefix p;
    struct fault f;
    if (prefix_parse(digits, &p, &f))
        cli_die("%s", f.text);
    return p;
}

void cli_check_id(const char *digits)
{
    parse(digits);
}

static _Noreturn void refuse_ambiguous(const struct ledger *l, const char *digits,
                                       const struct prefix_ids *found)
{
    char words[PREFIX_SHOWN * (2 * ID_LEN + 16)] = "";
    for (int i = 0; i < found->count && i < PREFIX_SHOWN; i++) {
        size_t used = strlen(words);
        snprintf(words + used, sizeof words - used, "%s%s %s", i ? ", " : "",
                 found->is_block[i] ? "block" : "record", hex32(found->ids[i]).text);
    }
    cli_die("%s: more than one id begins with '%s': give more digits (%s%s)", l->path, digits,
            words, found->count > PREFIX_SHOWN ? ", and others" : "");
}

void cli_find_id(struct ledger *l, const char *digits, enum prefix_of of, uint8_t id[ID_LEN],
                 bool *is_block)
{
    struct fault f = {0};
    struct prefix_ids found;
    struct prefix p = parse(digits);
    if (prefix_find(l, &p, of, &found, &f))
        cli_ledger_fail(l, &f);
    if (found.count > 1)
        refuse_ambiguous(l, digits, &found);
    if (!found.count) {
        cli_warn("%s: no %s %s", l->path,
                 of == PREFIX_BLOCKS    ? "block"
                 : of == PREFIX_RECORDS ? "record"
                                        : "block or record",
                 digits);
        cli_exit(CLI_NO);
    }
    memcpy(id, found.ids[0], ID_LEN);
    if (is_block)
        *is_block = found.is_block[0];
}

void cli_find_block(struct ledger *l, const char *digits, struct node *node)
{
    struct fault f = {0};
    uint8_t id[ID_LEN];
    cli_find_id(l, digits, PREFIX_BLOCKS, id, NULL);
    int found = tree_find(&l->tree, id, node, &f);
    if (found < 0)
        cli_ledger_fail(l, &f);
    if (!found)
        cli_die("%s: changed while it was read", l->path);
}

void cli_find_tip(struct ledger *l, const char *digits, struct node *node)
{
    *node = l->tree.best;
    if (digits)
        cli_find_block(l, digits, node);
}

void cli_best_block(struct ledger *l, int64_t height, struct node *node)
{
    struct fault f = {0};
    int found = index_at_height(l->index, height, node, &f);
    if (found < 0)
        cli_ledger_fail(l, &f);
    if (!found)
        cli_die("%s: changed while it was read", l->path);
}
