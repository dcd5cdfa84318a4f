/* Holds a history of finalitymodel.h against src/state, chain by chain and block by block, and
 * against what record/evidence calls a crime. */
#ifndef FINALITYSTATE_H
#define FINALITYSTATE_H

#include "finalitymodel.h"
#include "record/evidence.h"
#include "state/attests.h"
#include "state/members.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>

/* A chain of the model, from genesis to a tip, replayed. */
struct replay {
    const struct model *m;
    const struct model_block *tip;
    struct state *state;
    struct rules rules;
    struct apply_context in;
    uint64_t seed;
};

static void state_good(int failed, const struct fault *f, const struct replay *r)
{
    if (failed)
        errx(1, "seed %" PRIu64 ": src/state: %s", r->seed, f->text);
}

static void id_of_block(int block, uint8_t id[ID_LEN])
{
    memset(id, 0, ID_LEN);
    id[0] = (uint8_t)block;
}

/* Keys ascend as the numbers of the members do. */
static void key_of_member(int who, uint8_t key[ID_LEN])
{
    memset(key, 0, ID_LEN);
    key[0] = (uint8_t)(who + 1);
}

static int ancestor_in_model(void *self, int64_t height, uint8_t id[ID_LEN], struct fault *f)
{
    const struct replay *r = self;
    (void)f;
    id_of_block(r->tip->at[height], id);
    return 0;
}

static void put_members(struct replay *r, const struct crowd *c)
{
    struct fault f;
    uint8_t key[ID_LEN];
    for (int i = 0; i < PEOPLE; i++) {
        key_of_member(i, key);
        state_good(member_put(&r->in, key, c->weight[i], &f), &f, r);
    }
}

static void found(struct replay *r)
{
    static const uint8_t chain[ID_LEN];
    struct buf journal = {0};
    struct member_set first = {0};
    struct fault f;
    r->state = state_new((struct state_backing){0});
    r->rules = (struct rules){.finality = r->m->every};
    r->in = (struct apply_context){.state = r->state,
                                   .chain = chain,
                                   .rules = &r->rules,
                                   .ancestor = ancestor_in_model,
                                   .self = r};
    for (int i = 0; i < PEOPLE; i++)
        if (r->m->blocks[0].members.weight[i]) {
            struct member m = {.weight = r->m->blocks[0].members.weight[i]};
            key_of_member(i, m.key);
            state_good(member_set_add(&first, &m, &f), &f, r);
        }
    state_begin(r->state);
    state_good(members_found(&r->in, &first, &f) || state_commit(r->state, &journal, &f), &f, r);
    member_set_free(&first);
    buf_free(&journal);
}

static void add_lines(struct replay *r, struct attests *a, const struct model_block *b)
{
    char texts[PEOPLE][4];
    struct fault f;
    for (int i = 0; i < PEOPLE; i++) {
        struct attest x = {.source_height = b->line[i], .target_height = b->target[i]};
        if (b->line[i] < 0)
            continue;
        x.line.text = texts[i];
        x.line.len = (size_t)snprintf(texts[i], sizeof texts[i], "%02d", i);
        key_of_member(i, x.line.signer);
        id_of_block(b->at[x.source_height], x.source);
        id_of_block(b->at[x.target_height], x.target);
        state_good(attests_add(a, &x, &f), &f, r);
    }
}

static void compare_block(struct replay *r, const struct model_block *b, int64_t final)
{
    struct finality is;
    struct fault f;
    uint8_t id[ID_LEN];
    state_good(finality_get(r->state, &is, &f), &f, r);
    bool same = final == b->now.final && is.final == b->now.final && is.before == b->now.before &&
                is.f == b->then.final && is.e == b->then.before;
    for (int h = 0; h < b->height; h += r->m->every) {
        int justified = attests_justified(r->state, r->in.chain, h, id, &f);
        same = same && justified == (int)(b->justified >> h & 1);
    }
    if (!same)
        errx(1, "seed %" PRIu64 ": src/state has another finality at block %d", r->seed,
             b->at[b->height]);
}

static void replay_block(struct replay *r, const struct model_block *b)
{
    struct attests a;
    struct buf journal = {0};
    struct fault f;
    int64_t final;
    r->in.height = b->height;
    state_begin(r->state);
    state_good(attests_begin(&a, &r->in, &f), &f, r);
    add_lines(r, &a, b);
    state_good(attests_end(&a, &final, &f) || members_begin_block(&r->in, &f), &f, r);
    put_members(r, &b->members);
    state_good(members_end_block(&r->in, &f) || state_commit(r->state, &journal, &f), &f, r);
    compare_block(r, b, final);
    buf_free(&journal);
}

static bool is_leaf(const struct model *m, int block)
{
    for (int b = block + 1; b < m->count; b++)
        if (m->blocks[b].parent == block)
            return false;
    return true;
}

/* A line of the model, as it would stand in an accusation. */
static struct evidence evidence_of(const struct model *m, const struct line_said *line)
{
    struct evidence e = {.kind = evidence_kind_of((struct field){"attest", 6})};
    e.as.attest.source_height = line->source;
    e.as.attest.target_height = line->target;
    id_of_block(m->blocks[line->block].at[line->source], e.as.attest.source);
    id_of_block(line->block, e.as.attest.target);
    return e;
}

/* Who contradicts itself, by the model, can be accused of it, and nobody else. */
static void compare_crimes(const struct model *m, uint64_t seed)
{
    for (int who = 0; who < PEOPLE; who++)
        for (int i = 0; i < m->said_count[who]; i++)
            for (int j = 0; j < m->said_count[who]; j++) {
                const struct line_said *x = &m->said[who][i], *y = &m->said[who][j];
                struct evidence a = evidence_of(m, x), b = evidence_of(m, y);
                if (i != j && a.kind->conflict(&a, &b) != contradict(x, y))
                    errx(1, "seed %" PRIu64 ": record/evidence judges two lines otherwise", seed);
            }
}

static void hold_against_state(const struct model *m, uint64_t seed)
{
    compare_crimes(m, seed);
    for (int leaf = 1; leaf < m->count; leaf++) {
        struct replay r = {.m = m, .tip = &m->blocks[leaf], .seed = seed};
        if (!is_leaf(m, leaf))
            continue;
        found(&r);
        for (int h = 1; h <= r.tip->height; h++)
            replay_block(&r, &m->blocks[r.tip->at[h]]);
        state_free(r.state);
    }
}

#endif
