/* One node of pbft, n1 to n7 or one that is no member, stepped directly, for tests of its rules. */
#ifndef LIB_PBFTNODE_H
#define LIB_PBFTNODE_H

#include "base/array.h"
#include "pbft/pbft.h"
#include "pbft/pbft_parts.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODE_SAVES = 256 };

struct node_sent {
    uint32_t to;
    struct engine_item *item;
};

struct node {
    struct node_names *names;
    uint32_t members[8]; /* n1 to n8 */
    struct engine *engine;
    struct pbft *p; /* the same */
    int64_t now, deadline;
    struct engine_item *saved[NODE_SAVES];
    size_t saves;
    struct node_sent *sent;
    size_t sent_count, sent_cap;
    size_t commits;
    struct proposal_id last; /* that was committed */
};

static inline void node_take(struct node *n, struct engine_outputs *out)
{
    for (size_t i = 0; i < out->count; i++) {
        struct engine_output *x = &out->list[i];
        if (x->kind == ENGINE_SAVE && n->saves < NODE_SAVES)
            n->saved[n->saves++] = engine_item_ref(x->item);
        if (x->kind == ENGINE_COMMIT) {
            n->commits++;
            n->last = x->id;
        }
        if (x->kind != ENGINE_SEND)
            continue;
        if (ARRAY_RESERVE(n->sent, n->sent_cap, n->sent_count + 1) != 0)
            errx(2, "out of memory");
        n->sent[n->sent_count++] = (struct node_sent){x->to, engine_item_ref(x->item)};
    }
    n->deadline = out->deadline;
}

static inline void node_step(struct node *n, struct engine_event e)
{
    struct engine_outputs out = {0};
    struct fault f;
    e.now = n->now;
    if (pbft_engine.step(n->engine, &e, &out, &f) != 0)
        errx(2, "%s", f.text);
    node_take(n, &out);
    engine_outputs_free(&out);
}

/* All that was saved is on disk. */
static inline void node_sync(struct node *n)
{
    while (n->p->saved < n->p->saves)
        node_step(n, (struct engine_event){.kind = ENGINE_SAVED, .serial = n->p->saves});
}

static inline void node_start(struct node *n, uint32_t self, size_t count, const char *const *words,
                              size_t word_count, size_t saved)
{
    struct fault f;
    struct engine_setup setup = {.names = n->names,
                                 .self = n->members[self],
                                 .members = n->members,
                                 .member_count = count,
                                 .seed = 7,
                                 .settings = words,
                                 .setting_count = word_count};
    n->engine = pbft_engine.make(&setup, &f);
    if (n->engine == NULL)
        errx(2, "%s", f.text);
    n->p = (struct pbft *)n->engine;
    node_step(n, (struct engine_event){.kind = ENGINE_RESTART, .items = n->saved, .count = saved});
}

/* self: from 0, of so many members. */
static inline void node_open(struct node *n, uint32_t self, size_t count, const char *const *words,
                             size_t word_count)
{
    struct fault f;
    *n = (struct node){.names = node_names_new()};
    if (n->names == NULL)
        errx(2, "out of memory");
    for (uint32_t i = 0; i < 8; i++)
        n->members[i] = node_names_add(n->names, &"n1n2n3n4n5n6n7n8"[i * 2], 2, &f);
    node_start(n, self, count, words, word_count, 0);
}

static inline void node_close(struct node *n)
{
    pbft_engine.free(n->engine);
    for (size_t i = 0; i < n->saves; i++)
        engine_item_unref(n->saved[i]);
    for (size_t i = 0; i < n->sent_count; i++)
        engine_item_unref(n->sent[i].item);
    free(n->sent);
    node_names_free(n->names);
}

static inline struct pbft_item *item_new(enum pbft_kind kind, uint64_t view, uint64_t seq,
                                         size_t parts)
{
    struct pbft_item *x = pbft_item_new(kind, parts);
    if (x == NULL)
        errx(2, "out of memory");
    x->view = view;
    x->seq = seq;
    return x;
}

/* Hands it a message, of which the reference is taken, and lets its disk catch up. */
static inline void node_hear(struct node *n, uint32_t from, struct pbft_item *x)
{
    struct engine_item *item = &x->head;
    node_step(n, (struct engine_event){
                     .kind = ENGINE_MESSAGE, .from = n->members[from], .items = &item, .count = 1});
    engine_item_unref(item);
    node_sync(n);
}

static inline void node_hear_vote(struct node *n, uint32_t from, enum pbft_kind kind, uint64_t view,
                                  uint64_t seq, struct pbft_digest digest)
{
    struct pbft_item *x = item_new(kind, view, seq, 0);
    x->digest = digest;
    node_hear(n, from, x);
}

/* A batch of one record, of the node n8. */
static inline struct pbft_batch *batch_new(const struct node *n, uint64_t serial)
{
    struct pbft_batch *b = pbft_batch_new(1);
    char line[32];
    int length = snprintf(line, sizeof line, "record %llu\n", (unsigned long long)serial);
    if (b == NULL)
        errx(2, "out of memory");
    b->values[0] = (struct pbft_value){.id = {.client = n->members[7], .serial = serial},
                                       .payload = payload_new(line, (size_t)length)};
    pbft_batch_seal(b, n->names);
    return b;
}

/* The primary's proposal; gives the digest. */
static inline struct pbft_digest node_hear_proposal(struct node *n, uint32_t from, uint64_t view,
                                                    uint64_t seq, uint64_t serial)
{
    struct pbft_item *x = item_new(PBFT_PREPREPARE, view, seq, 0);
    x->batch = batch_new(n, serial);
    struct pbft_digest digest = x->batch->digest;
    node_hear(n, from, x);
    return digest;
}

static inline size_t node_sent_count(const struct node *n, enum pbft_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < n->sent_count; i++)
        count += n->sent[i].item->kind == (uint32_t)kind;
    return count;
}

/* The last that it sent of this kind, or NULL. */
static inline const struct pbft_item *node_sent_last(const struct node *n, enum pbft_kind kind)
{
    for (size_t i = n->sent_count; i-- > 0;)
        if (n->sent[i].item->kind == (uint32_t)kind)
            return (const struct pbft_item *)n->sent[i].item;
    return NULL;
}

static inline void node_command(struct node *n, const char *text)
{
    node_step(n, (struct engine_event){.kind = ENGINE_COMMAND, .text = text, .n = strlen(text)});
    node_sync(n);
}

#endif
