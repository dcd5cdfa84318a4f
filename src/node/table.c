#include "node/table.h"

#include "base/date.h"
#include "node/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LINE = 256, AROUND = 4 }; /* lines of the table besides those of nodes */

/* A line, cut to the width, with what ends it. */
static int add_line(struct buf *out, char *line, size_t columns, const char *end)
{
    size_t n = strlen(line);
    for (size_t i = 0; i < n; i++)
        if (line[i] < ' ' || line[i] > '~')
            line[i] = '?';
    return buf_add(out, line, n < columns ? n : columns) || buf_add_string(out, end);
}

/* The tip that most nodes have; the first of several. "": none has one. */
static const char *common_tip(const struct table_row *rows, size_t count, size_t *different)
{
    const char *common = "";
    size_t most = 0;
    *different = 0;
    for (size_t i = 0; i < count; i++) {
        size_t same = 0, earlier = 0;
        const char *tip = rows[i].status.tip;
        for (size_t j = 0; j < count; j++) {
            bool is_same = strcmp(rows[j].status.tip, tip) == 0;
            same += is_same;
            earlier += is_same && j < i;
        }
        *different += *tip && !earlier;
        if (*tip && same > most) {
            most = same;
            common = tip;
        }
    }
    return common;
}

/* The last part of a folder's path. */
static const char *row_name(const char *dir, char out[32])
{
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/')
        n--;
    size_t begin = n;
    while (begin > 0 && dir[begin - 1] != '/')
        begin--;
    snprintf(out, 32, "%.*s", (int)(n - begin), dir + begin);
    return out;
}

static const char *put_number(int64_t n, char out[24])
{
    snprintf(out, 24, n < 0 ? "-" : "%" PRId64, n);
    return out;
}

/* How long ago that was, in its largest unit. */
static const char *put_age(const struct node_status *s, int64_t now, char out[24])
{
    static const struct {
        int64_t seconds;
        char unit;
    } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    int64_t age = s->time < 0 ? -1 : now > s->time ? now - s->time : 0;
    size_t i = 0;
    if (age < 0)
        return put_number(-1, out);
    while (units[i].seconds > 1 && age < 2 * units[i].seconds)
        i++;
    snprintf(out, 24, "%" PRId64 "%c", age / units[i].seconds, units[i].unit);
    return out;
}

static void put_row(const struct table_row *r, const char *common, int64_t now, char line[LINE])
{
    static const char *const states[] = {"stopped", "starting", "running"};
    const struct node_status *s = &r->status;
    char name[32], height[24], age[24], in[24], to[24], pool[24], fees[24];
    bool is_other = *s->tip && strcmp(s->tip, common) != 0;
    snprintf(line, LINE, "%-14.14s %-8s %8s %-8.8s%c %5s %4s %4s %8s %10s%s",
             row_name(r->dir, name), r->missing ? "missing" : states[s->state],
             put_number(s->height, height), *s->tip ? s->tip : "-", is_other ? '!' : ' ',
             put_age(s, now, age), put_number(s->inbound, in), put_number(s->outbound, to),
             put_number(s->pool, pool), put_number(s->pool_fees, fees),
             s->troubles_count ? " *" : "");
}

static void put_head(size_t count, size_t different, int64_t now, char line[LINE])
{
    char date[DATE_MAX];
    date_format(now, date);
    snprintf(line, LINE, "%s  %zu node%s, %zu tip%s%s", date, count, count == 1 ? "" : "s",
             different, different == 1 ? "" : "s", different > 1 ? "; ! is another than most" : "");
}

/* The time of a line of refusals; -1 if there is none. */
static int64_t last_refusal(const struct node_status *s, struct field *line)
{
    const char *text = s->refusals.data;
    int64_t time = 0;
    if (!s->refusals.len)
        return -1;
    size_t n = s->refusals.len - 1;
    const char *before = memrchr(text, '\n', n);
    *line = (struct field){before ? before + 1 : text,
                           n - (before ? (size_t)(before + 1 - text) : 0)};
    for (size_t i = 0; i < line->len && line->text[i] >= '0' && line->text[i] <= '9' && i < 12; i++)
        time = 10 * time + line->text[i] - '0';
    return time;
}

/* The last refusal of all nodes, in words; or what could not be read. */
static void put_last(const struct table_row *rows, size_t count, const struct book *book,
                     char line[LINE])
{
    char name[32], event[SCREEN_MAX], words[SCREEN_MAX];
    struct screen screen = {.book = book};
    struct field last = {NULL, 0}, text = {NULL, 0};
    int64_t latest = -1;
    *line = '\0';
    for (size_t i = 0; i < count; i++) {
        int64_t time = last_refusal(&rows[i].status, &text);
        if (rows[i].status.troubles_count)
            snprintf(line, LINE, "* %s: %s", row_name(rows[i].dir, name),
                     rows[i].status.troubles[0]);
        if (time <= latest)
            continue;
        latest = time;
        last = text;
        snprintf(event, sizeof event, "%s", row_name(rows[i].dir, name));
    }
    if (*line || !last.len)
        return;
    /* TIME WHO ID REASON becomes the event that the log has */
    const char *who = memchr(last.text, ' ', last.len);
    const char *id = who ? memchr(who + 1, ' ', (size_t)(last.text + last.len - who - 1)) : NULL;
    if (!id)
        return;
    char refused[SCREEN_MAX];
    int n = snprintf(refused, sizeof refused, "%.*s refused%.*s", (int)(id - last.text), last.text,
                     (int)(last.text + last.len - id), id);
    n = n < SCREEN_MAX ? n : SCREEN_MAX - 1;
    if (screen_line(&screen, refused, (size_t)n, words))
        snprintf(line, LINE, "%.30s %.*s", event, (int)strcspn(words, "\n"), words);
}

int table_format(const struct table_row *rows, size_t count, const struct book *book, int64_t now,
                 size_t lines, size_t columns, const char *end, struct buf *out)
{
    char line[LINE];
    size_t different, fits = lines > AROUND + 1 ? lines - AROUND : 1;
    size_t shown = count <= fits ? count : fits - (fits > 1);
    const char *common = common_tip(rows, count, &different);
    put_head(count, different, now, line);
    if (add_line(out, line, columns, end))
        return -1;
    snprintf(line, sizeof line, "%-14s %-8s %8s %-8s  %5s %4s %4s %8s %10s", "NODE", "STATE",
             "HEIGHT", "TIP", "AGE", "IN", "OUT", "POOL", "FEES");
    if (add_line(out, line, columns, end))
        return -1;
    for (size_t i = 0; i < shown; i++) {
        put_row(&rows[i], common, now, line);
        if (add_line(out, line, columns, end))
            return -1;
    }
    if (shown < count) {
        snprintf(line, sizeof line, "and %zu more", count - shown);
        if (add_line(out, line, columns, end))
            return -1;
    }
    put_last(rows, count, book, line);
    return add_line(out, line, columns, end);
}
