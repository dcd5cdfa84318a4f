/*
 * A peers file, for the one program that writes it (peers(5)): the newest record of every key, one
 * of every address, up to a limit, after the lines that people wrote, which are kept as they are.
 * The caller checks signatures.
 *
 * The records that have answered (peers/tried.h) stay; the others are held in buckets, of which a
 * network can reach only a few (Heilman et al. 2015). Which peer delivered a record is not known
 * here, and would say little: honest peers pass on every record that they take.
 */
#ifndef PEERS_PEERBOOK_H
#define PEERS_PEERBOOK_H

#include "base/buf.h"
#include "peers/peers.h"
#include "peers/tried.h"
#include "record/peer.h"

#define PEER_AHEAD_MAX 60           /* seconds that a record's TIME may be ahead of the clock */
#define PEER_AGE_MAX (30 * 86400)   /* and how old a record may become */
#define PEERBOOK_COUNT_DEFAULT 1000 /* records that a book holds at most */
#define PEERBOOK_BUCKETS 64         /* buckets of the records that have not answered, at most */
#define PEERBOOK_PLACES 16          /* in each, at least */
#define PEERBOOK_REACH 4            /* buckets that one network can get into */

struct peerbook {
    const char *path;
    size_t limit; /* records, from 1 to PEERS_MAX */
    /* The number of the first broken line, a record that was left out, and what is wrong with it;
     * 0: none. */
    uint64_t broken_line;
    struct fault broken;
    struct tried tried; /* its broken_line is the first line of PEERS.tried that was skipped */
    /* Private to peerbook.c. */
    unsigned homes, given_homes; /* a bit for each scope that the node lives in */
    struct buf front;
    struct kept *list; /* in the order in which they were added */
    struct kept *places;
    struct netgroup *groups;
    size_t good;                        /* records that have answered, and are kept for that */
    size_t in_bucket[PEERBOOK_BUCKETS]; /* records, apart from those */
    bool bucketed, has_secret;
    uint8_t secret[TRIED_SECRET_LEN];
    bool changed; /* since it was loaded */
};

void peerbook_init(struct peerbook *b, const char *path, size_t limit);
void peerbook_free(struct peerbook *b);

/* The node itself listens at this address, or is announced there: records may name addresses of the
 * same scope. Addresses that people wrote into the file say the same. */
void peerbook_lives_at(struct peerbook *b, const struct address *a);

/* Opens the file, creating it if it is missing, and locks it until the descriptor is closed. The
 * descriptor, or -1 with errno. */
int peerbook_lock(const struct peerbook *b);

/* Reads the locked file again, without records that have expired by now or may not be in it, and
 * PEERS.tried. 0, or -1 and trouble. */
int peerbook_load(struct peerbook *b, int fd, int64_t now, struct fault *f);

/* Whether the book has exactly this record. */
bool peerbook_holds(const struct peerbook *b, const struct peer *p);

/* Whether a record's address and time allow it into a loaded book. 0, or -1 and a rule. */
int peerbook_check(const struct peerbook *b, const struct peer *p, int64_t now, struct fault *f);

/* Adds a record that peerbook_check has accepted. If its bucket or the book is full, a record that
 * has not answered is evicted: one that failed when it was dialed, otherwise the oldest of the most
 * crowded network (address_network_of); among equally crowded networks, one of the new record's
 * network, so new keys of one network do not displace the records of others. 1 if it was added; 0
 * if the book has an equally new or newer record of its key (on its chain), a record of another key
 * for its address that has not failed, or the record itself was the one to evict; -1 and trouble.
 */
int peerbook_add(struct peerbook *b, const struct peer *p, struct fault *f);

/* Replaces the locked file if anything was added since it was loaded. 0, or -1 and trouble. */
int peerbook_save(struct peerbook *b, struct fault *f);

#endif
