#include "base/lines.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CAPACITY = 1 << 18 };

struct lines {
    struct source src;
    uint64_t number, offset; /* of the line that starts at `start` */
    size_t start, end;       /* bytes not given out yet */
    size_t searched;         /* no newline before this place */
    bool ended;
    char data[CAPACITY];
};

static ptrdiff_t fd_read(void *self, void *out, size_t n)
{
    int fd = (int)(intptr_t)self;
    for (;;) {
        ssize_t got = read(fd, out, n);
        if (got >= 0 || errno != EINTR)
            return got;
    }
}

static bool fd_ready(void *self)
{
    struct pollfd p = {.fd = (int)(intptr_t)self, .events = POLLIN};
    return poll(&p, 1, 0) != 0;
}

struct source source_fd(int fd)
{
    return (struct source){.read = fd_read, .ready = fd_ready, .self = (void *)(intptr_t)fd};
}

static ptrdiff_t part_read(void *self, void *out, size_t n)
{
    struct file_part *rest = self;
    ssize_t got;
    if (n > rest->end - rest->at)
        n = (size_t)(rest->end - rest->at);
    do
        got = pread(rest->fd, out, n, (off_t)rest->at);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        rest->at += (uint64_t)got;
    return got;
}

struct source source_part(struct file_part *rest)
{
    return (struct source){.read = part_read, .self = rest};
}

static ptrdiff_t memory_read(void *self, void *out, size_t n)
{
    struct span *rest = self;
    if (n > rest->len)
        n = rest->len;
    if (n)
        memcpy(out, rest->at, n);
    rest->at += n;
    rest->len -= n;
    return (ptrdiff_t)n;
}

static bool memory_ready(void *self)
{
    const struct span *rest = self;
    return rest->len > 0;
}

struct source source_memory(struct span *rest)
{
    return (struct source){.read = memory_read, .self = rest};
}

struct source source_pieces(struct span *rest)
{
    return (struct source){.read = memory_read, .ready = memory_ready, .self = rest};
}

struct lines *lines_new(struct source src, uint64_t first, uint64_t offset)
{
    struct lines *r = malloc(sizeof *r);
    if (!r) {
        if (src.close)
            src.close(src.self);
        return NULL;
    }
    r->src = src;
    r->number = first;
    r->offset = offset;
    r->start = r->end = r->searched = 0;
    r->ended = false;
    return r;
}

void lines_free(struct lines *r)
{
    if (r && r->src.close)
        r->src.close(r->src.self);
    free(r);
}

static const char *find_newline(struct lines *r)
{
    const char *newline = memchr(r->data + r->searched, '\n', r->end - r->searched);
    r->searched = newline ? (size_t)(newline - r->data) : r->end;
    return newline;
}

/* Reads more bytes after those held: 0, also at the end, or -1. */
static int fill(struct lines *r, struct fault *f)
{
    if (r->start > CAPACITY / 2 || r->start == r->end) {
        memmove(r->data, r->data + r->start, r->end - r->start);
        r->end -= r->start;
        r->searched -= r->start;
        r->start = 0;
    }
    ptrdiff_t got = r->src.read(r->src.self, r->data + r->end, CAPACITY - r->end);
    if (got < 0)
        return fault_errno(f, "cannot read");
    r->end += (size_t)got;
    r->ended = got == 0;
    return 0;
}

/* Skips the rest of a line that is too long, keeping its beginning in place. */
static int pass_over(struct lines *r, size_t *size, struct fault *f)
{
    size_t keep = r->start + LINE_MAX_LEN;
    const char *newline;
    *size = LINE_MAX_LEN;
    r->searched = keep;
    while (!(newline = find_newline(r)) && !r->ended) {
        *size += r->end - keep;
        r->end = r->searched = keep;
        if (fill(r, f))
            return -1;
        keep = r->start + LINE_MAX_LEN;
    }
    *size += r->searched - keep + (newline ? 1 : 0);
    return 0;
}

static int give(struct lines *r, struct line *line, size_t len, size_t size, enum line_state state)
{
    *line = (struct line){.text = r->data + r->start,
                          .len = len,
                          .size = size,
                          .number = r->number++,
                          .offset = r->offset,
                          .state = state,
                          .cut = r->searched == r->end};
    r->offset += size;
    r->start = r->searched + (r->searched < r->end ? 1 : 0);
    r->searched = r->start;
    return 1;
}

int lines_next(struct lines *r, struct line *line, struct fault *f)
{
    const char *newline;
    while (!(newline = find_newline(r)) && !r->ended && r->end - r->start <= LINE_MAX_LEN)
        if (fill(r, f))
            return -1;
    size_t len = r->searched - r->start;
    if (len > LINE_MAX_LEN) {
        size_t size;
        if (pass_over(r, &size, f))
            return -1;
        return give(r, line, LINE_MAX_LEN, size, LINE_LONG);
    }
    if (newline)
        return give(r, line, len, len + 1, LINE_WHOLE);
    return len ? give(r, line, len, len, LINE_TORN) : 0;
}

bool lines_ready(struct lines *r)
{
    return find_newline(r) || r->ended || !r->src.ready || r->src.ready(r->src.self);
}

int lines_each(struct source src, uint64_t offset, lines_take *take, void *self, struct fault *f)
{
    struct lines *lines = lines_new(src, 1, offset);
    struct line line;
    int got, result = 0;
    if (!lines)
        return fault_memory(f);
    while (!result && (got = lines_next(lines, &line, f)) != 0)
        result = got < 0 ? -1 : take(self, &line, f);
    lines_free(lines);
    return result;
}
