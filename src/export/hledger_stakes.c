/* Stakes and unbonding sums in a journal for hledger. */
#include "export/hledger_parts.h"

#include "state/accused.h"
#include "state/stakes.h"
#include "state/unbonding.h"

#include <string.h>

char *hledger_shift(char *p, const struct hledger *h, const struct shift *s)
{
    p = s->from ? hledger_posting(p, h, s->from, &s->payer, -s->amount)
                : hledger_equity(p, h, "genesis", -s->amount);
    return s->to ? hledger_posting(p, h, s->to, &s->payee, s->amount)
                 : hledger_equity(p, h, "slashed", s->amount);
}

int hledger_put_shift(const struct hledger *h, const uint8_t block[ID_LEN], const struct shift *s,
                      struct buf *out)
{
    static const char returned[] = "returned", staked[] = "staked";
    const char *word = s->to == PLACE_BALANCE ? returned : staked;
    const struct field note = {word, strlen(word)};
    if (buf_reserve(out, HEAD_MAX + 3 * POSTING_MAX))
        return -1;
    char *p = hledger_head(out->data + out->len, h, block, &s->payee, &note);
    p = hledger_shift(p, h, s);
    *p++ = '\n';
    out->len = (size_t)(p - out->data);
    return 0;
}

/* --- What a block has changed ----------------------------------------------------------------- */

int hledger_note(struct buf *keys, const struct state_key *key, struct fault *f)
{
    if (key->kind != STAKE_KIND && key->kind != UNBONDING_OF_KIND && key->kind != ACCUSED_KIND)
        return 0;
    for (size_t at = 0; at < keys->len; at += ID_LEN)
        if (memcmp(keys->data + at, key->id, ID_LEN) == 0)
            return 0;
    return buf_add(keys, key->id, ID_LEN) ? fault_memory(f) : 0;
}

static char *put_assertion(char *p, const struct hledger *h, enum place place,
                           const struct account *id, int64_t amount)
{
    p = put(hledger_place(p, h, place, id), "  ", 2);
    p = hledger_amount(p, h, 0);
    p = hledger_amount(put(p, " = ", 3), h, amount);
    *p++ = '\n';
    return p;
}

int hledger_assert(const struct hledger *h, const struct buf *keys, struct buf *out,
                   struct fault *f)
{
    struct account id = {.form = ACCOUNT_KEY};
    int64_t stake, unbonding;
    for (size_t at = 0; at < keys->len; at += ID_LEN) {
        memcpy(id.id, keys->data + at, ID_LEN);
        if (stake_get(h->state, id.id, &stake, f) ||
            unbonding_total(h->state, id.id, &unbonding, f))
            return -1;
        if (buf_reserve(out, 2 * POSTING_MAX))
            return fault_memory(f);
        char *p = put_assertion(out->data + out->len, h, PLACE_STAKE, &id, stake);
        p = put_assertion(p, h, PLACE_UNBONDING, &id, unbonding);
        out->len = (size_t)(p - out->data);
    }
    return 0;
}

/* --- Declarations ----------------------------------------------------------------------------- */

struct declaring {
    const struct hledger *h;
    struct buf *out;
    const char *place;
};

static int declare(void *self, const struct state_key *key, const struct state_value *value,
                   struct fault *f)
{
    struct declaring *d = self;
    struct account id = {.form = ACCOUNT_KEY};
    (void)value;
    memcpy(id.id, key->id, ID_LEN);
    if (buf_reserve(d->out, POSTING_MAX))
        return fault_memory(f);
    char *p = put_string(d->out->data + d->out->len, d->place);
    p = put_account(p, d->h->book, &id);
    *p++ = '\n';
    d->out->len = (size_t)(p - d->out->data);
    return 0;
}

int hledger_declare(const struct hledger *h, struct buf *out, struct fault *f)
{
    struct declaring stakes = {h, out, "account stakes:"};
    struct declaring unbonding = {h, out, "account unbonding:"};
    if (h->chain.rules.minstake == 0)
        return 0;
    return state_loaded(h->state, STAKE_KIND, declare, &stakes, f) ||
                   state_loaded(h->state, UNBONDING_OF_KIND, declare, &unbonding, f)
               ? -1
               : 0;
}
