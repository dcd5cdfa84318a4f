#include "seal/seal.h"

#include <string.h>

/* One row for each seal. Nothing else names a seal. */
#define SEALS SEAL(pow) SEAL(sign) SEAL(bft)

#define SEAL(name) extern const struct seal seal_##name;
SEALS
#undef SEAL

#define SEAL(name) &seal_##name,
static const struct seal *const rows[] = {SEALS};

const struct seal *seal_at(size_t row)
{
    return row < sizeof rows / sizeof rows[0] ? rows[row] : NULL;
}

const struct rule_owner *rules_seal(size_t row)
{
    const struct seal *seal = seal_at(row);
    return seal ? &seal->rules : NULL;
}

struct anchor seal_anchor(const struct rules *r, int64_t time, const uint8_t target[TARGET_LEN])
{
    struct anchor anchor = {.seal = rows[r->seal], .time = time};
    memcpy(anchor.target, target, TARGET_LEN);
    return anchor;
}

int64_t seal_max_ahead(const struct rules *r)
{
    const struct seal *seal = rows[r->seal];
    int64_t ahead;
    if (__builtin_mul_overflow(r->spacing, seal->spacings_ahead, &ahead))
        return INT64_MAX;
    return ahead > seal->seconds_ahead ? ahead : seal->seconds_ahead;
}
