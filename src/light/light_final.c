/*
 * `bft`: a header is final once it has the votes of more than two thirds of the set in its parent
 * (block(5)); a header without votes is taken for now, and final with the next one above it that
 * has some. From one final header, another one that is not its child is judged as in Tendermint's
 * light client (Braithwaite, Buchman, Konnov, Milosevic, Stoilkovska, Widder, Zamfir: "Tendermint
 * Blockchain Synchronization: Light Client", 2020; "skipping verification"), except that the set
 * that votes on a header is named by its parent, so the parent comes along.
 */
#include "light/light_parts.h"

#include "base/hex.h"

#include <inttypes.h>
#include <string.h>

void light_trust(struct light *c, size_t n, struct light_group *g)
{
    struct light_sealed *s = &c->sealed;
    s->trusted = n;
    if (!heads_is_ancestor(&c->heads, n, c->best))
        c->best = n;
    if (memcmp(s->next.root, g->block.target, ID_LEN) == 0)
        return;
    member_set_free(&s->next.set);
    s->next.set = g->set;
    g->set = (struct member_set){0};
    memcpy(s->next.root, g->block.target, ID_LEN);
}

/* Whether the last trusted header is recent enough. 0, or -1 and a rule. */
static int check_period(const struct light *c, int64_t now, struct fault *f)
{
    const struct head *t = head_at(&c->heads, c->sealed.trusted);
    if (!light_expired(c, now))
        return 0;
    return fault_rule(f,
                      "block: outside the trusting period: the last trusted header, at height "
                      "%" PRIu32 ", is over %" PRId64
                      " s old, so its members may have nothing to lose; begin at a checkpoint",
                      t->height, c->sealed.period);
}

/* Notes on which line a fault of a vote is. -1. */
static int at_vote(const struct light_group *g, size_t i, struct fault *f)
{
    if (g->line)
        f->line = g->line + 1 + g->set.count + i;
    return -1;
}

/* Whether the votes are for g, and of members of the set that votes on it. 0, or -1 and a rule. */
static int check_voters(const struct light *c, const struct light_group *g,
                        const struct member_set *set, struct fault *f)
{
    size_t at = 0, strangers, stranger = 0;
    if (light_votes_check(&g->votes, head_at(&c->heads, 0)->id, g->block.height, g->id, &at, f))
        return at_vote(g, at, f);
    light_votes_weight(&g->votes, set, &strangers, &stranger);
    if (!strangers)
        return 0;
    fault_rule(f, "vote: its key is no member of the set that votes");
    return at_vote(g, stranger, f);
}

/* Whether the votes for g make it final for those who know the set that votes on it. 0, or -1 and a
 * fault. */
static int check_votes(struct light *c, const struct light_group *g, const struct member_set *set,
                       struct fault *f)
{
    size_t at = 0, strangers, stranger;
    if (check_voters(c, g, set, f))
        return -1;
    int64_t weight = light_votes_weight(&g->votes, set, &strangers, &stranger);
    if (!member_set_two_thirds(set, weight))
        return fault_rule(f,
                          "block: votes of weight %" PRId64 " are not over two thirds of %" PRId64,
                          weight, set->weight);
    return light_votes_signed(&g->votes, &c->sealed.keys, &at, f) ? at_vote(g, at, f) : 0;
}

/* Checks a header by a parent whose set is this. 0, or -1 and a rule. */
static int check_header(const struct ancestry *known, const struct member_set *set,
                        const struct light_group *g, int64_t now, struct fault *f)
{
    struct ancestry a = *known;
    a.sealers = set;
    a.next_set = g->block.target; /* the votes say whether it is right */
    return header_follows(&a, &g->block, now, f);
}

/* A set that is not the trusted one must be there, and be voted for, before anything can follow. */
static int check_change(const struct light *c, const struct light_group *g, struct fault *f)
{
    if (memcmp(g->block.target, c->sealed.next.root, ID_LEN) == 0)
        return 0;
    if (!g->set.count)
        return fault_rule(f, "block: the members change, and the lines of the new set are missing");
    if (!g->votes.count)
        return fault_rule(f, "block: the members change, and there are no votes for this header");
    return 0;
}

/* Without votes, the SEAL is what keeps others than members from making the best chain longer, as
 * far as it comes from others; what is left of a file without votes is a fault. 0, or -1. */
static int check_seal(const struct light *c, const struct light_group *g, struct fault *f)
{
    return g->line ? 0 : header_alone(c->chain.seal, &g->block, g->id, f);
}

static int add(struct light *c, const struct light_group *g, size_t parent, struct fault *f)
{
    return light_add_child(c, &g->block, g->id, parent, (struct u256){{1}}, f);
}

int light_take_next(struct light *c, struct light_group *g, size_t parent, int64_t now,
                    struct fault *f)
{
    struct light_sealed *s = &c->sealed;
    size_t n = c->heads.count;
    struct ancestry a = light_ancestry(c, parent);
    if (!heads_is_ancestor(&c->heads, s->trusted, parent))
        return light_contradiction(c, g, f), light_answer(f);
    int known = heads_find(&c->heads, g->id, &n, f);
    if (known < 0 || (g->votes.count && check_period(c, now, f)) ||
        check_header(&a, &s->next.set, g, now, f) || check_change(c, g, f) ||
        (g->votes.count ? check_votes(c, g, &s->next.set, f) : check_seal(c, g, f)) ||
        (!known && add(c, g, parent, f)))
        return known < 0 ? -1 : light_answer(f);
    if (!g->votes.count)
        return 1;
    if (light_keep_votes(&s->voted, g, &s->next.set, f))
        return -1;
    light_trust(c, known ? n : c->heads.count - 1, g);
    return 1;
}

int light_take_again(struct light *c, const struct light_group *g, size_t n, struct fault *f)
{
    const struct member_set *set = light_voters_again(c, n);
    size_t at;
    if (!g->votes.count)
        return 1;
    if (set)
        return check_votes(c, g, set, f) ? light_answer(f) : 1;
    if (light_votes_check(&g->votes, head_at(&c->heads, 0)->id, g->block.height, g->id, &at, f) ||
        light_votes_signed(&g->votes, &c->sealed.keys, &at, f))
        return at_vote(g, at, f), light_answer(f);
    return 1;
}

/* --- Jumps ------------------------------------------------------------------------------------ */

/* Whether more than a third of the trusted set has signed. 0, or -1 and a rule. */
static int check_trust(const struct light *c, const struct light_group *g, struct fault *f)
{
    const struct member_set *set = &c->sealed.next.set;
    size_t strangers, stranger;
    int64_t weight = light_votes_weight(&g->votes, set, &strangers, &stranger);
    /* 3w > W is w > (W - w) / 2, without overflow */
    if (weight > (set->weight - weight) / 2)
        return 0;
    return fault_rule(f,
                      LIGHT_NOT_ENOUGH ": members of the trusted set, of height %" PRIu32
                                       ", with a weight of %" PRId64 " have signed, of %" PRId64
                                       "; headers between would do",
                      head_at(&c->heads, c->sealed.trusted)->height, weight, set->weight);
}

/* A header above the trusted one is at least so many spacings younger. 0, or -1 and a rule. */
static int check_below(const struct light *c, const struct light_group *below, struct fault *f)
{
    const struct head *t = head_at(&c->heads, c->sealed.trusted);
    int64_t up = below->block.height - t->height, spacings;
    if (up < 1)
        return fault_rule(f,
                          "block: height %" PRId64 " is not above the last trusted header's, "
                          "%" PRIu32,
                          below->block.height, t->height);
    if (below->block.height >= UINT32_MAX)
        return fault_rule(f, "block: height %" PRId64 " is over 2^32", below->block.height);
    if (__builtin_mul_overflow(up, c->rules.spacing, &spacings) ||
        below->block.time - t->time < spacings)
        return fault_rule(f, "block: time %" PRId64 " is not %" PRId64 " spacings after %" PRId64,
                          below->block.time, up, t->time);
    return 0;
}

/* The set that votes on the second header of a jump, which the first one names. NULL and a rule:
 * these are no jump. */
static const struct member_set *voters(const struct light *c, const struct light_group *below,
                                       const struct light_group *g, struct fault *f)
{
    if (g->votes.count && below->set.count)
        return &below->set;
    if (g->votes.count && memcmp(below->block.target, c->sealed.next.root, ID_LEN) == 0)
        return &c->sealed.next.set;
    fault_rule(f, "block: its parent %s is not among the headers before it%s",
               hex32(below->block.prev).text,
               g->votes.count ? ", and the lines of its set are missing" : "");
    return NULL;
}

/* Whether the second follows the first. 0, or -1 and a rule. */
static int check_pair(const struct light *c, const struct light_group *below,
                      const struct light_group *g, const struct member_set *set, int64_t now,
                      struct fault *f)
{
    struct ancestry a = {.rules = &c->rules,
                         .anchor = &c->chain,
                         .height = below->block.height,
                         .time = below->block.time,
                         .times = {below->block.time},
                         .count = 1};
    if (memcmp(g->block.prev, below->id, ID_LEN))
        return fault_rule(f, "block: its parent is not the header before it");
    return check_header(&a, set, g, now, f);
}

/* What the headers above it are judged by must be known. 0, or -1 and a rule. */
static int check_next(const struct light_group *below, const struct light_group *g, struct fault *f)
{
    if (g->set.count || memcmp(g->block.target, below->block.target, ID_LEN) == 0)
        return 0;
    return fault_rule(f, "block: the members change, and the lines of the new set are missing");
}

/* --- Jumps back ------------------------------------------------------------------------------- */

static const struct head *lower_blocks(const struct light *c)
{
    return (const struct head *)(const void *)c->sealed.lower.data;
}

const struct head *light_find_lower(const struct light *c, const uint8_t id[ID_LEN])
{
    const struct head *all = lower_blocks(c);
    for (size_t i = 0; i < c->sealed.lower.len / sizeof *all; i++)
        if (memcmp(all[i].id, id, ID_LEN) == 0)
            return &all[i];
    return NULL;
}

/* Whether another block is known to be final at this height: of the trusted chain, or of those that
 * were jumped over. */
static bool is_contradiction(const struct light *c, const struct light_group *g)
{
    const struct head *all = lower_blocks(c);
    for (size_t i = 0; i < c->sealed.lower.len / sizeof *all; i++)
        if (all[i].height == g->block.height)
            return true; /* it is not this one, which is known */
    size_t n = heads_ancestor(&c->heads, c->sealed.trusted, (uint32_t)g->block.height);
    const struct head *h = head_at(&c->heads, n);
    return h->height == g->block.height && memcmp(h->id, g->id, ID_LEN) != 0;
}

/* A block below the trusted one is at least so many spacings older. 0, or -1 and a rule. */
static int check_older(const struct light *c, const struct light_group *g, struct fault *f)
{
    const struct head *t = head_at(&c->heads, c->sealed.trusted);
    int64_t spacings;
    if (!__builtin_mul_overflow(t->height - g->block.height, c->rules.spacing, &spacings) &&
        t->time - g->block.time >= spacings)
        return 0;
    return fault_rule(f, "block: time %" PRId64 " is less than %" PRId64 " s before %" PRId64,
                      g->block.time, spacings, t->time);
}

/*
 * A block that was jumped over: whoever is honest among the members who are trusted now has signed
 * no other one at its height, so that the same third is enough; nothing else is judged by it but
 * proofs.
 */
static int take_lower(struct light *c, const struct light_group *below, const struct light_group *g,
                      int64_t now, struct fault *f)
{
    const struct member_set *set = voters(c, below, g, f);
    struct head h;
    size_t n;
    int known = heads_find(&c->heads, g->id, &n, f);
    if (known || light_find_lower(c, g->id))
        return known < 0 ? -1 : 1;
    if (is_contradiction(c, g))
        return light_contradiction(c, g, f), light_answer(f);
    if (!set || check_period(c, now, f) || check_older(c, g, f) ||
        check_pair(c, below, g, set, now, f) || check_voters(c, g, set, f) ||
        check_trust(c, g, f) || check_votes(c, g, set, f))
        return light_answer(f);
    light_fill(&h, &g->block, g->id);
    h.height = (uint32_t)g->block.height;
    if (c->sealed.lower.len / sizeof h >= LIGHT_LOWER) {
        fault_rule(f, "block: over %d blocks below the trusted one", LIGHT_LOWER);
        return 0;
    }
    if (buf_add(&c->sealed.lower, &h, sizeof h))
        return fault_memory(f);
    return light_keep_votes(&c->sealed.voted_lower, g, set, f) ? -1 : 1;
}

int light_take_jump(struct light *c, struct light_group *below, struct light_group *g, int64_t now,
                    struct fault *f)
{
    const struct member_set *set = voters(c, below, g, f);
    size_t trusted = c->sealed.trusted;
    if (below->block.height < head_at(&c->heads, trusted)->height)
        return take_lower(c, below, g, now, f);
    if (!set || check_period(c, now, f) || check_below(c, below, f) ||
        check_pair(c, below, g, set, now, f) || check_voters(c, g, set, f) ||
        check_trust(c, g, f) || check_next(below, g, f) || check_votes(c, g, set, f))
        return light_answer(f);
    if (add(c, below, trusted, f) || add(c, g, c->heads.count - 1, f))
        return light_answer(f);
    if (light_keep_votes(&c->sealed.voted, g, set, f))
        return -1;
    light_trust(c, c->heads.count - 2, below);
    light_trust(c, c->heads.count - 1, g);
    return 1;
}
