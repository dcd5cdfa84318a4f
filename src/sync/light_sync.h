/*
 * Catching up without a ledger: asks several peers for the headers that a file of headers lacks,
 * and for proofs of records and of balances. No peer is trusted. The headers come from one peer at
 * a time, and from the next one as soon as that is slow, so what several peers have is fetched
 * once; a peer whose best tip is known by then costs nothing more. Of the branches, the one with
 * the most work counts, no matter which peer has it.
 */
#ifndef SYNC_LIGHT_SYNC_H
#define SYNC_LIGHT_SYNC_H

#include "light/holding.h"
#include "net/client.h"
#include "record/proof.h"
#include "sync/header_file.h"

#define LIGHT_SLOW 10000 /* ms for an answer, after which another peer is asked as well */

/* How many headers in a row one peer may send of a branch with less work than the best, plus twice
 * as many as the best has above the fork. */
#define LIGHT_SIDE_MAX 10000

/* On a chain with `rule seal bft`, headers without votes cost nothing: so many in a row. */
#define LIGHT_UNVOTED_MAX 512

/* On a chain with `rule seal bft`: if a peer has more headers than this, they are jumped over as
 * far as the trusted members allow; and below this many, all are fetched. */
#define LIGHT_JUMP_FROM 2000
#define LIGHT_JUMP_LEAST 32

struct light_sync_config {
    struct client_config dialing; /* as in sync.h */
    struct header_file *file;
    const struct checkpoints *set; /* a new file begins at the highest of these; NULL: at genesis */
    bool deflate;                  /* offer compression */
    const uint8_t (*ids)[ID_LEN];  /* the records to prove */
    size_t ids_count;
    const struct account *accounts; /* and those whose balances are to be proved */
    size_t accounts_count;
    int64_t patience; /* ms: how long to wait for something new */
    int64_t (*clock)(void *self);
    /* As in sync.h. */
    void (*log)(void *self, const char *who, const char *event, const uint8_t *id,
                const char *words);
    void (*warn)(void *self, const char *who, const char *words);
    void *self;
};

/* What is known of a record, or of what an account had. */
struct light_proof {
    bool found;
    struct proof proof;
    struct buf header; /* of its block, without the newline; or the whole jump back to it */
    int64_t height;
    size_t block; /* its number among the headers, or LIGHT_JUMPED_OVER */
    /* Of an account: the lines `state` and `present` or `absent`, with newlines, and what they say.
     */
    struct buf state;
    struct holding holding;
};

struct light_sync;

/* The config is copied; what it points to stays the caller's. NULL and trouble. */
struct light_sync *light_sync_new(const struct light_sync_config *config, int64_t now,
                                  struct fault *f);
void light_sync_free(struct light_sync *s);

/* Call after every loop_turn: 0, or -1 and trouble. Then light_sync_wait gives how long the next
 * loop_turn may wait, in ms. */
int light_sync_turn(struct light_sync *s, int64_t now, struct fault *f);
int light_sync_wait(const struct light_sync *s, int64_t now);

/* Whether the run has ended. */
bool light_sync_over(const struct light_sync *s, int64_t now);

/* Whether at least one peer has delivered its whole best chain. */
bool light_sync_complete(const struct light_sync *s);

/* The proof of a record, if its block is on the best chain; otherwise NULL. After those of the
 * records come those of the accounts. */
const struct light_proof *light_sync_proof(const struct light_sync *s, size_t i);

#endif
