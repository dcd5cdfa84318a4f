#include "txcli/member_words.h"

#include "base/file.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "cli/values.h"
#include "record/evidence.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int member_words_count(const struct member_words *m)
{
    return (m->stake > 0) + (m->unstake > 0) + (m->admit != NULL) + (m->accuse != NULL);
}

static int put_number(const char *word, int64_t number, struct buf *out, struct fault *f)
{
    return buf_add_string(out, word) || buf_add_number(out, number) ? fault_memory(f) : 0;
}

int member_words_put(const struct member_words *m, const struct book *book, struct buf *out,
                     struct fault *f)
{
    struct account account;
    if (m->stake)
        return put_number("stake ", m->stake, out, f);
    if (m->unstake)
        return put_number("unstake ", m->unstake, out, f);
    if (cli_find_account(book, m->admit, strlen(m->admit), &account, f))
        return -1;
    if (buf_add_string(out, "admit ") || buf_add_string(out, account_text(&account).text))
        return fault_memory(f);
    return put_number(" ", m->weight, out, f);
}

/* The first line of a pair, and what takes the pairs. */
struct pairing {
    struct buf first, words;
    int (*make)(void *self, struct field words, struct fault *f);
    void *self;
};

static int check_evidence(struct field line, struct fault *f)
{
    struct field x[FIELDS_MAX];
    fields_split(line.text, line.len, x);
    if (evidence_kind_of(x[0]))
        return 0;
    return fault_rule(f, "'%.*s' begins no line that members sign",
                      x[0].len > 40 ? 40 : (int)x[0].len, x[0].text);
}

static bool is_before(struct field x, struct field y)
{
    int order = memcmp(x.text, y.text, x.len < y.len ? x.len : y.len);
    return order ? order < 0 : x.len < y.len;
}

/* The two in their order. */
static int put_pair(struct pairing *p, struct field second, struct fault *f)
{
    struct field first = {p->first.data, p->first.len};
    bool ascend = is_before(first, second);
    struct field one = ascend ? first : second, two = ascend ? second : first;
    p->words.len = 0;
    if (buf_add_string(&p->words, "accuse ") || buf_add(&p->words, one.text, one.len) ||
        buf_add_string(&p->words, " ") || buf_add(&p->words, two.text, two.len))
        return fault_memory(f);
    p->first.len = 0;
    return p->make(p->self, (struct field){p->words.data, p->words.len}, f);
}

static int take_line(void *self, const struct line *line, struct fault *f)
{
    struct pairing *p = self;
    struct field text = {line->text, line->len};
    int failed = line_form(line, f) || check_evidence(text, f) ? -1 : 0;
    if (!failed && p->first.len)
        failed = put_pair(p, text, f);
    else if (!failed && buf_add(&p->first, text.text, text.len))
        failed = fault_memory(f);
    if (failed)
        f->line = line->number;
    return failed;
}

int member_words_accuse(const char *path,
                        int (*make)(void *self, struct field words, struct fault *f), void *self,
                        struct fault *f)
{
    struct pairing p = {.make = make, .self = self};
    int fd = strcmp(path, "-") ? file_open(path, O_RDONLY, 0) : 0;
    if (fd < 0)
        return fault_errno(f, "cannot open");
    int result = lines_each(source_fd(fd), 0, take_line, &p, f);
    if (!result && p.first.len)
        result = fault_rule(f, "an odd number of lines: two make an accusation");
    buf_free(&p.first);
    buf_free(&p.words);
    if (fd)
        close(fd);
    return result;
}

void cli_member_words_check(struct member_words *w, char **operands)
{
    if (member_words_count(w) > 1)
        cli_misuse("only one of -t, -u, -m, -x, -b and -R can be given");
    cli_count_operands(operands, w->admit != NULL, w->admit != NULL);
    if (w->admit)
        w->weight = cli_number("WEIGHT", operands[0], 0, INT64_MAX);
}

void cli_member_words_make(const struct member_words *w, const struct book *book,
                           int (*make)(void *self, struct field words, struct fault *f), void *self)
{
    struct fault f = {0};
    struct buf words = {0};
    int failed;
    if (w->accuse)
        failed = member_words_accuse(w->accuse, make, self, &f);
    else
        failed = member_words_put(w, book, &words, &f) ||
                 make(self, (struct field){words.data, words.len}, &f);
    if (failed) {
        f.kind = FAULT_TROUBLE;
        cli_flush();
        cli_fail(w->accuse && !strcmp(w->accuse, "-") ? "stdin" : w->accuse, &f);
    }
    buf_free(&words);
}
