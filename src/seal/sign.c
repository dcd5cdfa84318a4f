/* sign: members take turns (block(5); EIP-225, "Clique proof-of-authority consensus protocol"). */
#include "seal/by_members.h"

#include <inttypes.h>

/* A block by the member whose turn it is weighs more. */
enum { IN_TURN = BY_MEMBERS_WEIGHT_MAX, OUT_OF_TURN = 1 };

static int64_t apart(const struct rules *r, const struct member_set *sealers)
{
    int64_t half = (int64_t)sealers->count / 2 + 1;
    return (r->apart && r->apart < half ? r->apart : half) - 1;
}

static int check(const struct ancestry *a, const struct block *b, struct fault *f)
{
    if (by_members_check(a, b, f))
        return -1;
    if (!a->lately)
        return 0;
    return fault_rule(
        f, "block: miner sealed block %" PRId64 " already: %" PRId64 " of others come between",
        b->height - a->lately, seal_apart(a));
}

static struct u256 weight(const struct ancestry *a, const struct block *b)
{
    const struct member *m = by_members_miner(a, b);
    uint64_t turn = (uint64_t)b->height % a->sealers->count;
    return (struct u256){{m == &a->sealers->list[turn] ? IN_TURN : OUT_OF_TURN}};
}

const struct seal seal_sign = {
    .rules = {.name = "sign", .by_members = true},
    .least = SEAL_MAX,
    .most = SEAL_MAX,
    .spacings_ahead = 1,
    .apart = apart,
    .alone = by_members_alone,
    .check = check,
    .next = by_members_next,
    .weight = weight,
};
