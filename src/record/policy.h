/*
 * Policies: accounts of several keys, with time locks and hash locks (tx(5), "Policies").
 *
 *     policy BRANCH [or BRANCH]...            BRANCH:  N KEY... [after HEIGHT] [hash HASH]
 *
 * The account is `p` and the SHA-256 of this text. Whoever spends shows the policy and proves one
 * branch of it: the proof is a part of the transaction (tx.h).
 */
#ifndef RECORD_POLICY_H
#define RECORD_POLICY_H

#include "record/account.h"

#define POLICY_BRANCHES_MAX 8
#define POLICY_KEYS_MAX 16

/* Satisfied by so many signatures of its keys, from a height on, and with a preimage. */
struct policy_branch {
    unsigned signers; /* 1 to count */
    unsigned count;
    struct account keys[POLICY_KEYS_MAX]; /* ascending */
    int64_t after;                        /* the least height of the block; 0: any */
    bool has_hash;
    uint8_t hash[ID_LEN]; /* the SHA-256 of the preimage's digits */
};

struct policy {
    unsigned count;
    struct policy_branch branches[POLICY_BRANCHES_MAX];
    struct field text; /* points into the line */
};

/* Takes a policy, from the word `policy` on, off the line; it ends before `by`, or with the line
 * (field.h). 0, or -1 and a rule that begins with "policy: ". */
int cursor_take_policy(struct cursor *c, struct policy *out, struct fault *f);

/* Parses a whole line that line_check let through. *out points into it. 0, or -1 and a rule. */
int policy_parse(const char *line, size_t len, struct policy *out, struct fault *f);

/* The account of a policy. */
struct account policy_account(const struct policy *p);

/* A preimage is ID_LEN bytes as digits; a branch's hash is that of the digits. */
void policy_hash(const char preimage[2 * ID_LEN], uint8_t out[ID_LEN]);

/* The place of a key among those of the branch, or -1: it is none of them. */
int policy_key(const struct policy_branch *b, const struct account *key);

#endif
