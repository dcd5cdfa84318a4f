/* The headers whose seals were found most recently. All zero is an empty list. */
#ifndef FARM_FOUND_H
#define FARM_FOUND_H

#include "farm/unsealed.h"

#include <stdbool.h>

enum { FOUND_MAX = 64 };

struct found {
    uint8_t hashes[FOUND_MAX][ID_LEN]; /* of the headers without their seals: a ring */
    size_t count;                      /* ever added */
};

/* Adds a header, and forgets the one added FOUND_MAX before it. */
void found_add(struct found *list, const struct unsealed *u);

bool found_has(const struct found *list, const struct unsealed *u);

#endif
