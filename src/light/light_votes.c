/* The votes that stand with a header: the rules of those in bodies (block(5), "bft"). */
#include "light/light_parts.h"

#include "base/array.h"
#include "base/hex.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void light_votes_free(struct light_votes *v)
{
    free(v->list);
    *v = (struct light_votes){0};
}

int light_votes_add(struct light_votes *v, const char *line, size_t len, struct fault *f)
{
    if (v->count == MEMBERS_MAX)
        return fault_rule(f, "vote: over %d votes for a header", MEMBERS_MAX);
    if (ARRAY_RESERVE(v->list, v->cap, v->count + 1))
        return fault_memory(f);
    return vote_parse(line, len, &v->list[v->count], f) ? -1 : (v->count++, 0);
}

static int is_for(const struct vote *v, const uint8_t chain[ID_LEN], int64_t height,
                  const uint8_t block[ID_LEN], struct fault *f)
{
    if (memcmp(v->line.chain, chain, ID_LEN))
        return fault_rule(f, "vote: another chain: %s", hex32(v->line.chain).text);
    if (v->height != height)
        return fault_rule(f, "vote: height %" PRId64 ", expected its header's, %" PRId64, v->height,
                          height);
    if (!field_is(v->step, "precommit"))
        return fault_rule(f, "vote: step is not precommit");
    if (memcmp(v->block, block, ID_LEN))
        return fault_rule(f, "vote: not for the header before it, %s", hex32(block).text);
    return 0;
}

int light_votes_check(const struct light_votes *v, const uint8_t chain[ID_LEN], int64_t height,
                      const uint8_t block[ID_LEN], size_t *at, struct fault *f)
{
    for (*at = 0; *at < v->count; ++*at) {
        const struct vote *vote = &v->list[*at], *before = vote - 1;
        if (is_for(vote, chain, height, block, f))
            return -1;
        if (*at && memcmp(before->line.signer, vote->line.signer, ID_LEN) >= 0)
            return fault_rule(f, "vote: keys do not ascend");
        if (*at && before->round != vote->round)
            return fault_rule(f, "vote: round %" PRId64 ", but %" PRId64 " before it", vote->round,
                              before->round);
    }
    return 0;
}

int64_t light_votes_weight(const struct light_votes *v, const struct member_set *set,
                           size_t *strangers, size_t *stranger)
{
    int64_t weight = 0;
    *strangers = 0;
    for (size_t i = 0; i < v->count; i++) {
        const struct member *m = member_set_find(set, v->list[i].line.signer);
        if (m)
            weight += m->weight; /* keys ascend: each member is counted once */
        else if ((*strangers)++ == 0)
            *stranger = i;
    }
    return weight;
}

static int answers(const struct sigjob *jobs, size_t n, size_t *at, struct fault *f)
{
    for (*at = 0; *at < n; ++*at) {
        if (jobs[*at].unknown)
            return fault_memory(f);
        if (!jobs[*at].valid)
            return fault_rule(f, "vote: signature is not valid");
    }
    return 0;
}

int light_votes_signed(const struct light_votes *v, struct ed25519_keys *keys, size_t *at,
                       struct fault *f)
{
    size_t n = v->count;
    struct sigjob *jobs = calloc(n + 1, sizeof *jobs);
    struct ed25519_point *points = calloc(n + 1, sizeof *points);
    int result = jobs && points ? ed25519_load(f) : fault_memory(f);
    if (jobs && points && result == 0) {
        for (size_t i = 0; i < n; i++) {
            const struct signed_line *s = &v->list[i].line;
            jobs[i] = (struct sigjob){s->signer, s->signature, s->text, .len = s->signed_len};
        }
        ed25519_keys_find(keys, jobs, points, n);
        ed25519_check_all(jobs, points, n);
        for (size_t i = 0; i < n; i++)
            ed25519_keys_add(keys, &jobs[i], &points[i]);
        result = answers(jobs, n, at, f);
    }
    free(points);
    free(jobs);
    return result;
}
