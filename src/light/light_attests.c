/* Attest lines (vote(5)), each with the proof that it is in a body: judged by its fields, its
 * key and its place. */
#include "light/light_parts.h"

#include "base/hex.h"
#include "light/inclusion.h"
#include "record/types.h"

#include <inttypes.h>
#include <string.h>

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
    int known = light_has_attested(c, a, target, block);
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
    int result = known ? light_judge_again(c, a, target, block, &sets, f)
                       : light_count(c, a, target, block, &sets, f);
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
