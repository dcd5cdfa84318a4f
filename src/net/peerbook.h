/*
 * The peers file as its one writer sees it (peers(5)): the newest record of every key, bounded,
 * with the lines that people wrote in front, as they are. Signatures are the caller's to check.
 */
#ifndef NET_PEERBOOK_H
#define NET_PEERBOOK_H

#include "base/buf.h"
#include "net/peers.h"
#include "record/peer.h"

#define PEER_AHEAD_MAX 7200         /* seconds that a record's TIME may be ahead of the clock */
#define PEER_AGE_MAX (30 * 86400)   /* and how old it may get */
#define PEERBOOK_COUNT_DEFAULT 1000 /* records that a book holds */

struct peerbook {
    const char *path;
    size_t limit;         /* records, from 1 to PEERS_MAX */
    uint64_t broken_line; /* the first line that is broken: a record is left out; 0: none */
    struct fault broken;  /* what is wrong with it */
    /* The rest is peerbook.c's. */
    struct buf front;
    struct kept *list; /* in the order in which they came */
    struct crowd *crowds;
    bool changed; /* since it was loaded */
};

void peerbook_init(struct peerbook *b, const char *path, size_t limit);
void peerbook_free(struct peerbook *b);

/* The file, made where it is not there, and locked until its descriptor is closed; or -1 with
 * errno. */
int peerbook_lock(const struct peerbook *b);

/* Reads the locked file anew, without the records that are out of their time now. 0, or -1 and
 * trouble. */
int peerbook_load(struct peerbook *b, int fd, int64_t now, struct fault *f);

/* Whether this very record is in the book. */
bool peerbook_holds(const struct peerbook *b, const struct peer *p);

/* Whether a record could stand in a book by its address and its time. 0, or -1 and a rule. */
int peerbook_check(const struct peer *p, int64_t now, struct fault *f);

/* Takes in a record for which peerbook_check gave 0. At the limit, the oldest of the most crowded
 * network (address_network_of) leaves; of networks equally crowded the new one's, so that a full
 * book changes for nobody who only comes with many keys. 1 it is kept; 0 as new a one of its key
 * (on its chain) was there already, or it was itself the one to leave; -1 and trouble. */
int peerbook_add(struct peerbook *b, const struct peer *p, struct fault *f);

/* Replaces the locked file, where anything was added since it was loaded. 0, or -1 and trouble. */
int peerbook_save(struct peerbook *b, struct fault *f);

#endif
