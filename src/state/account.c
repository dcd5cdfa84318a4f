#include "state/account.h"

#include "state/value.h"

#include <string.h>

void account_encode(const struct account_state *a, struct state_value *value)
{
    value->len = 0;
    value_put_number(value, a->balance);
    value_put_number(value, a->seq);
}

int account_decode(const struct state_value *value, struct account_state *a)
{
    size_t at = 0;
    *a = (struct account_state){0};
    if (value->len == 0)
        return 0;
    if (value_take_number(value, &at, &a->balance) || value_take_number(value, &at, &a->seq))
        return -1;
    return at == value->len ? 0 : -1;
}

/* Of accounts, in their order. */
static const uint8_t kinds[] = {ACCOUNT_KIND, ACCOUNT_POLICY, ACCOUNT_SLH_DSA};

struct state_key account_key(const struct account *id)
{
    struct state_key key = {.kind = id->form == ACCOUNT_KEY ? ACCOUNT_KIND : id->form};
    memcpy(key.id, id->id, STATE_ID_LEN);
    return key;
}

bool account_of_state(const struct state_key *key, struct account *id)
{
    id->form = key->kind == ACCOUNT_KIND ? ACCOUNT_KEY : key->kind;
    memcpy(id->id, key->id, STATE_ID_LEN);
    return memchr(kinds, key->kind, sizeof kinds) != NULL;
}

int account_get(struct state *s, const struct account *id, struct account_state *a, struct fault *f)
{
    struct state_key key = account_key(id);
    struct state_value value;
    if (state_get(s, &key, &value, f))
        return -1;
    return account_decode(&value, a) ? fault_trouble(f, "broken account in the state") : 0;
}

int account_put(struct state *s, const struct account *id, const struct account_state *a,
                struct fault *f)
{
    struct state_key key = account_key(id);
    struct state_value value;
    account_encode(a, &value);
    return state_put(s, &key, &value, f);
}

/* Who visits accounts. */
struct visitor {
    account_visit *visit;
    void *self;
};

static int visit_account(void *self, const struct state_key *key, const struct state_value *value,
                         struct fault *f)
{
    const struct visitor *v = self;
    struct account id;
    struct account_state a;
    if (!account_of_state(key, &id) || account_decode(value, &a))
        return fault_trouble(f, "broken account in the state");
    return v->visit(v->self, &id, &a, f);
}

int account_walk(struct state *s, account_visit *visit, void *self, struct fault *f)
{
    struct visitor v = {visit, self};
    int result = 0;
    for (size_t i = 0; i < sizeof kinds && !result; i++)
        result = state_walk(s, kinds[i], visit_account, &v, f);
    return result;
}

int account_loaded(struct state *s, state_visit *visit, void *self, struct fault *f)
{
    int result = 0;
    for (size_t i = 0; i < sizeof kinds && !result; i++)
        result = state_loaded(s, kinds[i], visit, self, f);
    return result;
}
