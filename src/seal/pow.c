/* pow: proof of work. A block's id meets its target, and ASERT moves the target (block(5)). */
#include "base/hex.h"
#include "seal/seal.h"

#include <string.h>

static int alone(const struct block *b, const uint8_t id[ID_LEN], struct fault *f)
{
    if (target_met(id, b->target))
        return 0;
    return fault_rule(f, "block: no proof of work: its hash is over the target");
}

static void next(const struct ancestry *a, uint8_t target[TARGET_LEN])
{
    struct asert asert = {
        .time = a->anchor->time, .spacing = a->rules->spacing, .halflife = a->rules->halflife};
    memcpy(asert.target, a->anchor->target, TARGET_LEN);
    target_next(&asert, a->height, a->time, target);
}

static int check(const struct ancestry *a, const struct block *b, struct fault *f)
{
    uint8_t target[TARGET_LEN];
    next(a, target);
    if (memcmp(b->target, target, TARGET_LEN) == 0)
        return 0;
    return fault_rule(f, "block: target should be %s", hex32(target).text);
}

static struct u256 weight(const struct ancestry *a, const struct block *b)
{
    (void)a;
    return target_work(b->target);
}

const struct seal seal_pow = {
    .rules = {.name = "pow"},
    .least = 1,
    .most = NONCE_MAX,
    .is_mined = true,
    .spacings_ahead = 12,
    .seconds_ahead = 60,
    .alone = alone,
    .check = check,
    .next = next,
    .weight = weight,
};
