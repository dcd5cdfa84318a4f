/*
 * record/key and record/book, from a file: a name that is shown names its account, a name of two
 * accounts neither of them, and an account has the policy that hashes to it. And names as a person
 * writes them (cli/names).
 */
#include "record/book.h"
#include "cli/names.h"
#include "fuzz.h"
#include "record/key.h"
#include "record/policy.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static void check_key(const struct book *b, const struct key *k, const char *line, size_t len)
{
    struct buf again = {0};
    struct account account;
    struct fault f;
    must(key_format(k, &again) == 0 && again.data[again.len - 1] == '\n');
    must_equal(again.data, again.len - 1, line, len);
    const char *shown = book_name(b, &k->account);
    struct field name = {shown, shown ? strlen(shown) : 0};
    must(!shown || (book_account(b, name, &account) == 1 && account_equal(&account, &k->account)));
    int found = book_account(b, k->name, &account);
    must(found != 1 || account_equal(&account, &k->account));
    bool is_account = account_field(k->name, "", &account, &f) == 0;
    must(found || is_account);
    must((cli_find_account(b, k->name.text, k->name.len, &account, &f) == 0) ==
         (is_account || found == 1));
    buf_free(&again);
}

static void check_policy(const struct book *b, const char *line, size_t len)
{
    struct policy p;
    struct fault f;
    must(policy_parse(line, len, &p, &f) == 0);
    struct account account = policy_account(&p);
    const char *text = book_policy(b, &account);
    must(text);
    must_equal(text, strlen(text), line, len);
}

/* Every key and policy of a book that could be read. */
static void check_keys(const struct book *b, struct span text)
{
    struct lines *lines = lines_new(source_memory(&text), 1, 0);
    struct line line;
    struct fault f;
    struct key k;
    must(lines);
    while (lines_next(lines, &line, &f) == 1) {
        must(line.state == LINE_WHOLE && line_check(line.text, line.len, &f) == 0);
        if (line_is(line.text, line.len, "policy")) {
            check_policy(b, line.text, line.len);
            continue;
        }
        must(key_parse(line.text, line.len, &k, &f) == 0);
        check_key(b, &k, line.text, line.len);
    }
    lines_free(lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct book *b = book_new();
    struct fault f;
    struct account account;
    char path[64];
    int fd = memfd_create("book", MFD_CLOEXEC);
    must(b && fd >= 0 && write(fd, data, n) == (ssize_t)n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (book_read(b, path, &f))
        must(f.kind == FAULT_RULE && f.line > 0);
    else
        check_keys(b, (struct span){(const char *)data, n});
    (void)cli_find_account(b, (const char *)data, n, &account, &f);
    book_free(b);
    close(fd);
    return 0;
}
