/* Steps of the engine, and what comes of them. */
#include "validator/agreement_parts.h"

#include "base/hex.h"
#include "bft/bft.h"

#include <stdio.h>
#include <string.h>

static void note(const struct agreement *a, const char *words, size_t n)
{
    if (a->config.note)
        a->config.note(a->config.self, words, n);
}

static int take_decision(struct agreement *a, const struct bft_item *x, struct fault *f)
{
    struct node node;
    char words[128];
    int found;
    if (x->height != (uint64_t)a->decided.height + 1 || x->vote_count == 0)
        return 0;
    found = tree_find(&a->config.ledger->tree, x->votes[0].value, &node, f);
    if (found <= 0)
        return found < 0 ? -1
                         : fault_trouble(f, "the ledger has lost block %llu, which was decided",
                                         (unsigned long long)x->height);
    if (agreement_set_commit(a, x->votes, x->vote_count))
        return fault_memory(f);
    a->decided = node;
    a->begun = a->turn = false;
    int n = snprintf(words, sizeof words, "decided %lld %d %s", (long long)node.height,
                     x->votes[0].round, hex32(node.id).text);
    note(a, words, (size_t)n);
    return 0;
}

int agreement_take_decisions(struct agreement *a, struct fault *f)
{
    while (a->taken < a->outputs.count) {
        const struct engine_output *o = &a->outputs.list[a->taken++];
        if (o->kind == ENGINE_SAVE && o->item->kind == BFT_DECIDED &&
            take_decision(a, (const struct bft_item *)o->item, f))
            return -1;
    }
    return 0;
}

int agreement_put(struct agreement *a, const struct bft_vote *v)
{
    uint8_t key[ID_LEN];
    if (v->node != a->self && !polkas_is_said(&a->polkas, v))
        return 0;
    voters_key(a->names, v->node, key);
    return vote_line_put(v, a->chain, key, &a->out);
}

static int send(struct agreement *a, const struct bft_item *x)
{
    if (x->head.kind == BFT_PROPOSAL)
        return agreement_put(a, &x->vote);
    for (size_t i = 0; x->head.kind == BFT_VOTES && i < x->vote_count; i++)
        if (agreement_put(a, &x->votes[i]))
            return -1;
    return 0;
}

static void take_note(struct agreement *a, const char *words, size_t n)
{
    if (n > 5 && memcmp(words, "turn ", 5) == 0)
        a->turn = true;
    if (n > 6 && memcmp(words, "round ", 6) == 0) {
        a->turn = false;
        a->new_round = true;
    }
    note(a, words, n);
}

/* In the order in which they were put out; decisions have been taken. How many were saved, or -1:
 * no memory. */
static int take_outputs(struct agreement *a)
{
    int saved = 0;
    for (size_t i = 0; i < a->outputs.count; i++) {
        const struct engine_output *o = &a->outputs.list[i];
        saved += o->kind == ENGINE_SAVE;
        if (o->kind == ENGINE_NOTE)
            take_note(a, a->outputs.text.data + o->at, o->n);
        if (o->kind == ENGINE_SEND && send(a, (const struct bft_item *)o->item))
            return -1;
    }
    return saved;
}

int agreement_step(struct agreement *a, const struct engine_event *event, struct fault *f)
{
    int saved;
    engine_outputs_clear(&a->outputs);
    a->taken = 0;
    if (bft_engine.step(a->engine, event, &a->outputs, f) || agreement_take_decisions(a, f))
        return -1;
    if (a->failed) {
        *f = a->trouble;
        return -1;
    }
    saved = take_outputs(a);
    if (saved < 0 || agreement_take_polkas(a))
        return fault_memory(f);
    a->deadline = a->outputs.deadline;
    if (saved == 0)
        return 0;
    /* What it has signed is on disk (agreement_host.c); the rest can be had again. */
    a->saves += (uint64_t)saved;
    return agreement_step(
        a, &(struct engine_event){.kind = ENGINE_SAVED, .now = event->now, .serial = a->saves}, f);
}

int agreement_message(struct agreement *a, uint32_t from, struct bft_item *item, int64_t now,
                      struct fault *f)
{
    if (!item)
        return fault_memory(f);
    struct engine_item *head = &item->head;
    struct engine_event event = {
        .kind = ENGINE_MESSAGE, .now = now, .from = from, .items = &head, .count = 1};
    int failed = agreement_step(a, &event, f);
    engine_item_unref(head);
    return failed;
}
