#include "history/words.h"
#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void op_words_free(struct op_words *w)
{
    buf_free(&w->text);
    free(w->ends);
    free(w->slots);
    *w = (struct op_words){0};
}

const char *op_words_text(const struct op_words *w, uint32_t word, size_t *n)
{
    size_t at = word ? w->ends[word - 1] : 0;
    *n = w->ends[word] - at;
    return w->text.data ? w->text.data + at : "";
}

/* FNV-1a, 64 bits. (draft-eastlake-fnv) */
static uint64_t hash_of(const char *text, size_t n)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3;
    return hash ^ hash >> 29;
}

/* The slot of this word, or the free one where it belongs. */
static uint32_t *slot_of(const struct op_words *w, const char *text, size_t n)
{
    for (size_t i = hash_of(text, n);; i++) {
        uint32_t *slot = &w->slots[i & (w->slots_cap - 1)];
        size_t len;
        if (!*slot)
            return slot;
        const char *other = op_words_text(w, *slot - 1, &len);
        if (len == n && (n == 0 || !memcmp(other, text, n)))
            return slot;
    }
}

/* Keeps at least half of the slots free. */
static int grow(struct op_words *w)
{
    if (w->count < w->slots_cap / 2)
        return 0;
    size_t cap = w->slots_cap ? w->slots_cap * 2 : 64;
    uint32_t *slots = calloc(cap, sizeof *slots);
    if (!slots)
        return -1;
    free(w->slots);
    w->slots = slots;
    w->slots_cap = cap;
    for (uint32_t i = 0; i < w->count; i++) {
        size_t n;
        const char *text = op_words_text(w, i, &n);
        *slot_of(w, text, n) = i + 1;
    }
    return 0;
}

uint32_t op_words_add(struct op_words *w, const char *text, size_t n)
{
    if (grow(w))
        return WORDS_NONE;
    uint32_t *slot = slot_of(w, text, n);
    if (*slot)
        return *slot - 1;
    if (ARRAY_RESERVE(w->ends, w->ends_cap, (size_t)w->count + 1) || buf_add(&w->text, text, n))
        return WORDS_NONE;
    w->ends[w->count] = w->text.len;
    *slot = ++w->count;
    return w->count - 1;
}
