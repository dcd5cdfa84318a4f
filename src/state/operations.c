#include "record/operation.h"

/* The table: a row an operation, whose file here has its name; unstake stands with stake. */
#define OPERATIONS                                                                                 \
    OPERATION(pay)                                                                                 \
    OPERATION(batch)                                                                               \
    OPERATION(stake)                                                                               \
    OPERATION(unstake)                                                                             \
    OPERATION(admit)                                                                               \
    OPERATION(accuse)

#define OPERATION(name) extern const struct operation operation_##name;
OPERATIONS
#undef OPERATION

#define OPERATION(name) &operation_##name,
const struct operation *const operations[] = {OPERATIONS NULL};
