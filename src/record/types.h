/*
 * The table of record types: what a program must know about a record to check its form and its
 * signature, and to decide whether to pass it on, without knowing what it is for. A type is a file
 * that defines one of these, and a row in types.c.
 */
#ifndef RECORD_TYPES_H
#define RECORD_TYPES_H

#include "record/signed.h"

struct record_type {
    const char *name;                  /* the first field of its lines */
    const struct signed_field *fields; /* of a signed line (signed.h); NULL: another form, of which
                                          `check` decides: see record_check */
    int (*check)(const char *line, size_t len, struct fault *f);
    bool of_chain;   /* a signed line that names its chain */
    bool in_body;    /* it may stand in the body of a block, */
    bool in_genesis; /* ... of a genesis block, */
    bool alone;      /* ... or by itself; then */
    bool gossiped;   /* ... all nodes take it from each other; else only those that are told to */
};

/* Those that some code asks for by name. */
extern const struct record_type block_type, tx_type, peer_type, checkpoint_type, statement_type,
    vote_type, proposal_type, attest_type, key_type, policy_type, proof_type, rule_type,
    member_type, grant_type, state_type, present_type, absent_type;

/* The type of a line, by its first field. NULL: it is not known. */
const struct record_type *record_type_of(const char *line, size_t len);

/* Whether a line is of this type. */
static inline bool record_is(const struct record_type *type, const char *line, size_t len)
{
    return line_is(line, len, type->name);
}

/* The type in row i of the table, from 0; NULL after the last. */
const struct record_type *record_type_at(size_t i);

/* Whether a line of this type that line_check let through has its form; signatures are not checked.
 * 0, or -1 and a rule. */
int record_check(const struct record_type *type, const char *line, size_t len, struct fault *f);

/* Whether nodes may take its records from each other at all: only what a signature or work vouches
 * for, and what can be judged by itself. */
bool record_may_travel(const struct record_type *type);

#endif
