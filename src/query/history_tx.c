/* The events of an account in one transaction. */
#include "query/history_parts.h"

#include "base/array.h"
#include "base/num.h"
#include "hash/sha256.h"
#include "state/apply.h"

#include <string.h>

/* What an account is in a transaction. */
struct role {
    bool sent, pays_fee; /* it is FROM; it is the sponsor */
};

static struct role role_in(const struct tx *tx, const struct account *a)
{
    return (struct role){account_equal(&tx->from, a),
                         tx->has_sponsor && account_equal(&tx->sponsor, a)};
}

static int add_part(struct history_run *r, size_t *count, enum event_kind kind,
                    const struct move *m, const struct account *other, struct fault *f)
{
    if (ARRAY_RESERVE(r->parts, r->parts_cap, *count + 1))
        return fault_memory(f);
    struct history_part *part = &r->parts[(*count)++];
    *part = (struct history_part){.kind = kind, .move = *m, .has_other = other != NULL};
    if (other)
        part->move.to = *other;
    return 0;
}

static int add_payments(struct history_run *r, const struct tx *tx, bool sent, size_t *count,
                        struct fault *f)
{
    struct move next;
    for (size_t at = 0; tx_next_move(tx, &at, &next);) {
        bool got = account_equal(&next.to, &r->h->account);
        enum event_kind kind = !sent ? EVENT_IN : got ? EVENT_SELF : EVENT_OUT;
        if ((sent || got) && add_part(r, count, kind, &next, sent ? &next.to : &tx->from, f))
            return -1;
    }
    return 0;
}

/* An accusation: what FROM gets of it, and what the accused loses. */
static int add_slash(struct history_run *r, const struct tx *tx, const struct stake_change *c,
                     size_t *count, struct fault *f)
{
    struct account accused = {.form = ACCOUNT_KEY};
    struct move gone = {.amount = 0};
    bool sent = account_equal(&tx->from, &r->h->account);
    memcpy(accused.id, c->key, ID_LEN);
    bool lost = account_equal(&accused, &r->h->account);
    if (!sent && !lost)
        return 0;
    if (!r->has_effects) /* the index says so of every block with an accusation */
        return index_damage(r->l->index, f);
    if (history_slashed(r, tx->line, c->key, &gone.amount, f))
        return -1;
    const struct move part = {.amount = gone.amount / 10};
    return (sent && add_part(r, count, EVENT_ACCUSE, &part, &accused, f)) ||
                   (lost && add_part(r, count, EVENT_SLASH, &gone, &tx->from, f))
               ? -1
               : 0;
}

static int add_stakes(struct history_run *r, const struct tx *tx, bool sent, size_t *count,
                      struct fault *f)
{
    struct stake_change c;
    if (!tx_stakes(tx, &c))
        return 0;
    if (c.way == STAKE_SLASHED)
        return add_slash(r, tx, &c, count, f);
    const struct move m = {.amount = c.amount};
    return sent
               ? add_part(r, count, c.way == STAKE_GROWS ? EVENT_STAKE : EVENT_UNSTAKE, &m, NULL, f)
               : 0;
}

/* The account's events in a transaction. A sponsor's first is that it pays the fee, and a sender
 * whose transaction moves nothing has one all the same. 0, or -1 and a fault. */
static int find_events(struct history_run *r, const struct tx *tx, size_t *count, struct fault *f)
{
    const struct move none = {.amount = 0};
    struct role role = role_in(tx, &r->h->account);
    *count = 0;
    if ((role.pays_fee && add_part(r, count, EVENT_SPONSOR, &none, &tx->from, f)) ||
        add_payments(r, tx, role.sent, count, f) || add_stakes(r, tx, role.sent, count, f))
        return -1;
    return role.sent && *count == 0 ? add_part(r, count, EVENT_OUT, &none, NULL, f) : 0;
}

static int give_part(struct history_run *r, const struct tx *tx, const struct history_part *part,
                     bool first, struct event *e, struct fault *f)
{
    int64_t sum;
    struct role role = role_in(tx, &r->h->account);
    bool has_fee = first && part->kind != EVENT_SLASH && !(role.sent && tx->has_sponsor);
    e->kind = part->kind;
    e->other = part->has_other ? &part->move.to : NULL;
    e->amount = part->move.amount;
    e->fee = has_fee ? tx->fee : 0;
    e->memo = part->move.memo;
    return number_add(e->fee, e->amount, &sum) ? index_damage(r->l->index, f)
                                               : history_give(r, e, f);
}

static bool touches_account(const struct history_run *r, const struct tx *tx)
{
    struct account a;
    for (struct touches at = {0}; tx_next_account(tx, &at, &a);)
        if (account_equal(&a, &r->h->account))
            return true;
    return false;
}

int history_give_line(struct history_run *r, const char *line, size_t len, const uint8_t *id,
                      struct event *e, struct fault *f)
{
    struct tx tx;
    size_t count;
    int result = 0;
    if (tx_parse(line, len, &tx, f) || (id && !touches_account(r, &tx)))
        return index_damage(r->l->index, f);
    if (find_events(r, &tx, &count, f))
        return -1;
    if (count && !id)
        sha256(line, len, e->id);
    for (size_t i = 0; i < count && !result; i++) {
        size_t n = r->h->newest_first ? count - 1 - i : i;
        result = give_part(r, &tx, &r->parts[n], n == 0, e, f);
    }
    e->other = NULL; /* it was in r->parts */
    return result;
}
