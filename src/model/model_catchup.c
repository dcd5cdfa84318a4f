/*
 * The model `catchup`: whether an attacker with a share q of the power ever catches up with the
 * honest chain after a payment has z blocks (Nakamoto 2008, "Bitcoin: A Peer-to-Peer Electronic
 * Cash System", section 11).
 *
 * Nakamoto lets the z blocks take as long as they take on average, so the attacker's blocks
 * meanwhile have Poisson's distribution. In fact that time is random, too, and their distribution
 * the negative binomial one (Rosenfeld 2014, "Analysis of Hashrate-Based Double Spending", section
 * 4; Grunspan and Perez-Marco 2018, "Double Spend Races", give it a closed form). Both are measured
 * here.
 */
#include "model/real.h"
#include "model/settings.h"
#include "model/table.h"
#include "virtual/exponential.h"

#include "base/chance.h"

#include <inttypes.h>
#include <stdbool.h>

enum { RUNS = 100000, RUNS_MAX = 100000000, Z_MAX = 1000 };

/* An attacker so far behind gives up: with q at its most, the chance that is left out is 10^-13. */
enum { HOPELESS = 150 };

#define Q_MAX (SETTING_ONE * 45 / 100)

struct catchup_settings {
    uint64_t q, from, to, step, runs;
};

#define AT(field) offsetof(struct catchup_settings, field)

static const struct setting settings[] = {
    {"q", SETTING_DECIMAL, AT(q), 1, Q_MAX, NULL},
    {"from", SETTING_NUMBER, AT(from), 0, Z_MAX, NULL},
    {"to", SETTING_NUMBER, AT(to), 0, Z_MAX, NULL},
    {"step", SETTING_NUMBER, AT(step), 1, Z_MAX, NULL},
    {"runs", SETTING_NUMBER, AT(runs), 1, RUNS_MAX, NULL},
    {0},
};

static bool attacker_is_next(uint64_t q, uint64_t *chance)
{
    return chance_below(chance, SETTING_ONE) < q;
}

/* The attacker's blocks while the honest find z. */
static uint64_t blocks_meanwhile(uint64_t q, uint64_t z, uint64_t *chance)
{
    uint64_t found = 0;
    while (z)
        if (attacker_is_next(q, chance))
            found++;
        else
            z--;
    return found;
}

/* ... if those take as long as they do on average: z/p, where the attacker needs 1/q for each, in
 * units of 2^-32 and times p q. */
static uint64_t blocks_in_mean_time(uint64_t q, uint64_t z, uint64_t *chance)
{
    const unsigned __int128 p = SETTING_ONE - q, time = (unsigned __int128)z * q << 32;
    unsigned __int128 at = 0;
    uint64_t found = 0;
    while ((at += exponential_next(chance) * p) < time)
        found++;
    return found;
}

static bool catches_up(uint64_t behind, uint64_t q, uint64_t *chance)
{
    uint64_t hopeless = behind + HOPELESS;
    while (behind && behind < hopeless)
        if (attacker_is_next(q, chance))
            behind--;
        else
            behind++;
    return !behind;
}

static uint64_t count_successes(const struct catchup_settings *s, uint64_t z,
                                uint64_t (*meanwhile)(uint64_t, uint64_t, uint64_t *),
                                uint64_t *chance)
{
    uint64_t successes = 0;
    for (uint64_t i = 0; i < s->runs; i++) {
        uint64_t found = meanwhile(s->q, z, chance);
        successes += found >= z || catches_up(z - found, s->q, chance);
    }
    return successes;
}

/* The sum that Nakamoto's program in section 11 makes. */
static double theory_poisson(double q, unsigned z)
{
    double p = 1 - q, lambda = z * (q / p), sum = 1, chance = real_exp(-lambda);
    for (unsigned k = 0; k <= z; k++) {
        sum -= chance * (1 - real_power(q / p, z - k));
        chance *= lambda / (k + 1);
    }
    return sum;
}

/* The same with the chance of k blocks that the negative binomial distribution gives. */
static double theory_exact(double q, unsigned z)
{
    double p = 1 - q, sum = 1, chance = real_power(p, z);
    for (unsigned k = 0; k < z; k++) {
        sum -= chance * (1 - real_power(q / p, z - k));
        chance *= q * (z + k) / (k + 1);
    }
    return sum;
}

static double sigma(double chance, uint64_t runs)
{
    return real_sqrt(chance * (1 - chance) / (double)runs);
}

static int print(const struct catchup_settings *s, uint64_t z, uint64_t *chance, struct buf *out,
                 struct fault *f)
{
    double q = (double)s->q / SETTING_ONE, runs = (double)s->runs;
    double poisson = (double)count_successes(s, z, blocks_in_mean_time, chance) / runs;
    double exact = (double)count_successes(s, z, blocks_meanwhile, chance) / runs;
    double theory1 = theory_poisson(q, (unsigned)z), theory2 = theory_exact(q, (unsigned)z);
    return model_print(out, f, "%.6f %" PRIu64 " %.7f %.7f %.7f %.7f %.7f %.7f\n", q, z, theory1,
                       poisson, sigma(theory1, s->runs), theory2, exact, sigma(theory2, s->runs));
}

static int run(const struct sim_model_setup *setup, struct buf *out, struct fault *f)
{
    struct catchup_settings s = {SETTING_ONE / 10, 0, 10, 1, RUNS};
    uint64_t chance = setup->seed;
    if (settings_take(settings, setup->words, setup->count, &s, f))
        return -1;
    if (setup->nodes)
        return fault_rule(f,
                          "-n: this model has an attacker and the others, whatever their number");
    if (model_print(out, f, "# q z nakamoto measured sigma exact measured sigma\n"))
        return -1;
    for (uint64_t z = s.from; z <= s.to; z += s.step)
        if (print(&s, z, &chance, out, f))
            return -1;
    return 0;
}

const struct sim_model model_catchup = {
    "catchup", "an attacker behind by z blocks: his chance beside Nakamoto's table", run};
