/* Watches whether the best tip of a ledger moves for any reason other than our own blocks. */
#ifndef BLOCKCLI_TIP_H
#define BLOCKCLI_TIP_H

#include "ledger/ledger.h"

#include <sys/stat.h>

struct tip_watch {
    struct ledger *ledger;
    struct stat seen; /* the file when last looked at */
    struct buf own;   /* ids: the tip at the beginning, and our blocks */
};

/* Begins with the tip of a ledger that was just opened, which stays the caller's. Exits if there is
 * no memory, as tip_watch_own does. */
void tip_watch_begin(struct tip_watch *w, struct ledger *l);
void tip_watch_free(struct tip_watch *w);

/* Adds a block of our own, which may be appended from now on. */
void tip_watch_own(struct tip_watch *w, const uint8_t id[ID_LEN]);

/* Whether the best tip is none of these, or the file was replaced or can no longer be read. */
bool tip_watch_moved(struct tip_watch *w);

#endif
