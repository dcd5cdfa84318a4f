/* When a member may seal the next block: in its turn, and once the block's time has come. Only
 * programs use this: it prints and exits. */
#ifndef BLOCKCLI_MEMBER_TURN_H
#define BLOCKCLI_MEMBER_TURN_H

#include "blockcli/tip.h"

/* The status of a program that gives up because the tip moved. */
#define MEMBER_TURN_TIP_MOVED 3

struct member_turn {
    int64_t clock;    /* -T */
    int64_t deadline; /* in cli_milliseconds, after which a wait ends with status 1 */
    bool out_of_turn; /* the turns of others count as well */
    bool no_wait;     /* status 1 in place of a wait for the block's time */
    bool watch_tip;   /* a wait ends if the tip moves */

    struct ledger *ledger; /* the caller's */
    struct account self;   /* the member */
    struct tip_watch tip;
    int64_t height;   /* of the next block, */
    int64_t earliest; /* and the least time that it can have */
};

/* Begins with the tip of a ledger that was just opened; the options are set. */
void member_turn_begin(struct member_turn *m, struct ledger *l, const struct account *self);
void member_turn_free(struct member_turn *m);

/* Whether the member may seal the block after the tip. If not, *f says why. */
bool member_turn_is_now(struct member_turn *m, struct fault *f);

/* Sets the height and the least time of the block after the tip. */
void member_turn_take_tip(struct member_turn *m);

/* Waits until the clock shows this time, that of the next block. */
void member_turn_wait_until(struct member_turn *m, int64_t time);

/* Waits until the member may seal a block on the tip, and its time has come; then exits with 0. */
_Noreturn void member_turn_wait(struct member_turn *m);

#endif
