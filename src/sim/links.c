#include "sim/links.h"

#include <stdlib.h>
#include <string.h>

int sim_links_init(struct sim_links *l, const struct sim_scenario *s, uint32_t nodes,
                   const int *regions, uint64_t seed, struct fault *f)
{
    const size_t pairs = (size_t)nodes * nodes;
    *l = (struct sim_links){
        .nodes = nodes,
        .regions = s->region_delay_count > 0 ? regions : NULL,
        .scenario = s,
        .delays = sim_stream(seed, "delay", 0),
        .losses = sim_stream(seed, "loss", 0),
        .duplicates = sim_stream(seed, "duplicate", 0),
        .reorders = sim_stream(seed, "reorder", 0),
        .loss = s->loss,
        .duplicate = s->duplicate,
        .reorder = s->reorder,
    };
    l->blocked = calloc(pairs, sizeof *l->blocked);
    l->clogged = calloc(pairs, sizeof *l->clogged);
    l->last = s->fifo ? calloc(pairs, sizeof *l->last) : NULL;
    return l->blocked == NULL || l->clogged == NULL || (s->fifo && l->last == NULL)
               ? fault_memory(f)
               : 0;
}

void sim_links_free(struct sim_links *l)
{
    free(l->blocked);
    free(l->clogged);
    free(l->last);
    *l = (struct sim_links){0};
}

void sim_links_block(struct sim_links *l, uint32_t from, uint32_t to, int by)
{
    uint16_t *count = &l->blocked[(size_t)from * l->nodes + to];
    *count = (uint16_t)(*count + by);
    l->blocks += (uint64_t)(int64_t)by;
}

void sim_links_clog(struct sim_links *l, uint32_t from, uint32_t to, int64_t until)
{
    int64_t *clogged = &l->clogged[(size_t)from * l->nodes + to];
    *clogged = until > *clogged ? until : *clogged;
    l->clear = until > l->clear ? until : l->clear;
}

void sim_links_unclog(struct sim_links *l)
{
    memset(l->clogged, 0, (size_t)l->nodes * l->nodes * sizeof *l->clogged);
    l->clear = 0;
}

void sim_links_partition(struct sim_links *l, const struct sim_partition *p, int by)
{
    for (uint32_t from = 0; from < l->nodes; from++)
        for (uint32_t to = 0; to < l->nodes; to++)
            if (!(p->groups[from] & p->groups[to]) && !(p->one_way && p->groups[from] == 1))
                sim_links_block(l, from, to, by);
}

static const struct sim_delay *delay_of(const struct sim_links *l, uint32_t from, uint32_t to)
{
    const struct sim_scenario *s = l->scenario;
    for (size_t i = s->region_delay_count; l->regions != NULL && i > 0; i--)
        if (s->region_delays[i - 1].from == l->regions[from] &&
            s->region_delays[i - 1].to == l->regions[to])
            return &s->region_delays[i - 1].delay;
    return &s->delay;
}

int64_t sim_links_delay(struct sim_links *l, uint32_t from, uint32_t to, bool calm)
{
    int64_t delay = sim_draw(&l->delays, delay_of(l, from, to));
    if (!calm && sim_happens(&l->reorders, l->reorder))
        delay += (int64_t)chance_below(&l->reorders, (uint64_t)l->scenario->reorder_most + 1);
    return delay > 0 ? delay : 1;
}

int64_t sim_links_in_order(struct sim_links *l, uint32_t from, uint32_t to, int64_t time)
{
    if (l->last == NULL)
        return time;
    int64_t *last = &l->last[(size_t)from * l->nodes + to];
    *last = time > *last ? time : *last;
    return *last;
}
