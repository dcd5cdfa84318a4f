/* Records that arrive while a chain goes on: a thread reads them and computes their ids. */
#ifndef POH_INBOX_H
#define POH_INBOX_H

#include "stream/stream.h"

struct poh_inbox;

/* Begins to read from this source, which it will close. NULL and *f: trouble. */
struct poh_inbox *poh_inbox_new(struct source src, struct fault *f);

/* The batch that has arrived; or, if there is none, NULL, at once. *ended: there will be none. It
 * is the caller's until it asks again. */
struct batch *poh_inbox_look(struct poh_inbox *x, bool *ended);

/* The same, but waits for one: NULL at the end only. */
struct batch *poh_inbox_wait(struct poh_inbox *x);

/* After the end: 0, or -1 and the trouble that ended it. */
int poh_inbox_end(const struct poh_inbox *x, struct fault *f);

/* Frees it, after the end. */
void poh_inbox_free(struct poh_inbox *x);

#endif
