/* The kinds of forged blocks, for block_forge.c: each changes a draft. 0, or -1 and a fault: a rule
 * if this block cannot be changed in this way. `how` is one of the file's own. */
#ifndef FORGE_BREAKS_H
#define FORGE_BREAKS_H

#include "forge/draft.h"

enum break_seal {
    SEAL_SIGNATURE, /* not its miner's, or a nonce that is not low enough */
    SEAL_FORM,      /* a digit too few */
    SEAL_OUTSIDER,  /* by one who is no member */
    SEAL_TURN,      /* by the miner of the block before it */
    SEAL_TIME,      /* too early after its parent */
    SEAL_TARGET,    /* another TARGET: a set, or a target */
    SEAL_HEIGHT,    /* of another height */
};
int break_seal(struct draft *d, int how, struct fault *f);

/* Of votes and attests alike. */
enum break_signed {
    SIGNED_SIGNATURE,
    SIGNED_OTHER_CHAIN,
    SIGNED_BY_OUTSIDER,
    SIGNED_ORDER,
    SIGNED_TWICE,
    SIGNED_MANY,
    SIGNED_PLACE, /* where this chain, or this block, has none */
    VOTE_HEIGHT,
    VOTE_ROUND,
    VOTE_STEP, /* a prevote */
    VOTE_FORM, /* a step that there is not */
    VOTE_BLOCK,
    VOTE_FEW,
    ATTEST_HEIGHT,  /* a target that is not the last checkpoint */
    ATTEST_TARGET,  /* a target that is no ancestor */
    ATTEST_SOURCE,  /* a source that is no ancestor */
    ATTEST_LATE,    /* a source that is not before the target */
    ATTEST_BETWEEN, /* a source that is no checkpoint */
    ATTEST_UNJUSTIFIED,
};
int break_votes(struct draft *d, int how, struct fault *f);
int break_attests(struct draft *d, int how, struct fault *f);

enum break_state {
    STATE_MISSING,
    STATE_TWICE,
    STATE_LATE, /* after a transaction */
    STATE_UNDUE,
    STATE_HEIGHT,
    STATE_ROOT,
    STATE_COUNT,
    STATE_FORM,
};
int break_state(struct draft *d, int how, struct fault *f);

enum break_member {
    MEMBER_ORDER,
    MEMBER_TWICE,
    MEMBER_WEIGHTLESS,
    MEMBER_HEAVY, /* all together over 2^63-1 */
    MEMBER_POOR,  /* under minstake */
    MEMBER_MANY,
    MEMBER_KEY, /* of small order */
    MEMBER_FORM,
    MEMBER_NONE,
    MEMBER_UNDUE, /* on a chain that has none */
    MEMBER_SET,   /* TARGET is another set */
};
int break_members(struct draft *d, int how, struct fault *f);

/* The transactions are the caller's. */
int break_body(struct draft *d, int how, struct fault *f);

#endif
