/* Accounts as the index has them: their numbers, and what each has at the best tip. */
#include "index/db.h"

#include <string.h>

/* --- The numbers of accounts ------------------------------------------------------------------ */

/* Most accounts of a large block have several transactions in it. */
struct numbered {
    uint8_t id[ID_LEN];
    int64_t n;
};

enum { NUMBERED_MAX = 1 << 16 };

int64_t index_account_number(struct index *ix, const struct account *id, struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, ACCOUNT_N, f);
    if (!q)
        return -1;
    index_bind_account(q, 1, id);
    int got = index_step(ix, q, f);
    int64_t n = got > 0 ? sqlite3_column_int64(q, 0) : got;
    if (got > 0 && n <= 0)
        n = index_damage(ix, f);
    sqlite3_reset(q);
    return n;
}

void index_forget_accounts(struct index *ix)
{
    if (ix->accounts.limit)
        idmap_clear(&ix->accounts);
    else
        idmap_init(&ix->accounts, sizeof(struct numbered), NUMBERED_MAX, chance_seed());
}

static int64_t add_account(struct index *ix, const struct account *id, struct fault *f)
{
    int64_t n = index_account_number(ix, id, f);
    sqlite3_stmt *q = n ? NULL : index_ready(ix, ADD_ACCOUNT, f);
    if (n)
        return n;
    if (!q)
        return -1;
    index_bind_account(q, 1, id);
    return index_run(ix, q, f) ? -1 : sqlite3_last_insert_rowid(ix->db);
}

int64_t index_add_account(struct index *ix, const struct account *id, struct fault *f)
{
    const bool is_key = id->form == ACCOUNT_KEY;
    struct numbered *known = is_key ? idmap_find(&ix->accounts, id->id) : NULL;
    if (known)
        return known->n;
    int64_t n = add_account(ix, id, f);
    if (is_key && n > 0 && (known = idmap_add(&ix->accounts, id->id)))
        known->n = n;
    return n;
}

/* --- What they have --------------------------------------------------------------------------- */

static int64_t account_sum(const struct account *id, int64_t balance, int64_t seq)
{
    struct {
        struct account id;
        int64_t balance, seq;
    } form;
    memset(&form, 0, sizeof form);
    form.id = *id;
    form.balance = balance;
    form.seq = seq;
    return index_sum(&form, sizeof form);
}

int index_read_account(struct index *ix, sqlite3_stmt *q, int i, const struct account *id,
                       struct state_value *value, struct fault *f)
{
    struct account_state a = {sqlite3_column_int64(q, i), sqlite3_column_int64(q, i + 1)};
    bool has_value = sqlite3_column_type(q, i) != SQLITE_NULL;
    value->len = 0;
    if (!has_value && sqlite3_column_type(q, i + 2) == SQLITE_NULL)
        return 0;
    if (account_sum(id, a.balance, a.seq) != sqlite3_column_int64(q, i + 2) || a.balance < 0 ||
        a.seq < 0)
        return index_damage(ix, f);
    if (has_value)
        account_encode(&a, value);
    return 0;
}

int index_get_account(struct index *ix, const struct account *id, struct state_value *value,
                      struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, ACCOUNT, f);
    if (!q)
        return -1;
    index_bind_account(q, 1, id);
    value->len = 0;
    int got = index_step(ix, q, f);
    if (got > 0 && index_read_account(ix, q, 0, id, value, f))
        got = -1;
    sqlite3_reset(q);
    return got < 0 ? -1 : 0;
}

int index_set_account(struct index *ix, const struct account *id, const struct state_value *value,
                      struct fault *f)
{
    struct account_state a;
    sqlite3_stmt *q = index_ready(ix, SET_ACCOUNT, f);
    if (!q)
        return -1;
    if (account_decode(value, &a))
        return fault_trouble(f, "broken account in the state");
    index_bind_account(q, 1, id);
    if (value->len) {
        sqlite3_bind_int64(q, 2, a.balance);
        sqlite3_bind_int64(q, 3, a.seq);
    } else {
        sqlite3_bind_null(q, 2);
        sqlite3_bind_null(q, 3);
    }
    sqlite3_bind_int64(q, 4, account_sum(id, a.balance, a.seq));
    return index_run(ix, q, f);
}

int index_account(struct index *ix, const struct account *id, struct account_state *a,
                  struct fault *f)
{
    struct state_value value;
    if (index_get_account(ix, id, &value, f))
        return -1;
    return account_decode(&value, a) ? index_damage(ix, f) : 0;
}
