/*
 * Catching up with the network: asks several peers for the blocks that a ledger lacks, judges each
 * in an overlay of the ledger, and puts the valid ones into `out`, parents first. No peer is
 * trusted: one that breaks a rule is dropped, and neither its address nor its key is asked again.
 *
 * A run asks a few peers until each has sent what it has; with `follow`, it stays connected and
 * asks again at intervals.
 */
#ifndef SYNC_SYNC_H
#define SYNC_SYNC_H

#include "ledger/overlay.h"
#include "ledger/sigcache.h"
#include "net/client.h"

#define SYNC_OUT_MAX (1 << 20)      /* bytes in out at which judging pauses */
#define SYNC_UNJUDGED_MAX (1 << 20) /* bytes of unjudged blocks at which a peer is not read */
#define SYNC_NEAR 10                /* blocks above our tip that gossip may be bringing */

struct sync_config {
    /* Whom to dial: loop, tls, operands, fanout (how many peers to ask), allows, seed. The other
     * fields are ignored. */
    struct client_config dialing;
    struct overlay *overlay;   /* the ledger, and what has arrived since */
    struct sigpool *pool;      /* checks signatures */
    struct sigcache *sigcache; /* signatures that are known to be valid; NULL: none */
    bool deflate;              /* offer compression */
    bool follow;
    int64_t interval;             /* ms; with follow: how often to ask */
    int64_t patience;             /* ms; without: how long to wait for something new */
    int64_t (*clock)(void *self); /* Unix seconds */
    /* An event for the log: the peer's account or address, or "-"; an id or NULL; further words or
     * NULL. */
    void (*log)(void *self, const char *who, const char *event, const uint8_t *id,
                const char *words);
    /* A message for people. If it is about a peer, who is its account or address and the event is
     * logged as well; otherwise who is NULL. */
    void (*warn)(void *self, const char *who, const char *words);
    void *self;
};

struct sync;

/* The config is copied; what it points to stays the caller's. NULL and trouble: an operand that is
 * neither a file nor an address, or no memory. */
struct sync *sync_new(const struct sync_config *config, int64_t now, struct fault *f);

/* Closes all connections. */
void sync_free(struct sync *s);

/* The blocks to be printed; the caller drops what it has printed. */
struct buf *sync_out(struct sync *s);

/* Call after every loop_turn: dials, asks, and judges for a while. 0, or -1 and trouble. */
int sync_turn(struct sync *s, int64_t now, struct fault *f);

/* How long the next loop_turn may wait, in ms. */
int sync_wait(const struct sync *s, int64_t now);

/* Whether the run has ended and out is empty. Never with follow. */
bool sync_over(const struct sync *s, int64_t now);

/* The result of a run that is over: 1 if the ledger, with the blocks put out, has all that the
 * peers that answered have; 0 if a peer claimed more, or none answered; -1 and trouble. */
int sync_verdict(struct sync *s, struct fault *f);

#endif
