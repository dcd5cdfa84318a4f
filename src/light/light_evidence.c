/* Who has voted for two blocks of one height (vote(5), "What no honest member signs"). */
#include "light/light_parts.h"

#include "base/hex.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static size_t bytes_of(const struct light_voted *v)
{
    return v->lines.cap + v->set.cap * sizeof *v->set.list;
}

static void clear(struct light_ring *r, struct light_voted *v)
{
    if (v->lines.len)
        r->above = v->height;
    r->bytes -= bytes_of(v);
    buf_free(&v->lines);
    member_set_free(&v->set);
    *v = (struct light_voted){0};
}

void light_voted_free(struct light_sealed *s)
{
    for (size_t i = 0; i < LIGHT_VOTED; i++) {
        clear(&s->voted, &s->voted.at[i]);
        clear(&s->voted_lower, &s->voted_lower.at[i]);
    }
    buf_free(&s->evidence);
}

int light_keep_votes(struct light_ring *r, const struct light_group *g,
                     const struct member_set *set, struct fault *f)
{
    struct light_voted *v = &r->at[r->next++ % LIGHT_VOTED];
    clear(r, v);
    v->height = g->block.height;
    memcpy(v->id, g->id, ID_LEN);
    int failed = light_copy_set(set, &v->set);
    for (size_t i = 0; i < g->votes.count && !failed; i++) {
        const struct signed_line *line = &g->votes.list[i].line;
        failed = buf_add(&v->lines, line->text, line->len) || buf_add(&v->lines, "\n", 1);
    }
    r->bytes += bytes_of(v);
    size_t newest = r->next + LIGHT_VOTED - 1; /* whose place is also that of next - 1 */
    for (size_t i = r->next; r->bytes > LIGHT_VOTED_BYTES && i < newest; i++)
        clear(r, &r->at[i % LIGHT_VOTED]);
    return failed ? fault_memory(f) : 0;
}

static const struct light_voted *find_in(const struct light_ring *r, int64_t height)
{
    for (size_t i = 0; i < LIGHT_VOTED; i++)
        if (r->at[i].lines.len && r->at[i].height == height)
            return &r->at[i];
    return NULL;
}

/* The votes for the final block at this height, or NULL. */
static const struct light_voted *find(const struct light_sealed *s, int64_t height)
{
    const struct light_voted *v = find_in(&s->voted, height);
    return v ? v : find_in(&s->voted_lower, height);
}

/* The set changes only at headers with votes, so it is that of the next one with votes. */
const struct member_set *light_voters_again(const struct light *c, size_t n)
{
    const struct light_ring *r = &c->sealed.voted;
    const struct head *h = head_at(&c->heads, n);
    const struct light_voted *next = NULL;
    if (h->height <= r->above || head_at(&c->heads, h->parent)->height + 1 != h->height)
        return NULL;
    for (size_t i = 0; i < LIGHT_VOTED; i++)
        if (r->at[i].lines.len && r->at[i].height >= h->height &&
            (!next || r->at[i].height < next->height))
            next = &r->at[i];
    return next ? &next->set : NULL;
}

/* The vote of this key among these lines: 1 or 0. */
static int vote_of(const struct light_voted *v, const uint8_t key[ID_LEN], struct vote *out)
{
    struct fault ignored;
    const char *at = v->lines.data, *end = at + v->lines.len;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (vote_parse(at, (size_t)(newline - at), out, &ignored) == 0 &&
            memcmp(out->line.signer, key, ID_LEN) == 0)
            return 1;
        at = newline + 1;
    }
    return 0;
}

static int add_line(struct buf *out, const struct signed_line *line)
{
    return buf_add(out, line->text, line->len) || buf_add(out, "\n", 1);
}

/* Adds the two, ascending as an accusation has them. 0, or -1: no memory. */
static int add_pair(struct buf *out, const struct signed_line *a, const struct signed_line *b)
{
    size_t n = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->text, b->text, n);
    bool first = order < 0 || (order == 0 && a->len < b->len);
    return add_line(out, first ? a : b) || add_line(out, first ? b : a);
}

/* Whether a pair with this line is there already: of one member and height, one pair is enough. */
static bool has_pair(const struct buf *evidence, const struct signed_line *line)
{
    return evidence->len && memmem(evidence->data, evidence->len, line->text, line->len) != NULL;
}

/* What the two quorums have in common. */
struct overlap {
    size_t culprits;
    int64_t weight; /* of those with evidence */
    int64_t others; /* of those who voted for both, in different rounds */
};

/* Collects the evidence. 0, or -1: no memory. */
static int compare(struct light_sealed *s, const struct light_voted *ours,
                   const struct light_votes *theirs, struct overlap *o)
{
    struct vote v;
    for (size_t i = 0; i < theirs->count; i++) {
        const struct vote *other = &theirs->list[i];
        const struct member *m = member_set_find(&ours->set, other->line.signer);
        if (!m || !vote_of(ours, m->key, &v))
            continue;
        if (v.round != other->round) {
            o->others += m->weight;
            continue;
        }
        o->culprits++;
        o->weight += m->weight;
        if (s->evidence.len < LIGHT_EVIDENCE_BYTES && !has_pair(&s->evidence, &v.line) &&
            add_pair(&s->evidence, &v.line, &other->line))
            return -1;
    }
    return 0;
}

static int say(const struct light_voted *ours, const struct overlap *o, struct fault *f)
{
    if (o->culprits)
        return fault_rule(
            f,
            "block: contradicts the final block at height %" PRId64 ": %zu member%s, with %" PRId64
            " of %" PRId64 " by weight, voted for both",
            ours->height, o->culprits, o->culprits == 1 ? "" : "s", o->weight, ours->set.weight);
    if (o->others)
        return fault_rule(f,
                          "block: contradicts the final block at height %" PRId64
                          ": members with %" PRId64 " of %" PRId64
                          " by weight voted for both, in different rounds: ask them for the "
                          "prevotes that allow it",
                          ours->height, o->others, ours->set.weight);
    return fault_rule(f, "block: contradicts the final block at height %" PRId64 ", %s",
                      ours->height, hex32(ours->id).text);
}

int light_contradiction(struct light *c, const struct light_group *g, struct fault *f)
{
    struct light_sealed *s = &c->sealed;
    const struct light_voted *ours = find(s, g->block.height);
    struct overlap o = {0};
    size_t at;
    if (ours && memcmp(ours->id, g->id, ID_LEN) == 0)
        return fault_rule(f, "block: it is final already, with another parent");
    if (!ours && light_jumped_over(c, g->block.height))
        return fault_rule(f,
                          "block: height %" PRId64 " was jumped over: whether it is final there "
                          "is not known",
                          g->block.height);
    if (light_votes_check(&g->votes, head_at(&c->heads, 0)->id, g->block.height, g->id, &at, f) ||
        light_votes_signed(&g->votes, &s->keys, &at, f))
        return -1;
    if (!ours)
        return fault_rule(f, "block: contradicts the final block at or above height %" PRId64,
                          g->block.height);
    return compare(s, ours, &g->votes, &o) ? fault_memory(f) : say(ours, &o, f);
}
