/* What the files of peers/peerbook share. */
#ifndef PEERS_PEERBOOK_PARTS_H
#define PEERS_PEERBOOK_PARTS_H

#include "peers/peerbook.h"

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* How many records a network has. */
struct book_network {
    uint64_t network;
    size_t count;
    UT_hash_handle hh;
};

struct who {
    uint8_t chain[ID_LEN], key[ID_LEN];
};

/* An address in its canonical form, on a chain. All bytes after the text are zero. */
struct book_place {
    uint8_t chain[ID_LEN];
    char address[ADDRESS_MAX];
};

struct kept {
    struct who who;
    struct book_place place;
    struct book_network *group;
    int64_t time;
    enum address_scope scope;
    bool good;         /* has answered, and is kept for that */
    unsigned failures; /* in a row, when it was dialed */
    int bucket;        /* -1: not computed yet */
    UT_hash_handle hh, hp;
    size_t len;
    char line[]; /* without a newline */
};

void peerbook_drop(struct peerbook *b, struct kept *x);

/* Drops everything that was loaded. */
void peerbook_empty(struct peerbook *b);

/* Parses the address of a record. 0, or -1 and a rule. */
int peerbook_address(const struct peer *p, struct address *a, struct fault *f);

/* Whether the time of a record is not too far ahead. */
bool peerbook_in_time(int64_t time, int64_t now);

/* Whether addresses of this scope may be in the book. */
bool peerbook_reaches(const struct peerbook *b, enum address_scope scope);

/* The record that is evicted for the newest, and may be the newest itself; NULL: none. 0, or -1 and
 * trouble. */
int peerbook_victim(struct peerbook *b, struct kept *newest, struct kept **victim, struct fault *f);

#endif
