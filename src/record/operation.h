/*
 * Operations: what a transaction does besides paying its fee (tx(5), "Operations").
 *
 * An operation is one file of state/, which has its grammar and its effects, and one row of the
 * table in state/operations.c. Everything else asks the row: the parser of transactions, apply_tx,
 * the mempool, histories and exports. So the row is declared here, below those who ask, and refers
 * to the state by name only.
 */
#ifndef RECORD_OPERATION_H
#define RECORD_OPERATION_H

#include "record/account.h"

struct apply_context;
struct state_key;
struct tx;

#define ARGUMENTS_MAX 3
#define MOVES_END SIZE_MAX

/* What an argument is, for those who write it in other formats. */
enum argument_kind {
    ARGUMENT_ACCOUNT,
    ARGUMENT_NUMBER,
    ARGUMENT_TEXT,
    ARGUMENT_LINE, /* a whole record, as a run of fields, whose first says how many they are */
};

struct argument {
    const char *name; /* NULL: there are no more */
    enum argument_kind kind;
    const char *plural; /* the name of all its values, if it may be repeated; NULL: name */
};

/* Money that a transaction's FROM pays to an account. */
struct move {
    struct account to;
    int64_t amount;
    struct field memo; /* in its text form; "-" if there is none */
};

/* A signature among the arguments, by an Ed25519 key. */
struct operation_signature {
    uint8_t key[ID_LEN];
    struct field message, digits; /* parts of the line; 2 * SIGNATURE_LEN digits */
};

#define OPERATION_SIGNATURES_MAX 2

/* What a transaction does to somebody's stake. */
struct stake_change {
    enum { STAKE_GROWS, STAKE_LEAVES, STAKE_SLASHED } way;
    uint8_t key[ID_LEN]; /* whose stake it is */
    int64_t amount; /* from the balance of the key, or to what is unbonding; how much a slash takes
                       is in the state */
};

/* All but name, arguments and parse may be NULL: the operation has none of it. */
struct operation {
    const char *name;
    const char *allow; /* the allowance that a chain's rules must give; NULL: all chains have it */
    bool of_members;   /* only chains with members have it */
    struct argument arguments[ARGUMENTS_MAX + 1];
    /* The last so many arguments (at least 2) may be repeated; 0: they may not. */
    unsigned repeated;

    /* Parses the arguments (field.h), and keeps what it needs of them in tx->arguments; a
     * part of the line is kept as a struct piece. tx->line is set. 0, or -1 and a rule that begins
     * with "tx: ". */
    int (*parse)(struct cursor *c, struct tx *tx, struct fault *f);

    /* What FROM pays to whom, in order: true and the next one, or false: there is none. *at is 0 at
     * first and belongs to the operation, but for MOVES_END: after the last, and not called again.
     * apply_tx itself makes these payments. */
    bool (*moves)(const struct tx *tx, size_t *at, struct move *out);

    /* Whatever else the operation does to the state, after fee, SEQ and moves. It makes all its
     * checks before its first change. 0, or -1 and a fault. */
    int (*apply)(const struct apply_context *in, const struct tx *tx, struct fault *f);

    /* The state's keys that `apply` reads or writes, as far as the line tells; as for moves. */
    bool (*touches)(const struct tx *tx, size_t *at, struct state_key *out);

    /* What `apply` does to a stake: true, or false: nothing. For those who show it. */
    bool (*stakes)(const struct tx *tx, struct stake_change *out);

    /* The signatures among the arguments, at most OPERATION_SIGNATURES_MAX; as for moves. They are
     * checked wherever the transaction's own are, and nowhere else: `apply` takes them as valid. */
    bool (*signatures)(const struct tx *tx, size_t *at, struct operation_signature *out);
};

/* The table: ends with NULL. */
extern const struct operation *const operations[];

/* The operation with this name, or NULL. */
const struct operation *operation_named(struct field name);

/* How many arguments it has at least. */
size_t operation_arguments(const struct operation *op);

/* Whether it can have so many fields as arguments. */
bool operation_takes(const struct operation *op, size_t arguments);

#endif
