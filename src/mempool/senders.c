#include "mempool/senders.h"

#include "base/num.h"

int senders_open(struct senders *s, struct ledger *ledger, int64_t first)
{
    *s = (struct senders){ledger, first, state_new((struct state_backing){0})};
    if (!s->made)
        return -1;
    state_begin(s->made);
    return 0;
}

void senders_close(struct senders *s)
{
    state_free(s->made);
    s->made = NULL;
}

int senders_standing(const struct senders *s, const struct account *id, struct account_state *a,
                     struct fault *f)
{
    *a = (struct account_state){0};
    if (s->ledger && account_get(s->ledger->tree.state, id, a, f))
        return -1;
    if (s->first >= 0)
        a->seq = s->first;
    return 0;
}

int senders_made(const struct senders *s, const struct account *id, struct account_state *a,
                 struct fault *f)
{
    return account_get(s->made, id, a, f);
}

int senders_next(const struct senders *s, const struct account *from, int64_t *seq, struct fault *f)
{
    struct account_state stands, made;
    if (senders_standing(s, from, &stands, f) || senders_made(s, from, &made, f))
        return -1;
    return number_add(stands.seq, made.seq, seq)
               ? fault_trouble(f, "the sequence numbers end at 2^63-1")
               : 0;
}

/* No balance is over 2^63-1, so more than that need not be told apart. */
static int count_payment(struct senders *s, const struct move *m, struct fault *f)
{
    struct account_state to;
    if (account_get(s->made, &m->to, &to, f))
        return -1;
    if (number_add(to.balance, m->amount, &to.balance))
        to.balance = INT64_MAX;
    return account_put(s->made, &m->to, &to, f);
}

int senders_count(struct senders *s, const struct tx *tx, struct fault *f)
{
    struct move m;
    struct account_state from;
    if (account_get(s->made, &tx->from, &from, f))
        return -1;
    from.seq++;
    if (account_put(s->made, &tx->from, &from, f))
        return -1;
    for (size_t at = 0; tx_next_move(tx, &at, &m);)
        if (count_payment(s, &m, f))
            return -1;
    return 0;
}
