/* Attest lines (vote(5)) and accusations, each with the proof that it is in a body: an attest line
 * is judged by its fields, its key and its place. */
#include "light/light_parts.h"

#include "base/hex.h"
#include "light/inclusion.h"
#include "record/types.h"

#include <inttypes.h>
#include <string.h>

/* It may be right all the same: what it rests on is not known here. -1. */
static int unsure(struct light *c)
{
    c->unsure = true;
    return -1;
}

/* --- The line --------------------------------------------------------------------------------- */

static bool is_tx(const char *line, size_t len)
{
    return record_is(&tx_type, line, len);
}

/* The head in whose body it is. 1, 0 and a rule, -1 and trouble. */
static int find_block(struct light *c, const struct proof *p, const char *line, size_t len,
                      size_t *block, struct fault *f)
{
    uint8_t id[ID_LEN];
    sha256(line, len, id);
    if (memcmp(p->id, id, ID_LEN)) {
        fault_rule(f, "proof: not of the %s line before it", is_tx(line, len) ? "tx" : "attest");
        return 0;
    }
    int found = heads_find(&c->heads, p->block, block, f);
    if (found == 0) {
        fault_rule(f, "proof: its block %s is not among the headers before it",
                   hex32(p->block).text);
        unsure(c);
    }
    if (found <= 0)
        return found;
    const struct head *h = head_at(&c->heads, *block);
    return inclusion_check(p, h->root, h->count, f) ? 0 : 1;
}

/* The checkpoint that a body of this head may have as the target. 0, or -1 and a rule. */
static int check_target(struct light *c, const struct attest *a, size_t block, size_t *target,
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
    if (head_at(&c->heads, *target)->height != height) {
        fault_rule(f, "attest: its target is below the headers");
        return unsure(c);
    }
    return memcmp(a->target, head_at(&c->heads, *target)->id, ID_LEN)
               ? fault_rule(f, "attest: target is no ancestor of the block")
               : 0;
}

static int check_source(struct light *c, const struct attest *a, size_t block, struct fault *f)
{
    if (a->source_height >= a->target_height)
        return fault_rule(f, "attest: source is not before target");
    if (a->source_height % c->rules.finality)
        return fault_rule(f, "attest: source is no checkpoint");
    if (light_is_justified(c, a->source_height, a->source, block))
        return 0;
    fault_rule(f, "attest: source is not justified by the attest lines before this one");
    return unsure(c);
}

/* Whoever was a member long ago has nothing to lose. 0, or -1 and a rule. */
static int check_period(struct light *c, int64_t now, struct fault *f)
{
    const struct head *final = head_at(&c->heads, c->finality.final);
    if (c->sealed.period <= 0 || now < 0 || now - final->time <= c->sealed.period)
        return 0;
    fault_rule(f,
               "attest: outside the trusting period: the last final checkpoint, at height %" PRIu32
               ", is over %" PRId64 " s old, so its members may have nothing to lose",
               final->height, c->sealed.period);
    return unsure(c);
}

/* If lines below were left out, another checkpoint may be the final one, and so others the members.
 */
static int check_key(struct light *c, const struct attest *a, const struct light_counting *sets,
                     struct fault *f)
{
    if (!sets->f.set || !sets->e.set) {
        fault_rule(f,
                   "attest: the members after the final checkpoint at height %" PRIu32
                   " are not known: %s",
                   head_at(&c->heads, sets->f.set ? sets->e.head : sets->f.head)->height,
                   c->sealed.by_members ? "the lines of that set are too long ago"
                                        : "the state in the block upon it, with all its "
                                          "entries, must stand before");
        return unsure(c);
    }
    if (light_member(c, &sets->f, a->line.signer) || light_member(c, &sets->e, a->line.signer))
        return 0;
    fault_rule(f, "attest: its key is no member that counts");
    return c->finality.changes ? unsure(c) : -1;
}

static int check_signature(const struct attest *a, struct fault *f)
{
    const struct signed_line *s = &a->line;
    const struct sigjob job = {s->signer, s->signature, s->text, .len = s->signed_len};
    int valid = sigjob_check(&job, f);
    return valid == 0 ? fault_rule(f, "attest: signature is not valid") : valid < 0 ? -1 : 0;
}

/* --- The pair --------------------------------------------------------------------------------- */

/* An attest line in the body of this head. 1, 0 and a rule, -1 and trouble. */
static int judge(struct light *c, const struct attest *a, size_t block, int64_t now,
                 struct fault *f)
{
    size_t target = 0;
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
        fault_rule(f, "%s: the proof that it is in a block is missing after it",
                   is_tx(c->group.data, c->group.len) ? "tx" : "attest");
        return 0;
    }
    c->has_held = false;
    return buf_add(&c->group, "\n", 1) || buf_add(&c->group, c->held.text, c->held.len)
               ? fault_memory(f)
               : 1;
}

/* The first of the two lines has so many bytes, without its newline. */
static int judge_pair(struct light *c, const char *text, size_t len, size_t first, int64_t now,
                      struct fault *f)
{
    struct attest a;
    struct proof p;
    const char *second = text + first + 1;
    size_t left = len - first - 1, block;
    bool is_attest = !is_tx(text, first);
    if ((is_attest && attest_parse(text, first, &a, f)) || line_check(second, left, f) ||
        proof_parse(second, left, &p, f))
        return 0;
    int found = find_block(c, &p, text, first, &block, f);
    if (found <= 0)
        return found;
    if (is_attest)
        return judge(c, &a, block, now, f);
    return light_accuse(c, text, first, block, f) ? light_answer(f) : 1;
}

int light_add_attest(struct light *c, const char *text, size_t len, int64_t now, struct fault *f)
{
    const char *end = memchr(text, '\n', len);
    size_t first = end ? (size_t)(end - text) : len;
    c->unsure = false;
    if (!end || !c->finality.follows) {
        fault_rule(f, "attest: not a line and its proof, of a chain with `rule finality`");
        return 0;
    }
    if (is_tx(text, first) && !light_takes_accusations(c)) {
        fault_rule(f, "tx: accuse: on this chain, the headers or the state show who is accused");
        return 0;
    }
    return line_check(text, first, f) ? 0 : judge_pair(c, text, len, first, now, f);
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
        result = judge_pair(c, c->group.data, c->group.len, len, now, f);
    *text = (struct span){c->group.data, c->group.len};
    if (result == 0 && !f->line)
        f->line = number;
    return result;
}
