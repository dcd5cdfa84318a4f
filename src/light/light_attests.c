/* Attest lines (vote(5)), each with the proof that it is in a body: who has linked what. */
#include "light/light_parts.h"

#include "base/hex.h"
#include "light/inclusion.h"
#include "record/types.h"

#include <inttypes.h>
#include <string.h>

static struct light_attested *lines_of(const struct light_link *l, size_t *count)
{
    *count = l->lines.len / sizeof(struct light_attested);
    return (struct light_attested *)(void *)l->lines.data;
}

/* --- The line --------------------------------------------------------------------------------- */

/* The head in whose body it is. 1, 0 and a rule, -1 and trouble. */
static int find_block(struct light *c, const struct proof *p, const uint8_t id[ID_LEN],
                      size_t *block, struct fault *f)
{
    if (memcmp(p->id, id, ID_LEN)) {
        fault_rule(f, "proof: not of the attest line before it");
        return 0;
    }
    int found = heads_find(&c->heads, p->block, block, f);
    if (found == 0)
        fault_rule(f, "proof: its block %s is not among the headers before it",
                   hex32(p->block).text);
    if (found <= 0)
        return found;
    const struct head *h = head_at(&c->heads, *block);
    return inclusion_check(p, h->root, h->count, f) ? 0 : 1;
}

/* The checkpoint that a body of this head may have as the target. 0, or -1 and a rule. */
static int check_target(const struct light *c, const struct attest *a, size_t block, size_t *target,
                        struct fault *f)
{
    int64_t parent = (int64_t)head_at(&c->heads, block)->height - 1;
    int64_t height = parent - parent % c->rules.finality;
    if (memcmp(a->line.chain, head_at(&c->heads, 0)->id, ID_LEN))
        return fault_rule(f, "attest: another chain: %s", hex32(a->line.chain).text);
    if (a->target_height != height || height < 1)
        return fault_rule(f,
                          "attest: target height %" PRId64 ", but %" PRId64 " is the last "
                          "checkpoint before the block",
                          a->target_height, height);
    *target = heads_ancestor(&c->heads, block, (uint32_t)height);
    if (head_at(&c->heads, *target)->height != height)
        return fault_rule(f, "attest: its target is below the headers");
    return memcmp(a->target, head_at(&c->heads, *target)->id, ID_LEN)
               ? fault_rule(f, "attest: target is no ancestor of the block")
               : 0;
}

static int check_source(const struct light *c, const struct attest *a, size_t block,
                        struct fault *f)
{
    if (a->source_height >= a->target_height)
        return fault_rule(f, "attest: source is not before target");
    if (a->source_height % c->rules.finality)
        return fault_rule(f, "attest: source is no checkpoint");
    if (light_is_justified(c, a->source_height, a->source, block))
        return 0;
    return fault_rule(f, "attest: source is not justified by the attest lines before this one");
}

/* Whoever was a member long ago has nothing to lose. 0, or -1 and a rule. */
static int check_period(const struct light *c, int64_t now, struct fault *f)
{
    const struct head *final = head_at(&c->heads, c->finality.final);
    if (c->sealed.period <= 0 || now < 0 || now - final->time <= c->sealed.period)
        return 0;
    return fault_rule(f,
                      "attest: outside the trusting period: the last final checkpoint, at height "
                      "%" PRIu32 ", is over %" PRId64 " s old, so its members may have nothing to "
                      "lose",
                      final->height, c->sealed.period);
}

static int check_key(const struct light *c, const struct attest *a,
                     const struct light_counting *sets, struct fault *f)
{
    if (!sets->f || !sets->e)
        return fault_rule(f,
                          "attest: the members after the final checkpoint at height %" PRIu32
                          " are not known: %s",
                          head_at(&c->heads, sets->f ? sets->e_head : sets->f_head)->height,
                          c->sealed.by_members ? "the lines of that set are too long ago"
                                               : "the state in the block upon it, with all its "
                                                 "entries, must stand before");
    if (!member_set_find(sets->f, a->line.signer) && !member_set_find(sets->e, a->line.signer))
        return fault_rule(f, "attest: its key is no member that counts");
    return 0;
}

static int check_signature(const struct attest *a, struct fault *f)
{
    const struct signed_line *s = &a->line;
    const struct sigjob job = {s->signer, s->signature, s->text, .len = s->signed_len};
    int valid = sigjob_check(&job, f);
    return valid == 0 ? fault_rule(f, "attest: signature is not valid") : valid < 0 ? -1 : 0;
}

/* --- Links ------------------------------------------------------------------------------------ */

static bool is_of(const struct light_link *l, const struct attest *a, size_t target)
{
    return l->target == target && l->source_height == a->source_height &&
           memcmp(l->source, a->source, ID_LEN) == 0;
}

static bool on_one_chain(const struct light *c, size_t a, size_t b)
{
    return heads_is_ancestor(&c->heads, a, b) || heads_is_ancestor(&c->heads, b, a);
}

/* What its key has attested with this target, below or above this head on a chain: 1: this, in the
 * body of the head itself; 2: else something; 0: nothing. */
static int has_attested(const struct light *c, const struct attest *a, size_t target, size_t block)
{
    size_t count;
    for (size_t i = 0; i < c->finality.links_count; i++) {
        const struct light_link *l = &c->finality.links[i];
        const struct light_attested *lines = lines_of(l, &count);
        for (size_t j = 0; l->target == target && j < count; j++)
            if (memcmp(lines[j].key, a->line.signer, ID_LEN) == 0 &&
                on_one_chain(c, lines[j].block, block))
                return lines[j].block == block && is_of(l, a, target) ? 1 : 2;
    }
    return 0;
}

/* The link that is forgotten for a new one: the one with the fewest lines; of these, the first. */
static struct light_link *least(struct light_finality *x)
{
    struct light_link *found = &x->links[0];
    for (size_t i = 1; i < x->links_count; i++)
        if (x->links[i].lines.len < found->lines.len)
            found = &x->links[i];
    return found;
}

/* The link of this line, which may be new. */
static struct light_link *link_of(struct light *c, const struct attest *a, size_t target)
{
    struct light_finality *x = &c->finality;
    for (size_t i = 0; i < x->links_count; i++)
        if (is_of(&x->links[i], a, target))
            return &x->links[i];
    struct light_link *l = x->links_count < LIGHT_LINKS ? &x->links[x->links_count++] : least(x);
    buf_free(&l->lines);
    buf_free(&l->by);
    *l = (struct light_link){.source_height = a->source_height, .target = (uint32_t)target};
    memcpy(l->source, a->source, ID_LEN);
    return l;
}

/* The weight of those members of the set that have this link on the chain of this head. */
static int64_t weight_on(const struct light *c, const struct light_link *l, size_t block,
                         const struct member_set *set)
{
    size_t count, last = SIZE_MAX;
    const struct light_attested *lines = lines_of(l, &count);
    int64_t weight = 0;
    bool is_on = false;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].block != last)
            is_on = heads_is_ancestor(&c->heads, lines[i].block, block);
        last = lines[i].block;
        const struct member *m = is_on ? member_set_find(set, lines[i].key) : NULL;
        weight += m ? m->weight : 0; /* at most once on a chain: has_attested */
    }
    return weight;
}

static bool is_linked(const struct light *c, const struct light_link *l, size_t block,
                      const struct light_counting *sets)
{
    return member_set_two_thirds(sets->f, weight_on(c, l, block, sets->f)) &&
           (sets->e == sets->f || member_set_two_thirds(sets->e, weight_on(c, l, block, sets->e)));
}

/* The lowest head above `at` that has lines of the link and descends from this block, or is on the
 * best chain as well; SIZE_MAX: none. Parents come before their children. */
static size_t next_above(const struct light *c, const struct light_link *l, size_t block, size_t at,
                         bool best_only)
{
    size_t count, found = SIZE_MAX;
    const struct light_attested *lines = lines_of(l, &count);
    for (size_t i = 0; i < count; i++)
        if (lines[i].block > at && lines[i].block < found &&
            heads_is_ancestor(&c->heads, block, lines[i].block) &&
            (!best_only || heads_is_ancestor(&c->heads, lines[i].block, c->best)))
            found = lines[i].block;
    return found;
}

/* Whether the body of this head, or one below it, is known to have completed the link. */
static bool was_linked(const struct light *c, const struct light_link *l, size_t block)
{
    const uint32_t *by = (const uint32_t *)(const void *)l->by.data;
    for (size_t i = 0; i < l->by.len / sizeof *by; i++)
        if (heads_is_ancestor(&c->heads, by[i], block))
            return true;
    return false;
}

/* What the link justifies by this body or by those above it, which may have come before it. 0, or
 * -1 and a fault. */
static int judge_link(struct light *c, struct light_link *l, size_t block,
                      const struct light_counting *sets, struct fault *f)
{
    size_t judged = 0;
    if (was_linked(c, l, block))
        return 0;
    for (size_t at = block; at != SIZE_MAX;
         at = next_above(c, l, block, at, ++judged >= LIGHT_ABOVE)) {
        uint32_t by = (uint32_t)at;
        if (was_linked(c, l, at) || !is_linked(c, l, at, sets))
            continue;
        if (light_justify(c, l->source_height, l->target, at, f))
            return -1;
        if (buf_add(&l->by, &by, sizeof by))
            return fault_memory(f);
    }
    return 0;
}

/* Drops the lines that are neither on the best chain nor on one with this head: a chain has one of
 * each key, so others' branches, however many, leave room for it. */
static void drop_others(const struct light *c, struct light_link *l, size_t block)
{
    size_t count, kept = 0;
    struct light_attested *lines = lines_of(l, &count);
    for (size_t i = 0; i < count; i++)
        if (heads_is_ancestor(&c->heads, lines[i].block, c->best) ||
            on_one_chain(c, lines[i].block, block))
            lines[kept++] = lines[i];
    l->lines.len = kept * sizeof *lines;
}

/* Counts the line. 0, or -1 and a fault. */
static int count(struct light *c, const struct attest *a, size_t target, size_t block,
                 const struct light_counting *sets, struct fault *f)
{
    struct light_link *l = link_of(c, a, target);
    struct light_attested line = {.block = (uint32_t)block};
    memcpy(line.key, a->line.signer, ID_LEN);
    if (l->lines.len / sizeof line >= LIGHT_LINES)
        drop_others(c, l, block);
    if (l->lines.len / sizeof line >= LIGHT_LINES)
        return fault_rule(f, "attest: over %d lines with one target", LIGHT_LINES);
    if (buf_add(&l->lines, &line, sizeof line))
        return fault_memory(f);
    if (judge_link(c, l, block, sets, f) == 0)
        return 0;
    l->lines.len -= sizeof line;
    return -1;
}

/* --- The pair --------------------------------------------------------------------------------- */

static int judge(struct light *c, const struct attest *a, const struct proof *p,
                 const uint8_t id[ID_LEN], int64_t now, struct fault *f)
{
    size_t block, target = 0;
    int found = find_block(c, p, id, &block, f);
    if (found <= 0)
        return found;
    if (check_target(c, a, block, &target, f))
        return 0;
    int known = has_attested(c, a, target, block);
    if (known == 2) {
        fault_rule(f,
                   "attest: its key has attested height %" PRId64 " in another body of this chain",
                   a->target_height);
        return 0;
    }
    struct light_counting sets = light_counting(c, target);
    if (check_source(c, a, block, f) || check_key(c, a, &sets, f) || check_signature(a, f))
        return light_answer(f);
    if (check_period(c, now, f))
        return known ? 1 : light_answer(f);
    int result = known ? judge_link(c, link_of(c, a, target), block, &sets, f)
                       : count(c, a, target, block, &sets, f);
    return result ? light_answer(f) : 1;
}

/* Reads the line after an attest line into c->group. 1: it is a proof; 0 and a rule; -1. */
static int gather_proof(struct light *c, struct fault *f)
{
    int got = light_next_line(c, &c->held, f);
    c->has_held = got > 0;
    c->ended = got == 0;
    if (got < 0)
        return -1;
    if (!got || c->held.state != LINE_WHOLE || !record_is(&proof_type, c->held.text, c->held.len)) {
        fault_rule(f, "attest: the proof that it is in a block is missing after it");
        return 0;
    }
    c->has_held = false;
    return buf_add(&c->group, "\n", 1) || buf_add(&c->group, c->held.text, c->held.len)
               ? fault_memory(f)
               : 1;
}

static int judge_pair(struct light *c, size_t first, int64_t now, struct fault *f)
{
    struct attest a;
    struct proof p;
    uint8_t id[ID_LEN];
    const char *line = c->group.data;
    sha256(line, first, id);
    if (attest_parse(line, first, &a, f) ||
        line_check(line + first + 1, c->group.len - first - 1, f) ||
        proof_parse(line + first + 1, c->group.len - first - 1, &p, f))
        return 0;
    return judge(c, &a, &p, id, now, f);
}

int light_take_attest(struct light *c, const struct line *line, int64_t now, struct span *text,
                      struct fault *f)
{
    size_t len = line->len;
    uint64_t number = line->number;
    if (!c->finality.follows) {
        fault_rule(f, "attest: only on a chain with `rule finality`, after its genesis block");
        return 0;
    }
    c->group.len = 0;
    if (buf_add(&c->group, line->text, len))
        return fault_memory(f);
    int result = gather_proof(c, f);
    if (result > 0)
        result = judge_pair(c, len, now, f);
    *text = (struct span){c->group.data, c->group.len};
    if (result == 0 && !f->line)
        f->line = number;
    return result;
}
