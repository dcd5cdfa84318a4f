#include "gossip/recent_txs.h"

#include "base/chance.h"
#include "base/large.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAP = 64,
    FIRST_ROOM = 1 << 12, /* bytes of text; most nodes have few waiting transactions: */
    SMALL_ROOM = 1 << 20, /* beyond that, there is space for all, */
    STEP = 1 << 20,       /* ... with pages for so much more at a time */
};
_Static_assert(RECENT_TXS_BYTES % STEP == 0, "the last step ends with the space");

void recent_txs_init(struct recent_txs *r, uint64_t seed)
{
    *r = (struct recent_txs){.factor = chance_next(&seed) | 1};
}

static void free_half(struct recent_txs_half *half)
{
    free(half->slots);
    free(half->text);
    *half = (struct recent_txs_half){0};
}

void recent_txs_free(struct recent_txs *r)
{
    free_half(&r->young);
    free_half(&r->old);
}

static void turn(struct recent_txs *r)
{
    struct recent_txs_half old = r->old;
    r->old = r->young;
    r->young = old;
    r->young.len = r->young.count = 0;
    if (r->young.cap)
        memset(r->young.slots, 0, r->young.cap * sizeof *r->young.slots);
}

/* --- Slots ------------------------------------------------------------------------------------ */

static uint64_t start_of(const uint8_t id[WIRE_SHORT_LEN])
{
    uint64_t start;
    _Static_assert(sizeof start == WIRE_SHORT_LEN, "a slot has the bytes of a short id");
    memcpy(&start, id, sizeof start);
    return start;
}

static size_t home_of(const struct recent_txs *r, size_t cap, uint64_t start)
{
    return (size_t)((start * r->factor) >> 32) & (cap - 1);
}

/* The slot of that line, or the free one where it would be. The half has slots. */
static struct recent_tx *slot_of(const struct recent_txs *r, const struct recent_txs_half *half,
                                 uint64_t start)
{
    size_t i = home_of(r, half->cap, start);
    while (half->slots[i].len && half->slots[i].start != start)
        i = (i + 1) & (half->cap - 1);
    return &half->slots[i];
}

/* 0, or -1: no memory. */
static int add_slots(const struct recent_txs *r, struct recent_txs_half *half)
{
    struct recent_txs_half more = *half;
    more.cap = half->cap ? half->cap * 2 : FIRST_CAP;
    more.slots = large_alloc(more.cap * sizeof *more.slots);
    if (!more.slots)
        return -1;
    for (size_t i = 0; i < half->cap; i++)
        if (half->slots[i].len)
            *slot_of(r, &more, half->slots[i].start) = half->slots[i];
    free(half->slots);
    *half = more;
    return 0;
}

/* --- Text ------------------------------------------------------------------------------------- */

/* 0, or -1: no memory. */
static int move_text(struct recent_txs_half *half, size_t room)
{
    char *text = realloc(half->text, room);
    if (!text)
        return -1;
    half->text = text;
    half->room = room;
    return 0;
}

static void touch_text(struct recent_txs_half *half, size_t end)
{
    for (; half->touched < end; half->touched += STEP)
        large_touch(half->text + half->touched, STEP);
}

/* Makes space for n more bytes. 0, or -1: no memory. */
static int reserve_text(struct recent_txs_half *half, size_t n)
{
    size_t room = half->room ? half->room : FIRST_ROOM;
    while (room < half->len + n)
        room *= 2;
    if (room > SMALL_ROOM)
        room = RECENT_TXS_BYTES;
    if (room > half->room && move_text(half, room))
        return -1;
    if (room == RECENT_TXS_BYTES)
        touch_text(half, half->len + n);
    return 0;
}

/* --- Interface -------------------------------------------------------------------------------- */

static struct field find_in(const struct recent_txs *r, const struct recent_txs_half *half,
                            uint64_t start)
{
    const struct recent_tx *found = half->cap ? slot_of(r, half, start) : NULL;
    return found && found->len ? (struct field){half->text + found->at, found->len}
                               : (struct field){NULL, 0};
}

struct field recent_txs_find(const struct recent_txs *r, const uint8_t id[WIRE_SHORT_LEN])
{
    const uint64_t start = start_of(id);
    struct field found = find_in(r, &r->young, start);
    return found.text ? found : find_in(r, &r->old, start);
}

void recent_txs_prefetch(const struct recent_txs *r, const uint8_t id[WIRE_SHORT_LEN])
{
    if (r->young.cap)
        __builtin_prefetch(r->young.slots + home_of(r, r->young.cap, start_of(id)));
}

void recent_txs_add(struct recent_txs *r, const uint8_t id[ID_LEN], const char *line, size_t len)
{
    struct recent_txs_half *half = &r->young;
    const uint64_t start = start_of(id);
    if (len > RECENT_TXS_BYTES || find_in(r, half, start).text)
        return;
    if (half->len + len > RECENT_TXS_BYTES || half->count == RECENT_TXS_MAX)
        turn(r);
    if ((half->count >= half->cap / 2 && add_slots(r, half)) || reserve_text(half, len))
        return;
    *slot_of(r, half, start) = (struct recent_tx){
        .start = start, .at = (uint32_t)half->len, .len = (uint32_t)len};
    memcpy(half->text + half->len, line, len);
    half->len += len;
    half->count++;
}
