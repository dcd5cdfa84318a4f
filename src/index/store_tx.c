/* The rows of a transaction: its own, and one for each account that it has a part in. */
#include "index/db.h"

/* A part: payment number `place`, or, if that is 0, an account that is touched otherwise. */
static int add_part(struct index *ix, int64_t n, const struct account *a, int64_t place,
                    int64_t amount, struct fault *f)
{
    int64_t account = index_add_account(ix, a, f);
    sqlite3_stmt *q = account < 0 ? NULL : index_ready(ix, ADD_PART, f);
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, account);
    sqlite3_bind_int64(q, 2, n);
    sqlite3_bind_int64(q, 3, place);
    sqlite3_bind_int64(q, 4, amount);
    return index_run(ix, q, f);
}

/* The payments of a transaction after its first. */
static int add_payments(struct index *ix, const struct tx *tx, int64_t n, struct fault *f)
{
    struct move m;
    int64_t place = 0;
    for (size_t at = 0; tx_next_move(tx, &at, &m); place++)
        if (place && add_part(ix, n, &m.to, place, m.amount, f))
            return -1;
    return 0;
}

/* The accounts that a transaction touches otherwise: its sponsor's, and those of its operation. */
static int add_others(struct index *ix, const struct tx *tx, int64_t n, struct fault *f)
{
    const struct operation *op = tx->operation;
    struct state_key key;
    struct account a;
    if (tx->has_sponsor && add_part(ix, n, &tx->sponsor, 0, 0, f))
        return -1;
    for (size_t at = 0; op->touches && op->touches(tx, &at, &key);)
        if (account_of_state(&key, &a) && !account_equal(&a, &tx->from) &&
            add_part(ix, n, &a, 0, 0, f))
            return -1;
    return 0;
}

int index_add_tx(struct index *ix, const struct index_block *b, const struct entry *e, int64_t line,
                 struct fault *f)
{
    const struct node *node = &b->node;
    const struct tx *tx = &e->tx;
    struct move m = {.amount = 0};
    size_t at = 0;
    int64_t sender, n = b->first + line, sponsor = 0, recipient = 0;
    if ((sender = index_add_account(ix, &tx->from, f)) < 0 ||
        (tx->has_sponsor && (sponsor = index_add_account(ix, &tx->sponsor, f)) < 0) ||
        (tx_next_move(tx, &at, &m) && (recipient = index_add_account(ix, &m.to, f)) < 0))
        return -1;
    sqlite3_stmt *q = index_ready(ix, ADD_TX, f);
    if (!q)
        return -1;
    const int64_t numbers[] = {n,
                               node->n,
                               line,
                               sender,
                               tx->seq,
                               tx->fee,
                               sponsor,
                               recipient,
                               m.amount,
                               (int64_t)(node->offset + e->at),
                               (int64_t)tx->len,
                               b->is_main};
    index_bind_id(q, 1, e->id);
    for (int i = 0; i < (int)(sizeof numbers / sizeof numbers[0]); i++)
        sqlite3_bind_int64(q, 2 + i, numbers[i]);
    return index_run(ix, q, f) || add_payments(ix, tx, n, f) || add_others(ix, tx, n, f) ? -1 : 0;
}
