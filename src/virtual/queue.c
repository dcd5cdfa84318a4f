#include "virtual/queue.h"

#include "base/array.h"

#include <stdbool.h>
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
    if (ARRAY_RESERVE(q->heap, q->heap_cap, q->heap_count + 1))
        return fault_memory(f);
    q->serial++;
    size_t i = q->heap_count++;
    for (; i > 0 && sooner(&x, &q->heap[(i - 1) / 2]); i = (i - 1) / 2)
        q->heap[i] = q->heap[(i - 1) / 2];
    q->heap[i] = x;
    return 0;
}

static uint32_t heap_take(struct sim_queue *q)
{
    const uint32_t event = q->heap[0].event;
    const struct sim_queue_far x = q->heap[--q->heap_count];
    size_t i = 0, child;
    while ((child = 2 * i + 1) < q->heap_count) {
        if (child + 1 < q->heap_count && sooner(&q->heap[child + 1], &q->heap[child]))
            child++;
        if (!sooner(&q->heap[child], &x))
            break;
        q->heap[i] = q->heap[child];
        i = child;
    }
    q->heap[i] = x;
    return event;
}

/* --- The wheels ----------------------------------------------------------------------------- */

static void wheel_add(struct sim_queue *q, struct sim_queue_wheel *w, unsigned slot, uint32_t event)
{
    const unsigned word = slot / 64;
    const uint64_t bit = UINT64_C(1) << slot % 64;
    q->events[event].next = NO_EVENT;
    if (w->used[word] & bit)
        q->events[w->last[slot]].next = event;
    else
        w->first[slot] = event;
    w->last[slot] = event;
    w->used[word] |= bit;
    w->words |= UINT64_C(1) << word;
}

static void wheel_clear(struct sim_queue_wheel *w, unsigned slot)
{
    w->used[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    if (!w->used[slot / 64])
        w->words &= ~(UINT64_C(1) << slot / 64);
}

/* The next slot in use, from this one on and round the end. The wheel holds something. */
static unsigned wheel_next(const struct sim_queue_wheel *w, unsigned here)
{
    const unsigned word = here / 64;
    uint64_t bits = w->used[word] >> here % 64;
    if (bits)
        return here + (unsigned)__builtin_ctzll(bits);
    bits = word < 63 ? w->words >> (word + 1) << (word + 1) : 0;
    if (!bits)
        bits = w->words; /* round the end, to this word's lower bits at the latest */
    const unsigned next = (unsigned)__builtin_ctzll(bits);
    return next * 64 + (unsigned)__builtin_ctzll(w->used[next]);
}

/* Which span of the first wheel a time is in. */
static int64_t span_of(int64_t time)
{
    return time / SIM_QUEUE_SLOTS;
}

static void add_soon(struct sim_queue *q, int64_t time, uint32_t event)
{
    wheel_add(q, &q->soon, (unsigned)time & MASK, event);
    q->near++;
}

static void add_later(struct sim_queue *q, int64_t time, uint32_t event)
{
    const unsigned slot = (unsigned)span_of(time) & MASK;
    const bool used = q->later.used[slot / 64] >> slot % 64 & 1;
    if (!used || time < q->least[slot])
        q->least[slot] = time;
    wheel_add(q, &q->later, slot, event);
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
    const int64_t ahead = span_of(time) - span_of(q->now);
    if (ahead == 0) {
        add_soon(q, time, event);
        return 0;
    }
    q->events[event].time = time;
    if (ahead >= SIM_QUEUE_SLOTS && heap_add(q, time, event, f))
        return -1;
    if (ahead < SIM_QUEUE_SLOTS)
        add_later(q, time, event);
    q->far++;
    return 0;
}

int64_t sim_queue_next(const struct sim_queue *q)
{
    if (q->near)
        return (q->now & ~(int64_t)MASK) + wheel_next(&q->soon, (unsigned)q->now & MASK);
    if (q->later.words)
        return q->least[wheel_next(&q->later, (unsigned)span_of(q->now) & MASK)];
    return q->far ? q->heap[0].time : INT64_MAX;
}

/* The span that begins: what is due in it goes to the first wheel, and what comes into the reach of
 * the second one goes there, before anything is added to their slots; so the order of a slot is
 * that in which its events were added. */
static void enter_span(struct sim_queue *q)
{
    const int64_t span = span_of(q->now);
    const unsigned slot = (unsigned)span & MASK;
    if (q->later.used[slot / 64] >> slot % 64 & 1) {
        for (uint32_t event = q->later.first[slot], next; event != NO_EVENT; event = next) {
            next = q->events[event].next;
            add_soon(q, q->events[event].time, event);
            q->far--;
        }
        wheel_clear(&q->later, slot);
    }
    while (q->heap_count && span_of(q->heap[0].time) - span < SIM_QUEUE_SLOTS) {
        const int64_t time = q->heap[0].time;
        const uint32_t event = heap_take(q);
        if (span_of(time) > span) {
            add_later(q, time, event);
            continue;
        }
        add_soon(q, time, event);
        q->far--;
    }
}

/* The first event of this slot. */
static void take_from(struct sim_queue *q, unsigned slot, struct sim_event *e)
{
    const uint32_t event = q->soon.first[slot];
    q->soon.first[slot] = q->events[event].next;
    q->near--;
    if (q->soon.first[slot] == NO_EVENT)
        wheel_clear(&q->soon, slot);
    *e = q->events[event];
    q->events[event].next = q->unused;
    q->unused = event;
}

int sim_queue_take_now(struct sim_queue *q, struct sim_event *e)
{
    const unsigned slot = (unsigned)q->now & MASK;
    if (!(q->soon.used[slot / 64] >> slot % 64 & 1))
        return 0;
    take_from(q, slot, e);
    return 1;
}

int sim_queue_take(struct sim_queue *q, struct sim_event *e)
{
    const int64_t time = sim_queue_next(q), before = q->now;
    if (time == INT64_MAX)
        return 0;
    q->now = time;
    if (span_of(time) != span_of(before))
        enter_span(q);
    take_from(q, (unsigned)time & MASK, e);
    return 1;
}
