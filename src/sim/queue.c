#include "sim/queue.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

enum { MASK = SIM_QUEUE_SLOTS - 1 };

#define NO_EVENT UINT32_MAX

_Static_assert(SIM_QUEUE_SLOTS == 64 * 64, "one word has a bit for each word of the bitmap");

void sim_queue_init(struct sim_queue *q)
{
    memset(q, 0, sizeof *q);
    q->unused = NO_EVENT;
}

void sim_queue_free(struct sim_queue *q)
{
    free(q->events);
    free(q->heap);
    sim_queue_init(q);
}

/* --- The heap ------------------------------------------------------------------------------- */

static int sooner(const struct sim_queue_far *a, const struct sim_queue_far *b)
{
    return a->time != b->time ? a->time < b->time : a->serial < b->serial;
}

static int heap_add(struct sim_queue *q, int64_t time, uint32_t event, struct fault *f)
{
    const struct sim_queue_far x = {time, q->serial, event};
    if (ARRAY_RESERVE(q->heap, q->heap_cap, q->far + 1))
        return fault_memory(f);
    q->serial++;
    size_t i = q->far++;
    for (; i > 0 && sooner(&x, &q->heap[(i - 1) / 2]); i = (i - 1) / 2)
        q->heap[i] = q->heap[(i - 1) / 2];
    q->heap[i] = x;
    return 0;
}

static uint32_t heap_take(struct sim_queue *q)
{
    const uint32_t event = q->heap[0].event;
    const struct sim_queue_far x = q->heap[--q->far];
    size_t i = 0, child;
    while ((child = 2 * i + 1) < q->far) {
        if (child + 1 < q->far && sooner(&q->heap[child + 1], &q->heap[child]))
            child++;
        if (!sooner(&q->heap[child], &x))
            break;
        q->heap[i] = q->heap[child];
        i = child;
    }
    q->heap[i] = x;
    return event;
}

/* --- The wheel ------------------------------------------------------------------------------ */

static void wheel_add(struct sim_queue *q, int64_t time, uint32_t event)
{
    const unsigned slot = (unsigned)time & MASK, word = slot / 64;
    const uint64_t bit = UINT64_C(1) << slot % 64;
    q->events[event].next = NO_EVENT;
    if (q->used[word] & bit)
        q->events[q->last[slot]].next = event;
    else
        q->first[slot] = event;
    q->last[slot] = event;
    q->used[word] |= bit;
    q->words |= UINT64_C(1) << word;
    q->near++;
}

static uint32_t wheel_take(struct sim_queue *q, unsigned slot)
{
    const uint32_t event = q->first[slot];
    q->first[slot] = q->events[event].next;
    q->near--;
    if (q->first[slot] != NO_EVENT)
        return event;
    q->used[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    if (!q->used[slot / 64])
        q->words &= ~(UINT64_C(1) << slot / 64);
    return event;
}

/* How far the next slot in use is from that of now. The wheel holds something. */
static unsigned wheel_next(const struct sim_queue *q)
{
    const unsigned here = (unsigned)q->now & MASK, word = here / 64;
    uint64_t bits = q->used[word] >> here % 64;
    if (bits)
        return (unsigned)__builtin_ctzll(bits);
    bits = word < 63 ? q->words >> (word + 1) << (word + 1) : 0;
    if (!bits)
        bits = q->words; /* round the end, to this word's lower bits at the latest */
    const unsigned next = (unsigned)__builtin_ctzll(bits);
    return (next * 64 + (unsigned)__builtin_ctzll(q->used[next]) - here) & MASK;
}

/* -------------------------------------------------------------------------------------------- */

static int event_new(struct sim_queue *q, const struct sim_event *e, uint32_t *event,
                     struct fault *f)
{
    *event = q->unused;
    if (*event != NO_EVENT) {
        q->unused = q->events[*event].next;
    } else {
        if (q->events_count == SIM_QUEUE_MAX)
            return fault_trouble(f, "more than %u events wait", SIM_QUEUE_MAX);
        if (ARRAY_RESERVE(q->events, q->events_cap, q->events_count + 1))
            return fault_memory(f);
        *event = (uint32_t)q->events_count++;
    }
    q->events[*event] = *e;
    return 0;
}

int sim_queue_add(struct sim_queue *q, int64_t time, const struct sim_event *e, struct fault *f)
{
    uint32_t event;
    if (event_new(q, e, &event, f))
        return -1;
    if (time < q->now)
        time = q->now;
    if (time - q->now >= SIM_QUEUE_SLOTS)
        return heap_add(q, time, event, f);
    wheel_add(q, time, event);
    return 0;
}

int64_t sim_queue_next(const struct sim_queue *q)
{
    if (q->near)
        return q->now + wheel_next(q);
    return q->far ? q->heap[0].time : INT64_MAX;
}

int sim_queue_take(struct sim_queue *q, struct sim_event *e)
{
    const int64_t time = sim_queue_next(q);
    if (time == INT64_MAX)
        return 0;
    q->now = time;
    /* What comes into the span of the wheel goes there before anything is added to its slot, so
     * that the order of a slot is that in which its events were added. */
    while (q->far && q->heap[0].time - time < SIM_QUEUE_SLOTS) {
        int64_t due = q->heap[0].time;
        wheel_add(q, due, heap_take(q));
    }
    const uint32_t event = wheel_take(q, (unsigned)time & MASK);
    *e = q->events[event];
    q->events[event].next = q->unused;
    q->unused = event;
    return 1;
}
