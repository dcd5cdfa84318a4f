#include "process/text.h"
#include "process/text_parts.h"

#include <string.h>

char *process_reader_space(struct process_reader *r, size_t n)
{
    if (r->at > 0)
        buf_drop(&r->in, r->at);
    r->at = 0;
    r->moved = true;
    return buf_reserve(&r->in, n + 1) != 0 ? NULL : r->in.data + r->in.len;
}

void process_reader_add(struct process_reader *r, size_t n)
{
    r->in.len += n;
}

/* The newline that ends the first line not looked at yet. NULL: it has not come. */
static const char *find_newline(struct process_reader *r)
{
    size_t from = r->at + r->scanned;
    return r->in.len > from ? memchr(r->in.data + from, '\n', r->in.len - from) : NULL;
}

/* Which line is at fault: the one after those that were taken. */
static int at_line(const struct process_reader *r, struct fault *f)
{
    f->line = r->line + 1;
    return -1;
}

/* 1, 0 or -1 as process_reader_next. */
static int read_head(struct process_reader *r, struct fault *f)
{
    const char *newline = find_newline(r), *line = r->in.data + r->at;
    size_t n = newline != NULL ? (size_t)(newline - line) : r->in.len - r->at;
    if (n > PROCESS_LINE_MAX) {
        fault_rule(f, "a line of more than %d bytes", PROCESS_LINE_MAX);
        return at_line(r, f);
    }
    r->scanned = n;
    if (newline == NULL)
        return 0;
    if (process_head(line, n, r->side, &r->head, &r->lines, f) != 0)
        return at_line(r, f);
    r->scanned = r->body = n + 1;
    r->count = r->lines;
    r->moved = false;
    return 1;
}

/* Skips as many lines of the body as are here. */
static int read_body(struct process_reader *r, struct fault *f)
{
    const struct process_form *form = &process_forms[r->head.kind];
    while (r->lines > 0) {
        const char *newline = find_newline(r);
        r->scanned = newline != NULL ? (size_t)(newline - r->in.data) + 1 - r->at
                                     : r->in.len - r->at;
        if (r->scanned - r->body > form->body_max) {
            fault_rule(f, "%s: more than %zu bytes of lines", form->word, form->body_max);
            return at_line(r, f);
        }
        if (newline == NULL)
            return 0;
        r->lines--;
    }
    return 1;
}

int process_reader_next(struct process_reader *r, struct process_item *item, struct fault *f)
{
    int result = r->body == 0 ? read_head(r, f) : 1;
    if (result == 1)
        result = read_body(r, f);
    if (result != 1)
        return result;
    const char *text = r->in.data + r->at;
    if (r->moved && process_head(text, r->body - 1, r->side, &r->head, &r->lines, f) != 0)
        return at_line(r, f);
    *item = r->head;
    item->body = (struct field){text + r->body, r->scanned - r->body};
    r->line += 1 + r->count;
    r->at += r->scanned;
    r->scanned = r->body = 0;
    r->lines = 0;
    return 1;
}

int process_reader_end(const struct process_reader *r, struct fault *f)
{
    if (r->in.len == r->at)
        return 0;
    if (r->body == 0)
        fault_rule(f, "the input ends inside of a line");
    else
        fault_rule(f, "%s: the input ends before its last line", process_forms[r->head.kind].word);
    return at_line(r, f);
}

void process_reader_free(struct process_reader *r)
{
    buf_free(&r->in);
}
