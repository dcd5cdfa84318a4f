#include "ledger/held_blocks.h"

#include <stdlib.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* The place of a text. */
struct held_block {
    int64_t number;
    uint64_t at, size;
    UT_hash_handle hh;
};

int held_blocks_open(struct held_blocks *h, struct fault *f)
{
    return scratch_open(&h->texts, f);
}

void held_blocks_close(struct held_blocks *h)
{
    struct held_block *b, *next;
    HASH_ITER(hh, h->first, b, next)
    {
        HASH_DEL(h->first, b);
        free(b);
    }
    scratch_close(&h->texts);
}

int held_blocks_add(struct held_blocks *h, int64_t number, const char *text, size_t n,
                    struct fault *f)
{
    struct held_block *b = calloc(1, sizeof *b);
    if (!b)
        return fault_memory(f);
    *b = (struct held_block){.number = number, .at = scratch_end(&h->texts), .size = n};
    HASH_ADD(hh, h->first, number, sizeof b->number, b);
    if (!b->hh.tbl) {
        free(b);
        return fault_memory(f);
    }
    return scratch_add(&h->texts, text, n, f);
}

static struct held_block *find(const struct held_blocks *h, int64_t number)
{
    struct held_block *b;
    HASH_FIND(hh, h->first, &number, sizeof number, b);
    return b;
}

bool held_blocks_has(const struct held_blocks *h, int64_t number)
{
    return find(h, number) != NULL;
}

/* Appends a text to *out. */
static int append(struct held_blocks *h, const struct held_block *b, struct buf *out,
                  struct fault *f)
{
    if (buf_reserve(out, b->size))
        return fault_memory(f);
    if (scratch_read(&h->texts, out->data + out->len, b->size, b->at, f))
        return -1;
    out->len += b->size;
    return 0;
}

int held_blocks_take(struct held_blocks *h, int64_t number, struct buf *out, struct fault *f)
{
    struct held_block *b = find(h, number);
    if (!b)
        return fault_trouble(f, "a held block is missing");
    if (append(h, b, out, f))
        return -1;
    HASH_DEL(h->first, b);
    free(b);
    return h->first ? 0 : scratch_empty(&h->texts, f);
}

size_t held_blocks_count(const struct held_blocks *h)
{
    return HASH_COUNT(h->first);
}

uint64_t held_blocks_bytes(const struct held_blocks *h)
{
    return scratch_end(&h->texts);
}

int held_blocks_each(struct held_blocks *h,
                     int (*each)(void *self, const char *text, size_t n, struct fault *f),
                     void *self, struct fault *f)
{
    struct buf text = {0};
    int result = 0;
    for (struct held_block *b = h->first; b && !result; b = b->hh.next) {
        text.len = 0;
        result = append(h, b, &text, f) || each(self, text.data, text.len, f) ? -1 : 0;
    }
    buf_free(&text);
    return result;
}
