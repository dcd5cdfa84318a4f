/*
 * Catching up with the network: asks several peers for the blocks that a ledger lacks, judges each
 * on a trial, and puts those that hold into `out`, parents first. No peer is trusted: one that
 * breaks a rule is dropped, and neither it nor its key is asked again.
 *
 * One run asks a few peers until each has given what it has; with `follow`, it stays, and asks
 * again and again.
 */
#ifndef SYNC_SYNC_H
#define SYNC_SYNC_H

#include "ledger/trial.h"
#include "net/client.h"

#define SYNC_OUT_MAX (1 << 20)      /* bytes that wait in out before nothing more is judged */
#define SYNC_UNJUDGED_MAX (1 << 20) /* bytes of a peer's whole blocks before it is not read */
#define SYNC_OPENING_MAX 15000      /* ms from dialing a peer to its hello */

struct sync_config {
    /* Whom to dial: loop, tls, operands, fanout (the peers to be asked), allows, seed. The rest of
     * it is not looked at. */
    struct client_config dialing;
    struct trial *trial;  /* the ledger, and what came since */
    struct sigpool *pool; /* checks signatures */
    bool deflate;         /* offer it */
    bool follow;
    int64_t interval; /* ms; with follow: ask so often */
    int64_t patience; /* ms; without: the run is over where nothing new came for so long */
    int64_t (*clock)(void *self); /* Unix seconds */
    /* An event for the log: the peer's account or address, or "-"; an id or NULL; further words or
     * NULL. */
    void (*log)(void *self, const char *who, const char *event, const uint8_t *id,
                const char *words);
    /* What people are told. Where it is of a peer, who is its account or address and the log has it
     * as well; else who is NULL. */
    void (*warn)(void *self, const char *who, const char *words);
    void *self;
};

struct sync;

/* The config is copied; what it points to stays the caller's. NULL and trouble: an operand that is
 * neither a file nor an address, or no memory. */
struct sync *sync_new(const struct sync_config *config, int64_t now, struct fault *f);

/* Leaves all peers. */
void sync_free(struct sync *s);

/* The blocks to be printed; the caller drops what it has printed. */
struct buf *sync_out(struct sync *s);

/* To be called after every loop_turn: dials, asks, judges for a while. 0, or -1 and trouble. */
int sync_turn(struct sync *s, int64_t now, struct fault *f);

/* How long the next loop_turn may wait. */
int sync_wait(const struct sync *s, int64_t now);

/* Whether the run is at its end, and out is empty. Never so with follow. */
bool sync_over(const struct sync *s, int64_t now);

/* What came of a run that is over: 1 with what was put out, the ledger is as good as that of every
 * peer that answered; 0 a peer claimed more, or none answered; -1 and trouble. */
int sync_verdict(struct sync *s, struct fault *f);

#endif
