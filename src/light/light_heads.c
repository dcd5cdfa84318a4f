/* The light client's table of headers: by number, by id, and along their chains. */
#include "light/light_parts.h"

#include "base/array.h"
#include "base/large.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void heads_free(struct heads *t)
{
    for (size_t i = 0; i < t->chunks_count; i++)
        free(t->chunks[i]);
    free(t->chunks);
    free(t->slots);
}

int heads_reserve(struct heads *t, struct fault *f)
{
    if (t->count < t->chunks_count * HEADS_CHUNK)
        return 0;
    if (t->count >= LIGHT_HEADERS_MAX)
        return fault_trouble(f, "over %" PRIu64 " headers", LIGHT_HEADERS_MAX);
    if (ARRAY_RESERVE(t->chunks, t->chunks_cap, t->chunks_count + 1))
        return fault_memory(f);
    /* With few headers, large pages cost more than they save. */
    struct head *chunk = t->chunks_count ? large_alloc(HEADS_CHUNK * sizeof *chunk)
                                         : calloc(HEADS_CHUNK, sizeof *chunk);
    if (!chunk)
        return fault_memory(f);
    t->chunks[t->chunks_count++] = chunk;
    return 0;
}

/* --- By id ----------------------------------------------------------------------------------- */

static size_t slot_of(const struct heads *t, const uint8_t id[ID_LEN])
{
    return idhash(&t->hash, id) & (t->slots_count - 1);
}

static void enter(struct heads *t, size_t n)
{
    size_t i = slot_of(t, head_at(t, n)->id);
    while (t->slots[i])
        i = (i + 1) & (t->slots_count - 1);
    t->slots[i] = (uint32_t)n + 1;
}

/* Brings the slots up to date, at most three quarters of them used. 0, or -1: no memory. */
static int enter_all(struct heads *t)
{
    size_t want = t->slots_count ? t->slots_count : 64;
    while (want / 4 * 3 < t->count)
        want *= 2;
    if (want != t->slots_count) {
        uint32_t *slots = calloc(want, sizeof *slots);
        if (!slots)
            return -1;
        free(t->slots);
        t->slots = slots;
        t->slots_count = want;
        t->entered = 0;
    }
    for (; t->entered < t->count; t->entered++)
        enter(t, t->entered);
    return 0;
}

int heads_find(struct heads *t, const uint8_t id[ID_LEN], size_t *n, struct fault *f)
{
    if (enter_all(t))
        return fault_memory(f);
    for (size_t i = slot_of(t, id); t->slots[i]; i = (i + 1) & (t->slots_count - 1)) {
        *n = t->slots[i] - 1;
        if (memcmp(head_at(t, *n)->id, id, ID_LEN) == 0)
            return 1;
    }
    return 0;
}

/* --- Ancestors ------------------------------------------------------------------------------- */

/* Jumps of a skew-binary list (Myers, 1983): if the parent's jump and the next one are of equal
 * length, one over both; otherwise to the parent. */
uint32_t heads_jump(const struct heads *t, uint32_t parent)
{
    const struct head *p = head_at(t, parent), *one = head_at(t, p->jump),
                      *two = head_at(t, one->jump);
    return p->height - one->height == one->height - two->height ? one->jump : parent;
}

size_t heads_ancestor(const struct heads *t, size_t n, uint32_t height)
{
    for (;;) {
        const struct head *h = head_at(t, n);
        if (h->height <= height || head_at(t, h->parent)->height < height)
            return n;
        n = head_at(t, h->jump)->height >= height ? h->jump : h->parent;
    }
}

bool heads_is_ancestor(const struct heads *t, size_t n, size_t tip)
{
    return heads_ancestor(t, tip, head_at(t, n)->height) == n;
}
