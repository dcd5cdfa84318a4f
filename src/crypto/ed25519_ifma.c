#include "crypto/ed25519_ifma.h"

#ifdef ED25519_IFMA

#include "crypto/lanes_ifma.h"

#include "crypto/ed25519_lanes.h"

#include "crypto/curve_fours.h"

int ed25519_ifma_load(struct fault *f)
{
    return make_tables(f);
}

/* The points -A and R of one signature, each in all lanes: they share a square root. Whether both
 * are points; if not, *a is still one. */
LANES_TARGET static bool find_both(const struct encodings *key, const struct encodings *r,
                                   struct point *a, struct point *of_r)
{
    const lanes_mask turned = (lanes_mask)~lanes_top_bits(key->words[3]);
    const lanes_mask odd = lanes_top_bits(r->words[3]);
    const struct lanes y = lanes_of(key->words), y_of_r = lanes_of(r->words);
    struct lanes x = find_x(lanes_select(FOURS_X, y, y_of_r),
                            (lanes_mask)((turned & FOURS_X) | (odd & ~FOURS_X)));
    const lanes_mask none = lanes_are_zero(x);
    a->x = FOURS_ORDER(FOURS_ALL, x, 0, 0, 0, 0);
    of_r->x = FOURS_ORDER(FOURS_ALL, x, 1, 1, 1, 1);
    const lanes_mask well = none & 1 ? 0 : FOURS_ALL;
    a->x = lanes_select(well, a->x, lanes_number(base_x));
    a->y = lanes_select(well, y, lanes_number(base_y));
    a->t = lanes_mul(a->x, a->y);
    of_r->y = y_of_r;
    return !(none & 3);
}

/* Checks one signature in less than half the time that a vector with a single one takes. R is
 * decoded, and not the sum encoded, which would need an inversion. */
LANES_TARGET static void check_alone(struct sigjob *job)
{
    const struct sigjob *of_lane[LANES];
    struct scalars s, k;
    struct encodings key, encoded;
    struct point a, r, sum;
    uint64_t factor[4];
    bool well = true;
    for (int lane = 0; lane < LANES; lane++) {
        of_lane[lane] = job;
        well = take_job(job, lane, &s, &encoded, &key);
    }
    hash_all(of_lane, &k);
    memcpy(factor, job->signature + 32, sizeof factor);
    put_scalar(factor, key_halves, &s, 0);
    well &= find_both(&key, &encoded, &a, &r);
    fours_multiply(&a, &k, &s, &sum);
    struct lanes x = lanes_sub(sum.x, lanes_mul(r.x, sum.z));
    struct lanes y = lanes_sub(sum.y, lanes_mul(r.y, sum.z));
    job->valid = well && (lanes_are_zero(x) & lanes_are_zero(y) & 1);
    job->unknown = false;
}

void ed25519_ifma_check(struct sigjob *jobs, struct ed25519_point *points, size_t n)
{
    if (n == 1 && !points)
        check_alone(jobs);
    else
        check_all(jobs, points, n);
}

const struct ed25519_parts ed25519_ifma_parts = {
    .lanes = LANES,
    .limbs = LIMBS,
    .half_bits = 2 * LIMB_BITS,
    .carried = {(1ULL << 51) + (1 << 14) - 1, (1ULL << 51) + (1 << 14) - 1},
    .factors = {(1ULL << 52) - 1, (1ULL << 52) - 1},
    .calculate = calculate,
    .hash = hash,
};

#else
typedef int ed25519_ifma_is_not_for_this_processor;
#endif
