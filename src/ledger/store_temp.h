/*
 * A tree's store for one run: everything that grows with the number of blocks goes to nameless
 * files in $TMPDIR (else /tmp), so that memory grows with accounts alone.
 */
#ifndef LEDGER_STORE_TEMP_H
#define LEDGER_STORE_TEMP_H

#include "ledger/tree.h"

struct store_temp;

/* A store that stands on another, which keeps the first count nodes and the state at the best of
 * them, must not change meanwhile, and stays the caller's; base NULL: on nothing. NULL and trouble:
 * no memory, or no room for temporary files. */
struct store_temp *store_temp_new(const struct store *base, int64_t count, struct fault *f);
void store_temp_free(struct store_temp *s);

/* Its table, for tree_init; good as long as s. */
struct store store_temp_table(struct store_temp *s);

#endif
