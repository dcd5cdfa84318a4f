#include "base/window.h"

#include "base/file.h"

#include <errno.h>

enum { NEAR = 1 << 17 };

/* Where to begin and end a read for these bytes: with a margin around them if they are near the
 * last. */
static void choose(const struct window *w, uint64_t offset, uint64_t n, uint64_t *from,
                   uint64_t *to)
{
    uint64_t last = w->at + w->text.len;
    *from = offset;
    *to = offset + n;
    if (w->text.len == 0)
        return;
    if (offset >= w->at && offset < last + NEAR)
        *to = w->end - offset > NEAR + n ? offset + n + NEAR : w->end;
    else if (offset < w->at && offset + n + NEAR > w->at)
        *from = offset > NEAR ? offset - NEAR : 0;
}

static int fill(struct window *w, uint64_t from, uint64_t to, struct fault *f)
{
    size_t n = (size_t)(to - from);
    w->text.len = 0;
    if (buf_reserve(&w->text, n))
        return fault_memory(f);
    if (file_read_at(w->fd, w->text.data, n, from))
        return errno ? fault_errno(f, "ledger") : fault_trouble(f, "ledger: cut short");
    w->at = from;
    w->text.len = n;
    return 0;
}

const char *window_read(struct window *w, uint64_t offset, uint64_t n, struct fault *f)
{
    uint64_t from, to;
    if (offset > w->end || n > w->end - offset || n > SIZE_MAX / 2) {
        fault_trouble(f, "ledger: cut short");
        return NULL;
    }
    if (offset < w->at || offset + n > w->at + w->text.len) {
        choose(w, offset, n, &from, &to);
        if (fill(w, from, to, f))
            return NULL;
    }
    return w->text.data + (offset - w->at);
}

void window_free(struct window *w)
{
    buf_free(&w->text);
}
