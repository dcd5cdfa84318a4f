#include "validator/agreement.h"

#include "base/hex.h"
#include "bft/bft.h"
#include "validator/agreement_parts.h"
#include "validator/turns_file.h"

#include <stdlib.h>
#include <string.h>

enum {
    NEAR = 64,         /* heights above the decided one of which lines are held */
    FOLLOW = 16,       /* final blocks that are decided one by one; of more, only the last */
    FORGET = 100,      /* heights after which the engine may forget */
    NAMES_MAX = 100000 /* keys that are known */
};

/* --- What came before its time ---------------------------------------------------------------- */

int agreement_has(struct agreement *a, const uint8_t id[ID_LEN], struct fault *f)
{
    struct node node, parent;
    struct tree *t = &a->config.ledger->tree;
    int found = tree_find(t, id, &node, f);
    if (found <= 0 || node.parent < 0)
        return found < 0 ? -1 : 0;
    if (tree_get(t, node.parent, &parent, f))
        return -1;
    return memcmp(parent.id, a->decided.id, ID_LEN) == 0;
}

static bool is_now(const struct agreement *a, const struct bft_vote *v)
{
    return v->height == (uint64_t)a->decided.height + 1;
}

/* Gives the engine a vote, or a proposal whose block the ledger has. 1; 0: not yet; -1 and trouble.
 */
static int give(struct agreement *a, const struct bft_vote *v, int64_t now, struct fault *f)
{
    struct bft_item *x;
    int has = v->step == BFT_PROPOSE ? agreement_has(a, v->value, f) : 1;
    a->awaits |= has == 0;
    if (has <= 0)
        return has;
    x = v->step == BFT_PROPOSE ? agreement_proposal_item(a, v) : agreement_vote_item(v);
    return agreement_message(a, v->node, x, now, f) ? -1 : 1;
}

/* Proposals stay: one that the engine did not take may count in a later round. */
static int give_held(struct agreement *a, int64_t now, struct fault *f)
{
    int64_t height = a->decided.height;
    held_lines_forget(&a->held, (uint64_t)height);
    a->awaits = false;
    for (size_t i = 0; i < a->held.count && a->decided.height == height;) {
        struct bft_vote v = a->held.list[i];
        int given = is_now(a, &v) ? give(a, &v, now, f) : 0;
        if (given < 0)
            return -1;
        if (given > 0 && v.step != BFT_PROPOSE)
            held_lines_remove(&a->held, i);
        else
            i++;
    }
    return 0;
}

/* --- The heights ------------------------------------------------------------------------------ */

/* The file is only to save time: without it a start reads more headers. */
static void tell_unkept(struct agreement *a, const struct fault *why)
{
    if (!a->unkept && a->config.unkept)
        a->config.unkept(a->config.self, why->text);
    a->unkept = true;
}

int agreement_bring_turns(struct agreement *a, struct fault *f)
{
    struct tree *t = &a->config.ledger->tree;
    struct fault why;
    if (voters_rotation(t, a->names, &a->decided, &a->turns, f))
        return -1;
    if (!a->config.turns || (a->kept <= a->turns.height && a->turns.height - a->kept < FORGET))
        return 0;
    a->kept = a->turns.height;
    if (turns_file_write(a->config.turns, t, a->names, &a->turns, &why))
        tell_unkept(a, &why);
    return 0;
}

static void read_turns(struct agreement *a)
{
    struct fault why;
    if (a->config.turns &&
        turns_file_read(a->config.turns, &a->config.ledger->tree, a->names, &a->turns, &why))
        tell_unkept(a, &why);
    a->kept = a->turns.height;
}

static int forget(struct agreement *a, int64_t now, struct fault *f)
{
    struct engine_event event = {
        .kind = ENGINE_SNAPSHOT, .now = now, .index = (uint64_t)a->decided.height};
    if (a->decided.height % FORGET)
        return 0;
    if (agreement_bring_turns(a, f))
        return -1;
    event.payload = payload_new("", 0);
    int failed = event.payload ? agreement_step(a, &event, f) : fault_memory(f);
    payload_unref(event.payload);
    return failed;
}

/* In the height that begins, as at a start: if anything was said there, the engine has to know. */
static int enter(struct agreement *a, int64_t now, struct fault *f)
{
    size_t kept = 0;
    bool said = false;
    for (size_t i = 0; i < a->before_count; i++)
        if (a->before[i].height > a->decided.height) {
            said |= a->before[i].height == a->decided.height + 1;
            a->before[kept++] = a->before[i];
        }
    a->before_count = kept;
    polkas_forget(&a->polkas, (uint64_t)a->decided.height + 1, 0);
    return said ? agreement_restart(a, now, f) : forget(a, now, f);
}

/* Goes on until nothing that is held changes anything. */
static int settle(struct agreement *a, int64_t height, int64_t now, struct fault *f)
{
    while (a->decided.height != height || a->new_round) {
        a->new_round = false;
        if (a->decided.height != height && enter(a, now, f))
            return -1;
        height = a->decided.height;
        if (give_held(a, now, f))
            return -1;
    }
    return 0;
}

/* The votes for the decided block, from the one after it. */
static int read_commit(struct agreement *a, struct fault *f)
{
    struct node child;
    a->commit.len = 0;
    if (a->decided.height == 0)
        return 0;
    if (agreement_child(a, &a->decided, &child, f))
        return -1;
    struct bft_item *x = agreement_ledger_decision(a, &a->decided, &child, f);
    if (!x)
        return -1;
    int failed = agreement_set_commit(a, x->votes, x->vote_count) ? fault_memory(f) : 0;
    engine_item_unref(&x->head);
    return failed;
}

static int go_to_final(struct agreement *a, int64_t now, struct fault *f)
{
    a->decided = a->config.ledger->tree.final;
    return read_commit(a, f) || agreement_restart(a, now, f) ? -1 : 0;
}

/* The next final block of the ledger. */
static int follow_one(struct agreement *a, int64_t now, struct fault *f)
{
    struct tree *t = &a->config.ledger->tree;
    struct node block, child;
    int64_t height = a->decided.height;
    if (tree_ancestor(t, &t->final, height + 1, &block, f) || agreement_child(a, &block, &child, f))
        return -1;
    struct bft_item *x = agreement_ledger_decision(a, &block, &child, f);
    if (!x || agreement_message(a, a->other, x, now, f))
        return -1;
    return a->decided.height > height ? 0 : go_to_final(a, now, f);
}

int agreement_look(struct agreement *a, int64_t now, struct fault *f)
{
    const struct node *final = &a->config.ledger->tree.final;
    int64_t height = a->decided.height;
    while (final->height > a->decided.height)
        if (final->height - a->decided.height > FOLLOW ? go_to_final(a, now, f)
                                                       : follow_one(a, now, f))
            return -1;
    return settle(a, height, now, f) || give_held(a, now, f) || settle(a, a->decided.height, now, f)
               ? -1
               : 0;
}

/* --- Events ----------------------------------------------------------------------------------- */

int agreement_find_signer(struct agreement *a, const uint8_t key[ID_LEN], struct bft_vote *v,
                          struct fault *f)
{
    int good = vote_line_check(v, a->chain, key);
    if (good <= 0)
        return good < 0 ? fault_memory(f) : fault_rule(f, "vote: invalid signature");
    v->node = node_names_find(a->names, hex32(key).text, 2 * ID_LEN);
    if (v->node == NODE_NONE && node_names_count(a->names) >= NAMES_MAX)
        return fault_rule(f, "vote: too many keys are known");
    if (v->node == NODE_NONE)
        v->node = voters_node(a->names, key, f);
    return v->node == NODE_NONE ? -1 : 0;
}

int agreement_take(struct agreement *a, const char *line, size_t n, int64_t now, struct fault *f)
{
    struct bft_vote v;
    uint8_t key[ID_LEN];
    int64_t height = a->decided.height;
    if (vote_line_read(line, n, a->chain, &v, key, f))
        return -1;
    if ((int64_t)v.height <= height || (int64_t)v.height > height + NEAR)
        return 0;
    if (agreement_find_signer(a, key, &v, f))
        return -1;
    if (v.node == a->self)
        return agreement_own(a, &v, f);
    int given = is_now(a, &v) && v.step != BFT_PROPOSE ? give(a, &v, now, f) : 0;
    if (given < 0)
        return -1;
    if (given == 0 && held_lines_add(&a->held, &v))
        return fault_memory(f);
    if (given == 0 && is_now(a, &v) && give(a, &v, now, f) < 0)
        return -1;
    return settle(a, height, now, f);
}

/* One event, and what follows from it. */
static int event(struct agreement *a, const struct engine_event *e, struct fault *f)
{
    int64_t height = a->decided.height;
    return agreement_step(a, e, f) || settle(a, height, e->now, f) ? -1 : 0;
}

int agreement_start(struct agreement *a, int64_t now, struct fault *f)
{
    a->begun = true;
    return event(
        a, &(struct engine_event){.kind = ENGINE_COMMAND, .now = now, .text = "begin", .n = 5}, f);
}

int agreement_propose(struct agreement *a, const uint8_t id[ID_LEN], int64_t now, struct fault *f)
{
    struct engine_event e = {.kind = ENGINE_PROPOSE, .now = now};
    e.id = agreement_proposal_id(a, (uint64_t)a->decided.height + 1);
    e.payload = agreement_payload(id);
    int failed = e.payload ? event(a, &e, f) : fault_memory(f);
    payload_unref(e.payload);
    return failed;
}

int agreement_tick(struct agreement *a, int64_t now, struct fault *f)
{
    return event(a, &(struct engine_event){.kind = ENGINE_TIMER, .now = now}, f);
}

/* --- From start to end ------------------------------------------------------------------------ */

int agreement_begin(struct agreement *a, const struct agreement_config *config, int64_t now,
                    struct fault *f)
{
    const struct tree *t = &config->ledger->tree;
    *a = (struct agreement){.config = *config, .deadline = INT64_MAX, .decided = t->final};
    memcpy(a->chain, t->genesis.id, ID_LEN);
    a->names = node_names_new();
    if (!a->names)
        return fault_memory(f);
    a->self = voters_node(a->names, config->key->public, f);
    a->other = node_names_add(a->names, "ledger", 6, f);
    if (a->self == NODE_NONE || a->other == NODE_NONE ||
        said_votes(config->said, a->decided.height + 1, &a->before, &a->before_count, f))
        return -1;
    a->before_cap = a->before_count;
    read_turns(a);
    return agreement_read_polkas(a, f) || read_commit(a, f) || agreement_restart(a, now, f) ||
                   settle(a, a->decided.height, now, f)
               ? -1
               : 0;
}

void agreement_free(struct agreement *a)
{
    if (a->engine)
        bft_engine.free(a->engine);
    engine_outputs_free(&a->outputs);
    held_lines_free(&a->held);
    polkas_free(&a->polkas);
    buf_free(&a->commit);
    buf_free(&a->out);
    free(a->before);
    if (a->names)
        node_names_free(a->names);
}
