/*
 * simqueue EVENTS PENDING SPAN: takes so many events out of a queue in which so many wait, each due
 * up to SPAN ms later, and puts another in for each. It prints how many millions a second, of
 * processor time, by the simulator's queue (virtual/queue.h) and by a binary heap.
 */
#include "base/chance.h"
#include "virtual/queue.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct entry {
    int64_t time;
    uint64_t serial;
};

struct heap {
    struct entry *entries;
    size_t count;
};

static double processor_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int sooner(const struct entry *a, const struct entry *b)
{
    return a->time != b->time ? a->time < b->time : a->serial < b->serial;
}

static void heap_add(struct heap *h, struct entry x)
{
    size_t i = h->count++;
    for (; i && sooner(&x, &h->entries[(i - 1) / 2]); i = (i - 1) / 2)
        h->entries[i] = h->entries[(i - 1) / 2];
    h->entries[i] = x;
}

static struct entry heap_take(struct heap *h)
{
    struct entry first = h->entries[0], x = h->entries[--h->count];
    size_t i = 0, child;
    while ((child = 2 * i + 1) < h->count) {
        child += child + 1 < h->count && sooner(&h->entries[child + 1], &h->entries[child]);
        if (!sooner(&h->entries[child], &x))
            break;
        h->entries[i] = h->entries[child];
        i = child;
    }
    h->entries[i] = x;
    return first;
}

static double by_heap(uint64_t events, uint64_t pending, uint64_t span)
{
    struct heap h = {malloc((pending + 1) * sizeof *h.entries), 0};
    uint64_t chance = 1, serial = 0;
    if (!h.entries)
        errx(2, "out of memory");
    while (serial < pending)
        heap_add(&h, (struct entry){(int64_t)chance_below(&chance, span), serial++});
    double began = processor_time();
    for (uint64_t i = 0; i < events; i++) {
        int64_t now = heap_take(&h).time;
        heap_add(&h, (struct entry){now + 1 + (int64_t)chance_below(&chance, span), serial++});
    }
    free(h.entries);
    return (double)events / (processor_time() - began) / 1e6;
}

static double by_queue(uint64_t events, uint64_t pending, uint64_t span)
{
    static struct sim_queue q;
    struct sim_event e = {0};
    struct fault f;
    uint64_t chance = 1;
    sim_queue_init(&q);
    for (uint64_t i = 0; i < pending; i++)
        if (sim_queue_add(&q, (int64_t)chance_below(&chance, span), &e, &f))
            errx(2, "%s", f.text);
    double began = processor_time();
    for (uint64_t i = 0; i < events; i++) {
        sim_queue_take(&q, &e);
        if (sim_queue_add(&q, q.now + 1 + (int64_t)chance_below(&chance, span), &e, &f))
            errx(2, "%s", f.text);
    }
    double took = processor_time() - began;
    sim_queue_free(&q);
    return (double)events / took / 1e6;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        errx(2, "usage: simqueue EVENTS PENDING SPAN");
    uint64_t n[3];
    for (int i = 0; i < 3; i++)
        n[i] = strtoull(argv[i + 1], NULL, 10);
    if (!n[0] || !n[1] || n[1] > 100000000 || !n[2])
        errx(2, "simqueue: a number is out of range");
    printf("%.2f %.2f\n", by_queue(n[0], n[1], n[2]), by_heap(n[0], n[1], n[2]));
    return fflush(stdout) ? 2 : 0;
}
