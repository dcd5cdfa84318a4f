/* The misfit of a history that is not linearizable: the operation whose answer no order explains.
 */
#ifndef HISTORY_MISFIT_H
#define HISTORY_MISFIT_H

#include "history/ops.h"

/* Finds, among the ends of these n operations, which have no order, the first one that leaves none
 * to what is known then; all that was known at the end `from` but for the end itself has one. Fills
 * the verdict's order, misfit, exact and state. If that takes more than `steps`, or is stopped, the
 * misfit is the operation that ends at `from`, and exact is false. 0, or -1: no memory. */
int misfit_find(const struct op_history *h, const uint32_t *numbers, size_t n, uint32_t from,
                const struct op_limits *limits, uint64_t steps, struct op_verdict *v);

#endif
