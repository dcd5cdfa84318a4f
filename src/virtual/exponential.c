#include "virtual/exponential.h"

#include "base/chance.h"

/* At k - 1: the sum of ln(2)^i/i! for i from 1 to k, in units of 2^-64, rounded down where it would
 * be 1. */
static const uint64_t sums[] = {
    0xb17217f7d1cf79ac, 0xeef193f6d75a96fd, 0xfd27186259aaf6c2, 0xff9d6dd050f4c5a7,
    0xfff4cfcfef1e626c, 0xfffee81886e1c62f, 0xffffe7fe850e0bb6, 0xfffffe2a8731b17e,
    0xffffffdfac6eeadc, 0xfffffffdf9640068, 0xffffffffe22ec79d, 0xfffffffffe6a9dee,
    0xffffffffffebff81, 0xffffffffffff1417, 0xfffffffffffff5cf, 0xffffffffffffff96,
    0xfffffffffffffffc, 0xffffffffffffffff,
};

enum { SUMS = sizeof sums / sizeof *sums };

/* How many ones the bits begin with. At 63, the chance of more is left out. */
static unsigned leading_ones(uint64_t bits)
{
    return ~bits > 1 ? (unsigned)__builtin_clzll(~bits) : 63;
}

static uint64_t times_ln2(uint64_t whole, uint64_t fraction)
{
    unsigned __int128 product = (unsigned __int128)sums[0] * fraction >> 64;
    return (uint64_t)((product + (unsigned __int128)sums[0] * whole) >> 32);
}

uint64_t exponential_next(uint64_t *state)
{
    uint64_t whole = leading_ones(chance_next(state)), u = chance_next(state);
    if (u < sums[0])
        return times_ln2(whole, 0) + (u >> 32);
    uint64_t least = UINT64_MAX;
    unsigned k = 1;
    do {
        uint64_t another = chance_next(state);
        least = another < least ? another : least;
    } while (++k < SUMS && u >= sums[k - 1]);
    uint64_t another = chance_next(state);
    return times_ln2(whole, another < least ? another : least);
}
