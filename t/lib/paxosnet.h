/* A few nodes of paxos, their disks, and the messages between them, for tests: what they commit is
 * compared at once. */
#ifndef LIB_PAXOSNET_H
#define LIB_PAXOSNET_H

#include "base/array.h"
#include "base/chance.h"
#include "consensus/engine.h"
#include "process/engines.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NET_NODES = 7, NET_SLOTS = 1 << 16, NET_SETTINGS = 16 };

struct net_message {
    uint32_t from, to;
    struct engine_item *item;
    int64_t at;
};

/* group: the last save that replaces the log together with this one; forget: it is the first. */
struct net_save {
    struct engine_item *item;
    bool forget;
    uint64_t number, group;
};

struct net_disk {
    struct net_save *list; /* `durable` of them are on disk */
    size_t count, cap, durable;
    uint64_t saves; /* of this start */
};

struct net_commit {
    bool there;
    struct proposal_id id;
};

struct net_node {
    struct engine *engine;
    struct net_disk disk;
    int64_t deadline;
    uint64_t index;                   /* of the last commit */
    uint64_t applied;                 /* how many */
    uint64_t answers, laters, answer; /* reads: how many, the last index */
    char note[64];                    /* the last one */
};

struct net {
    struct node_names *names;
    const char *settings[NET_SETTINGS];
    size_t setting_count;
    uint32_t count, members[NET_NODES];
    struct net_node nodes[NET_NODES];
    struct net_message *queue;
    size_t queued, cap;
    int64_t now;
    struct net_commit *slots; /* what anybody has committed in each, NET_SLOTS */
    uint64_t highest;
    bool quiet;
    const char *broken; /* what went wrong, or NULL */
};

static inline void net_fail(struct net *w, const char *what)
{
    if (w->broken == NULL)
        w->broken = what;
}

static inline void net_post(struct net *w, uint32_t from, uint32_t to, struct engine_item *item)
{
    if (ARRAY_RESERVE(w->queue, w->cap, w->queued + 1) != 0)
        errx(2, "out of memory");
    w->queue[w->queued++] = (struct net_message){
        .from = from, .to = to, .item = engine_item_ref(item), .at = -1};
}

static inline void net_unpost(struct net *w, size_t i)
{
    engine_item_unref(w->queue[i].item);
    w->queue[i] = w->queue[--w->queued];
}

static inline void net_commit(struct net *w, uint32_t node, const struct engine_output *x)
{
    struct net_node *n = &w->nodes[node];
    if (x->index >= NET_SLOTS)
        errx(2, "too many slots");
    if (x->index <= n->index)
        net_fail(w, "indexes do not rise");
    n->index = x->index;
    n->applied++;
    struct net_commit *c = &w->slots[x->index];
    if (c->there && (c->id.client != x->id.client || c->id.serial != x->id.serial))
        net_fail(w, "two values in one slot");
    for (uint64_t i = x->index; i-- > 1 && x->index - i < 256;)
        if (w->slots[i].there && w->slots[i].id.client == x->id.client &&
            w->slots[i].id.serial == x->id.serial)
            net_fail(w, "one proposal in two slots");
    *c = (struct net_commit){.there = true, .id = x->id};
    if (x->index > w->highest)
        w->highest = x->index;
}

static inline void net_save_item(struct net_disk *d, struct engine_item *item, bool *forget)
{
    if (ARRAY_RESERVE(d->list, d->cap, d->count + 1) != 0)
        errx(2, "out of memory");
    d->list[d->count++] = (struct net_save){
        .item = engine_item_ref(item), .forget = *forget, .number = ++d->saves};
    *forget = false;
}

/* Everything after a FORGET goes to the disk as one. */
static inline void net_group(struct net_disk *d, size_t from)
{
    for (size_t i = from; i < d->count; i++)
        d->list[i].group = d->saves;
}

static inline void net_put_out(struct net *w, uint32_t node, const struct engine_outputs *out)
{
    struct net_node *n = &w->nodes[node];
    bool forget = false;
    size_t group = 0;
    bool grouped = false;
    for (size_t i = 0; i < out->count; i++) {
        const struct engine_output *x = &out->list[i];
        switch (x->kind) {
        case ENGINE_SEND:
            for (uint32_t to = 0; to < w->count; to++)
                if (to != node && (x->to == to || x->to == NODE_NONE))
                    net_post(w, node, to, x->item);
            break;
        case ENGINE_SAVE:
            net_save_item(&n->disk, x->item, &forget);
            break;
        case ENGINE_FORGET:
            forget = grouped = true;
            group = n->disk.count;
            break;
        case ENGINE_COMMIT:
            net_commit(w, node, x);
            break;
        case ENGINE_RESTORE:
            n->index = x->index;
            break;
        case ENGINE_ANSWER:
            n->answers++;
            n->laters += x->index == UINT64_MAX;
            n->answer = x->index;
            break;
        case ENGINE_NOTE:
            snprintf(n->note, sizeof n->note, "%.*s", (int)x->n, out->text.data + x->at);
            if (strncmp(n->note, "conflict", 8) == 0)
                net_fail(w, "a learner saw two values");
            if (!w->quiet)
                printf("%lld n%u %s\n", (long long)w->now, node + 1, n->note);
            break;
        }
    }
    if (grouped)
        net_group(&n->disk, group);
    n->deadline = out->deadline;
}

static inline void net_step(struct net *w, uint32_t node, struct engine_event *e)
{
    struct engine_outputs out = {0};
    struct fault f = {0};
    e->now = w->now;
    if (engine_find("paxos")->step(w->nodes[node].engine, e, &out, &f) != 0)
        errx(1, "n%u: %s", node + 1, f.text);
    net_put_out(w, node, &out);
    engine_outputs_free(&out);
}

/* Up to the number-th save is on disk, or less if that would tear a group. */
static inline void net_sync(struct net *w, uint32_t node, uint64_t number)
{
    struct net_disk *d = &w->nodes[node].disk;
    uint64_t done = 0;
    for (size_t i = d->durable; i < d->count && d->list[i].number <= number; i++) {
        if (d->list[i].group > number)
            break;
        if (d->list[i].forget) {
            for (size_t j = 0; j < i; j++)
                engine_item_unref(d->list[j].item);
            memmove(d->list, d->list + i, (d->count - i) * sizeof *d->list);
            d->count -= i;
            i = 0;
        }
        d->durable = i + 1;
        done = d->list[i].number;
    }
    if (done > 0)
        net_step(w, node, &(struct engine_event){.kind = ENGINE_SAVED, .serial = done});
}

static inline void net_sync_all(struct net *w, uint32_t node)
{
    net_sync(w, node, w->nodes[node].disk.saves);
}

static inline void net_start(struct net *w, uint32_t node)
{
    struct net_node *n = &w->nodes[node];
    struct fault f;
    struct engine_setup setup = {.names = w->names,
                                 .self = node,
                                 .members = w->members,
                                 .member_count = w->count,
                                 .seed = node + 1,
                                 .settings = w->settings,
                                 .setting_count = w->setting_count};
    n->engine = engine_find("paxos")->make(&setup, &f);
    if (n->engine == NULL)
        errx(2, "%s", f.text);
    n->index = 0;
    n->disk.saves = 0;
    struct engine_item **items = calloc(n->disk.count + 1, sizeof(*items));
    if (items == NULL)
        errx(2, "out of memory");
    for (size_t i = 0; i < n->disk.count; i++) {
        items[i] = n->disk.list[i].item;
        n->disk.list[i].number = n->disk.list[i].group = 0;
    }
    net_step(
        w, node,
        &(struct engine_event){.kind = ENGINE_RESTART, .items = items, .count = n->disk.count});
    free(items);
}

/* What was not on disk is gone; or all of it. */
static inline void net_crash(struct net *w, uint32_t node, bool lose_disk)
{
    struct net_node *n = &w->nodes[node];
    if (n->engine == NULL)
        return;
    engine_find("paxos")->free(n->engine);
    n->engine = NULL;
    for (size_t keep = lose_disk ? 0 : n->disk.durable; n->disk.count > keep;)
        engine_item_unref(n->disk.list[--n->disk.count].item);
    n->disk.durable = n->disk.count;
}

static inline void net_open(struct net *w, uint32_t count)
{
    struct fault f;
    w->names = node_names_new();
    w->slots = calloc(NET_SLOTS, sizeof *w->slots);
    w->count = count;
    if (w->names == NULL || w->slots == NULL)
        errx(2, "out of memory");
    for (uint32_t i = 0; i < count; i++) {
        char name[8];
        int n = snprintf(name, sizeof name, "n%u", i + 1);
        w->members[i] = node_names_add(w->names, name, (size_t)n, &f);
    }
}

static inline void net_close(struct net *w)
{
    for (uint32_t i = 0; i < w->count; i++) {
        net_crash(w, i, true);
        free(w->nodes[i].disk.list);
    }
    while (w->queued > 0)
        net_unpost(w, w->queued - 1);
    free(w->queue);
    free(w->slots);
    node_names_free(w->names);
}

/* A message's first line. */
static inline void net_show(const struct net *w, const struct net_message *m)
{
    struct buf text = {0};
    if (engine_find("paxos")->item_format(m->item, w->names, &text) != 0)
        errx(2, "out of memory");
    printf("%lld n%u>n%u %.*s\n", (long long)w->now, m->from + 1, m->to + 1,
           (int)strcspn(text.data, "\n"), text.data);
    buf_free(&text);
}

/* Hands a message over, and leaves it in the queue. */
static inline void net_deliver(struct net *w, size_t i)
{
    struct net_message m = w->queue[i];
    struct engine_item *item = engine_item_ref(m.item);
    if (!w->quiet)
        net_show(w, &m);
    if (w->nodes[m.to].engine != NULL)
        net_step(w, m.to,
                 &(struct engine_event){
                     .kind = ENGINE_MESSAGE, .from = m.from, .items = &item, .count = 1});
    engine_item_unref(item);
}

static inline void net_propose(struct net *w, uint32_t node, uint64_t serial)
{
    char line[32];
    int n = snprintf(line, sizeof line, "%u/%llu\n", node + 1, (unsigned long long)serial);
    struct payload *p = payload_new(line, (size_t)n);
    if (p == NULL)
        errx(2, "out of memory");
    net_step(w, node,
             &(struct engine_event){
                 .kind = ENGINE_PROPOSE, .id = {.client = node, .serial = serial}, .payload = p});
    payload_unref(p);
}

#endif
