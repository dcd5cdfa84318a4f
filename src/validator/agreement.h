/*
 * A member's part in agreeing on blocks (block(5), "bft"): hosts the Tendermint engine (bft/bft.h)
 * over a ledger, with the lines of vote(5) for messages.
 *
 * A block that is proposed travels and is judged as any other block; a proposal counts once the
 * ledger has its block. A decision is not written anywhere: the next block has the votes. What the
 * member signs is on disk, in `said`, before it is in `out`, and so are the prevotes of others on
 * which it locks. After a start the engine goes on with the height after the last final block, from
 * what the member has said there, and those prevotes go out again: others may not have them.
 *
 * One thread. It reads no clock by itself: `now` is in milliseconds of one that never goes back.
 */
#ifndef VALIDATOR_AGREEMENT_H
#define VALIDATOR_AGREEMENT_H

#include "bft/bft_vote.h"
#include "ledger/ledger.h"
#include "validator/held_lines.h"
#include "validator/polkas.h"
#include "validator/said.h"
#include "validator/voters.h"

/* All that is pointed to stays the caller's, and lasts as long as the agreement. */
struct agreement_config {
    struct ledger *ledger; /* a reader, which the caller refreshes */
    const struct secret_key *key;
    struct said *said;
    const char *turns;  /* a file for the rotation of the members (turns_file.h); NULL: none */
    int64_t wait, grow; /* milliseconds: a step of round r may take wait + r * grow */
    /* Unix seconds: what is new and more than a spacing ahead of that is not voted for. NULL: all
     * may be. */
    int64_t (*clock)(void *self);
    /* What the engine notes: n bytes of words (netsim(1), Tendermint). May be NULL. */
    void (*note)(void *self, const char *words, size_t n);
    /* Two signed lines with their newlines, which prove that a member has contradicted itself. May
     * be NULL. */
    void (*contradiction)(void *self, const char *first, const char *second);
    /* Once a height: something was not signed, since it would contradict what was signed before.
     * May be NULL. */
    void (*refused)(void *self, const char *why);
    /* A block is not voted for, since it is so many seconds ahead of the clock: of heights in a row
     * of which there was one, the first, second, fourth, and so on. May be NULL. */
    void (*ahead)(void *self, int64_t height, int64_t seconds);
    /* The file for the rotation cannot be read or written, which costs a start time: told once. May
     * be NULL. */
    void (*unkept)(void *self, const char *why);
    void *self;
};

struct agreement {
    struct agreement_config config;
    uint8_t chain[ID_LEN];
    struct node_names *names;
    uint32_t self, other; /* nodes: this member; nobody, from whom the ledger's own words come */
    struct engine *engine;
    struct engine_outputs outputs;
    size_t taken; /* outputs whose decisions have been taken */
    uint64_t saves;
    struct node decided;       /* the last block that was */
    struct voters_turns turns; /* at one of the last */
    int64_t kept;              /* the height of the rotation that is in the file */
    struct buf commit;         /* the votes that decided it: lines, ascending by key */
    struct said_vote *before;  /* what was said, of heights that are not over */
    size_t before_count, before_cap;
    struct polkas polkas;   /* what this member's locks rest on */
    struct held_lines held; /* lines that came before their time */
    bool awaits;            /* the ledger has not the block of a proposal of this height yet */
    struct buf out;         /* lines to be passed on; the caller empties it */
    bool begun;             /* the height after the decided block has begun */
    bool turn;              /* it is this member's turn, and it has nothing to propose */
    bool new_round;         /* a round has begun: held proposals may count now */
    int64_t refused;        /* the last height in which something was not signed, */
    int64_t ahead;          /* ... and in which a block was ahead of the clock, */
    uint64_t aheads;        /* ... as in so many heights, one after the other */
    bool unkept;            /* and that was told */
    bool failed; /* the host could not answer the engine, which must not go on: trouble */
    struct fault trouble;
    int64_t deadline; /* agreement_tick is due then; INT64_MAX: never */
};

/* Begins after the last final block of the ledger. 0, or -1 and a fault; call agreement_free in
 * either case. */
int agreement_begin(struct agreement *a, const struct agreement_config *config, int64_t now,
                    struct fault *f);
void agreement_free(struct agreement *a);

/* A vote or a proposal has come: a line of n bytes without its newline, of the right form. 0, or
 * -1 and a fault: a rule if the line is wrong; trouble, as when this member has signed it and not
 * said it: the agreement can then only be freed, as below. */
int agreement_take(struct agreement *a, const char *line, size_t n, int64_t now, struct fault *f);

/* The ledger has been refreshed: what is final there is decided, and held proposals are taken whose
 * blocks it has. */
int agreement_look(struct agreement *a, int64_t now, struct fault *f);

/* The next height may begin: its block's time has come. */
int agreement_start(struct agreement *a, int64_t now, struct fault *f);

/* The block after the decided one that this member wants to propose; the ledger has it. */
int agreement_propose(struct agreement *a, const uint8_t id[ID_LEN], int64_t now, struct fault *f);

/* The deadline has passed. */
int agreement_tick(struct agreement *a, int64_t now, struct fault *f);

/* Whether the ledger has this block, as a valid one after the decided block: 1 or 0, -1 and
 * trouble. */
int agreement_has(struct agreement *a, const uint8_t id[ID_LEN], struct fault *f);

#endif
