/* The last refusals in a node's log. */
#include "base/file.h"
#include "node/status_parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TAIL = 1 << 18 }; /* bytes at the end of a log that are searched */

/* Appends the lines of a log's end; its first line may be cut. */
static void read_tail(struct node_status *s, int dir, const char *name, struct buf *out)
{
    struct stat st = {0};
    int fd = status_open(s, dir, name);
    if (fd < 0)
        return;
    size_t before = out->len;
    size_t n = fstat(fd, &st) == 0 && st.st_size < TAIL ? (size_t)st.st_size : TAIL;
    if (buf_reserve(out, n) == 0 &&
        file_read_at(fd, out->data + before, n, (uint64_t)st.st_size - n) == 0)
        out->len += n;
    else
        status_trouble(s, name, "cannot be read");
    close(fd);
}

/* Whether the line is an event `refused`: TIME WHO refused ID REASON. */
static bool is_refusal(const char *line, size_t n, struct field x[4])
{
    const char *at = line, *end = line + n;
    if (n == 0 || *line < '0' || *line > '9')
        return false;
    for (int i = 0; i < 4; i++) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        if (!space)
            return false;
        x[i] = (struct field){at, (size_t)(space - at)};
        at = space + 1;
    }
    return field_is(x[2], "refused") && at < end;
}

static void add_printable(struct buf *out, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (buf_add(out, bytes[i] < ' ' || bytes[i] > '~' ? "?" : bytes + i, 1))
            return;
}

/* The line without its event's name; its time in whole seconds. */
static void add_refusal(struct buf *out, const char *line, size_t n, const struct field x[4])
{
    const char *dot = memchr(x[0].text, '.', x[0].len);
    add_printable(out, line, dot ? (size_t)(dot - line) : x[0].len);
    buf_add(out, " ", 1);
    add_printable(out, x[1].text, x[1].len + 1);
    add_printable(out, x[3].text, (size_t)(line + n - x[3].text));
    buf_add(out, "\n", 1);
}

/* From the end of the log to its beginning, as there may be many. */
void status_refusals(struct node_status *s, int dir, size_t most)
{
    struct buf tail = {0};
    struct field x[4];
    struct field found[STATUS_REFUSALS_MAX];
    size_t count = 0;
    if (most == 0)
        return;
    read_tail(s, dir, "log.old", &tail);
    read_tail(s, dir, "log", &tail);
    const char *end = tail.data ? memrchr(tail.data, '\n', tail.len) : NULL;
    while (end && end > tail.data && count < most && count < STATUS_REFUSALS_MAX) {
        const char *before = memrchr(tail.data, '\n', (size_t)(end - tail.data));
        const char *line = before ? before + 1 : tail.data;
        if (is_refusal(line, (size_t)(end - line), x))
            found[count++] = (struct field){line, (size_t)(end - line)};
        end = before;
    }
    while (count-- > 0 && is_refusal(found[count].text, found[count].len, x))
        add_refusal(&s->refusals, found[count].text, found[count].len, x);
    buf_free(&tail);
}
