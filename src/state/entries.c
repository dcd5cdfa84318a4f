#include "state/entries.h"

#include "crypto/sha256.h"
#include "state/account.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static size_t name_account(const struct state_key *key, char out[STATE_ENTRY_MAX])
{
    struct account id;
    account_of_state(key, &id);
    return (size_t)snprintf(out, STATE_ENTRY_MAX, "account %s", account_text(&id).text);
}

/* An account of which one number is not 0. */
static int account_line(const struct state_key *key, const struct state_value *value,
                        char out[STATE_ENTRY_MAX])
{
    struct account_state a;
    if (account_decode(value, &a))
        return -1;
    if (a.balance == 0 && a.seq == 0)
        return 0;
    size_t n = name_account(key, out);
    return (int)n +
           snprintf(out + n, STATE_ENTRY_MAX - n, " %" PRId64 " %" PRId64, a.balance, a.seq);
}

/* The kinds of entries: a row for each kind of keys that has them. */
static const struct entry_kind kinds[] = {
    {ACCOUNT_KIND, name_account, account_line},
    {ACCOUNT_POLICY, name_account, account_line},
    {ACCOUNT_SLH_DSA, name_account, account_line},
};

const struct entry_kind *entry_kind_of(uint8_t kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].kind == kind)
            return &kinds[i];
    return NULL;
}

void entry_place(const struct state_key *key, uint8_t place[STATE_ID_LEN])
{
    const struct entry_kind *kind = entry_kind_of(key->kind);
    char text[STATE_ENTRY_MAX];
    if (kind && kind->name)
        sha256(text, kind->name(key, text), place);
    else
        memcpy(place, key->id, STATE_ID_LEN);
}
