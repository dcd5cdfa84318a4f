/* tx: a transaction (tx(5)): what all have in common. What one does is its operation's
 * (operation.h). */
#ifndef RECORD_TX_H
#define RECORD_TX_H

#include "base/buf.h"
#include "record/operation.h"
#include "record/policy.h"

#define TX_ARGUMENTS_MAX 64                     /* bytes */
#define TX_SIGNATURES_MAX (POLICY_KEYS_MAX + 1) /* of one transaction: a sponsor's is the last */

/* A part of a transaction's line: it stays the same wherever the line is. */
struct piece {
    uint32_t at, len;
};

/* What FROM shows if it is a policy's account; all zero for a key. */
struct tx_proof {
    struct piece policy;   /* its text; len 0: it is not shown */
    struct piece preimage; /* len 0: none */
    struct piece pairs;    /* KEY SIGNATURE, */
    unsigned count;        /* so many times, */
    unsigned needed;       /* of as many as the branch asks for */
    unsigned branch;
    int64_t after; /* the least height of the block that may hold the transaction; 0: any */
};

struct tx {
    uint8_t chain[ID_LEN];
    struct account from;
    int64_t seq, fee;
    const struct operation *operation;
    struct piece words; /* the operation's name and its arguments */
    bool has_sponsor;
    struct account sponsor; /* pays the fee in place of FROM */
    const char *line;       /* the whole line, and how much of it has no signature */
    size_t len, signed_len;
    uint8_t signature[SIGNATURE_LEN]; /* of FROM, if it is an Ed25519 key */
    struct tx_proof proof;
    struct piece sponsor_signature;
    uint8_t arguments[TX_ARGUMENTS_MAX]; /* parsed: only their operation knows how */
};

/* A signature of a transaction: it signs the line up to the space before it. */
struct tx_signature {
    struct account by;
    struct piece digits;
};

/* Parses a line that line_check let through; *tx points into it. tx_parse takes a signed
 * transaction, whose proof and signatures are complete; tx_parse_unsigned one without proof and
 * signatures; tx_parse_partial either, and all between them: of a proof at least the policy, `by`,
 * the branch and its preimage, then any number of its signatures, in their order. Policy and
 * preimage are checked here, signatures are not. 0, or -1 and a rule that begins with "tx: " or
 * "policy: ". */
int tx_parse(const char *line, size_t len, struct tx *tx, struct fault *f);
int tx_parse_unsigned(const char *line, size_t len, struct tx *tx, struct fault *f);
int tx_parse_partial(const char *line, size_t len, struct tx *tx, struct fault *f);

/* Whether the line has as many fields as a signed transaction, or an unsigned one, and so claims to
 * be one. */
bool tx_is_signed(const char *line, size_t len);
bool tx_is_unsigned(const char *line, size_t len);

/* The signatures that stand in the line, in their order: true and the next one, or false. *at is 0
 * at first. */
bool tx_next_signature(const struct tx *tx, size_t *at, struct tx_signature *out);

/* How many there are. */
static inline size_t tx_signature_count(const struct tx *tx)
{
    size_t own = tx->from.form == ACCOUNT_POLICY ? tx->proof.count : tx->signed_len < tx->len;
    return own + (tx->sponsor_signature.len != 0);
}

/* Whose signature comes next: true, and the key that must give it or, of a policy, NULL: one of the
 * branch that is above the last; or false: none is missing, or the policy is not shown yet. */
bool tx_next_signer(const struct tx *tx, const struct account **by);

/* How many digits a signature by this key has. */
size_t tx_signature_digits(const struct account *key);

/* The length of the line once all signatures stand in it; if the signers of a policy are still to
 * be chosen, the most that it can be. A policy that is not shown is not counted. */
size_t tx_signed_length(const struct tx *tx);

/* Who pays the fee. */
static inline const struct account *tx_payer(const struct tx *tx)
{
    return tx->has_sponsor ? &tx->sponsor : &tx->from;
}

/* After the line was moved or copied: its new place. */
static inline void tx_move(struct tx *tx, const char *line)
{
    tx->line = line;
}

/* A part of the line, and back. */
static inline struct field tx_field(const struct tx *tx, struct piece p)
{
    return (struct field){tx->line + p.at, p.len};
}

static inline struct piece tx_piece(const struct tx *tx, struct field x)
{
    return (struct piece){(uint32_t)(x.text - tx->line), (uint32_t)x.len};
}

/* What the transaction's FROM pays to whom, fee aside: true and the next payment, or false. *at is
 * 0 at first. */
static inline bool tx_next_move(const struct tx *tx, size_t *at, struct move *out)
{
    return *at != MOVES_END && tx->operation->moves && tx->operation->moves(tx, at, out);
}

/* What the transaction does to a stake: true, or false: nothing. */
static inline bool tx_stakes(const struct tx *tx, struct stake_change *out)
{
    return tx->operation->stakes && tx->operation->stakes(tx, out);
}

/* Appends the unsigned line, without a newline: chain, from, seq, fee and sponsor of *tx, and the
 * words of its operation. 0, or -1: no memory. */
int tx_format(const struct tx *tx, struct field words, struct buf *out);

#endif
