/*
 * Forgeries: transactions that break one rule each, made from honest ones, and the words in which
 * the rule is told by whoever refuses them. For tests, and for classes that look for them.
 *
 * Nothing here has a key. A forgery that only shows behind a valid signature comes without one, as
 * an honest transaction does, for txsign to put there; one that is broken whatever signs it comes
 * whole, with a signature that is well formed and false.
 */
#ifndef LEDGER_FORGE_H
#define LEDGER_FORGE_H

#include "ledger/ledger.h"

enum forge_kind {
    FORGE_SIGNATURE,    /* a well-formed signature by nobody */
    FORGE_SEQUENCE,     /* a seq that is spent or, where the sender has spent none, far ahead */
    FORGE_AMOUNT,       /* more than the sender has */
    FORGE_DOUBLE_SPEND, /* the honest one's seq once more */
    FORGE_OTHER_CHAIN,  /* another chain's id */
    FORGE_FORM,         /* a line that is not in a transaction's one form */
    FORGE_FEE,          /* less than the least fee */
    FORGE_REPLAY,       /* one that stands in the ledger, word for word */
    FORGE_KINDS,
    FORGE_ANY = FORGE_KINDS, /* a kind by chance */
};

/* The kind that goes by this name ("any" is one): -1 if there is none. And a kind's name. */
int forge_named(const char *name);
const char *forge_name(enum forge_kind kind);

/* Whether forgeries of this kind need a ledger. */
bool forge_needs_ledger(enum forge_kind kind);

struct forger {
    struct ledger *ledger; /* the caller's, its tree at the best tip; NULL: none */
    uint64_t chance;       /* the seed, and then its stream: the same seed, the same forgeries */
    bool barren;           /* the ledger is known to have no transaction */
};

/* What is known of the honest transaction's sender. */
struct forge_sender {
    int64_t spent; /* seqs that the ledger has of it */
    int64_t most;  /* what it can have at most when the transaction comes */
};

struct forgery {
    enum forge_kind kind;
    bool follows;    /* it is one only behind the honest transaction */
    bool whole;      /* it has a signature, if a false one; else txsign is to put one behind it */
    struct buf line; /* without a newline */
    size_t message_len; /* how much of it is signed, or to be signed */
    struct fault rule;  /* its text: how the words begin that refuse it */
};

/* Makes a forgery of the kind out of an honest transaction, all of whose fields but the signature
 * are set. out->line is all zero, or a buffer to be written over; the caller frees it. 0, or -1 and
 * a fault: a rule where this kind cannot be made out of this transaction, or in this chain. */
int forge_make(struct forger *g, enum forge_kind kind, const struct tx *honest,
               const struct forge_sender *sender, struct forgery *out, struct fault *f);

#endif
