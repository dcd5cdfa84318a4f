#include "ledgercli/member_words.h"

#include "base/file.h"
#include "cli/names.h"
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
