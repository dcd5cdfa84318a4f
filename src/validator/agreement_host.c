/* What the engine asks of its host. */
#include "base/array.h"
#include "validator/agreement_parts.h"

#include <string.h>

static enum said_step step_of(enum bft_step step)
{
    return step == BFT_PROPOSE ? SAID_PROPOSE : step == BFT_PREVOTE ? SAID_PREVOTE : SAID_PRECOMMIT;
}

static bool is_of_step(const struct said_vote *a, const struct said_vote *b)
{
    return a->height == b->height && a->round == b->round && a->step == b->step;
}

static struct said_vote said_vote_of(const struct bft_vote *v)
{
    struct said_vote said = {.height = (int64_t)v->height,
                             .round = v->round,
                             .step = step_of(v->step),
                             .root.known = true};
    memcpy(said.root.bytes, v->value, ID_LEN);
    return said;
}

/* What was said in this height, round and step, or NULL. */
static const struct said_vote *said_at(const struct agreement *a, const struct said_vote *v)
{
    for (size_t i = 0; i < a->before_count; i++)
        if (is_of_step(&a->before[i], v))
            return &a->before[i];
    return NULL;
}

int agreement_own(const struct agreement *a, const struct bft_vote *v, struct fault *f)
{
    struct said_vote said = said_vote_of(v);
    const struct said_vote *there = said_at(a, &said);
    if (there ? !there->root.known || memcmp(there->root.bytes, said.root.bytes, ID_LEN) == 0
              : said_covers_vote(a->config.said, &said))
        return 0;
    return fault_trouble(f,
                         "this key has signed a vote of height %lld, round %lld that is not in its "
                         "history: add what was signed elsewhere (-I)",
                         (long long)said.height, (long long)said.round);
}

/* What was said is said again the same, and nothing else. Whether it was; if so, and it was
 * something else, *f. */
static bool was_said(const struct agreement *a, const struct said_vote *v, struct fault *f)
{
    const struct said_vote *b = said_at(a, v);
    if (b && (!b->root.known || memcmp(b->root.bytes, v->root.bytes, ID_LEN)))
        fault_rule(f, "a vote of height %lld, round %lld: this key has signed another one there",
                   (long long)v->height, (long long)v->round);
    return b != NULL;
}

/* What is on disk by now; what an earlier lock of this height rested on has no use any more. */
static void note_lock(struct agreement *a, const struct said_vote *v)
{
    a->polkas.saved = a->polkas.count;
    polkas_forget(&a->polkas, (uint64_t)v->height, (int32_t)v->round);
}

/* On disk; a precommit for a block with the prevotes for it. */
static int save(struct agreement *a, const struct said_vote *v, struct fault *f)
{
    struct buf heard = {0};
    bool locks = said_vote_locks(v);
    if (locks && (agreement_take_polkas(a) || agreement_put_polkas(a, &heard))) {
        buf_free(&heard);
        return fault_memory(f);
    }
    enum said_answer answer = said_sign_vote(a->config.said, v, &heard, f);
    if (locks && answer == SAID_NEW)
        note_lock(a, v);
    buf_free(&heard);
    return answer == SAID_REFUSED ? -1 : 0;
}

/* On disk, and in what was said. */
static int say(struct agreement *a, const struct said_vote *v, struct fault *f)
{
    if (save(a, v, f))
        return -1;
    if (ARRAY_RESERVE(a->before, a->before_cap, a->before_count + 1))
        return fault_memory(f);
    a->before[a->before_count++] = *v;
    return 0;
}

/* Once a height: each further round would say the same. */
static void warn(struct agreement *a, int64_t height, const struct fault *f)
{
    if (f->kind == FAULT_RULE && a->refused != height && a->config.refused)
        a->config.refused(a->config.self, f->text);
    a->refused = height;
}

/* On disk first (T10). */
static int sign(void *context, struct bft_vote *v, struct fault *f)
{
    struct agreement *a = context;
    struct said_vote said = said_vote_of(v);
    *f = (struct fault){0};
    if (was_said(a, &said, f) ? f->kind == FAULT_RULE : say(a, &said, f)) {
        warn(a, said.height, f);
        return -1;
    }
    return vote_line_sign(v, a->chain, a->config.key, f);
}

static bool check(void *context, const struct bft_vote *v)
{
    struct agreement *a = context;
    uint8_t key[ID_LEN];
    voters_key(a->names, v->node, key);
    int good = vote_line_check(v, a->chain, key);
    if (good < 0) {
        fault_memory(&a->trouble);
        a->failed = true;
    }
    return good > 0;
}

static void name(void *context, struct proposal_id id, const struct payload *payload,
                 uint8_t value[BFT_VALUE_LEN])
{
    (void)context, (void)id;
    if (agreement_payload_block(payload, value))
        memset(value, 0, BFT_VALUE_LEN); /* which nobody may propose */
}

static bool valid(void *context, uint64_t height, struct proposal_id id,
                  const struct payload *payload)
{
    struct agreement *a = context;
    uint8_t block[ID_LEN];
    int has = -1;
    (void)id;
    if (agreement_take_decisions(a, &a->trouble) == 0)
        has = (uint64_t)a->decided.height + 1 == height &&
                      agreement_payload_block(payload, block) == 0
                  ? agreement_has(a, block, &a->trouble)
                  : 0;
    a->failed |= has < 0;
    return has > 0;
}

/* The first, second, fourth, ... height in a row: with a slow clock it is every one. */
static void tell_ahead(struct agreement *a, const struct node *node, int64_t now)
{
    uint64_t n = node->height == a->ahead ? a->aheads : a->aheads + 1;
    if (n > a->aheads && (n & (n - 1)) == 0 && a->config.ahead)
        a->config.ahead(a->config.self, node->height, node->time - now);
    a->ahead = node->height;
    a->aheads = n;
}

/* Whoever decides a block of a time to come has the next height wait until then. */
static bool timely(void *context, const struct payload *payload)
{
    struct agreement *a = context;
    struct tree *t = &a->config.ledger->tree;
    struct node node;
    uint8_t block[ID_LEN];
    int64_t latest;
    if (!a->config.clock || agreement_payload_block(payload, block))
        return true;
    int found = tree_find(t, block, &node, &a->trouble);
    a->failed |= found < 0;
    if (found <= 0)
        return false;
    int64_t now = a->config.clock(a->config.self);
    if (__builtin_add_overflow(now, t->rules.spacing, &latest) || node.time <= latest) {
        a->aheads = node.height == a->ahead ? a->aheads : 0;
        return true;
    }
    tell_ahead(a, &node, now);
    return false;
}

/* At its start the engine asks for heights that are over; any set will do for them. */
static int members(void *context, uint64_t height, struct bft_set *next, struct fault *f)
{
    struct agreement *a = context;
    if (agreement_take_decisions(a, f))
        return -1;
    if ((uint64_t)a->decided.height + 1 < height)
        return fault_trouble(f, "the members of height %llu are not known yet",
                             (unsigned long long)height);
    return voters_after(&a->config.ledger->tree, a->names, &a->decided, next, f);
}

static void contradiction(void *context, const struct bft_vote *first,
                          const struct bft_vote *second)
{
    const struct agreement *a = context;
    struct buf one = {0}, two = {0};
    uint8_t key[ID_LEN];
    voters_key(a->names, first->node, key);
    if (a->config.contradiction && vote_line_put(first, a->chain, key, &one) == 0 &&
        vote_line_put(second, a->chain, key, &two) == 0 && buf_add(&one, "", 1) == 0 &&
        buf_add(&two, "", 1) == 0)
        a->config.contradiction(a->config.self, one.data, two.data);
    buf_free(&one);
    buf_free(&two);
}

void agreement_host(struct agreement *a, struct bft_host *host)
{
    *host = (struct bft_host){.context = a,
                              .sign = sign,
                              .check = check,
                              .name = name,
                              .valid = valid,
                              .timely = timely,
                              .contradiction = contradiction,
                              .members = members};
}
