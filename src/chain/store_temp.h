/*
 * A tree's store for one run: everything that grows with the number of blocks is kept in unnamed
 * files in $TMPDIR (else /tmp), so memory grows with the number of accounts only.
 */
#ifndef CHAIN_STORE_TEMP_H
#define CHAIN_STORE_TEMP_H

#include "chain/tree.h"

struct store_temp;

/* A store on top of another, base, which has the first count nodes and the state at the best of
 * them, must not change meanwhile, and stays the caller's; base NULL: none. NULL and trouble: no
 * memory, or no space for temporary files. */
struct store_temp *store_temp_new(const struct store *base, int64_t count, struct fault *f);
void store_temp_free(struct store_temp *s);

/* Its functions, for tree_init; valid as long as s. */
struct store store_temp_table(struct store_temp *s);

#endif
