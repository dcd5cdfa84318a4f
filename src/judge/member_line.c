#include "judge/member_line.h"

#include "record/attest.h"
#include "record/proposal.h"
#include "record/types.h"
#include "record/vote.h"
#include "state/attests.h"
#include "state/members.h"

#include <inttypes.h>
#include <string.h>

void member_lines_free(struct member_lines *m)
{
    while (m->count > 0)
        member_set_free(&m->sets[--m->count]);
}

/* The sets are those at another best tip. */
static void begin(struct member_lines *m, const struct tree *t)
{
    if (memcmp(m->tip, t->best.id, ID_LEN) == 0)
        return;
    member_lines_free(m);
    memcpy(m->tip, t->best.id, ID_LEN);
}

/* The i-th set is read, which is that of the members after the block of this height. 0, or -1 and
 * trouble. */
static int read_set(struct member_lines *m, struct tree *t, size_t i, int64_t height,
                    struct fault *f)
{
    if (i < m->count)
        return 0;
    m->sets[i] = (struct member_set){0};
    if (members_after(t->state, &t->rules, height, &m->sets[i], f))
        return -1;
    m->count++;
    return 0;
}

/* Whether it is one after one of these blocks. 0, or -1 and a fault. */
static int check_key(struct member_lines *m, struct tree *t, const struct item *item,
                     const int64_t *heights, size_t n, struct fault *f)
{
    for (size_t i = 0; i < n; i++) {
        if (read_set(m, t, i, heights[i], f))
            return -1;
        if (member_set_find(&m->sets[i], item->signed_line.signer))
            return 0;
    }
    return fault_rule(f, "%s: its key is no member's", item->type->name);
}

/* At most so much below the best tip, and so much above. */
static int check_height(const struct tree *t, const struct item *item, int64_t height,
                        int64_t below_max, int64_t above_max, struct fault *f)
{
    int64_t above = height - t->best.height;
    if (above >= -below_max && above <= above_max)
        return 0;
    fault_rule(f, "%s: height %" PRId64 " is not near that of the best tip, %" PRId64,
               item->type->name, height, t->best.height);
    return above > 0 ? fault_answers(f, FAULT_LATER) : -1;
}

/* A vote or a proposal, of this height. */
static int check_round(struct member_lines *m, struct tree *t, const struct item *item,
                       int64_t height, struct fault *f)
{
    const int64_t now = t->best.height, heights[] = {now, now - 1, now - 2};
    if (!t->anchor.seal->has_votes)
        return fault_rule(f, "%s: this chain has none (rule seal bft)", item->type->name);
    return check_height(t, item, height, MEMBER_LINE_NEAR, MEMBER_LINE_NEAR, f) ||
                   check_key(m, t, item, heights, 3, f)
               ? -1
               : 0;
}

/* A checkpoint, and at most the next one: so a key has few heights. The members who count for the
 * next checkpoint may be older than those of now. */
static int check_attest(struct member_lines *m, struct tree *t, const struct item *item,
                        int64_t target, struct fault *f)
{
    struct finality at;
    int64_t every = t->rules.finality, below;
    if (!every)
        return fault_rule(f, "attest: this chain has none (rule finality)");
    if (target % every)
        return fault_rule(f, "attest: height %" PRId64 " is no checkpoint", target);
    if (__builtin_mul_overflow(every, 2, &below))
        below = INT64_MAX;
    if (check_height(t, item, target, below, every - t->best.height % every, f) ||
        finality_get(t->state, &at, f))
        return -1;
    const int64_t heights[] = {at.f, at.e, at.final, at.before};
    return check_key(m, t, item, heights, 4, f);
}

bool is_member_line(const struct item *item)
{
    return item->type == &vote_type || item->type == &proposal_type || item->type == &attest_type;
}

int member_line_check(struct member_lines *m, struct tree *t, const struct item *item,
                      struct fault *f)
{
    size_t len = item->size - 1;
    struct vote v;
    struct proposal_line p;
    struct attest a;
    if (!is_member_line(item))
        return 0;
    if (tree_move(t, &t->best, f))
        return -1;
    begin(m, t);
    if (item->type == &vote_type)
        return vote_parse(item->text, len, &v, f) || check_round(m, t, item, v.height, f) ? -1 : 0;
    if (item->type == &proposal_type)
        return proposal_parse(item->text, len, &p, f) || check_round(m, t, item, p.height, f) ? -1
                                                                                              : 0;
    return attest_parse(item->text, len, &a, f) || check_attest(m, t, item, a.target_height, f) ? -1
                                                                                                : 0;
}
