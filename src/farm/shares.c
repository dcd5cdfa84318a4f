#include "farm/shares.h"

#include "base/file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct reader {
    shares_each *each;
    void *self;
};

static int read_share(void *self, const struct line *line, struct fault *f)
{
    struct reader *r = self;
    struct share s;
    if (line->cut)
        return 0;
    int result = line_form(line, f) || share_parse(line->text, line->len, &s, f)
                     ? -1
                     : r->each(r->self, &s, line->offset, f);
    if (result < 0 && f->kind == FAULT_RULE)
        f->line = line->number;
    return result;
}

/* Whether a file without a whole line can be one whose first share was torn, or never written out
 * from the cache. Anything else was probably named by mistake, and must not be wiped. */
static bool can_be_torn_share(const struct shares *s)
{
    static const char begin[] = "share ";
    char got[sizeof begin - 1];
    size_t n = s->torn < sizeof got ? (size_t)s->torn : sizeof got;
    return file_read_at(s->file.fd, got, n, 0) == 0 && (!got[0] || memcmp(got, begin, n) == 0);
}

static int cut_torn(struct shares *s, struct fault *f)
{
    if (s->torn && !s->file.end && !can_be_torn_share(s)) {
        fault_rule(f, "not a share");
        f->line = 1;
        return -1;
    }
    return linefile_cut(&s->file, s->file.end, f);
}

int shares_open(struct shares *s, const char *path, shares_each *each, void *self, struct fault *f)
{
    *s = (struct shares){.file = LINEFILE(path)};
    if (linefile_lock(&s->file, f) == 0 && linefile_find_end(&s->file, &s->torn, f) == 0 &&
        shares_again(s, 0, each, self, f) == 0 && cut_torn(s, f) == 0)
        return 0;
    shares_close(s);
    return -1;
}

void shares_close(struct shares *s)
{
    linefile_close(&s->file);
    buf_free(&s->added);
}

int shares_again(struct shares *s, uint64_t offset, shares_each *each, void *self, struct fault *f)
{
    struct reader r = {each, self};
    return linefile_read(&s->file, offset, read_share, &r, f);
}

int shares_read(const char *path, shares_each *each, void *self, struct fault *f)
{
    struct reader r = {each, self};
    int fd = file_open(path, O_RDONLY | O_NONBLOCK, 0); /* do not wait for a FIFO's writer */
    if (fd < 0)
        return fault_errno(f, "%s", path);
    int result = lines_each(source_fd(fd), 0, read_share, &r, f);
    close(fd);
    return result;
}

int shares_add(struct shares *s, const struct share *share)
{
    return share_format(share, &s->added) || buf_add_string(&s->added, "\n") ? -1 : 0;
}

int shares_commit(struct shares *s, struct fault *f)
{
    if (s->added.len == 0)
        return 0;
    if (linefile_log(&s->file, s->added.data, s->added.len, f))
        return -1;
    s->added.len = 0;
    return 0;
}
