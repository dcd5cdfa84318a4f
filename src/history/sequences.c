#include "history/sequences.h"
#include "base/array.h"
#include "base/chance.h"

#include <stdlib.h>

void sequences_free(struct sequences *s)
{
    free(s->parents);
    free(s->items);
    free(s->slots);
    free(s->memos);
    *s = (struct sequences){0};
}

size_t sequences_size(const struct sequences *s)
{
    return s->parents_cap * 4 + s->items_cap * 4 + s->slots_cap * 4 +
           s->memos_cap * sizeof *s->memos;
}

/* The finaliser of splitmix64, of both numbers, as a hash. */
static size_t hash_of(uint32_t a, uint32_t b)
{
    uint64_t both = (uint64_t)a << 32 | b;
    return chance_next(&both);
}

static uint32_t *slot_of(const struct sequences *s, uint32_t parent, uint32_t item)
{
    for (size_t i = hash_of(parent, item);; i++) {
        uint32_t *slot = &s->slots[i & (s->slots_cap - 1)];
        if (!*slot || (sequences_parent(s, *slot) == parent && sequences_last(s, *slot) == item))
            return slot;
    }
}

static int grow_slots(struct sequences *s)
{
    size_t cap = s->slots_cap ? s->slots_cap * 2 : 64;
    uint32_t *slots = s->count < s->slots_cap / 2 ? s->slots : calloc(cap, sizeof *slots);
    if (!slots || slots == s->slots)
        return slots ? 0 : -1;
    free(s->slots);
    s->slots = slots;
    s->slots_cap = cap;
    for (uint32_t n = 1; n <= s->count; n++)
        *slot_of(s, sequences_parent(s, n), sequences_last(s, n)) = n;
    return 0;
}

uint32_t sequences_push(struct sequences *s, uint32_t sequence, uint32_t item)
{
    size_t want = (size_t)s->count + 1;
    if (want >= SEQUENCE_NONE - 1 || grow_slots(s))
        return SEQUENCE_NONE;
    uint32_t *slot = slot_of(s, sequence, item);
    if (*slot)
        return *slot;
    if (ARRAY_RESERVE(s->parents, s->parents_cap, want) ||
        ARRAY_RESERVE(s->items, s->items_cap, want))
        return SEQUENCE_NONE;
    s->parents[s->count] = sequence;
    s->items[s->count] = item;
    return *slot = ++s->count;
}

static struct sequence_memo *memo_of(const struct sequences *s, uint32_t from, uint32_t label)
{
    for (size_t i = hash_of(from, label);; i++) {
        struct sequence_memo *m = &s->memos[i & (s->memos_cap - 1)];
        if (!m->to || (m->from == from && m->label == label))
            return m;
    }
}

static int grow_memos(struct sequences *s)
{
    size_t old = s->memos_cap, cap = old ? old * 2 : 64;
    struct sequence_memo *list = s->memos;
    if (s->memos_count < old / 2)
        return 0;
    struct sequence_memo *more = calloc(cap, sizeof *more);
    if (!more)
        return -1;
    s->memos = more;
    s->memos_cap = cap;
    for (size_t i = 0; i < old; i++)
        if (list[i].to)
            *memo_of(s, list[i].from, list[i].label) = list[i];
    free(list);
    return 0;
}

uint32_t sequences_recall(const struct sequences *s, uint32_t from, uint32_t label)
{
    return s->memos_cap ? memo_of(s, from, label)->to - 1 : SEQUENCE_NONE;
}

int sequences_remember(struct sequences *s, uint32_t from, uint32_t label, uint32_t to)
{
    if (grow_memos(s))
        return -1;
    *memo_of(s, from, label) = (struct sequence_memo){from, label, to + 1};
    s->memos_count++;
    return 0;
}

int sequences_items(const struct sequences *s, uint32_t sequence, struct buf *out)
{
    for (; sequence; sequence = sequences_parent(s, sequence)) {
        uint32_t item = sequences_last(s, sequence);
        if (buf_add(out, &item, sizeof item))
            return -1;
    }
    return 0;
}
