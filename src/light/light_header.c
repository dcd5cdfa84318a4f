/* The light client's judgement of headers: against their chain or, if there is none, alone. */
#include "light/light_parts.h"

#include "base/hex.h"

#include <inttypes.h>
#include <string.h>

/* --- Ancestors ------------------------------------------------------------------------------- */

/* The times of ancestors below a checkpoint are not known. They are taken as the oldest possible,
 * so no valid header is refused. */
static void assume_old(struct ancestry *a)
{
    for (; a->count < MEDIAN_OF; a->count++)
        a->times[(a->height - a->count + MEDIAN_OF) % MEDIAN_OF] = INT64_MIN;
}

struct ancestry light_ancestry(const struct light *c, size_t parent)
{
    const struct head *h = head_at(&c->heads, parent);
    struct ancestry a = {
        .rules = &c->rules, .anchor = &c->chain, .height = h->height, .time = h->time, .count = 1};
    a.times[a.height % MEDIAN_OF] = a.time;
    return a;
}

static void gather_times(struct light *c, size_t parent)
{
    struct ancestry *a = &c->ancestry;
    size_t n = parent;
    *a = light_ancestry(c, parent);
    for (; a->count < MEDIAN_OF && head_at(&c->heads, n)->height > 0; a->count++) {
        if (n == c->anchor)
            break;
        n = head_at(&c->heads, n)->parent;
        a->times[head_at(&c->heads, n)->height % MEDIAN_OF] = head_at(&c->heads, n)->time;
    }
    if (c->anchor && n == c->anchor)
        assume_old(a);
    c->ancestry_of = parent;
}

/* The times are stored at their height modulo MEDIAN_OF, so the newest replaces the oldest. */
static void step_down(struct light *c, const struct head *h, size_t n)
{
    struct ancestry *a = &c->ancestry;
    a->height = h->height;
    a->time = h->time;
    a->times[h->height % MEDIAN_OF] = h->time;
    a->count += a->count < MEDIAN_OF;
    c->ancestry_of = n;
}

/* --- Headers --------------------------------------------------------------------------------- */

/* Checks what a header says about its missing body: an empty body determines the root, and the
 * lines counted must fit into a block. */
static int check_body(const struct light *c, const struct block *b, size_t size, struct fault *f)
{
    uint8_t nothing[SHA256_LEN];
    if (size > c->size_max || (uint64_t)b->count > (c->size_max - size) / LINE_SIZE_MIN)
        return fault_rule(f, "block: count %" PRId64 ": it is over maxblock, %" PRIu64 " bytes",
                          b->count, c->size_max);
    if (b->count > 0)
        return 0;
    sha256("", 0, nothing);
    if (memcmp(b->root, nothing, SHA256_LEN))
        return fault_rule(f, "block: root is not that of no lines");
    return 0;
}

/* Rewards depend on heights alone. */
static int check_supply(const struct light *c, const struct block *b, struct fault *f)
{
    return b->height > c->height_max ? fault_rule(f, "block: supply is over 2^63-1") : 0;
}

int light_check_claims(const struct light *c, const struct block *b, size_t size, struct fault *f)
{
    return check_body(c, b, size, f) || check_supply(c, b, f) ? -1 : 0;
}

void light_fill(struct head *h, const struct block *b, const uint8_t id[ID_LEN])
{
    *h = (struct head){.time = b->time, .count = (uint32_t)b->count & 0x7fffffff};
    memcpy(h->id, id, ID_LEN);
    memcpy(h->root, b->root, ID_LEN);
}

/* Whether the best chain keeps its highest checkpointed block if this header becomes its tip: a
 * shorter branch with more work may not reach that height. 1, 0 and a rule, -1 and trouble. */
static int keeps_checkpoint(struct light *c, const struct head *h, struct fault *f)
{
    const struct head *best = head_at(&c->heads, c->best);
    size_t n, reached;
    if (!c->set || h->parent == c->best || !chain_beats(h->work, best->work))
        return 1;
    reached = checkpoints_from(c->set, (int64_t)best->height + 1);
    if (reached == 0)
        return 1;
    const struct checkpointed *b = &c->set->blocks[reached - 1];
    int found = heads_find(&c->heads, b->block, &n, f);
    if (found <= 0)
        return found < 0 ? -1 : 1;
    if (!heads_is_ancestor(&c->heads, n, c->best) || heads_is_ancestor(&c->heads, n, h->parent))
        return 1;
    checkpoints_undone(b, f);
    return 0;
}

/* Whether what is final stays on the best chain. Where members seal, more than work decides. */
static int keeps_final(const struct light *c, const struct head *h, struct fault *f)
{
    return c->sealed.by_members || h->parent == c->best ||
                   !chain_beats(h->work, head_at(&c->heads, c->best)->work)
               ? 0
               : light_holds_final(c, h->parent, f);
}

int light_add_child(struct light *c, const struct block *b, const uint8_t id[ID_LEN], size_t parent,
                    struct u256 weight, struct fault *f)
{
    if (heads_reserve(&c->heads, f))
        return -1;
    size_t n = c->heads.count;
    struct head *h = head_at(&c->heads, n);
    light_fill(h, b, id);
    h->parent = (uint32_t)parent;
    h->height = (uint32_t)b->height;
    h->work = u256_add(head_at(&c->heads, parent)->work, weight);
    if (keeps_checkpoint(c, h, f) <= 0 || keeps_final(c, h, f))
        return -1;
    h->jump = heads_jump(&c->heads, h->parent);
    c->heads.count++;
    if (!c->sealed.by_members)
        step_down(c, h, n);
    if (chain_beats(h->work, head_at(&c->heads, c->best)->work))
        c->best = n;
    return 0;
}

static int add_mined(struct light *c, const struct block *b, const uint8_t id[ID_LEN],
                     size_t parent, struct fault *f)
{
    return light_add_child(c, b, id, parent, header_weight(&c->ancestry, b), f);
}

/* Finds the parent of a header that is not the last one's child: 1, 0 and a rule, or 2 if the
 * header itself was there before; -1 and trouble. */
static int find_parent(struct light *c, const struct block *b, const uint8_t id[ID_LEN],
                       size_t *parent, struct fault *f)
{
    int known = heads_find(&c->heads, id, parent, f);
    if (known)
        return known < 0 ? -1 : 2;
    int found = heads_find(&c->heads, b->prev, parent, f);
    if (found == 0)
        fault_rule(f, "block: its parent %s is not among the headers before it",
                   hex32(b->prev).text);
    if (found > 0)
        gather_times(c, *parent);
    return found;
}

bool light_is_anchor(const struct light *c, const struct block *b, const uint8_t id[ID_LEN])
{
    size_t n = c->set ? checkpoints_from(c->set, b->height) : 0;
    return c->set && c->heads.count == 1 && n < c->set->count &&
           c->set->blocks[n].height == b->height &&
           memcmp(c->set->blocks[n].block, id, ID_LEN) == 0;
}

/* Begins the chain at a checkpoint; headers below it are not checked. */
static int judge_anchor(struct light *c, const struct block *b, const uint8_t id[ID_LEN],
                        size_t size, struct fault *f)
{
    if (header_alone(c->chain.seal, b, id, f) || check_body(c, b, size, f) ||
        check_supply(c, b, f) || add_mined(c, b, id, 0, f))
        return light_answer(f);
    c->best = c->anchor = c->finality.final = 1;
    gather_times(c, c->anchor);
    return 1;
}

int light_judge_header(struct light *c, const struct block *b, const uint8_t id[ID_LEN],
                       size_t size, int64_t now, struct fault *f)
{
    size_t parent = c->heads.count - 1;
    if (c->ancestry_of != parent || memcmp(head_at(&c->heads, parent)->id, b->prev, ID_LEN)) {
        int found = find_parent(c, b, id, &parent, f);
        if (found == 0 && light_is_anchor(c, b, id))
            return judge_anchor(c, b, id, size, f);
        if (found != 1)
            return found == 2 ? 1 : found;
        if (c->anchor && parent == 0) {
            fault_rule(f,
                       "block: below the checkpoint at height %" PRIu32
                       ", at which these headers begin",
                       head_at(&c->heads, c->anchor)->height);
            return 0;
        }
    }
    if (header_check(&c->ancestry, b, id, now, f) || check_body(c, b, size, f) ||
        check_supply(c, b, f) || add_mined(c, b, id, parent, f))
        return light_answer(f);
    return 1;
}

int light_judge_claim(struct light *c, const struct block *b, const uint8_t id[ID_LEN], size_t size,
                      struct fault *f)
{
    size_t n;
    if (header_is_signed(b)) {
        fault_rule(f, "block: a member's signature tells nothing without the set of members");
        return 0;
    }
    if (header_alone(NULL, b, id, f) || check_body(c, b, size, f))
        return 0;
    int known = heads_find(&c->heads, id, &n, f);
    if (known || heads_reserve(&c->heads, f))
        return known > 0 ? 1 : -1;
    light_fill(head_at(&c->heads, c->heads.count++), b, id);
    return 1;
}

/* --- The first header ------------------------------------------------------------------------ */

/* The greatest height that a chain with this supply after genesis can reach. */
static int64_t last_height(const struct rules *r, int64_t supply)
{
    int64_t height = 0, room = INT64_MAX - supply;
    while (rules_reward(r, height + 1) > 0) {
        int64_t reward = rules_reward(r, height + 1);
        int64_t rest = r->halving ? r->halving - (height + 1) % r->halving : INT64_MAX;
        if (room / reward < rest)
            return height + room / reward;
        room -= reward * rest;
        height += rest;
    }
    return INT64_MAX;
}

int light_anchor(struct light *c, const struct item *genesis, int64_t supply, struct fault *f)
{
    if (heads_reserve(&c->heads, f))
        return -1;
    size_t n = c->heads.count++;
    light_fill(head_at(&c->heads, n), &genesis->block, genesis->id);
    head_at(&c->heads, n)->parent = head_at(&c->heads, n)->jump = (uint32_t)n;
    c->best = n;
    c->has_genesis = true;
    c->rules = *genesis->rules;
    c->chain = seal_anchor(&c->rules, genesis->block.time, genesis->block.target);
    c->size_max = block_text_limit(genesis->rules);
    /* Where there are stakes, what slashes destroy makes space for more. */
    c->height_max = genesis->rules->minstake ? INT64_MAX : last_height(genesis->rules, supply);
    gather_times(c, n);
    return 1;
}
