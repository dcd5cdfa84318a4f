#include "sync/header_file.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/linefile.h"
#include "base/scratch.h"
#include "hash/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITE_SIZE = 1 << 18 };

/* Where the text of a header is; its newline follows. */
struct place {
    uint64_t at;
    uint32_t len; /* without the last newline; 0: it is with the header before */
    bool in_file; /* otherwise in the temporary file */
};

struct header_file {
    struct linefile file;
    bool created; /* by us */
    bool has_chain;
    uint8_t chain[ID_LEN];
    struct file_part unread;
    struct light *light;
    struct buf places; /* struct place, by the headers' numbers */
    size_t tip;        /* the number of the last header in the file, if it is not empty */
    struct scratch texts;
};

static struct place *place_of(const struct header_file *h, size_t n)
{
    return (struct place *)(void *)h->places.data + n;
}

static size_t count_places(const struct header_file *h)
{
    return h->places.len / sizeof(struct place);
}

/* Notes where the text of the newest header is; of a jump, which is two, with the first of them. */
static int add_place(struct header_file *h, uint64_t at, size_t len, bool in_file, struct fault *f)
{
    struct place p = {at, (uint32_t)len, in_file};
    for (; count_places(h) < light_sum(h->light).headers; p.len = 0)
        if (buf_add(&h->places, &p, sizeof p))
            return fault_memory(f);
    return 0;
}

/* --- Opening ---------------------------------------------------------------------------------- */

/* Whether an invalid header where the file's last one begins can be one that a crash has left
 * without some of the lines that stand with it: nothing was read after it. */
static bool is_torn(const struct header_file *h, const uint64_t *end)
{
    return *end > 0 && light_sum(h->light).by_members && light_at_end(h->light);
}

/* Takes what the file contains; *end: of the headers. 0, or -1 and a fault, with its line. */
static int read_headers(struct header_file *h, int64_t now, uint64_t *end, struct fault *f)
{
    struct span text;
    int verdict;
    while ((verdict = light_next(h->light, now, &text, f)) == LIGHT_VALID) {
        if (light_sum(h->light).headers == count_places(h) || !light_sum(h->light).from_genesis) {
            fault_rule(f, "not a file of headers, each once, after their genesis block");
            return -1;
        }
        if (add_place(h, *end, text.len, true, f))
            return -1;
        *end += text.len + 1;
        h->tip = count_places(h) - 1;
    }
    return verdict == LIGHT_END || is_torn(h, end) ? 0 : -1;
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
    uint64_t torn, end = 0;
    h->created = stat(h->file.path, &st) != 0;
    if (linefile_lock(&h->file, f))
        return fault_errno(f, "cannot be opened");
    if (linefile_find_end(&h->file, &torn, f))
        return fault_errno(f, "cannot be read");
    if (scratch_open(&h->texts, f))
        return -1;
    h->unread = (struct file_part){.fd = h->file.fd, .end = h->file.end};
    h->light = light_new(source_part(&h->unread));
    if (!h->light)
        return fault_memory(f);
    light_enforce(h->light, set);
    light_period(h->light, 0); /* what is in the file was judged when it came */
    if (read_headers(h, now, &end, f) || check_chain(h, f))
        return -1;
    light_period(h->light, -1);
    return linefile_cut(&h->file, end, f) ? fault_errno(f, "cannot be written") : 0;
}

struct header_file *header_file_open(const char *path, const uint8_t *chain,
                                     const struct checkpoints *set, int64_t now, struct fault *f)
{
    struct header_file *h = calloc(1, sizeof *h);
    if (!h) {
        fault_memory(f);
        return NULL;
    }
    *h = (struct header_file){.file = LINEFILE(path), .has_chain = chain, .texts.fd = -1};
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
    if (h->file.fd >= 0 && h->created && h->file.end == 0)
        unlink(h->file.path); /* nothing has arrived */
    linefile_close(&h->file);
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
    int valid = genesis ? light_add_genesis(h->light, text, len, f)
                        : light_add_header(h->light, text, len, now, f);
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
    if (!p->len)
        return 0;
    if (buf_reserve(out, p->len + (size_t)1))
        return fault_memory(f);
    if (p->in_file && file_read_at(h->file.fd, out->data + out->len, p->len, p->at))
        return fault_errno(f, "%s", h->file.path);
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
    for (size_t n = light_believed(h->light); !from || n != *from; n = light_parent(h->light, n)) {
        if (buf_add(numbers, &n, sizeof n))
            return -1;
        if (n == 0)
            break;
    }
    return 0;
}

/* Appends the listed headers to a file and syncs it; notes their new places in *places. 0, or -1
 * and trouble. */
static int write_listed(struct header_file *h, const struct buf *numbers, struct linefile *to,
                        struct buf *places, struct fault *f)
{
    struct buf text = {0};
    int result = 0;
    for (size_t i = numbers->len / sizeof(size_t); i-- > 0 && !result;) {
        size_t n;
        memcpy(&n, numbers->data + i * sizeof n, sizeof n);
        struct place p = {to->end + text.len, place_of(h, n)->len, true};
        result = add_text(h, n, &text, f);
        if (!result && buf_add(places, &p, sizeof p))
            result = fault_memory(f);
        if (result || (i && text.len < WRITE_SIZE))
            continue;
        result = linefile_append(to, text.data, text.len, f);
        text.len = 0;
    }
    buf_free(&text);
    return result ? -1 : linefile_sync(to, f);
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
    h->tip = light_believed(h->light);
}

/* The best chain goes on where the file ends. */
static int append(struct header_file *h, struct fault *f)
{
    struct buf numbers = {0}, places = {0};
    struct fault second;
    uint64_t end = h->file.end;
    int result = list_best(h, end ? &h->tip : NULL, &numbers) ? fault_memory(f) : 0;
    if (result == 0)
        result = write_listed(h, &numbers, &h->file, &places, f);
    if (result == 0)
        move_places(h, &numbers, &places);
    else
        linefile_cut(&h->file, end,
                     &second); /* if this fails too, the next append tries it again */
    buf_free(&numbers);
    buf_free(&places);
    return result;
}

/* Moves the texts that leave the file to the temporary file: their branch may win again. */
static int keep_old(struct header_file *h, struct fault *f)
{
    size_t best = light_believed(h->light);
    struct buf text = {0};
    int result = 0;
    for (size_t n = h->tip; result == 0 && !light_is_on(h->light, n, best);
         n = light_parent(h->light, n)) {
        uint64_t at = scratch_end(&h->texts);
        text.len = 0;
        result = add_text(h, n, &text, f);
        if (!text.len)
            continue; /* it goes with the header before */
        if (result == 0)
            result = scratch_add(&h->texts, text.data, text.len - 1, f);
        if (result == 0)
            *place_of(h, n) = (struct place){at, (uint32_t)text.len - 1, false};
    }
    buf_free(&text);
    return result;
}

/* Writes the best chain to the new file, and puts that in the place of the old one. 0, or -1 and
 * trouble. */
static int put_anew(struct header_file *h, struct linefile *new, struct buf *numbers,
                    struct buf *places, struct fault *f)
{
    const char *path = h->file.path;
    unlink(new->path); /* of a run that was killed: we have the lock */
    if (linefile_lock(new, f) || keep_old(h, f))
        return -1;
    if (list_best(h, NULL, numbers))
        return fault_memory(f);
    if (write_listed(h, numbers, new, places, f))
        return -1;
    if (rename(new->path, path) || file_sync_folder(path))
        return fault_errno(f, "%s", path);
    struct linefile old = h->file;
    h->file = *new;
    h->file.path = path;
    *new = LINEFILE(new->path);
    linefile_close(&old);
    move_places(h, numbers, places);
    return 0;
}

/* Another branch has more work: the file is written anew, beside the old one. */
static int replace(struct header_file *h, struct fault *f)
{
    struct buf numbers = {0}, places = {0};
    char *path;
    if (asprintf(&path, "%s.tmp", h->file.path) < 0)
        return fault_memory(f);
    struct linefile new = LINEFILE(path);
    int result = put_anew(h, &new, &numbers, &places, f);
    if (new.fd >= 0)
        unlink(path);
    linefile_close(&new);
    free(path);
    buf_free(&numbers);
    buf_free(&places);
    return result;
}

int header_file_save(struct header_file *h, struct fault *f)
{
    size_t best = light_believed(h->light);
    if (!light_sum(h->light).from_genesis || (h->file.end && best == h->tip))
        return 0;
    return !h->file.end || light_is_on(h->light, h->tip, best) ? append(h, f) : replace(h, f);
}
