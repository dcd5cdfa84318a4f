#include "model/spread.h"

#include "base/chance.h"
#include "virtual/exponential.h"

#include <stddef.h>

const char *const spread_words[] = {"constant", "uniform", "exponential", NULL};

uint64_t spread_draw(enum spread spread, uint64_t mean, uint64_t *chance)
{
    switch (spread) {
    case SPREAD_UNIFORM:
        return mean / 2 + chance_below(chance, mean + 1);
    case SPREAD_EXPONENTIAL:
        return exponential_delay(chance, mean);
    default:
        return mean;
    }
}
