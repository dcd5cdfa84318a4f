/* How the times that messages take are spread about their mean, in every model. */
#ifndef MODEL_SPREAD_H
#define MODEL_SPREAD_H

#include <stdint.h>

enum spread {
    SPREAD_CONSTANT,
    SPREAD_UNIFORM, /* from half the mean to one and a half times */
    SPREAD_EXPONENTIAL,
};

extern const char *const spread_words[]; /* of a setting: NULL ends it */

/* A time of this mean, at most EXPONENTIAL_MEAN_MAX (virtual/exponential.h), in the same units;
 * advances *chance unless it is constant. */
uint64_t spread_draw(enum spread spread, uint64_t mean, uint64_t *chance);

#endif
