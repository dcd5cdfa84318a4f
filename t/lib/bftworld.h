/* Members of Tendermint, their disks, the messages between them, and liars: for bfttest.c.
 *
 * A liar has no engine. It hears everything, signs with its own name whatever may harm, and tells
 * each member something else: bftworld's world_lie. All votes that anybody let out are collected.
 */
#ifndef LIB_BFTWORLD_H
#define LIB_BFTWORLD_H

#include "base/array.h"
#include "base/chance.h"
#include "bft/bft_evidence.h"
#include "bft/bft_item.h"
#include "process/engines.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORLD_NODES = 16, WORLD_HEIGHTS = 4096, WORLD_VALUES = 24 };

struct world_message {
    uint32_t from, to;
    struct engine_item *item;
    int64_t at;
};

struct world_node {
    struct engine *engine;
    struct engine_item **log;
    size_t count, cap, durable;
    uint64_t saves, before; /* saves of this start; items of the log that are older */
    int64_t deadline;
    uint64_t index; /* of the last commit */
    uint64_t mine;  /* serial of its own last one */
};

struct world {
    struct node_names *names;
    const char *settings[16];
    size_t setting_count;
    struct bft_toy toy;
    struct bft_host toys;
    uint32_t count, honest, liars, members[WORLD_NODES];
    struct bft_set set;
    struct world_node nodes[WORLD_NODES];
    uint64_t serial[WORLD_NODES];
    struct world_message *queue;
    size_t queued, cap;
    int64_t now;
    uint64_t chance;
    uint32_t cut;
    bool faulty, forked;
    uint64_t fork; /* the height of it */
    struct proposal_id decided[WORLD_HEIGHTS];
    struct bft_vote *votes; /* all that were let out */
    size_t vote_count, votes_cap;
    struct bft_item *proposals[WORLD_VALUES]; /* the last ones that the liars have heard */
    size_t heard;
    const char *broken;
};

static inline void world_fail(struct world *w, const char *what)
{
    if (w->broken == NULL)
        w->broken = what;
}

static inline const struct engine_type *world_type(void)
{
    return engine_find("tendermint");
}

static inline void world_post(struct world *w, uint32_t from, uint32_t to, struct engine_item *item)
{
    int64_t late = w->faulty && chance_below(&w->chance, 30) == 0
                       ? (int64_t)chance_below(&w->chance, 400)
                       : 0;
    if (ARRAY_RESERVE(w->queue, w->cap, w->queued + 1) != 0)
        errx(2, "out of memory");
    w->queue[w->queued++] = (struct world_message){
        .from = from,
        .to = to,
        .item = engine_item_ref(item),
        .at = w->now + 1 + (int64_t)chance_below(&w->chance, 8) + late};
}

static inline bool same_vote(const struct bft_vote *a, const struct bft_vote *b)
{
    return a->height == b->height && a->round == b->round && a->valid_round == b->valid_round &&
           a->step == b->step && a->node == b->node && bft_value_equal(a->value, b->value) &&
           strcmp(a->signature, b->signature) == 0;
}

static inline void world_collect(struct world *w, const struct bft_item *x)
{
    for (size_t i = 0; i < x->vote_count; i++) {
        bool known = false;
        for (size_t k = w->vote_count; k-- > 0 && !known && w->vote_count - k < 400;)
            known = same_vote(&w->votes[k], &x->votes[i]);
        if (known)
            continue;
        if (ARRAY_RESERVE(w->votes, w->votes_cap, w->vote_count + 1) != 0)
            errx(2, "out of memory");
        w->votes[w->vote_count++] = x->votes[i];
    }
}

static inline void world_commit(struct world *w, uint32_t node, const struct engine_output *x)
{
    struct world_node *n = &w->nodes[node];
    if (x->index >= WORLD_HEIGHTS)
        errx(2, "too many heights");
    if (x->index <= n->index)
        world_fail(w, "indexes do not rise");
    n->index = x->index;
    if (x->id.client == node && x->id.serial > n->mine)
        n->mine = x->id.serial;
    struct proposal_id *d = &w->decided[x->index];
    if (d->serial != 0 && (d->serial != x->id.serial || d->client != x->id.client)) {
        w->forked = true;
        w->fork = x->index;
    }
    *d = x->id;
}

/* What a liar hears: the last proposals. */
static inline void world_overhear(struct world *w, struct bft_item *x)
{
    struct bft_item **place = &w->proposals[w->heard++ % WORLD_VALUES];
    if (*place != NULL)
        engine_item_unref(&(*place)->head);
    *place = (struct bft_item *)engine_item_ref(&x->head);
}

static inline void world_put_out(struct world *w, uint32_t node, const struct engine_outputs *out)
{
    struct world_node *n = &w->nodes[node];
    for (size_t i = 0; i < out->count; i++) {
        const struct engine_output *x = &out->list[i];
        struct bft_item *item = (struct bft_item *)x->item;
        if (x->kind == ENGINE_SEND) {
            world_collect(w, item);
            if (item->head.kind == BFT_PROPOSAL && w->liars > 0)
                world_overhear(w, item);
            for (uint32_t to = 0; to < w->honest; to++)
                if (to != node && (x->to == to || x->to == NODE_NONE))
                    world_post(w, node, to, x->item);
        } else if (x->kind == ENGINE_SAVE) {
            if (ARRAY_RESERVE(n->log, n->cap, n->count + 1) != 0)
                errx(2, "out of memory");
            n->log[n->count++] = engine_item_ref(x->item);
            n->saves++;
        } else if (x->kind == ENGINE_COMMIT) {
            world_commit(w, node, x);
        } else if (x->kind == ENGINE_NOTE && getenv("BFT_NOTES") != NULL) {
            printf("%lld n%u %.*s\n", (long long)w->now, node + 1, (int)x->n,
                   out->text.data + x->at);
        }
    }
    n->deadline = out->deadline;
}

static inline void world_step(struct world *w, uint32_t node, struct engine_event *e)
{
    struct engine_outputs out = {0};
    struct fault f = {0};
    e->now = w->now;
    if (world_type()->step(w->nodes[node].engine, e, &out, &f) != 0)
        errx(1, "n%u: %s", node + 1, f.text);
    world_put_out(w, node, &out);
    engine_outputs_free(&out);
}

/* Some of what waits is on disk. */
static inline void world_sync(struct world *w, uint32_t node)
{
    struct world_node *n = &w->nodes[node];
    n->durable += 1 + chance_below(&w->chance, n->count - n->durable);
    if (n->durable > n->before)
        world_step(w, node,
                   &(struct engine_event){.kind = ENGINE_SAVED, .serial = n->durable - n->before});
}

static inline void world_start(struct world *w, uint32_t node)
{
    struct world_node *n = &w->nodes[node];
    struct fault f;
    struct engine_setup setup = {.names = w->names,
                                 .self = node,
                                 .members = w->members,
                                 .member_count = w->count,
                                 .seed = chance_next(&w->chance),
                                 .settings = w->settings,
                                 .setting_count = w->setting_count};
    n->engine = world_type()->make(&setup, &f);
    if (n->engine == NULL)
        errx(2, "%s", f.text);
    n->index = 0;
    n->saves = 0;
    n->before = n->count;
    world_step(w, node,
               &(struct engine_event){.kind = ENGINE_RESTART, .items = n->log, .count = n->count});
}

/* What was not on disk is gone. */
static inline void world_crash(struct world *w, uint32_t node)
{
    struct world_node *n = &w->nodes[node];
    world_type()->free(n->engine);
    n->engine = NULL;
    while (n->count > n->durable)
        engine_item_unref(n->log[--n->count]);
}

static inline void world_propose(struct world *w, uint32_t node)
{
    char text[32];
    int n = snprintf(text, sizeof text, "n%u %llu\n", node + 1,
                     (unsigned long long)++w->serial[node]);
    struct payload *p = payload_new(text, (size_t)n);
    world_step(w, node,
               &(struct engine_event){.kind = ENGINE_PROPOSE,
                                      .id = {.client = node, .serial = w->serial[node]},
                                      .payload = p});
    payload_unref(p);
}

static inline void world_deliver(struct world *w, const struct world_message *m)
{
    struct engine_item *item = m->item;
    if (w->nodes[m->to].engine != NULL)
        world_step(w, m->to,
                   &(struct engine_event){
                       .kind = ENGINE_MESSAGE, .from = m->from, .items = &item, .count = 1});
}

static inline struct world *world_open(uint32_t count, uint32_t liars)
{
    struct world *w = calloc(1, sizeof *w);
    struct fault f;
    if (w == NULL || (w->names = node_names_new()) == NULL)
        errx(2, "out of memory");
    if (count > WORLD_NODES || liars >= count)
        errx(2, "too many nodes, or liars");
    w->count = count;
    w->liars = liars;
    w->honest = count - liars;
    for (uint32_t i = 0; i < count; i++) {
        char name[8];
        int n = snprintf(name, sizeof name, "n%02u", i + 1);
        w->members[i] = node_names_add(w->names, name, (size_t)n, &f);
        w->set.list[w->set.count++] = (struct bft_member){.node = i, .weight = 1};
    }
    w->set.total = count;
    w->toy = (struct bft_toy){.names = w->names, .chain = "-"};
    bft_toy_host(&w->toys, &w->toy);
    return w;
}

static inline void world_close(struct world *w)
{
    for (uint32_t i = 0; i < w->honest; i++) {
        w->nodes[i].durable = 0;
        if (w->nodes[i].engine != NULL)
            world_crash(w, i);
        while (w->nodes[i].count > 0)
            engine_item_unref(w->nodes[i].log[--w->nodes[i].count]);
        free(w->nodes[i].log);
    }
    for (size_t i = 0; i < w->queued; i++)
        engine_item_unref(w->queue[i].item);
    for (size_t i = 0; i < WORLD_VALUES; i++)
        if (w->proposals[i] != NULL)
            engine_item_unref(&w->proposals[i]->head);
    free(w->queue);
    free(w->votes);
    node_names_free(w->names);
    free(w);
}

#include "bftliars.h"

#endif
