/* The file PEERS.tried (peers(5)). */
#include "base/buf.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/lines.h"
#include "peers/tried_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

enum { ENTRIES_MAX = 4 * TRIED_FAILED_MAX };

static const char *const words[] = {"failed", "tried", "anchor", "test"};

int tried_path(const char *peers, const char *suffix, char out[PATH_MAX])
{
    if (snprintf(out, PATH_MAX, "%s.%s", peers, suffix) < PATH_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

static int parse_state(struct field x, enum tried_state *state, struct fault *f)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (field_is(x, words[i])) {
            *state = (enum tried_state)i;
            return 0;
        }
    return fault_rule(f, "tried: '%.*s' is none of failed, tried, anchor, test",
                      x.len > 20 ? 20 : (int)x.len, x.text);
}

/* STATE HOST:PORT KEY TIME FAILURES */
static int parse_line(const struct line *line, struct tried_name *n, struct tried_mark *mark,
                      struct fault *f)
{
    struct field x[FIELDS_MAX];
    struct address a;
    uint8_t key[ID_LEN];
    int64_t failures;
    if (line_form(line, f))
        return -1;
    size_t count = fields_split(line->text, line->len, x);
    if (count != 5)
        return fault_rule(f, "tried: %zu fields, expected 5", count);
    bool any = field_is(x[2], "-");
    if (parse_state(x[0], &mark->state, f) || address_parse(x[1].text, x[1].len, false, &a, f) ||
        (!any && field_id(x[2], "tried: key", key, f)) ||
        field_number(x[3], "tried: time", &mark->time, f) ||
        field_number(x[4], "tried: failures", &failures, f))
        return -1;
    mark->failures = failures > UINT16_MAX ? UINT16_MAX : (unsigned)failures;
    if (any && mark->state != TRIED_FAILED)
        return fault_rule(f, "tried: only what has failed has no key");
    tried_name(n, any ? NULL : key, &a);
    return 0;
}

/* 0, or -1 and trouble. */
static int take_line(void *self, const struct line *line, struct fault *f)
{
    struct tried *t = self;
    struct tried_name n;
    struct tried_mark mark = {.state = TRIED_FAILED};
    struct fault why;
    if (line->len && line->text[0] == '#')
        return 0;
    if (parse_line(line, &n, &mark, &why)) {
        if (!t->broken_line) {
            t->broken_line = line->number;
            t->broken = why;
        }
        return 0;
    }
    if (HASH_COUNT(t->entries) >= ENTRIES_MAX || tried_entry_find(t, &n))
        return 0;
    return tried_entry_add(t, &n, mark) ? 0 : fault_memory(f);
}

int tried_load(struct tried *t, struct fault *f)
{
    char path[PATH_MAX];
    struct tried fresh = {.path = t->path};
    struct stat st;
    if (tried_path(t->path, "tried", path))
        return fault_errno(f, "%s.tried", t->path);
    int fd = file_open(path, O_RDONLY | O_NONBLOCK, 0);
    if (fd < 0 && errno != ENOENT)
        return fault_errno(f, "%s", path);
    int failed = 0;
    if (fd >= 0) {
        failed = fstat(fd, &st) || !S_ISREG(st.st_mode)
                     ? fault_trouble(f, "%s: not a regular file", path)
                     : lines_each(source_fd(fd), 0, take_line, &fresh, f);
        close(fd);
    }
    if (failed) {
        tried_empty(&fresh);
        return -1;
    }
    tried_empty(t);
    *t = fresh;
    return 0;
}

int tried_lock(const struct tried *t)
{
    char path[PATH_MAX];
    if (tried_path(t->path, "tried", path))
        return -1;
    int fd = file_open(path, O_RDWR | O_CREAT, 0666);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && file_is_at(fd, path))
        return fd;
    close(fd);
    errno = EWOULDBLOCK;
    return -1;
}

static int put_entry(struct buf *out, const struct tried_entry *e)
{
    return buf_add_string(out, words[e->mark.state]) || buf_add_string(out, " ") ||
           buf_add_string(out, e->name.address) || buf_add_string(out, " ") ||
           buf_add_string(out, tried_is_any(&e->name) ? "-" : hex32(e->name.key).text) ||
           buf_add_string(out, " ") || buf_add_number(out, e->mark.time) ||
           buf_add_string(out, " ") || buf_add_number(out, e->mark.failures) ||
           buf_add_string(out, "\n");
}

int tried_save(const struct tried *t, struct fault *f)
{
    char path[PATH_MAX];
    struct buf all = {0};
    int failed = buf_add_string(&all, "# Which peer records are true; kept by the programs that "
                                      "dial, see peers(5)\n");
    for (const struct tried_entry *e = t->entries; e && !failed; e = e->hh.next)
        failed = put_entry(&all, e);
    if (failed)
        fault_memory(f);
    else if (tried_path(t->path, "tried", path) || file_replace(path, all.data, all.len))
        failed = fault_errno(f, "%s.tried", t->path);
    buf_free(&all);
    return failed ? -1 : 0;
}
