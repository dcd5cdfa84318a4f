#include "history/seen.h"

#include "base/chance.h"

#include <stdlib.h>
#include <string.h>

int seen_done_init(struct seen_done *d, uint32_t ended, uint32_t open)
{
    *d = (struct seen_done){.ended = ended, .head = (ended + 31) / 32, .tail = (open + 31) / 32};
    d->words = calloc((size_t)d->head + d->tail + 1, sizeof *d->words);
    return d->words ? 0 : -1;
}

void seen_done_free(struct seen_done *d)
{
    free(d->words);
    *d = (struct seen_done){0};
}

/* The finaliser of splitmix64, as a hash. */
static uint64_t mix(uint64_t z)
{
    return chance_next(&z);
}

/* The hash is the sum, without carries, of one number for each operation. (Zobrist, "A New Hashing
 * Method with Application for Game Playing", 1970) */
void seen_done_flip(struct seen_done *d, uint32_t i)
{
    uint32_t bit = i < d->ended ? i : d->head * 32 + (i - d->ended);
    uint32_t word = bit / 32;
    d->words[word] ^= UINT32_C(1) << bit % 32;
    d->hash ^= mix(bit);
    if (word < d->head && d->full > word)
        d->full = word;
    if (word < d->head && d->high <= word)
        d->high = word + 1;
    if (word >= d->head && d->last <= word)
        d->last = word + 1;
}

static void tighten(struct seen_done *d)
{
    while (d->full < d->head && d->words[d->full] == UINT32_MAX)
        d->full++;
    if (d->high < d->full)
        d->high = d->full;
    while (d->high > d->full && !d->words[d->high - 1])
        d->high--;
    if (d->last < d->head)
        d->last = d->head;
    while (d->last > d->head && !d->words[d->last - 1])
        d->last--;
}

void seen_free(struct seen *s)
{
    buf_free(&s->places);
    free(s->slots);
    *s = (struct seen){0};
}

size_t seen_size(const struct seen *s)
{
    return s->places.cap + s->slots_cap * sizeof *s->slots;
}

static void put_word(char **to, uint32_t word)
{
    memcpy(*to, &word, sizeof word);
    *to += sizeof word;
}

/* Appends the place, and gives its bytes: state, where the words of the head begin, how many there
 * are of both, and the words. 0: no memory. */
static size_t append(struct seen *s, const struct seen_done *d, uint32_t state)
{
    uint32_t n = d->high - d->full, open = d->last - d->head;
    size_t size = ((size_t)n + open + 4) * sizeof(uint32_t);
    if (s->places.len > UINT32_MAX * 4UL - size - 4 || buf_reserve(&s->places, size))
        return 0;
    char *to = s->places.data + s->places.len;
    put_word(&to, state);
    put_word(&to, d->full);
    put_word(&to, n);
    put_word(&to, open);
    memcpy(to, d->words + d->full, n * sizeof(uint32_t));
    memcpy(to + n * sizeof(uint32_t), d->words + d->head, open * sizeof(uint32_t));
    return size;
}

/* Tags are halves of the hash, and the other one says where the search for a slot begins. */
static int grow(struct seen *s)
{
    size_t cap = s->slots_cap ? s->slots_cap * 2 : 64;
    if (s->count < s->slots_cap / 2)
        return 0;
    struct seen_slot *slots = calloc(cap, sizeof *slots);
    if (!slots)
        return -1;
    for (size_t i = 0; i < s->slots_cap; i++) {
        size_t at = s->slots[i].tag;
        if (!s->slots[i].at)
            continue;
        while (slots[at & (cap - 1)].at)
            at++;
        slots[at & (cap - 1)] = s->slots[i];
    }
    free(s->slots);
    s->slots = slots;
    s->slots_cap = cap;
    return 0;
}

/* The slot of the place that was just appended, or the free one where it belongs. */
static struct seen_slot *slot_of(const struct seen *s, uint32_t tag, size_t size)
{
    const char *place = s->places.data + s->places.len;
    for (size_t i = tag;; i++) {
        struct seen_slot *slot = &s->slots[i & (s->slots_cap - 1)];
        if (!slot->at)
            return slot;
        const char *other = s->places.data + (slot->at - 1) * 4UL;
        if (slot->tag == tag && (size_t)(place - other) >= size && !memcmp(other, place, size))
            return slot;
    }
}

int seen_add(struct seen *s, struct seen_done *d, uint32_t state)
{
    uint32_t tag = (uint32_t)mix(d->hash ^ mix((uint64_t)state << 32));
    tighten(d);
    size_t size = append(s, d, state);
    if (!size || grow(s))
        return -1;
    struct seen_slot *slot = slot_of(s, tag, size);
    if (slot->at)
        return 0;
    *slot = (struct seen_slot){tag, (uint32_t)(s->places.len / 4) + 1};
    s->places.len += size;
    s->count++;
    return 1;
}
