/* Writes what a file of headers holds: what is new at its end, or all of it anew. */
#include "sync/header_file_parts.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITE_SIZE = 1 << 18 };

/* Appends a text, with its newline. 0, or -1 and trouble. */
static int add_text(struct header_file *h, const struct header_place *p, struct buf *out,
                    struct fault *f)
{
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
        struct header_place p = {to->end + text.len, header_place(h, n)->len, true};
        result = add_text(h, header_place(h, n), &text, f);
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
        *header_place(h, n) = ((struct header_place *)(void *)places->data)[i];
    }
    h->tip = light_believed(h->light);
}

/* --- Attest lines ----------------------------------------------------------------------------- */

/* Appends the text to a file if the rest is written, or it is much. 0, or -1 and trouble. */
static int flush(struct linefile *to, struct buf *text, bool last, struct fault *f)
{
    if (!text->len || (!last && text->len < WRITE_SIZE))
        return 0;
    int failed = linefile_append(to, text->data, text->len, f);
    text->len = 0;
    return failed;
}

/* Appends to a file the attest lines of the best chain from number `from` on; notes their places
 * there in *places. 0, or -1 and trouble. */
static int write_attests(struct header_file *h, size_t from, struct linefile *to,
                         struct buf *places, struct fault *f)
{
    size_t count = h->attests.len / sizeof(struct attest_place), best = light_believed(h->light);
    struct buf text = {0};
    int result = 0;
    for (size_t i = from; i < count && !result; i++) {
        const struct attest_place *a = (struct attest_place *)(void *)h->attests.data + i;
        struct attest_place new = {a->n, {to->end + text.len, a->text.len, true}};
        if (!light_is_on(h->light, a->n, best))
            continue; /* if its branch wins, a later run asks for it again */
        result = add_text(h, &a->text, &text, f);
        if (!result && buf_add(places, &new, sizeof new))
            result = fault_memory(f);
        if (!result)
            result = flush(to, &text, false, f);
    }
    if (!result)
        result = flush(to, &text, true, f);
    buf_free(&text);
    return result ? -1 : linefile_sync(to, f);
}

/* Those from number `from` on are in the file now, at these places, or nowhere. */
static void move_attests(struct header_file *h, size_t from, const struct buf *places)
{
    size_t kept = from * sizeof(struct attest_place);
    if (places->len)
        memcpy(h->attests.data + kept, places->data, places->len);
    h->attests.len = kept + places->len;
    h->attests_saved = h->attests.len / sizeof(struct attest_place);
}

/* Writes those that have come since the last time. 0, or -1 and trouble. */
static int append_attests(struct header_file *h, struct fault *f)
{
    struct buf places = {0};
    struct fault second;
    uint64_t end = h->file.end;
    int result = write_attests(h, h->attests_saved, &h->file, &places, f);
    if (!result)
        move_attests(h, h->attests_saved, &places);
    else
        linefile_cut(&h->file, end, &second); /* as in append */
    buf_free(&places);
    return result;
}

/* --- Headers ---------------------------------------------------------------------------------- */

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
        result = add_text(h, header_place(h, n), &text, f);
        if (!text.len)
            continue; /* it goes with the header before */
        if (result == 0)
            result = scratch_add(&h->texts, text.data, text.len - 1, f);
        if (result == 0)
            *header_place(h, n) = (struct header_place){at, (uint32_t)text.len - 1, false};
    }
    buf_free(&text);
    return result;
}

/* Writes the best chain to the new file, and puts that in the place of the old one. 0, or -1 and
 * trouble. */
static int put_anew(struct header_file *h, struct linefile *new, struct buf *numbers,
                    struct buf *places, struct buf *attests, struct fault *f)
{
    const char *path = h->file.path;
    unlink(new->path); /* of a run that was killed: we have the lock */
    if (linefile_lock(new, f) || keep_old(h, f))
        return -1;
    if (list_best(h, NULL, numbers))
        return fault_memory(f);
    if (write_listed(h, numbers, new, places, f) || write_attests(h, 0, new, attests, f))
        return -1;
    if (rename(new->path, path) || file_sync_folder(path))
        return fault_errno(f, "%s", path);
    struct linefile old = h->file;
    h->file = *new;
    h->file.path = path;
    *new = LINEFILE(new->path);
    linefile_close(&old);
    move_places(h, numbers, places);
    move_attests(h, 0, attests);
    return 0;
}

/* Another branch has more work: the file is written anew, beside the old one. */
static int replace(struct header_file *h, struct fault *f)
{
    struct buf numbers = {0}, places = {0}, attests = {0};
    char *path;
    if (asprintf(&path, "%s.tmp", h->file.path) < 0)
        return fault_memory(f);
    struct linefile new = LINEFILE(path);
    int result = put_anew(h, &new, &numbers, &places, &attests, f);
    if (new.fd >= 0)
        unlink(path);
    linefile_close(&new);
    free(path);
    buf_free(&numbers);
    buf_free(&places);
    buf_free(&attests);
    return result;
}

static int save_headers(struct header_file *h, struct fault *f)
{
    size_t best = light_believed(h->light);
    if (h->file.end && best == h->tip)
        return 0;
    return !h->file.end || light_is_on(h->light, h->tip, best) ? append(h, f) : replace(h, f);
}

int header_file_save(struct header_file *h, struct fault *f)
{
    if (!light_sum(h->light).from_genesis)
        return 0;
    if (save_headers(h, f))
        return -1;
    bool all = h->attests_saved * sizeof(struct attest_place) == h->attests.len;
    return all ? 0 : append_attests(h, f);
}
