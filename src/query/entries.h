/* What a state has besides accounts (state(5), "Entries"): stakes, members, accusations, unbonding
 * sums and wishes. */
#ifndef QUERY_ENTRIES_H
#define QUERY_ENTRIES_H

#include "record/account.h"
#include "state/entries.h"

/* Calls each with the text of every entry; if `of` is not NULL, only of those that name this
 * account. Kind by kind; stakes, members and accusations in the order of keys, the others in that
 * of their places. each gives 0 to go on. 0, or -1 and a fault. */
int entries_each(struct state *s, const struct account *of,
                 int (*each)(void *self, const char *entry, size_t len, struct fault *f),
                 void *self, struct fault *f);

#endif
