#include "record/operation.h"

/* The table: a row an operation, whose file here has its name. */
#define OPERATIONS OPERATION(pay) OPERATION(batch)

#define OPERATION(name) extern const struct operation operation_##name;
OPERATIONS
#undef OPERATION

#define OPERATION(name) &operation_##name,
const struct operation *const operations[] = {OPERATIONS NULL};
