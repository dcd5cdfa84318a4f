/* Policies as people write and read them. Only programs use this. */
#ifndef CLI_POLICY_H
#define CLI_POLICY_H

#include "base/buf.h"
#include "record/book.h"
#include "record/policy.h"

/* Makes a policy of words, ended by a NULL: N WHO... [after HEIGHT] [hash HASH] [or ...], as in
 * {"2", "bob", "alice", "or", "1", "carol", "after", "9000"}. WHO is an account, or a name in the
 * book; their order and that of `after` and `hash` does not matter. *text, which the caller frees,
 * is its text, and p->text is in it. 0, or -1 and a fault: a policy that can never be spent is
 * refused, too. */
int cli_policy_make(const struct book *b, char **words, struct buf *text, struct policy *p,
                    struct fault *f);

/* Appends who signs, in plain words: "any 2 of alice (3b6a27bc), bob (0d2f6ae2) and ...". 0, or -1:
 * no memory. */
int cli_policy_signers(const struct book *b, const struct policy_branch *branch, struct buf *out);

/* The same, and the locks: "..., from height 9000 on, with the preimage of HASH". */
int cli_policy_branch(const struct book *b, const struct policy_branch *branch, struct buf *out);

/* Appends a list of accounts, "A, B and C". 0, or -1: no memory. */
int cli_account_list(const struct book *b, const struct account *accounts, size_t n,
                     struct buf *out);

#endif
