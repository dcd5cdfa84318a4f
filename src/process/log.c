#include "process/log.h"

#include "base/file.h"
#include "process/log_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 20, LINE_BYTES_MAX = 1 << 30 };

static int trouble(const struct process_log *l, struct fault *f)
{
    return fault_errno(f, "%s", l->path);
}

/* --- Reading ---------------------------------------------------------------------------------- */

struct reading {
    struct process_log *l;
    process_log_take *take;
    void *self;
    struct buf item; /* the lines so far of one that goes on */
    uint64_t at;     /* the next line's offset */
    uint64_t next;   /* its number, if all lines before it are good */
    uint64_t line;   /* its place in the file, from 1 */
    uint64_t whole;  /* the number of lines of whole items */
    uint64_t broken; /* the first line that is not good; 0: none */
};

static int check_title(const struct reading *r, struct fault *f)
{
    const struct process_log *l = r->l;
    size_t n = strlen(l->title);
    if (r->item.len == n + 1 && memcmp(r->item.data, l->title, n) == 0)
        return 0;
    return fault_rule(f, "%s: its first line is '%.*s', not '%s': it is not this node's", l->path,
                      r->item.len > 100 ? 100 : (int)r->item.len - 1, r->item.data, l->title);
}

/* Takes a good line. */
static int take_line(struct reading *r, const struct log_line *line, uint64_t end, struct fault *f)
{
    if (buf_add(&r->item, line->text.text, line->text.len) != 0 || buf_add(&r->item, "\n", 1) != 0)
        return fault_memory(f);
    r->next++;
    if (line->goes_on)
        return 0;
    int result = line->number == 0 ? check_title(r, f)
                                   : r->take(r->self, r->item.data, r->item.len, f);
    r->item.len = 0;
    r->l->end = end;
    r->whole = r->next;
    return result;
}

/* Takes any line. A good one after a broken one ends it. */
static int judge_line(struct reading *r, const char *text, size_t n, struct fault *f)
{
    struct log_line line;
    bool good = log_line_parse(text, n, &line);
    r->line++;
    r->at += n + 1;
    if (good && (r->broken > 0 || line.number != r->next)) {
        uint64_t at = r->broken > 0 ? r->broken : r->line;
        return fault_rule(
            f, "%s:%llu: a broken line before a good one: the disk has lost what was saved",
            r->l->path, (unsigned long long)at);
    }
    if (!good && r->broken == 0)
        r->broken = r->line;
    return good ? take_line(r, &line, r->at, f) : 0;
}

/* Takes the whole lines of *in, and leaves the rest. */
static int judge_lines(struct reading *r, struct buf *in, struct fault *f)
{
    size_t done = 0;
    const char *newline;
    while (done < in->len && (newline = memchr(in->data + done, '\n', in->len - done)) != NULL) {
        size_t n = (size_t)(newline - in->data) - done;
        if (judge_line(r, in->data + done, n, f) != 0)
            return -1;
        done += n + 1;
    }
    buf_drop(in, done);
    return in->len > LINE_BYTES_MAX
               ? fault_rule(f, "%s: a line of more than %d bytes", r->l->path, LINE_BYTES_MAX)
               : 0;
}

static int read_pieces(struct reading *r, struct buf *in, struct fault *f)
{
    for (;;) {
        if (buf_reserve(in, PIECE) != 0)
            return fault_memory(f);
        ssize_t got = read(r->l->fd, in->data + in->len, PIECE);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return trouble(r->l, f);
        if (got == 0)
            return 0;
        in->len += (size_t)got;
        if (judge_lines(r, in, f) != 0)
            return -1;
    }
}

/* Reads all, cuts off what is torn, and finds the next line's number. */
static int read_log(struct reading *r, uint64_t *next, struct fault *f)
{
    struct process_log *l = r->l;
    struct buf in = {0};
    struct stat st;
    int result = read_pieces(r, &in, f);
    buf_free(&in);
    buf_free(&r->item);
    if (result != 0)
        return -1;
    if (l->end == 0)
        return fault_rule(f, "%s: it does not begin with '%s'", l->path, l->title);
    if (fstat(l->fd, &st) != 0)
        return trouble(l, f);
    l->torn = (uint64_t)st.st_size - l->end;
    *next = r->whole;
    if (l->torn > 0 && (file_cut(l->fd, l->end) != 0 || file_sync(l->fd) != 0))
        return trouble(l, f);
    return 0;
}

/* --- Opening ---------------------------------------------------------------------------------- */

static int lock(struct process_log *l, const char *folder, struct fault *f)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/lock", folder) >= (int)sizeof path - 8)
        return fault_trouble(f, "%.100s: name too long", folder);
    snprintf(l->path, sizeof l->path, "%s", folder);
    int made = mkdir(folder, 0777);
    if ((made != 0 && errno != EEXIST) || (made == 0 && file_sync_folder(folder) != 0))
        return trouble(l, f);
    snprintf(l->path, sizeof l->path, "%s", path);
    l->lock = file_open_locked(path);
    return l->lock < 0 ? trouble(l, f) : 0;
}

/* Makes the file. It gets its name with its title in it, so one that has none is damaged. */
static int begin(struct process_log *l, uint64_t *next, struct fault *f)
{
    struct buf line = {0};
    int result = process_log_title(l, &line, next) != 0
                     ? fault_memory(f)
                     : process_log_replace(l, line.data, line.len, f);
    buf_free(&line);
    return result;
}

/* Reading a FIFO would block, and a device keeps nothing. */
static int check_kind(const struct process_log *l, struct fault *f)
{
    struct stat is;
    if (fstat(l->fd, &is) != 0)
        return trouble(l, f);
    return S_ISREG(is.st_mode) ? 0 : fault_trouble(f, "%s: not a regular file", l->path);
}

static int open_log(struct process_log *l, struct reading *r, uint64_t *next, struct fault *f)
{
    l->fd = file_open(l->path, O_RDWR, 0);
    if (l->fd < 0 && errno != ENOENT)
        return trouble(l, f);
    if (l->fd < 0)
        return begin(l, next, f);
    return check_kind(l, f) != 0 ? -1 : read_log(r, next, f);
}

int process_log_open(struct process_log *l, const char *folder, const char *engine,
                     const char *name, process_log_take *take, void *self, uint64_t *next,
                     struct fault *f)
{
    struct reading r = {.l = l, .take = take, .self = self};
    *l = (struct process_log){.lock = -1, .fd = -1};
    *next = 0;
    snprintf(l->title, sizeof l->title, "log %s %s", engine, name);
    int result = lock(l, folder, f);
    if (result == 0) {
        snprintf(l->path, sizeof l->path, "%s/log", folder);
        result = open_log(l, &r, next, f);
    }
    if (result != 0)
        process_log_close(l);
    return result;
}

void process_log_close(struct process_log *l)
{
    if (l->fd >= 0)
        close(l->fd);
    if (l->lock >= 0)
        close(l->lock);
    l->fd = l->lock = -1;
}

/* --- Writing ---------------------------------------------------------------------------------- */

int process_log_format(struct buf *out, uint64_t *next, const char *text, size_t n)
{
    for (const char *end = text + n; text < end;) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        struct log_line line = {*next, newline + 1 < end, {text, (size_t)(newline - text)}};
        if (log_line_format(out, &line) != 0)
            return -1;
        (*next)++;
        text = newline + 1;
    }
    return 0;
}

int process_log_title(const struct process_log *l, struct buf *out, uint64_t *next)
{
    struct log_line line = {0, false, {l->title, strlen(l->title)}};
    *next = 1;
    return log_line_format(out, &line);
}

int process_log_append(struct process_log *l, const char *lines, size_t n, struct fault *f)
{
    if (file_write_at(l->fd, lines, n, l->end) != 0 || file_sync_data(l->fd) != 0)
        return trouble(l, f);
    l->end += n;
    return 0;
}

/* As rename(2), restarted after signals. */
static int move(const char *from, const char *to)
{
    int result;
    do
        result = rename(from, to);
    while (result != 0 && errno == EINTR);
    return result;
}

int process_log_replace(struct process_log *l, const char *lines, size_t n, struct fault *f)
{
    char path[PATH_MAX + 8];
    snprintf(path, sizeof path, "%s.new", l->path);
    int fd = file_open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || file_write_at(fd, lines, n, 0) != 0 || file_sync(fd) != 0 ||
        move(path, l->path) != 0 || file_sync_folder(l->path) != 0) {
        trouble(l, f);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    if (l->fd >= 0)
        close(l->fd);
    l->fd = fd;
    l->end = n;
    return 0;
}
