/* One node of Tendermint, and whatever others tell it: for direct tests of its rules. Members are
 * n1 to n4, of equal weight, so n1 proposes in round 0 of height 1, n2 in round 1. */
#ifndef LIB_BFTNET_H
#define LIB_BFTNET_H

#include "bft/bft_item.h"
#include "process/engines.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ONE_MEMBERS = 4, ONE_LOG = 256, ONE_SENT = 512 };

struct one {
    struct node_names *names;
    uint32_t members[ONE_MEMBERS], self;
    struct engine *engine;
    struct bft_host toys;
    struct bft_toy toy;
    const char *settings[8];
    size_t setting_count;
    bool slow; /* its disk: nothing is saved until one_sync */
    int64_t now, deadline;
    struct engine_item *log[ONE_LOG];
    size_t logged, durable;
    uint64_t saves;
    struct engine_item *sent[ONE_SENT]; /* since one_forget */
    size_t sent_count;
    char notes[8192];
    uint64_t committed; /* the index of the last commit */
    char record[64];
    uint64_t answered;
};

static inline const struct engine_type *one_type(void)
{
    return engine_find("tendermint");
}

static inline void one_take(struct one *o, struct engine_outputs *out)
{
    for (size_t i = 0; i < out->count; i++) {
        const struct engine_output *x = &out->list[i];
        if (x->kind == ENGINE_SEND && o->sent_count < ONE_SENT)
            o->sent[o->sent_count++] = engine_item_ref(x->item);
        if (x->kind == ENGINE_FORGET)
            while (o->logged > 0)
                engine_item_unref(o->log[--o->logged]);
        if (x->kind == ENGINE_SAVE && o->logged < ONE_LOG) {
            o->saves++;
            o->log[o->logged++] = engine_item_ref(x->item);
        }
        if (x->kind == ENGINE_COMMIT) {
            o->committed = x->index;
            snprintf(o->record, sizeof o->record, "%.*s", (int)x->payload->len, x->payload->text);
        }
        if (x->kind == ENGINE_ANSWER)
            o->answered = x->index;
        if (x->kind == ENGINE_NOTE)
            snprintf(o->notes + strlen(o->notes), sizeof o->notes - strlen(o->notes), "%.*s\n",
                     (int)x->n, out->text.data + x->at);
    }
    o->deadline = out->deadline;
}

static inline void one_step(struct one *o, struct engine_event e);

static inline void one_sync(struct one *o)
{
    uint64_t done = o->saves;
    o->durable = o->logged;
    one_step(o, (struct engine_event){.kind = ENGINE_SAVED, .serial = done});
}

static inline void one_step(struct one *o, struct engine_event e)
{
    struct engine_outputs out = {0};
    struct fault f = {0};
    uint64_t before = o->saves;
    e.now = o->now;
    if (one_type()->step(o->engine, &e, &out, &f) != 0)
        errx(1, "step: %s", f.text);
    one_take(o, &out);
    engine_outputs_free(&out);
    if (!o->slow && o->saves > before)
        one_sync(o);
}

static inline void one_start(struct one *o)
{
    struct fault f;
    struct engine_setup setup = {.names = o->names,
                                 .self = o->self,
                                 .members = o->members,
                                 .member_count = ONE_MEMBERS,
                                 .seed = 7,
                                 .settings = o->settings,
                                 .setting_count = o->setting_count};
    o->engine = one_type()->make(&setup, &f);
    if (o->engine == NULL)
        errx(1, "%s", f.text);
    o->saves = 0;
    one_step(o, (struct engine_event){.kind = ENGINE_RESTART, .items = o->log, .count = o->logged});
}

/* As after a crash: what was not synced is gone. */
static inline void one_restart(struct one *o)
{
    one_type()->free(o->engine);
    while (o->slow && o->logged > o->durable)
        engine_item_unref(o->log[--o->logged]);
    one_start(o);
}

/* self: from 1. setting: one more, or NULL. */
static inline void one_open(struct one *o, uint32_t self, const char *setting)
{
    struct fault f;
    memset(o, 0, sizeof *o);
    o->names = node_names_new();
    if (o->names == NULL)
        errx(2, "out of memory");
    for (uint32_t i = 0; i < ONE_MEMBERS; i++) {
        char name[8];
        int n = snprintf(name, sizeof name, "n%u", i + 1);
        o->members[i] = node_names_add(o->names, name, (size_t)n, &f);
    }
    o->self = o->members[self - 1];
    o->toy = (struct bft_toy){.names = o->names, .chain = "-"};
    bft_toy_host(&o->toys, &o->toy);
    if (setting != NULL)
        o->settings[o->setting_count++] = setting;
    one_start(o);
}

static inline void one_forget(struct one *o)
{
    while (o->sent_count > 0)
        engine_item_unref(o->sent[--o->sent_count]);
    o->notes[0] = '\0';
}

static inline void one_close(struct one *o)
{
    one_forget(o);
    while (o->logged > 0)
        engine_item_unref(o->log[--o->logged]);
    one_type()->free(o->engine);
    node_names_free(o->names);
}

static inline void one_send(struct one *o, uint32_t from, struct bft_item *x)
{
    struct engine_item *item = &x->head;
    one_step(o, (struct engine_event){
                    .kind = ENGINE_MESSAGE, .from = from - 1, .items = &item, .count = 1});
    engine_item_unref(item);
}

/* A value is a letter, and stands for the record `LETTER\n` of the client n1 with the serial that
 * the letter has in the alphabet; '-' is nothing. */
static inline struct bft_entry one_entry(char letter)
{
    char text[3] = {letter, '\n', '\0'};
    struct payload *p = payload_new(text, 2);
    if (p == NULL)
        errx(2, "out of memory");
    return (struct bft_entry){.id = {.client = 0, .serial = (uint64_t)(letter - 'A') + 1},
                              .payload = p};
}

static inline void one_name(struct one *o, char letter, uint8_t value[BFT_VALUE_LEN])
{
    memset(value, 0, BFT_VALUE_LEN);
    if (letter == '-')
        return;
    struct bft_entry e = one_entry(letter);
    o->toys.name(o->toys.context, e.id, e.payload, value);
    payload_unref(e.payload);
}

static inline struct bft_vote one_vote_of(struct one *o, uint32_t node, uint64_t height,
                                          int32_t round, enum bft_step step, char letter)
{
    struct fault f;
    struct bft_vote v = {
        .height = height, .round = round, .valid_round = -1, .step = step, .node = node - 1};
    one_name(o, letter, v.value);
    o->toys.sign(o->toys.context, &v, &f);
    return v;
}

/* Each of the nodes, such as "124", votes at height 1. */
static inline void one_votes(struct one *o, const char *nodes, int32_t round, enum bft_step step,
                             char letter)
{
    for (; *nodes != '\0'; nodes++) {
        struct bft_item *x = bft_item_new(BFT_VOTES);
        struct bft_vote v = one_vote_of(o, (uint32_t)(*nodes - '0'), 1, round, step, letter);
        if (x == NULL || bft_item_add_vote(x, &v) != 0)
            errx(2, "out of memory");
        one_send(o, (uint32_t)(*nodes - '0'), x);
    }
}

static inline void one_proposal(struct one *o, uint32_t from, int32_t round, int32_t valid_round,
                                char letter)
{
    struct bft_item *x = bft_item_new(BFT_PROPOSAL);
    struct bft_entry e = one_entry(letter);
    struct fault f;
    if (x == NULL || bft_item_add_entry(x, e.id, e.payload) != 0)
        errx(2, "out of memory");
    payload_unref(e.payload);
    x->vote = one_vote_of(o, from, 1, round, BFT_PROPOSE, letter);
    x->vote.valid_round = valid_round;
    o->toys.sign(o->toys.context, &x->vote, &f);
    one_send(o, from, x);
}

/* The timers run until so much time has passed. */
static inline void one_wait(struct one *o, int64_t ms)
{
    int64_t end = o->now + ms;
    while (o->deadline <= end) {
        o->now = o->deadline > o->now ? o->deadline : o->now;
        one_step(o, (struct engine_event){.kind = ENGINE_TIMER});
    }
    o->now = end;
}

/* What the node has sent: the letter that it voted for in a round and step; '-' nothing, ' ' it has
 * not voted, '!' two things. */
static inline char one_said(struct one *o, int32_t round, enum bft_step step)
{
    char said = ' ';
    for (size_t i = 0; i < o->sent_count; i++) {
        const struct bft_item *x = (const struct bft_item *)o->sent[i];
        for (size_t k = 0; x->head.kind == BFT_VOTES && k < x->vote_count; k++) {
            const struct bft_vote *v = &x->votes[k];
            uint8_t value[BFT_VALUE_LEN];
            if (v->node != o->self || v->round != round || v->step != step)
                continue;
            for (const char *l = "-ABCD"; *l != '\0'; l++) {
                one_name(o, *l, value);
                if (bft_value_equal(v->value, value))
                    said = said == ' ' || said == *l ? *l : '!';
            }
        }
    }
    return said;
}

/* The proposal that it has sent in a round, or NULL. */
static inline const struct bft_item *one_proposed(const struct one *o, int32_t round)
{
    for (size_t i = 0; i < o->sent_count; i++) {
        const struct bft_item *x = (const struct bft_item *)o->sent[i];
        if (x->head.kind == BFT_PROPOSAL && x->vote.round == round && x->vote.node == o->self)
            return x;
    }
    return NULL;
}

#endif
