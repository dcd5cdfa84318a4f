/*
 * Forgeries: transactions that break one rule each, made from honest ones, with the message of the
 * rule that they break. For tests, and for classes that search for them.
 *
 * There are no keys here. A forgery that must have a valid signature is made unsigned, like an
 * honest transaction, for txsign; one that is broken anyway gets a well-formed invalid signature.
 */
#ifndef FORGE_TX_FORGE_H
#define FORGE_TX_FORGE_H

#include "ledger/ledger.h"

enum forge_kind {
    FORGE_SIGNATURE,    /* a well-formed invalid signature */
    FORGE_SEQUENCE,     /* a seq that is used or, if the sender has used none, far ahead */
    FORGE_AMOUNT,       /* more than the sender has */
    FORGE_DOUBLE_SPEND, /* the seq of the honest one again */
    FORGE_OTHER_CHAIN,  /* another chain's id */
    FORGE_FORM,         /* a line that is not in canonical form */
    FORGE_FEE,          /* less than the minimum fee */
    FORGE_REPLAY,       /* one that is in the ledger already, unchanged */
    FORGE_ACCOUNT,      /* a payee of a form that the chain does not allow */
    FORGE_BATCH,        /* a batch of 257 payments, or with one of 0 */
    FORGE_SPONSOR,      /* FROM or a policy as the sponsor, or a signature of it that is cut */
    FORGE_PROOF,        /* of a policy: another policy, preimage, branch, signer or order */
    FORGE_EARLY,        /* of a policy: a branch that is not open yet */
    FORGE_ACCUSE,       /* an accusation by two lines that convict nobody */
    FORGE_KINDS,
    FORGE_ANY = FORGE_KINDS, /* a random kind */
};

/* The kind with this name (also "any"), or -1; and the name of a kind. */
int forge_named(const char *name);
const char *forge_name(enum forge_kind kind);

/* Whether forgeries of this kind need a ledger. */
bool forge_needs_ledger(enum forge_kind kind);

struct forger {
    struct ledger *ledger; /* the caller's, its tree at the best tip; NULL: none */
    uint64_t chance;       /* the state of the generator, at first the seed: the same seed, the same
                              forgeries */
    bool empty;            /* the ledger has no transactions */
};

/* The state of the honest transaction's sender. */
struct forge_sender {
    int64_t spent; /* how many of its seqs the ledger has */
    int64_t most;  /* the most that it can own when the transaction is applied */
};

struct forgery {
    enum forge_kind kind;
    bool follows;       /* it is a forgery only after the honest transaction */
    bool whole;         /* it has a (false) signature; else txsign must add one */
    struct buf line;    /* without a newline */
    size_t message_len; /* length of the signed part, or of the part to sign */
    struct fault rule;  /* its text: how the message that refuses it begins */
};

/* Makes a forgery of this kind from an honest transaction, parsed from a line that need not be
 * signed. out->line is all zero, or a buffer to be overwritten; the caller frees it. 0, or -1 and
 * a fault: a rule if this kind cannot be made from this transaction, or on this chain. */
int forge_make(struct forger *g, enum forge_kind kind, const struct tx *honest,
               const struct forge_sender *sender, struct forgery *out, struct fault *f);

#endif
