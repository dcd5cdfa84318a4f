#include "sync/header_file.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/scratch.h"
#include "crypto/sha256.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TAIL = 1 << 16, WRITE_SIZE = 1 << 18 };

/* Where the text of a header is; its newline follows. */
struct place {
    uint64_t at;
    uint32_t len; /* without the last newline */
    bool in_file; /* otherwise in the temporary file */
};

/* The whole lines of a file. */
struct whole {
    int fd;
    uint64_t at, end;
};

struct header_file {
    const char *path;
    int fd;       /* locked */
    bool created; /* by us */
    bool has_chain;
    uint8_t chain[ID_LEN];
    struct whole whole;
    struct light *light;
    struct buf places; /* struct place, by the headers' numbers */
    size_t tip;        /* the number of the last header in the file, if it is not empty */
    uint64_t end;      /* its size */
    struct scratch texts;
};

static struct place *place_of(const struct header_file *h, size_t n)
{
    return (struct place *)(void *)h->places.data + n;
}

/* Notes where the text of the newest header is. */
static int add_place(struct header_file *h, uint64_t at, size_t len, bool in_file, struct fault *f)
{
    struct place p = {at, (uint32_t)len, in_file};
    return buf_add(&h->places, &p, sizeof p) ? fault_memory(f) : 0;
}

/* --- Opening ---------------------------------------------------------------------------------- */

static ptrdiff_t read_whole(void *self, void *out, size_t n)
{
    struct whole *w = self;
    if (n > w->end - w->at)
        n = w->end - w->at;
    if (n && file_read_at(w->fd, out, n, w->at))
        return -1;
    w->at += n;
    return (ptrdiff_t)n;
}

/* Finds the end of the last whole line. 0, or -1 and trouble. */
static int find_end(struct header_file *h, struct fault *f)
{
    char tail[TAIL];
    off_t size = lseek(h->fd, 0, SEEK_END);
    size_t n = size > TAIL ? TAIL : (size_t)size;
    if (size < 0 || (n && file_read_at(h->fd, tail, n, (uint64_t)size - n)))
        return fault_errno(f, "cannot be read");
    const char *newline = n ? memrchr(tail, '\n', n) : NULL;
    h->whole = (struct whole){.fd = h->fd, .end = (uint64_t)size};
    if (newline)
        h->whole.end -= n - (size_t)(newline - tail) - 1;
    return 0;
}

/* Takes what the file contains. 0, or -1 and a fault, with its line. */
static int read_headers(struct header_file *h, int64_t now, struct fault *f)
{
    struct span text;
    int verdict;
    while ((verdict = light_next(h->light, now, &text, f)) == LIGHT_HOLDS) {
        size_t n = h->places.len / sizeof(struct place);
        if (light_sum(h->light).headers == n || !light_sum(h->light).from_genesis) {
            fault_rule(f, "not a file of headers, each once, after their genesis block");
            return -1;
        }
        if (add_place(h, h->end, text.len, true, f))
            return -1;
        h->end += text.len + 1;
        h->tip = n;
    }
    return verdict == LIGHT_END ? 0 : -1;
}

/* The id of the genesis block, which must be this chain's. 0, or -1 and a fault. */
static int check_chain(struct header_file *h, struct fault *f)
{
    size_t n;
    if (!light_sum(h->light).from_genesis)
        return h->has_chain ? 0 : fault_trouble(f, "No headers yet (-c names their chain)");
    if (h->has_chain)
        return light_find(h->light, h->chain, &n, f) == 1 && n == 0
                   ? 0
                   : fault_trouble(f, "headers of another chain");
    light_chain(h->light, h->chain);
    h->has_chain = true;
    return 0;
}

static int load(struct header_file *h, const struct checkpoints *set, int64_t now, struct fault *f)
{
    struct stat st;
    h->created = stat(h->path, &st) != 0;
    h->fd = file_open_locked(h->path);
    if (h->fd < 0)
        return fault_errno(f, "cannot be opened");
    if (find_end(h, f) || scratch_open(&h->texts, f))
        return -1;
    h->light = light_new((struct source){.read = read_whole, .self = &h->whole});
    if (!h->light)
        return fault_memory(f);
    light_hold(h->light, set);
    if (read_headers(h, now, f) || check_chain(h, f))
        return -1;
    return file_cut(h->fd, h->end) ? fault_errno(f, "cannot be written") : 0;
}

struct header_file *header_file_open(const char *path, const uint8_t *chain,
                                     const struct checkpoints *set, int64_t now, struct fault *f)
{
    struct header_file *h = calloc(1, sizeof *h);
    if (!h) {
        fault_memory(f);
        return NULL;
    }
    *h = (struct header_file){.path = path, .fd = -1, .has_chain = chain, .texts.fd = -1};
    if (chain)
        memcpy(h->chain, chain, ID_LEN);
    if (load(h, set, now, f) == 0)
        return h;
    header_file_close(h);
    return NULL;
}

void header_file_close(struct header_file *h)
{
    if (!h)
        return;
    light_free(h->light);
    scratch_close(&h->texts);
    buf_free(&h->places);
    if (h->fd >= 0 && h->created && h->end == 0)
        unlink(h->path); /* nothing has arrived */
    if (h->fd >= 0)
        close(h->fd);
    free(h);
}

const uint8_t *header_file_chain(const struct header_file *h)
{
    return h->chain;
}

struct light *header_file_light(const struct header_file *h)
{
    return h->light;
}

/* --- Taking ----------------------------------------------------------------------------------- */

int header_file_take(struct header_file *h, const char *text, size_t len, bool genesis, int64_t now,
                     struct fault *f)
{
    uint64_t count = light_sum(h->light).headers;
    uint64_t at = scratch_end(&h->texts);
    size_t kept = genesis ? len - 1 : len; /* without the last newline */
    int valid = genesis ? light_give_genesis(h->light, text, len, f)
                        : light_give(h->light, text, len, now, f);
    if (valid <= 0)
        return -1;
    if (light_sum(h->light).headers == count)
        return 0;
    return scratch_add(&h->texts, text, kept, f) || add_place(h, at, kept, false, f) ? -1 : 1;
}

/* --- Saving ----------------------------------------------------------------------------------- */

/* Appends a header's text, with its newline. 0, or -1 and trouble. */
static int add_text(struct header_file *h, size_t n, struct buf *out, struct fault *f)
{
    const struct place *p = place_of(h, n);
    if (buf_reserve(out, p->len + (size_t)1))
        return fault_memory(f);
    if (p->in_file && file_read_at(h->fd, out->data + out->len, p->len, p->at))
        return fault_errno(f, "%s", h->path);
    if (!p->in_file && scratch_read(&h->texts, out->data + out->len, p->len, p->at, f))
        return -1;
    out->len += p->len;
    out->data[out->len++] = '\n';
    return 0;
}

/* The numbers of the headers after `from` up to the best tip, the highest first; all of them if
 * from is NULL. 0, or -1: no memory. */
static int list_best(const struct header_file *h, const size_t *from, struct buf *numbers)
{
    for (size_t n = light_best(h->light); !from || n != *from; n = light_parent(h->light, n)) {
        if (buf_add(numbers, &n, sizeof n))
            return -1;
        if (n == 0)
            break;
    }
    return 0;
}

/* Writes the listed headers to fd from this offset on, and notes their new places in *places. 0, or
 * -1 and trouble. */
static int write_listed(struct header_file *h, const struct buf *numbers, int fd, uint64_t *end,
                        struct buf *places, struct fault *f)
{
    struct buf text = {0};
    int result = -1;
    for (size_t i = numbers->len / sizeof(size_t); i-- > 0;) {
        size_t n;
        memcpy(&n, numbers->data + i * sizeof n, sizeof n);
        struct place p = {*end + text.len, place_of(h, n)->len, true};
        if (add_text(h, n, &text, f))
            goto out;
        if (buf_add(places, &p, sizeof p)) {
            fault_memory(f);
            goto out;
        }
        if (i && text.len < WRITE_SIZE)
            continue;
        if (file_write_at(fd, text.data, text.len, *end)) {
            fault_errno(f, "%s", h->path);
            goto out;
        }
        *end += text.len;
        text.len = 0;
    }
    result = file_sync_data(fd) ? fault_errno(f, "%s", h->path) : 0;
out:
    buf_free(&text);
    return result;
}

/* The listed headers are in the file now, at these places. */
static void move_places(struct header_file *h, const struct buf *numbers, const struct buf *places)
{
    size_t count = numbers->len / sizeof(size_t);
    for (size_t i = 0; i < count; i++) {
        size_t n;
        memcpy(&n, numbers->data + (count - 1 - i) * sizeof n, sizeof n);
        *place_of(h, n) = ((struct place *)(void *)places->data)[i];
    }
    h->tip = light_best(h->light);
}

/* The best chain goes on where the file ends. */
static int append(struct header_file *h, struct fault *f)
{
    struct buf numbers = {0}, places = {0};
    uint64_t end = h->end;
    int result = list_best(h, h->end ? &h->tip : NULL, &numbers) ? fault_memory(f) : 0;
    if (result == 0)
        result = write_listed(h, &numbers, h->fd, &end, &places, f);
    if (result == 0) {
        move_places(h, &numbers, &places);
        h->end = end;
    } else if (file_cut(h->fd, h->end)) {
        result = -1; /* the torn end is cut off when it is next opened */
    }
    buf_free(&numbers);
    buf_free(&places);
    return result;
}

/* Moves the texts that leave the file to the temporary file: their branch may win again. */
static int keep_old(struct header_file *h, struct fault *f)
{
    size_t best = light_best(h->light);
    struct buf text = {0};
    int result = 0;
    for (size_t n = h->tip; result == 0 && !light_is_on(h->light, n, best);
         n = light_parent(h->light, n)) {
        uint64_t at = scratch_end(&h->texts);
        text.len = 0;
        result = add_text(h, n, &text, f);
        if (result == 0)
            result = scratch_add(&h->texts, text.data, text.len - 1, f);
        if (result == 0)
            *place_of(h, n) = (struct place){at, (uint32_t)text.len - 1, false};
    }
    buf_free(&text);
    return result;
}

/* Another branch has more work: the file is written again, beside the old one. */
static int replace(struct header_file *h, struct fault *f)
{
    struct buf numbers = {0}, places = {0};
    uint64_t end = 0;
    char *path = NULL;
    int fd = -1, result = -1;
    if (asprintf(&path, "%s.tmp", h->path) < 0) {
        path = NULL;
        fault_memory(f);
        goto out;
    }
    unlink(path); /* of a run that was killed: we have the lock */
    fd = file_open_locked(path);
    if (fd < 0) {
        fault_errno(f, "%s", path);
        goto out;
    }
    if (keep_old(h, f))
        goto out;
    if (list_best(h, NULL, &numbers)) {
        fault_memory(f);
        goto out;
    }
    if (write_listed(h, &numbers, fd, &end, &places, f))
        goto out;
    if (rename(path, h->path) || file_sync_folder(h->path)) {
        fault_errno(f, "%s", h->path);
        goto out;
    }
    close(h->fd);
    h->fd = fd;
    h->end = end;
    fd = -1;
    move_places(h, &numbers, &places);
    result = 0;
out:
    if (fd >= 0) {
        unlink(path);
        close(fd);
    }
    free(path);
    buf_free(&numbers);
    buf_free(&places);
    return result;
}

int header_file_save(struct header_file *h, struct fault *f)
{
    size_t best = light_best(h->light);
    if (!light_sum(h->light).from_genesis || (h->end && best == h->tip))
        return 0;
    return !h->end || light_is_on(h->light, h->tip, best) ? append(h, f) : replace(h, f);
}
