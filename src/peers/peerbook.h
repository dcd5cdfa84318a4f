/*
 * A peers file, for the one program that writes it (peers(5)). It has the lines that people wrote,
 * which are kept as they are, and then the newest record of every key, one for every address, up to
 * a limit. The caller checks signatures.
 *
 * The records that have answered (peers/tried.h) stay; the others are held in buckets, of which a
 * network can reach only a few (Heilman et al. 2015, section 7). Unlike Bitcoin's, a bucket does
 * not depend on the peer that delivered the record, which would say little: honest peers pass on
 * every record that they accept.
 */
#ifndef PEERS_PEERBOOK_H
#define PEERS_PEERBOOK_H

#include "base/buf.h"
#include "peers/peers.h"
#include "peers/tried.h"
#include "record/peer.h"

#define PEER_AHEAD_MAX 60           /* seconds that a record's TIME may be ahead of the clock */
#define PEER_AGE_MAX (30 * 86400)   /* the greatest age of a record, in seconds */
#define PEERBOOK_COUNT_DEFAULT 1000 /* the most records in a book, by default */
#define PEERBOOK_BUCKETS 64         /* the most buckets for records that have not answered */
#define PEERBOOK_BUCKET_MIN 16      /* the least size of a bucket, in records */
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
    unsigned scopes,
        given_scopes; /* a bit for each scope that records may have; set by the caller */
    struct buf front;
    struct kept *list; /* in the order in which they were added */
    struct kept *places;
    struct book_network *groups;
    size_t good;                        /* records that have answered, and are kept for that */
    size_t in_bucket[PEERBOOK_BUCKETS]; /* records, apart from those */
    bool bucketed, has_secret;
    uint8_t secret[TRIED_SECRET_LEN];
    bool changed; /* something was added since it was loaded */
};

void peerbook_init(struct peerbook *b, const char *path, size_t limit);
void peerbook_free(struct peerbook *b);

/* Lets records name addresses of the same scope as this one, at which the node itself listens or is
 * announced. Addresses that people wrote into the file do the same. */
void peerbook_allow_scope(struct peerbook *b, const struct address *a);

/* Opens the file, creating it if it is missing, and locks it until the descriptor is closed. Waits
 * for the lock. The descriptor, or -1 with errno. */
int peerbook_lock(const struct peerbook *b);

/* Reads the locked file (again), without records that have expired or have an address that is not
 * allowed, and PEERS.tried. now: Unix seconds. 0, or -1 and trouble. */
int peerbook_load(struct peerbook *b, int fd, int64_t now, struct fault *f);

/* Whether the book has exactly this record. */
bool peerbook_holds(const struct peerbook *b, const struct peer *p);

/* Whether a loaded book may hold a record with this address and time. now: Unix seconds. 0, or -1
 * and a rule. */
int peerbook_check(const struct peerbook *b, const struct peer *p, int64_t now, struct fault *f);

/* Adds a record that peerbook_check has accepted. If its bucket or the book is full, a record that
 * has not answered is evicted: one that failed when it was dialed, otherwise the oldest of the most
 * crowded network (address_network_of). If the new record's network is as crowded as any, its
 * oldest is evicted, so new keys of one network do not displace the records of others. 1 if it was
 * added; 0 if the book has an equally new or newer record of its key (on its chain), a record of
 * another key for its address that has not failed, or the record itself was the one to evict; -1
 * and trouble.
 */
int peerbook_add(struct peerbook *b, const struct peer *p, struct fault *f);

/* Replaces the locked file if anything was added since it was loaded. 0, or -1 and trouble. */
int peerbook_save(struct peerbook *b, struct fault *f);

#endif
