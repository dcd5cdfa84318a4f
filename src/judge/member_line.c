#include "judge/member_line.h"

#include "record/attest.h"
#include "record/proposal.h"
#include "record/types.h"
#include "record/vote.h"
#include "state/attests.h"
#include "state/members.h"

#include <inttypes.h>

/* Whether the key is that of a member after the block of this height: 1 or 0, -1 and trouble. */
static int is_member(struct tree *t, const uint8_t key[ID_LEN], int64_t height, struct fault *f)
{
    struct member_set set = {0};
    if (members_after(t->state, &t->rules, height, &set, f))
        return -1;
    int is = member_set_find(&set, key) != NULL;
    member_set_free(&set);
    return is;
}

/* Whether it is one after one of these blocks. 0, or -1 and a fault. */
static int check_key(struct tree *t, const struct item *item, const int64_t *heights, size_t n,
                     struct fault *f)
{
    for (size_t i = 0; i < n; i++) {
        int is = is_member(t, item->signed_line.signer, heights[i], f);
        if (is)
            return is < 0 ? -1 : 0;
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
static int check_round(struct tree *t, const struct item *item, int64_t height, struct fault *f)
{
    const int64_t now = t->best.height, heights[] = {now, now - 1, now - 2};
    if (!t->anchor.seal->has_votes)
        return fault_rule(f, "%s: this chain has none (rule seal bft)", item->type->name);
    return check_height(t, item, height, MEMBER_LINE_NEAR, MEMBER_LINE_NEAR, f) ||
                   check_key(t, item, heights, 3, f)
               ? -1
               : 0;
}

/* A checkpoint, and at most the next one: so a key has few heights. The members who count for the
 * next checkpoint may be older than those of now. */
static int check_attest(struct tree *t, const struct item *item, int64_t target, struct fault *f)
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
    return check_key(t, item, heights, 4, f);
}

bool is_member_line(const struct item *item)
{
    return item->type == &vote_type || item->type == &proposal_type || item->type == &attest_type;
}

int member_line_check(struct tree *t, const struct item *item, struct fault *f)
{
    size_t len = item->size - 1;
    struct vote v;
    struct proposal_line p;
    struct attest a;
    if (!is_member_line(item))
        return 0;
    if (tree_move(t, &t->best, f))
        return -1;
    if (item->type == &vote_type)
        return vote_parse(item->text, len, &v, f) || check_round(t, item, v.height, f) ? -1 : 0;
    if (item->type == &proposal_type)
        return proposal_parse(item->text, len, &p, f) || check_round(t, item, p.height, f) ? -1 : 0;
    return attest_parse(item->text, len, &a, f) || check_attest(t, item, a.target_height, f) ? -1
                                                                                             : 0;
}
