/* An engine for the height after the decided block, which knows what this member has said there: so
 * it is locked on what it has precommitted (T11). */
#include "validator/agreement_parts.h"

#include "bft/bft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS = 5 };

struct restart {
    struct engine_item **items; /* the engine's log */
    size_t count;
    struct bft_set set; /* of the decided height, and then of the next */
};

/* A snapshot, so the engine begins there. */
static int add_snapshot(struct agreement *a, struct restart *r, struct fault *f)
{
    struct bft_item *x;
    if (a->decided.height == 0)
        return 0;
    x = bft_item_new(BFT_SNAPSHOT);
    if (x)
        r->items[r->count++] = &x->head;
    if (!x || !(x->set = malloc(sizeof *x->set)))
        return fault_memory(f);
    x->height = x->set_height = (uint64_t)a->decided.height;
    if (agreement_bring_turns(a, f))
        return -1;
    *x->set = a->turns.set;
    return 0;
}

/* Whether this was said in the height that is to be decided, and what: signed again. 1 or 0, -1 and
 * trouble. */
static int said_there(struct agreement *a, const struct said_vote *b, struct bft_vote *v,
                      struct fault *f)
{
    if (b->height != a->decided.height + 1 || !b->root.known || b->round > BFT_ROUND_MAX)
        return 0;
    *v = (struct bft_vote){.height = (uint64_t)b->height,
                           .round = (int32_t)b->round,
                           .valid_round = -1,
                           .node = a->self};
    v->step = b->step == SAID_PROPOSE   ? BFT_PROPOSE
              : b->step == SAID_PREVOTE ? BFT_PREVOTE
                                        : BFT_PRECOMMIT;
    memcpy(v->value, b->root.bytes, ID_LEN);
    return vote_line_sign(v, a->chain, a->config.key, f) ? -1 : 1;
}

/* A proposal counts if the ledger has its block. */
static int add_said(struct agreement *a, struct restart *r, const struct said_vote *b,
                    struct fault *f)
{
    struct bft_vote v;
    struct bft_item *x;
    int is = said_there(a, b, &v, f);
    if (is > 0 && v.step == BFT_PROPOSE)
        is = agreement_has(a, v.value, f);
    if (is <= 0)
        return is;
    x = v.step == BFT_PROPOSE ? agreement_proposal_item(a, &v) : agreement_vote_item(&v);
    if (!x)
        return fault_memory(f);
    r->items[r->count++] = &x->head;
    return vote_line_put(&v, a->chain, a->config.key->public, &a->out) ? fault_memory(f) : 0;
}

/* What a lock there rests on. A proposal whose block the ledger has lost waits for it. */
static int add_polka(struct agreement *a, struct restart *r, const struct bft_vote *v,
                     struct fault *f)
{
    int has = v->step == BFT_PROPOSE ? agreement_has(a, v->value, f) : 1;
    struct bft_item *x;
    if (has < 0 || v->height != (uint64_t)a->decided.height + 1)
        return has < 0 ? -1 : 0;
    if (polkas_is_said(&a->polkas, v) && agreement_put(a, v))
        return fault_memory(f);
    if (has == 0)
        return held_lines_add(&a->held, v) ? fault_memory(f) : 0;
    x = v->step == BFT_PROPOSE ? agreement_proposal_item(a, v) : agreement_vote_item(v);
    if (!x)
        return fault_memory(f);
    r->items[r->count++] = &x->head;
    return 0;
}

static int make_log(struct agreement *a, struct restart *r, struct fault *f)
{
    r->items = calloc(a->before_count + a->polkas.count + 1, sizeof(struct engine_item *));
    if (!r->items)
        return fault_memory(f);
    if (add_snapshot(a, r, f))
        return -1;
    for (size_t i = 0; i < a->before_count; i++)
        if (add_said(a, r, &a->before[i], f))
            return -1;
    for (size_t i = 0; i < a->polkas.count; i++)
        if (add_polka(a, r, &a->polkas.list[i], f))
            return -1;
    return 0;
}

static int make_engine(struct agreement *a, struct restart *r, struct fault *f)
{
    char wait[32], grow[32], resend[32];
    const char *settings[SETTINGS] = {wait, grow, resend, "forward=no", "keep=8"};
    uint32_t members[BFT_MEMBERS_MAX];
    struct bft_host host;
    snprintf(wait, sizeof wait, "timeout=%lld", (long long)a->config.wait);
    snprintf(grow, sizeof grow, "delta=%lld", (long long)a->config.grow);
    snprintf(resend, sizeof resend, "resend=%lld", (long long)a->config.wait);
    if (voters_after(&a->config.ledger->tree, a->names, &a->decided, &r->set, f))
        return -1;
    for (size_t i = 0; i < r->set.count; i++)
        members[i] = r->set.list[i].node;
    struct engine_setup setup = {.names = a->names,
                                 .self = a->self,
                                 .members = members,
                                 .member_count = r->set.count,
                                 .settings = settings,
                                 .setting_count = SETTINGS};
    agreement_host(a, &host);
    a->engine = bft_new(&setup, &host, f);
    return a->engine ? 0 : -1;
}

int agreement_restart(struct agreement *a, int64_t now, struct fault *f)
{
    struct restart *r = calloc(1, sizeof *r);
    if (!r)
        return fault_memory(f);
    if (a->engine)
        bft_engine.free(a->engine);
    a->engine = NULL;
    a->saves = 0;
    a->begun = a->turn = false;
    int failed = make_engine(a, r, f) || make_log(a, r, f);
    if (!failed) {
        struct engine_event event = {
            .kind = ENGINE_RESTART, .now = now, .items = r->items, .count = r->count};
        failed = agreement_step(a, &event, f);
    }
    for (size_t i = 0; i < r->count; i++)
        engine_item_unref(r->items[i]);
    free(r->items);
    free(r);
    return failed ? -1 : 0;
}
