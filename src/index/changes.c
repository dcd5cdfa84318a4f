/* Which blocks changed which accounts beyond what the rows of their transactions and miners tell.
 */
#include "index/db.h"
#include "index/history.h"
#include "state/accused.h"
#include "state/journal.h"
#include "state/unbonding.h"

#include <string.h>

/* Whether the block can change accounts other than by fees, payments and its miner's earnings. */
static bool has_effects(const struct item *item)
{
    for (size_t i = 0; i < item->count; i++)
        if (item->entries[i].type == &tx_type && item->entries[i].tx.operation->apply)
            return true;
    return false;
}

/* Whether sums that were unbonding have returned: 1 or 0, -1 and trouble. */
static int has_returns(const struct buf *journal, struct fault *f)
{
    struct change c;
    int got;
    const uint8_t *p = (const uint8_t *)journal->data, *end = p + journal->len;
    while ((got = journal_next(&p, end, &c, f)) > 0)
        if (c.key.kind == UNBONDING_AT_KIND && c.new.len == 0)
            return 1;
    return got;
}

static sqlite3_stmt *ready(struct index *ix, enum statement i, int64_t account, int64_t block,
                           struct fault *f)
{
    sqlite3_stmt *q = account < 0 ? NULL : index_ready(ix, i, f);
    if (q) {
        sqlite3_bind_int64(q, 1, account);
        sqlite3_bind_int64(q, 2, block);
    }
    return q;
}

/* Whose row it is: that of the account, or of a key that was accused and may have lost nothing but
 * what it had staked. */
static bool names_account(const struct change *c, struct account *id)
{
    if (account_of_state(&c->key, id))
        return true;
    *id = (struct account){.form = ACCOUNT_KEY};
    memcpy(id->id, c->key.id, ID_LEN);
    return c->key.kind == ACCUSED_KIND;
}

int index_add_changes(struct index *ix, int64_t n, const struct item *item,
                      const struct buf *journal, struct fault *f)
{
    struct change c;
    struct account id;
    int got = 0;
    if (!has_effects(item) && (got = has_returns(journal, f)) <= 0)
        return got;
    const uint8_t *p = (const uint8_t *)journal->data, *end = p + journal->len;
    while ((got = journal_next(&p, end, &c, f)) > 0) {
        if (!names_account(&c, &id))
            continue;
        sqlite3_stmt *q = ready(ix, ADD_CHANGE, index_add_account(ix, &id, f), n, f);
        if (!q || index_run(ix, q, f))
            return -1;
    }
    return got;
}

int index_has_effects(struct index *ix, const struct account *id, int64_t n, struct fault *f)
{
    sqlite3_stmt *q = ready(ix, IS_CHANGED, index_account_number(ix, id, f), n, f);
    int got = q ? index_step(ix, q, f) : -1;
    sqlite3_reset(q);
    return got;
}

int index_block_has_effects(struct index *ix, int64_t n, struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, HAS_CHANGED, f);
    if (q)
        sqlite3_bind_int64(q, 1, n);
    int got = q ? index_step(ix, q, f) : -1;
    sqlite3_reset(q);
    return got;
}
