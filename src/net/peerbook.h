/*
 * A peers file, for the one program that writes it (peers(5)): the newest record of every key, up
 * to a limit, after the lines that people wrote, which are kept as they are. The caller checks
 * signatures.
 */
#ifndef NET_PEERBOOK_H
#define NET_PEERBOOK_H

#include "base/buf.h"
#include "net/peers.h"
#include "record/peer.h"

#define PEER_AHEAD_MAX 7200         /* seconds that a record's TIME may be ahead of the clock */
#define PEER_AGE_MAX (30 * 86400)   /* and how old a record may become */
#define PEERBOOK_COUNT_DEFAULT 1000 /* records that a book holds at most */

struct peerbook {
    const char *path;
    size_t limit; /* records, from 1 to PEERS_MAX */
    uint64_t
        broken_line; /* the number of the first broken line, a record that was left out; 0: none */
    struct fault broken; /* what is wrong with it */
    /* Private to peerbook.c. */
    struct buf front;
    struct kept *list; /* in the order in which they were added */
    struct crowd *crowds;
    bool changed; /* since it was loaded */
};

void peerbook_init(struct peerbook *b, const char *path, size_t limit);
void peerbook_free(struct peerbook *b);

/* Opens the file, creating it if it is missing, and locks it until the descriptor is closed. The
 * descriptor, or -1 with errno. */
int peerbook_lock(const struct peerbook *b);

/* Reads the locked file again, without records that have expired by now. 0, or -1 and trouble. */
int peerbook_load(struct peerbook *b, int fd, int64_t now, struct fault *f);

/* Whether the book has exactly this record. */
bool peerbook_holds(const struct peerbook *b, const struct peer *p);

/* Whether a record's address and time allow it into a book. 0, or -1 and a rule. */
int peerbook_check(const struct peer *p, int64_t now, struct fault *f);

/* Adds a record that peerbook_check has accepted. At the limit, the oldest record of the most
 * crowded network (address_network_of) is evicted; among equally crowded networks, one of the new
 * record's network, so new keys of one network do not displace the records of others. 1 if it was
 * added; 0 if the book has an equally new or newer record of its key (on its chain), or the record
 * itself was the one to evict; -1 and trouble. */
int peerbook_add(struct peerbook *b, const struct peer *p, struct fault *f);

/* Replaces the locked file if anything was added since it was loaded. 0, or -1 and trouble. */
int peerbook_save(struct peerbook *b, struct fault *f);

#endif
