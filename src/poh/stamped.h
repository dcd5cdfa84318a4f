/* Reads a stamped stream (poh(1)) item by item: how far its chain is, and which steps its ticks
 * claim. */
#ifndef POH_STAMPED_H
#define POH_STAMPED_H

#include "poh/chain.h"
#include "stream/stream.h"

/* The steps between a tick and what stands before it. */
struct poh_claim {
    struct poh_hash from, to;
    int64_t steps;
    uint64_t line; /* of the tick */
};

/* All zero at first, but for the seed. */
struct poh_stamped {
    const struct poh_hash *seed; /* where it must begin, the caller's; NULL: anywhere */
    bool begun;                  /* its first tick has been read */
    struct poh_chain chain;      /* after the last item, if the last tick is true */
    int64_t first;               /* the count of its first tick */
    int64_t ticks, records;
    int64_t unstamped; /* records after the last tick */
    uint64_t line;     /* of the last item */
};

/* A stream that gives such items: records of which only the form is checked, and whole blocks, with
 * their bodies. NULL: no memory. */
struct stream *poh_stream_new(struct source src);

/* Gives an item of such a stream its id, unless it has one. */
void poh_identify(struct item *item);

/* Takes the next item. 1 and *claim: a tick that has steps, or repeats the one before it; 0:
 * another item; -1 and a rule, with its line. */
int poh_stamped_take(struct poh_stamped *s, struct item *item, struct poh_claim *claim,
                     struct fault *f);

/* Whether a stream may end here. 0, or -1 and a rule. */
int poh_stamped_end(const struct poh_stamped *s, struct fault *f);

/* Sets *s to the end of the stamped file at path, of which only the form is checked; an empty file
 * leaves it as it is. 0, or -1 and a fault that may have a line. */
int poh_stamped_file(struct poh_stamped *s, const char *path, struct fault *f);

#endif
