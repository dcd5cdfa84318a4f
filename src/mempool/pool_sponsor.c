/* Transactions of the pool that wait for a sponsor's money. */
#include "mempool/pool_parts.h"

enum { SPARE = 1024 };

/* Notes anew those that still wait: entries of transactions that have left are removed by that. */
static int note_again(struct pool *p, struct fault *f)
{
    sponsors_clear(&p->sponsors);
    for (struct pooled *x = p->idle ? p->list : NULL; x; x = x->next)
        if (!x->applied && sponsors_note(&p->sponsors, p->ledger->tree.state, &x->tx, f) < 0)
            return -1;
    if (pool_note_queued(p, f))
        return -1;
    p->sponsors_most = 2 * p->sponsors.count + SPARE;
    return 0;
}

int pool_note_unpaid(struct pool *p, const struct tx *tx, struct fault *f)
{
    if (sponsors_note(&p->sponsors, p->ledger->tree.state, tx, f) < 0)
        return -1;
    return p->sponsors.count > p->sponsors_most ? note_again(p, f) : 0;
}

int pool_next_sponsored(struct pool *p, const struct account *sponsor, struct account *from,
                        struct fault *f)
{
    struct account_state a;
    if (!p->sponsors.count)
        return 0;
    if (account_get(p->ledger->tree.state, sponsor, &a, f))
        return -1;
    return sponsors_take(&p->sponsors, sponsor, a.balance, from);
}
