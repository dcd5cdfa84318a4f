/* Making policies, and finding those that can never be spent (tx(5), "Policies"). */
#ifndef RECORD_POLICY_MAKE_H
#define RECORD_POLICY_MAKE_H

#include "base/buf.h"
#include "record/policy.h"

/* A line holds so many SLH-DSA signatures at most, a sponsor's included: no more fit. */
#define POLICY_SLH_DSA_MAX 4

/* Adds a key to a branch, at its place in the order. 0, or -1 and a rule that begins with
 * "policy: ". */
int policy_add_key(struct policy_branch *b, const struct account *key, struct fault *f);

/* Appends the text of its branches, whatever p->text is. 0, or -1: no memory. */
int policy_format(const struct policy *p, struct buf *out);

/* Whether some transaction can prove this branch: its keys can sign, and the shortest transaction
 * with its proof fits in a line. 0, or -1 and a rule that says why none can. p->text is set. */
int policy_branch_spendable(const struct policy *p, unsigned branch, struct fault *f);

/* Whether any branch is. 0, or -1 and the rule of the first one. */
int policy_spendable(const struct policy *p, struct fault *f);

#endif
