#include "light/light_parts.h"

#include "base/chance.h"
#include "base/hex.h"
#include "light/inclusion.h"
#include "light/presence.h"
#include "record/state_line.h"
#include "record/types.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct light *light_new(struct source src)
{
    struct light *c = calloc(1, sizeof *c);
    if (!c) {
        if (src.close)
            src.close(src.self);
        return NULL;
    }
    c->heads.hash = idhash_seeded(chance_seed());
    c->size_max = BLOCK_SIZE_MAX;
    c->sealed.period = -1;
    c->lines = lines_new(src, 1, 0);
    if (!c->lines) {
        free(c);
        return NULL;
    }
    return c;
}

void light_free(struct light *c)
{
    if (!c)
        return;
    lines_free(c->lines);
    heads_free(&c->heads);
    buf_free(&c->genesis);
    buf_free(&c->group);
    light_sealed_free(&c->sealed);
    light_finality_free(&c->finality);
    free(c);
}

/* --- Lines ----------------------------------------------------------------------------------- */

int light_next_line(struct light *c, struct line *line, struct fault *f)
{
    if (!c->has_held)
        return lines_next(c->lines, line, f);
    *line = c->held;
    c->has_held = false;
    return 1;
}

static int take_sealed(struct light *c, const struct line *line, int64_t now, struct span *text,
                       struct fault *f)
{
    uint64_t number = line->number;
    if (light_gather_group(c, line, f))
        return -1;
    *text = (struct span){c->group.data, c->group.len};
    int holds = light_judge_sealed(c, c->group.data, c->group.len, number, now, f);
    if (holds == 0 && !f->line)
        f->line = number;
    return holds;
}

static int take_header(struct light *c, const struct line *line, int64_t now, struct span *text,
                       struct fault *f)
{
    struct block b;
    uint8_t id[ID_LEN];
    if (block_parse(line->text, line->len, &b, f)) {
        line_form(line, f); /* a malformed line is reported as such */
        return 0;
    }
    sha256(line->text, line->len, id);
    if (block_is_genesis(&b))
        return light_take_genesis(c, line, &b, id, text, f);
    if (!c->sealed.by_members && c->set && checkpoints_check(c->set, b.height, id, f))
        return 0;
    if (c->mode == LIGHT_UNKNOWN)
        c->mode = LIGHT_LOOSE;
    if (c->mode == LIGHT_LOOSE)
        return light_judge_claim(c, &b, id, line->size, f);
    if (c->has_genesis && c->sealed.by_members)
        return take_sealed(c, line, now, text, f);
    if (c->has_genesis)
        return light_judge_header(c, &b, id, line->size, now, f);
    fault_rule(f, "block: no genesis before it that holds");
    return 0;
}

/* The last head of the best chain of a chain that members seal whose set is trusted. */
static size_t sure(const struct light *c)
{
    return c->sealed.by_votes ? c->sealed.trusted : light_turns_trusted(c, c->best);
}

int light_judge_proof(struct light *c, const struct proof *p, struct fault *f)
{
    size_t n;
    const struct head *lower = light_find_lower(c, p->block);
    int found = lower ? 0 : heads_find(&c->heads, p->block, &n, f);
    if (found < 0)
        return -1;
    if (lower)
        return inclusion_check(p, lower->root, lower->count, f) == 0;
    if (!found)
        fault_rule(f, "proof: its block %s is not among the headers before it",
                   hex32(p->block).text);
    if (!found || inclusion_check(p, head_at(&c->heads, n)->root, head_at(&c->heads, n)->count, f))
        return 0;
    if (c->mode == LIGHT_WHOLE && !heads_is_ancestor(&c->heads, n, c->best)) {
        fault_rule(f, "proof: its block %s is off the best chain of the headers before it",
                   hex32(p->block).text);
        return 0;
    }
    if (c->sealed.by_members && !heads_is_ancestor(&c->heads, n, sure(c))) {
        fault_rule(f, "proof: its block %s is not %s by the headers before it",
                   hex32(p->block).text,
                   c->sealed.by_votes ? "final" : "sealed upon by enough members");
        return 0;
    }
    head_at(&c->heads, n)->proven = true;
    return 1;
}

static int take_proof(struct light *c, const struct line *line, struct fault *f)
{
    struct proof p;
    c->has_proven = c->has_state = false;
    if (proof_parse(line->text, line->len, &p, f))
        return 0;
    int holds = light_judge_proof(c, &p, f);
    c->has_proven = holds > 0;
    memcpy(c->proven, p.id, ID_LEN);
    memcpy(c->proven_block, p.block, ID_LEN);
    return holds;
}

/* A state line holds if the last proof was of it. */
static int take_state(struct light *c, const struct line *line, struct fault *f)
{
    struct state_line s;
    uint8_t id[ID_LEN];
    if (state_line_parse(line->text, line->len, &s, f))
        return 0;
    sha256(line->text, line->len, id);
    c->has_state = c->has_proven && memcmp(id, c->proven, ID_LEN) == 0;
    memcpy(c->state_root, s.root, ID_LEN);
    c->state_count = s.count;
    if (!c->has_state)
        fault_rule(f, "state: the last valid proof before it is not of this line");
    return c->has_state;
}

/* What an account had holds for the last state line. */
static int take_presence(struct light *c, const struct line *line, struct fault *f)
{
    struct state_proof p;
    if (state_proof_parse(line->text, line->len, &p, f) || presence_check(&p, f))
        return 0;
    if (c->has_state && memcmp(p.root, c->state_root, ID_LEN) == 0)
        return 1;
    fault_rule(f, "%s: the last valid state line before it has not its root",
               p.present ? "present" : "absent");
    return 0;
}

static int take_other(struct light *c, const struct line *line, int64_t now, struct span *text,
                      struct fault *f)
{
    if (c->mode == LIGHT_UNKNOWN)
        c->mode = LIGHT_LOOSE;
    const struct record_type *known = record_type_of(line->text, line->len);
    if (known == &proof_type)
        return take_proof(c, line, f);
    if (known == &state_type)
        return take_state(c, line, f);
    if (known == &attest_type || (known == &tx_type && light_takes_accusations(c)))
        return light_take_attest(c, line, now, text, f);
    if (c->has_state && c->finality.follows && light_is_entry(line->text, line->len))
        return light_take_entries(c, line, text, f);
    if (known == &present_type || known == &absent_type)
        return take_presence(c, line, f);
    enum { WORD_SHOWN = 16 }; /* no type is longer, and a line of a secret key is not shown */
    const char *space = memchr(line->text, ' ', line->len);
    size_t word = space ? (size_t)(space - line->text) : line->len;
    int type = (int)(word < WORD_SHOWN ? word : WORD_SHOWN);
    if (c->sealed.by_members && light_is_with_header(line->text, line->len))
        fault_rule(f, "%.*s: there are over %d members and votes after a header", type, line->text,
                   LIGHT_GROUP_LINES);
    else if (light_is_setup(line))
        fault_rule(f, "%.*s: stands outside of the genesis block", type, line->text);
    else
        fault_rule(f, "expected a header or a proof, not '%.*s': blocks have no bodies here", type,
                   line->text);
    return 0;
}

/* The next block that a proof relied on and that later headers took off the best chain. */
static int sweep(struct light *c, struct fault *f)
{
    for (; c->mode == LIGHT_WHOLE && c->swept < c->heads.count; c->swept++) {
        const struct head *h = head_at(&c->heads, c->swept);
        if (!h->proven || heads_is_ancestor(&c->heads, c->swept, c->best))
            continue;
        c->swept++;
        fault_rule(f, "proof: a later header took block %s, of a proof above, off the best chain",
                   hex32(h->id).text);
        return LIGHT_INVALID;
    }
    return LIGHT_END;
}

/* What stands at the end without votes, or with too few sealers above it, is nothing that a light
 * client may believe. */
static int end(struct light *c, struct fault *f)
{
    struct light_sum sum = light_sum(c);
    if (!sum.by_members || sum.height == sum.trusted || c->unsure_told)
        return sweep(c, f);
    c->unsure_told = true;
    if (sum.by_votes)
        fault_rule(f,
                   "block: no votes for the last header, or the %" PRId64 " before it: not final",
                   sum.height - sum.trusted - 1);
    else
        fault_rule(f,
                   "block: the members have changed, and above height %" PRId64
                   " too few of those before have sealed",
                   sum.trusted);
    return LIGHT_INVALID;
}

int light_next(struct light *c, int64_t now, struct span *text, struct fault *f)
{
    struct line line;
    int got = light_next_line(c, &line, f), holds;
    f->line = 0;
    c->unsure = false;
    if (got <= 0)
        return got < 0 ? -1 : end(c, f);
    *text = (struct span){line.text, line.len};
    if (line.state == LINE_WHOLE && record_is(&block_type, line.text, line.len))
        holds = take_header(c, &line, now, text, f);
    else if (line_form(&line, f))
        holds = 0;
    else
        holds = take_other(c, &line, now, text, f);
    if (holds < 0)
        return -1;
    if (!holds && !f->line)
        f->line = line.number;
    return holds ? LIGHT_VALID : LIGHT_INVALID;
}

void light_enforce(struct light *c, const struct checkpoints *set)
{
    c->set = set;
}

int light_above(struct light *c, struct fault *f)
{
    size_t n;
    int64_t tip = light_sum(c).height;
    size_t first = c->set ? checkpoints_from(c->set, tip + 1) : 0;
    for (size_t i = first; c->set && c->has_genesis && i < c->set->count; i++) {
        int found = heads_find(&c->heads, c->set->blocks[i].block, &n, f);
        if (found)
            return found < 0 ? -1 : checkpoints_off_best(&c->set->blocks[i], tip, f);
    }
    return 0;
}

bool light_unsure(const struct light *c)
{
    return c->unsure;
}

bool light_at_end(const struct light *c)
{
    return c->ended;
}

bool light_ready(struct light *c)
{
    return c->has_held || lines_ready(c->lines);
}

struct light_sum light_sum(const struct light *c)
{
    struct light_sum sum = {.from_genesis = c->has_genesis, .headers = c->heads.count};
    if (c->has_genesis) {
        sum.height = head_at(&c->heads, c->best)->height;
        memcpy(sum.best, head_at(&c->heads, c->best)->id, ID_LEN);
        sum.by_members = c->sealed.by_members;
        sum.by_votes = c->sealed.by_votes;
    }
    sum.has_finality = c->finality.follows;
    if (sum.has_finality) {
        sum.final = head_at(&c->heads, c->finality.final)->height;
        memcpy(sum.final_id, head_at(&c->heads, c->finality.final)->id, ID_LEN);
        sum.attests = c->finality.counted;
    }
    if (sum.by_members)
        sum.trusted = head_at(&c->heads, sure(c))->height;
    return sum;
}
