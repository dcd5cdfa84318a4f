/* Shared by light_sync*.c only. */
#ifndef SYNC_LIGHT_SYNC_PARTS_H
#define SYNC_LIGHT_SYNC_PARTS_H

#include "sync/header_puller.h"
#include "sync/light_sync.h"
#include "sync/pull_peer.h"

struct light_peer {
    struct pull_peer base;
    struct light_sync *run;
    struct header_puller puller;
    int64_t side,
        fork;       /* headers in a row off the best chain; the height below the first of them */
    size_t next_id; /* the next record or account to ask it for */
    int64_t asked_height; /* what the account had after the block of this height */
    struct holding holding;
    int tries;
    int64_t trusted;  /* the height of the last trusted header when it was asked for headers */
    int64_t stride;   /* of the next jump; 0: to the peer's highest */
    int64_t step;     /* headers asked for where a jump would be too short; 0: none yet */
    int refused;      /* jumps to which it had no answer */
    bool too_far;     /* the last jump was, for the members who are trusted, */
    bool no_jumps;    /* ... or it does not have one: headers are next */
    int64_t back;     /* the jump is back to the block of a proof, of this height; 0: it is not */
    struct buf jump;  /* that jump's lines */
    int64_t attested; /* attest lines are asked for after this height; -1: not yet */
    int64_t attests_asked; /* ... in at most so many blocks */
    int64_t unsure;        /* lines that could not be judged, and why the first of them */
    char doubt[sizeof((struct fault *)0)->text + 16];
    bool asked_all;    /* from where the headers begin */
    bool attests_done; /* nothing more is asked for */
    bool serves, done; /* it serves headers; everything that it has is here */
    struct light_peer *next;
};

struct light_sync {
    struct pull_run base;
    struct light_sync_config config;
    struct peer_owner owner;
    struct client *client;
    struct header_chain chain;
    struct light *light;
    struct light_peer *peers;
    struct light_proof *proofs;
    size_t answered, complete; /* peers that said hello; those that delivered all they have */
    int64_t ticked;
};

/* --- light_sync_chain.c: what is known, and what arrives -------------------------------------- */

/* Our headers, for the peers' pullers. */
struct header_chain light_sync_chain(struct light_sync *s);

/* The `take` of a struct header_chain, where self is the peer. */
int light_sync_take(void *self, const char *text, size_t len, bool genesis, struct fault *f);

/* --- light_sync_proof.c: what is asked for one by one ----------------------------------------- */

/* Whether the proof of this record is here, and of the best chain. */
bool light_sync_is_proved(const struct light_sync *s, size_t i);

/* Of all that is wanted: how many; the account whose balance is number i, or NULL: it is a record;
 * and whether nobody needs to be asked for it: a balance may have been proved of a shorter chain.
 */
size_t light_sync_wanted(const struct light_sync *s);
const struct account *light_sync_account(const struct light_sync *s, size_t i);
bool light_sync_is_settled(const struct light_sync *s, size_t i);

/* The block of the checkpoint at which new headers begin; NULL: they have begun, or begin at
 * genesis. */
const struct checkpointed *light_sync_anchor(const struct light_sync *s);

/* Takes the answer to a `prove` or a `jump`; self is the peer. */
void light_sync_answered(void *self, struct header_puller *puller);

/* --- light_sync_attests.c: what members have attested ----------------------------------------- */

/* Whether the peer may have lines by which more becomes final. Then asks it for the next of them:
 * 0, or -1 and trouble. */
bool light_sync_wants_attests(struct light_peer *p);
int light_sync_ask_attests(struct light_peer *p, int64_t now, struct fault *f);

/* The `attest` of a struct header_chain, where self is the peer; and the end of an answer. */
int light_sync_attest(void *self, const uint8_t block[ID_LEN], const char *text, size_t len,
                      struct fault *f);
void light_sync_attests_end(struct light_peer *p);

/* --- light_sync_ask.c ------------------------------------------------------------------------- */

/* Asks the peer for what it may have, unless it owes an answer. 0, or -1 and trouble. */
int light_sync_ask(struct light_peer *p, int64_t now, struct fault *f);

#endif
