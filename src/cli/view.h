/* A ledger file as the network needs it (net/view.h): opened when it is first there, brought up to
 * date at every look, opened again where that fails or where another file stands in its place. Only
 * programs use this. */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include "net/view.h"
#include "record/rules.h"

struct ledger_view;

/* A view of the ledger at path, which stays the caller's, and need not be there yet. chain: the
 * genesis id that it must have, another's is trouble; NULL: that of the ledger that is met first.
 * NULL: no memory. */
struct ledger_view *ledger_view_new(const char *path, const uint8_t *chain);
void ledger_view_free(struct ledger_view *v);

/* Its table, good as long as v. Where a function gives trouble, the ledger cannot be read as it is
 * now (damaged, of another chain, out of reach); it is tried again by looks to come, at most once a
 * second, as is a ledger that was not there: a listener goes on meanwhile. locate gives a
 * FAULT_RULE where the bytes are not 1 to WIRE_LOCATOR_MAX ids. */
struct view ledger_view_table(struct ledger_view *v);

/* The chain's genesis id and its rules: 1, 0 where there is no ledger yet, -1 and trouble. */
int ledger_view_chain(struct ledger_view *v, uint8_t chain[ID_LEN], struct rules *rules,
                      struct fault *f);

#endif
