#include "cli/members.h"

#include "base/file.h"
#include "base/hex.h"
#include "base/lines.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "record/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reading {
    const struct book *book;
    int64_t usual;
    struct member list[MEMBERS_MAX];
    size_t count;
};

/* ACCOUNT [WEIGHT], of which the first n fields are there. */
static int read_named(const struct reading *r, const struct field *x, size_t n, struct member *m,
                      struct fault *f)
{
    struct account account;
    if (n == 0 || n > 2)
        return fault_rule(f, "expected a key line, or an account and its weight");
    if (cli_find_account(r->book, x[0].text, x[0].len, &account, f))
        return -1;
    struct account_text digits = account_text(&account);
    struct field key = {digits.text, strlen(digits.text)};
    m->weight = r->usual;
    if (member_key_field(key, "member", m->key, f) ||
        (n == 2 && field_number(x[1], "weight", &m->weight, f)))
        return -1;
    return m->weight ? 0 : fault_rule(f, "weight is 0");
}

static int read_member(const struct reading *r, const char *text, size_t len, struct member *m,
                       struct fault *f)
{
    struct field x[FIELDS_MAX];
    struct key key;
    if (line_is(text, len, "member"))
        return member_parse(text, len, m, f);
    if (!line_is(text, len, "key"))
        return read_named(r, x, fields_split(text, len, x), m, f);
    fields_split(text, len, x);
    return key_parse(text, len, &key, f) ? -1 : read_named(r, &x[1], 1, m, f);
}

static int take_member(void *self, const struct line *line, struct fault *f)
{
    struct reading *r = self;
    int failed = line_form(line, f);
    if (!failed && r->count == MEMBERS_MAX)
        failed = fault_rule(f, "more than %d members", MEMBERS_MAX);
    if (!failed)
        failed = read_member(r, line->text, line->len, &r->list[r->count++], f);
    if (failed)
        f->line = line->number;
    return failed;
}

static int compare(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    return memcmp(x->key, y->key, sizeof x->key);
}

static int sort_members(struct reading *r, struct member_set *out, struct fault *f)
{
    qsort(r->list, r->count, sizeof r->list[0], compare);
    for (size_t i = 0; i < r->count; i++) {
        if (i && compare(&r->list[i - 1], &r->list[i]) == 0)
            return fault_rule(f, "member %s is there twice", hex32(r->list[i].key).text);
        if (member_set_add(out, &r->list[i], f))
            return -1;
    }
    return 0;
}

/* What a file holds is no answer to anything that was asked: trouble, whatever is wrong. */
static _Noreturn void fail(const char *path, struct fault *f)
{
    f->kind = FAULT_TROUBLE;
    cli_fail(path, f);
}

void cli_members(const struct book *b, const char *path, int64_t usual, struct member_set *out)
{
    struct fault f = {0};
    int fd = file_open(path, O_RDONLY, 0);
    if (fd < 0)
        cli_die("%s: %s", path, strerror(errno));
    struct reading *r = calloc(1, sizeof *r);
    cli_memory(!r);
    r->book = b;
    r->usual = usual;
    if (lines_each(source_fd(fd), 0, take_member, r, &f))
        fail(path, &f);
    f.line = 0;
    if (sort_members(r, out, &f))
        fail(path, &f);
    close(fd);
    free(r);
}
