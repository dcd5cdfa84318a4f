#include "farm/shares.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int read_share(const struct line *line, shares_each *each, void *self, struct fault *f)
{
    struct share s;
    int result = line_form(line, f) || share_parse(line->text, line->len, &s, f)
                     ? -1
                     : each(self, &s, line->offset, f);
    if (result < 0 && f->kind == FAULT_RULE)
        f->line = line->number;
    return result;
}

/* Reads from the file position of fd; *end is the end of the last whole line. */
static int read_all(int fd, uint64_t offset, shares_each *each, void *self, uint64_t *end,
                    struct fault *f)
{
    struct line line;
    struct lines *lines = lines_new(source_fd(fd), 1, offset);
    int got, result = 0;
    if (!lines)
        return fault_memory(f);
    *end = offset;
    while (!result && (got = lines_next(lines, &line, f)) != 0) {
        if (got > 0 && line.cut)
            break;
        result = got < 0 ? -1 : read_share(&line, each, self, f);
        *end = line.offset + line.size;
    }
    lines_free(lines);
    return result;
}

/* Whether a file without a whole line can be one whose first share was torn, or never written out
 * from the cache. Anything else was probably named by mistake, and must not be wiped. */
static bool can_be_torn_share(const struct shares *s, uint64_t size)
{
    static const char begin[] = "share ";
    char got[sizeof begin - 1];
    size_t n = size < sizeof got ? (size_t)size : sizeof got;
    return file_read_at(s->fd, got, n, 0) == 0 && (!got[0] || memcmp(got, begin, n) == 0);
}

static int cut_torn(struct shares *s, struct fault *f)
{
    struct stat st;
    if (fstat(s->fd, &st))
        return fault_errno(f, "%s", s->path);
    s->torn = (uint64_t)st.st_size - s->end;
    if (s->torn && !s->end && !can_be_torn_share(s, s->torn)) {
        fault_rule(f, "not a share");
        f->line = 1;
        return -1;
    }
    if (s->torn && (file_cut(s->fd, s->end) || file_sync(s->fd)))
        return fault_errno(f, "%s", s->path);
    s->unnamed = s->end == 0;
    return 0;
}

int shares_open(struct shares *s, const char *path, shares_each *each, void *self, struct fault *f)
{
    struct stat st;
    *s = (struct shares){.path = path, .fd = file_open_locked(path)};
    if (s->fd < 0)
        return fault_errno(f, "%s", path);
    int result = fstat(s->fd, &st) || !S_ISREG(st.st_mode)
                     ? fault_trouble(f, "%s: not a regular file", path)
                     : read_all(s->fd, 0, each, self, &s->end, f);
    if (!result)
        result = cut_torn(s, f);
    if (result)
        shares_close(s);
    return result;
}

void shares_close(struct shares *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    buf_free(&s->waiting);
}

int shares_again(struct shares *s, uint64_t offset, shares_each *each, void *self, struct fault *f)
{
    uint64_t end;
    if (lseek(s->fd, (off_t)offset, SEEK_SET) < 0)
        return fault_errno(f, "%s", s->path);
    return read_all(s->fd, offset, each, self, &end, f);
}

int shares_read(const char *path, shares_each *each, void *self, struct fault *f)
{
    uint64_t end;
    int fd = file_open(path, O_RDONLY | O_NONBLOCK, 0); /* do not wait for a FIFO's writer */
    if (fd < 0)
        return fault_errno(f, "%s", path);
    int result = read_all(fd, 0, each, self, &end, f);
    close(fd);
    return result;
}

int shares_add(struct shares *s, const struct share *share)
{
    return share_format(share, &s->waiting) || buf_add_string(&s->waiting, "\n") ? -1 : 0;
}

int shares_commit(struct shares *s, struct fault *f)
{
    if (s->waiting.len == 0)
        return 0;
    if (file_write_at(s->fd, s->waiting.data, s->waiting.len, s->end) || file_sync_data(s->fd) ||
        (s->unnamed && file_sync_folder(s->path))) {
        fault_errno(f, "%s", s->path);
        (void)file_cut(s->fd, s->end); /* if this fails too, the next open does it */
        return -1;
    }
    s->end += s->waiting.len;
    s->waiting.len = 0;
    s->unnamed = false;
    return 0;
}
