#include "model/slots.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

int slots_init(struct slots *s, uint32_t span)
{
    uint32_t count = 64;
    while (count <= span)
        count *= 2;
    *s = (struct slots){.mask = count - 1, .free = NONE};
    s->slots = malloc(count * sizeof *s->slots);
    if (!s->slots)
        return -1;
    memset(s->slots, 0xff, count * sizeof *s->slots);
    return 0;
}

void slots_free(struct slots *s)
{
    free(s->slots);
    free(s->chunks);
    *s = (struct slots){0};
}

/* Puts the slot's chunks before the free ones. */
static void empty(struct slots *s, struct slot *slot)
{
    if (slot->first == NONE)
        return;
    s->chunks[slot->last].next = s->free;
    s->free = slot->first;
    *slot = (struct slot){NONE, NONE};
}

void slots_clear(struct slots *s)
{
    for (uint32_t i = 0; s->waiting && i <= s->mask; i++)
        empty(s, &s->slots[i]);
    empty(s, &s->slots[s->now & s->mask]);
    s->waiting = s->now = 0;
}

/* Appends an empty chunk to the slot. 0, or -1: no memory. */
static int add_chunk(struct slots *s, struct slot *slot)
{
    uint32_t added = s->free;
    if (added != NONE)
        s->free = s->chunks[added].next;
    else if (ARRAY_RESERVE(s->chunks, s->cap, s->count + 1))
        return -1;
    else
        added = (uint32_t)s->count++;
    s->chunks[added].next = NONE;
    s->chunks[added].taken = s->chunks[added].count = 0;
    *(slot->first == NONE ? &slot->first : &s->chunks[slot->last].next) = added;
    slot->last = added;
    return 0;
}

int slots_put(struct slots *s, uint64_t after, uint64_t event)
{
    struct slot *slot = &s->slots[(s->now + after) & s->mask];
    if ((slot->first == NONE || s->chunks[slot->last].count == SLOTS_CHUNK) && add_chunk(s, slot))
        return -1;
    struct slots_chunk *chunk = &s->chunks[slot->last];
    chunk->events[chunk->count++] = event;
    s->waiting++;
    return 0;
}

/* Frees the slot's first chunk, if all of it has been taken. Whether an event is left. */
static bool advance(struct slots *s, struct slot *slot)
{
    while (slot->first != NONE) {
        uint32_t first = slot->first;
        struct slots_chunk *chunk = &s->chunks[first];
        if (chunk->taken < chunk->count)
            return true;
        slot->first = chunk->next;
        if (slot->first == NONE)
            slot->last = NONE;
        chunk->next = s->free;
        s->free = first;
    }
    return false;
}

bool slots_take(struct slots *s, uint64_t *event)
{
    if (!s->waiting)
        return false;
    struct slot *slot = &s->slots[s->now & s->mask];
    while (!advance(s, slot))
        slot = &s->slots[++s->now & s->mask];
    struct slots_chunk *chunk = &s->chunks[slot->first];
    *event = chunk->events[chunk->taken++];
    s->waiting--;
    return true;
}
