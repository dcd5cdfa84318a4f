#include "work/first.h"

#include "base/waits.h"
#include "work/sweep.h"

#include <string.h>

void first_target(double attempts, uint8_t out[TARGET_LEN])
{
    enum { DIGITS = 2 * TARGET_LEN, SIGNIFICANT = 3 };
    double rest = attempts > 1 ? 1 / attempts : 1; /* of 2^256 */
    int told = 0;
    memset(out, 0, TARGET_LEN);
    for (int i = 0; i < DIGITS; i++) {
        unsigned digit = 15;
        if (told < SIGNIFICANT) {
            rest *= 16;
            digit = rest < 16 ? (unsigned)rest : 15;
            rest -= digit;
            told += told || digit;
        }
        out[i / 2] |= (uint8_t)(digit << (i % 2 ? 0 : 4));
    }
    if (!told)
        out[TARGET_LEN - 1] = 1;
}

int first_rate(int threads, int milliseconds, double *rate, struct fault *f)
{
    enum { NONCES = 1 << 22 }; /* the most for each thread, in case the clock stands still */
    static const char header[] = "block 1 ";
    static const uint8_t none[TARGET_LEN];
    struct mine_watch watch = {0};
    struct sweep s;
    uint64_t last = (uint64_t)threads * NONCES - 1;
    *rate = 0;
    if (sweep_init(&s, header, sizeof header - 1, none, none, 0, last))
        return fault_trouble(f, "no seal fits a header"); /* cannot happen */
    int64_t began = waits_now();
    int result = sweep_run(&s, threads, milliseconds, &watch, f);
    int64_t took = waits_now() - began;
    sweep_free(&s);
    if (!result && took > 0)
        *rate = (double)atomic_load(&watch.attempts) * 1000 / (double)took;
    return result;
}
