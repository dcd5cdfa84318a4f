#include "record/book.h"

#include "base/file.h"
#include "base/lines.h"
#include "record/key.h"
#include "record/policy.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct by_name {
    char *name; /* text form */
    struct account account;
    bool ambiguous;
    UT_hash_handle hh;
};

struct by_account {
    struct account account;
    const struct by_name *name;
    UT_hash_handle hh;
};

struct policy_text {
    struct account account;
    char *text;
    UT_hash_handle hh;
};

struct book {
    struct by_name *names;
    struct by_account *accounts;
    struct policy_text *policies;
};

struct book *book_new(void)
{
    return calloc(1, sizeof(struct book));
}

void book_free(struct book *b)
{
    struct by_account *a, *next_account;
    struct by_name *n, *next_name;
    struct policy_text *p, *next_policy;
    if (!b)
        return;
    HASH_ITER(hh, b->accounts, a, next_account)
    {
        HASH_DEL(b->accounts, a);
        free(a);
    }
    HASH_ITER(hh, b->names, n, next_name)
    {
        HASH_DEL(b->names, n);
        free(n->name);
        free(n);
    }
    HASH_ITER(hh, b->policies, p, next_policy)
    {
        HASH_DEL(b->policies, p);
        free(p->text);
        free(p);
    }
    free(b);
}

static struct by_name *find_name(const struct book *b, struct field name)
{
    struct by_name *n;
    HASH_FIND(hh, b->names, name.text, name.len, n);
    return n;
}

static struct by_name *add_name(struct book *b, const struct key *k)
{
    struct by_name *n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    n->name = strndup(k->name.text, k->name.len);
    if (n->name) {
        n->account = k->account;
        HASH_ADD_KEYPTR(hh, b->names, n->name, k->name.len, n);
    }
    if (!n->name || !n->hh.tbl) {
        free(n->name);
        free(n);
        return NULL;
    }
    return n;
}

static int add_account(struct book *b, const struct account *account, const struct by_name *name)
{
    struct by_account *a;
    HASH_FIND(hh, b->accounts, account, sizeof *account, a);
    if (a)
        return 0;
    a = calloc(1, sizeof *a);
    if (!a)
        return -1;
    a->account = *account;
    a->name = name;
    HASH_ADD(hh, b->accounts, account, sizeof a->account, a);
    if (a->hh.tbl)
        return 0;
    free(a);
    return -1;
}

/* Such a name could not be distinguished from another account. */
static bool looks_like_account(struct field name)
{
    struct account account;
    struct fault ignored;
    return account_field(name, "", &account, &ignored) == 0;
}

static int add_key(struct book *b, const struct key *k)
{
    if (looks_like_account(k->name))
        return 0;
    struct by_name *n = find_name(b, k->name);
    if (n && !account_equal(&n->account, &k->account)) {
        n->ambiguous = true;
        return 0;
    }
    if (!n && !(n = add_name(b, k)))
        return -1;
    return add_account(b, &k->account, n);
}

const char *book_policy(const struct book *b, const struct account *account)
{
    const struct policy_text *p;
    HASH_FIND(hh, b->policies, account, sizeof *account, p);
    return p ? p->text : NULL;
}

static int add_policy(struct book *b, const struct policy *policy)
{
    struct account account = policy_account(policy);
    if (book_policy(b, &account))
        return 0;
    struct policy_text *p = calloc(1, sizeof *p);
    if (p && (p->text = strndup(policy->text.text, policy->text.len))) {
        p->account = account;
        HASH_ADD(hh, b->policies, account, sizeof account, p);
        if (p->hh.tbl)
            return 0;
        free(p->text);
    }
    free(p);
    return -1;
}

static int read_record(struct book *b, const char *line, size_t len, struct fault *f)
{
    struct key k;
    struct policy p;
    bool is_policy = line_is(line, len, "policy");
    if (is_policy ? policy_parse(line, len, &p, f) : key_parse(line, len, &k, f))
        return -1;
    return (is_policy ? add_policy(b, &p) : add_key(b, &k)) ? fault_memory(f) : 0;
}

static int read_line(void *self, const struct line *line, struct fault *f)
{
    int result = -1;
    if (line->state == LINE_TORN)
        fault_rule(f, "key: torn: the last line has no newline");
    else if (line->state == LINE_LONG)
        fault_rule(f, "line: over %d bytes", LINE_MAX_LEN);
    else if (line_typed(line, f) == 0 && line_check(line->text, line->len, f) == 0)
        result = read_record(self, line->text, line->len, f);
    if (result)
        f->line = line->number;
    return result;
}

int book_read(struct book *b, const char *path, struct fault *f)
{
    int fd = file_open(path, O_RDONLY, 0);
    if (fd < 0)
        return fault_errno(f, "cannot open");
    int result = lines_each(source_fd(fd), 0, read_line, b, f);
    close(fd);
    return result;
}

const char *book_name(const struct book *b, const struct account *account)
{
    struct by_account *a;
    HASH_FIND(hh, b->accounts, account, sizeof *account, a);
    return a && !a->name->ambiguous ? a->name->name : NULL;
}

int book_account(const struct book *b, struct field name, struct account *account)
{
    const struct by_name *n = find_name(b, name);
    if (!n)
        return 0;
    *account = n->account;
    return n->ambiguous ? -1 : 1;
}

/* Only names up to NEAR_LEN bytes are compared, in books of up to NEAR_NAMES: enough for what
 * people type, and it bounds what a file full of unknown names costs. */
enum { NEAR_LEN = 64, NEAR_NAMES = 4096 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The optimal string alignment distance: letters added, left out, changed, or swapped with the
 * next. Neither name is longer than NEAR_LEN. */
static size_t distance(struct field a, struct field b)
{
    size_t rows[3][NEAR_LEN + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b.len; j++)
        above[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            bool differs = a.text[i - 1] != b.text[j - 1];
            row[j] = least(above[j - 1] + differs, 1 + least(above[j], row[j - 1]));
            if (i > 1 && j > 1 && a.text[i - 1] == b.text[j - 2] && a.text[i - 2] == b.text[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[b.len];
}

static bool is_first_word(struct field word, struct field name)
{
    return name.len > word.len + 3 && memcmp(name.text, word.text, word.len) == 0 &&
           memcmp(name.text + word.len, "%20", 3) == 0;
}

const char *book_nearest(const struct book *b, struct field name)
{
    size_t most = name.len <= 4 ? 1 : 2;
    const char *nearest = NULL, *longer = NULL;
    if (!name.len || name.len > NEAR_LEN || HASH_COUNT(b->names) > NEAR_NAMES)
        return NULL;
    for (const struct by_name *n = b->names; n; n = n->hh.next) {
        struct field other = {n->name, n->hh.keylen};
        if (n->ambiguous)
            continue;
        if (!longer && is_first_word(name, other))
            longer = n->name;
        if (other.len > NEAR_LEN || other.len > name.len + most || name.len > other.len + most)
            continue;
        size_t d = distance(name, other);
        if (d && d < name.len && d <= most) {
            nearest = n->name;
            most = d - 1; /* only a nearer one from here on */
        }
    }
    return nearest ? nearest : longer;
}
