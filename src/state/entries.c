#include "state/entries.h"

#include "hash/sha256.h"
#include "state/account.h"
#include "state/accused.h"
#include "state/members.h"
#include "state/stakes.h"
#include "state/unbonding.h"
#include "state/value.h"
#include "state/wishes.h"

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

static size_t name_key(const char *word, const struct state_key *key, char out[STATE_ENTRY_MAX])
{
    return (size_t)snprintf(out, STATE_ENTRY_MAX, "%s %s", word, hex32(key->id).text);
}

/* An entry of a word, a key and a number, which begins the value. */
static int number_line(const char *word, const struct state_key *key,
                       const struct state_value *value, char out[STATE_ENTRY_MAX])
{
    int64_t number;
    size_t at = 0, n = name_key(word, key, out);
    if (value->len == 0)
        return 0;
    if (value_take_number(value, &at, &number))
        return -1;
    return (int)n + snprintf(out + n, STATE_ENTRY_MAX - n, " %" PRId64, number);
}

static size_t name_stake(const struct state_key *key, char out[STATE_ENTRY_MAX])
{
    return name_key("stake", key, out);
}

static int stake_line(const struct state_key *key, const struct state_value *value,
                      char out[STATE_ENTRY_MAX])
{
    return number_line("stake", key, value, out);
}

static size_t name_member(const struct state_key *key, char out[STATE_ENTRY_MAX])
{
    return name_key("member", key, out);
}

static int member_line(const struct state_key *key, const struct state_value *value,
                       char out[STATE_ENTRY_MAX])
{
    return number_line("member", key, value, out);
}

static size_t name_accused(const struct state_key *key, char out[STATE_ENTRY_MAX])
{
    return name_key("accused", key, out);
}

static int accused_line(const struct state_key *key, const struct state_value *value,
                        char out[STATE_ENTRY_MAX])
{
    return value->len ? (int)name_accused(key, out) : 0;
}

static int unbonding_line(const struct state_key *key, const struct state_value *value,
                          char out[STATE_ENTRY_MAX])
{
    uint8_t account[STATE_ID_LEN];
    int64_t height, amount;
    (void)key;
    if (value->len == 0)
        return 0;
    if (unbonding_decode(value, account, &height, &amount))
        return -1;
    return amount ? snprintf(out, STATE_ENTRY_MAX, "unbonding %s %" PRId64 " %" PRId64,
                             hex32(account).text, height, amount)
                  : 0;
}

static int wish_line(const struct state_key *key, const struct state_value *value,
                     char out[STATE_ENTRY_MAX])
{
    uint8_t member[STATE_ID_LEN], about[STATE_ID_LEN];
    int64_t weight;
    (void)key;
    if (value->len == 0)
        return 0;
    if (wish_decode(value, member, about, &weight))
        return -1;
    return snprintf(out, STATE_ENTRY_MAX, "wish %s %s %" PRId64, hex32(member).text,
                    hex32(about).text, weight);
}

/* The kinds of entries: a row for each kind of keys that has them. */
static const struct entry_kind kinds[] = {
    {ACCOUNT_KIND, name_account, account_line},    {ACCOUNT_POLICY, name_account, account_line},
    {ACCOUNT_SLH_DSA, name_account, account_line}, {STAKE_KIND, name_stake, stake_line},
    {MEMBER_KIND, name_member, member_line},       {ACCUSED_KIND, name_accused, accused_line},
    {UNBONDING_KIND, NULL, unbonding_line},        {WISH_KIND, NULL, wish_line},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

const struct entry_kind *entry_kind_at(size_t row)
{
    return row < KINDS ? &kinds[row] : NULL;
}

const struct entry_kind *entry_kind_of(uint8_t kind)
{
    for (size_t i = 0; i < KINDS; i++)
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
