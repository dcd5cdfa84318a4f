/* Accounts in the state: a balance and the number of transactions made so far. */
#ifndef STATE_ACCOUNT_H
#define STATE_ACCOUNT_H

#include "record/account.h"
#include "state/state.h"

#define ACCOUNT_KIND 'a' /* of accounts without a letter; the kind of others is their letter */

struct account_state {
    int64_t balance, seq;
};

/* The key of an account in the state; each form of accounts has a kind of its own. And back:
 * whether the key is an account's. */
struct state_key account_key(const struct account *id);
bool account_of_state(const struct state_key *key, struct account *id);

/* An account that nothing has touched yet reads as zeros. 0, or -1 and trouble. */
int account_get(struct state *s, const struct account *id, struct account_state *a,
                struct fault *f);
int account_put(struct state *s, const struct account *id, const struct account_state *a,
                struct fault *f);

/* Visits all accounts in their order, as state_walk does. */
typedef int account_visit(void *self, const struct account *id, const struct account_state *a,
                          struct fault *f);
int account_walk(struct state *s, account_visit *visit, void *self, struct fault *f);

/* Visits the keys of all accounts that were ever loaded, as state_loaded does. */
int account_loaded(struct state *s, state_visit *visit, void *self, struct fault *f);

/* An account as a state value and back: numbers as LEB128, balance first. An empty value decodes to
 * zeros. 0, or -1: the bytes are not an account. */
void account_encode(const struct account_state *a, struct state_value *value);
int account_decode(const struct state_value *value, struct account_state *a);

#endif
