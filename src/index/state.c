/* The state in the index: accounts in a table for people to read, entries of other kinds by key. */
#include "index/db.h"

/* --- Accounts --------------------------------------------------------------------------------- */

static int64_t account_sum(const uint8_t id[ID_LEN], int64_t balance, int64_t seq)
{
    struct {
        uint8_t id[ID_LEN];
        int64_t balance, seq;
    } form = {.balance = balance, .seq = seq};
    memcpy(form.id, id, ID_LEN);
    return index_sum(&form, sizeof form);
}

/* Reads balance, seq and sum from column i on. An account that nothing on the best chain has
 * touched has no value. 0, or -1 and trouble. */
static int read_account(struct index *ix, sqlite3_stmt *q, int i, const uint8_t id[ID_LEN],
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

static int get_account(struct index *ix, const uint8_t id[ID_LEN], struct state_value *value,
                       struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, ACCOUNT, f);
    if (!q)
        return -1;
    index_bind_id(q, 1, id);
    value->len = 0;
    int got = index_step(ix, q, f);
    if (got > 0 && read_account(ix, q, 0, id, value, f))
        got = -1;
    sqlite3_reset(q);
    return got < 0 ? -1 : 0;
}

static int set_account(struct index *ix, const uint8_t id[ID_LEN], const struct state_value *value,
                       struct fault *f)
{
    struct account_state a;
    sqlite3_stmt *q = index_ready(ix, SET_ACCOUNT, f);
    if (!q)
        return -1;
    if (account_decode(value, &a))
        return fault_trouble(f, "broken account in the state");
    index_bind_id(q, 1, id);
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

/* --- Entries of other kinds ------------------------------------------------------------------- */

static int64_t entry_sum(const struct state_key *key, const struct state_value *value)
{
    uint8_t form[sizeof *key + sizeof *value];
    memcpy(form, key, sizeof *key);
    memcpy(form + sizeof *key, value, 1 + (size_t)value->len);
    return index_sum(form, sizeof *key + 1 + value->len);
}

/* Reads value and sum from column i on. 0, or -1 and trouble. */
static int read_entry(struct index *ix, sqlite3_stmt *q, int i, const struct state_key *key,
                      struct state_value *value, struct fault *f)
{
    int len = sqlite3_column_bytes(q, i);
    if (len < 1 || len > STATE_VALUE_MAX || index_bytes(q, i, value->bytes, len))
        return index_damage(ix, f);
    value->len = (uint8_t)len;
    return entry_sum(key, value) == sqlite3_column_int64(q, i + 1) ? 0 : index_damage(ix, f);
}

static sqlite3_stmt *ready_entry(struct index *ix, enum statement i, const struct state_key *key,
                                 struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, i, f);
    if (q) {
        sqlite3_bind_int(q, 1, key->kind);
        index_bind_id(q, 2, key->id);
    }
    return q;
}

static int get_entry(struct index *ix, const struct state_key *key, struct state_value *value,
                     struct fault *f)
{
    sqlite3_stmt *q = ready_entry(ix, ENTRY, key, f);
    if (!q)
        return -1;
    value->len = 0;
    int got = index_step(ix, q, f);
    if (got > 0 && read_entry(ix, q, 0, key, value, f))
        got = -1;
    sqlite3_reset(q);
    return got < 0 ? -1 : 0;
}

static int set_entry(struct index *ix, const struct state_key *key, const struct state_value *value,
                     struct fault *f)
{
    sqlite3_stmt *q = ready_entry(ix, value->len ? SET_ENTRY : DROP_ENTRY, key, f);
    if (!q)
        return -1;
    if (value->len) {
        sqlite3_bind_blob(q, 3, value->bytes, value->len, SQLITE_STATIC);
        sqlite3_bind_int64(q, 4, entry_sum(key, value));
    }
    return index_run(ix, q, f);
}

/* --- All -------------------------------------------------------------------------------------- */

static int get(void *self, const struct state_key *key, struct state_value *value, struct fault *f)
{
    return key->kind == ACCOUNT_KIND ? get_account(self, key->id, value, f)
                                     : get_entry(self, key, value, f);
}

static int set(void *self, const struct state_key *key, const struct state_value *value,
               struct fault *f)
{
    return key->kind == ACCOUNT_KIND ? set_account(self, key->id, value, f)
                                     : set_entry(self, key, value, f);
}

/* Reads a row of a walk. 0, or -1 and trouble. */
static int read_row(struct index *ix, sqlite3_stmt *q, struct state_key *key,
                    struct state_value *value, struct fault *f)
{
    if (index_bytes(q, 0, key->id, ID_LEN))
        return index_damage(ix, f);
    return key->kind == ACCOUNT_KIND ? read_account(ix, q, 1, key->id, value, f)
                                     : read_entry(ix, q, 1, key, value, f);
}

static int walk(void *self, uint8_t kind, state_visit *visit, void *visitor, struct fault *f)
{
    struct index *ix = self;
    struct state_key key = {.kind = kind};
    struct state_value value;
    sqlite3_stmt *q = index_ready(ix, kind == ACCOUNT_KIND ? ACCOUNTS : ENTRIES, f);
    int got, result = 0;
    if (!q)
        return -1;
    if (kind != ACCOUNT_KIND)
        sqlite3_bind_int(q, 1, kind);
    while (!result && (got = index_step(ix, q, f)) != 0)
        result = got < 0 || read_row(ix, q, &key, &value, f) ? -1 : visit(visitor, &key, &value, f);
    sqlite3_reset(q);
    return result;
}

struct state_backing index_backing(struct index *ix)
{
    return (struct state_backing){.get = get, .walk = walk, .self = ix};
}

int index_set_state(struct index *ix, struct state *s, struct fault *f)
{
    return state_flush(s, set, ix, f);
}

int index_account(struct index *ix, const struct account *id, struct account_state *a,
                  struct fault *f)
{
    struct state_key key = account_key(id);
    struct state_value value;
    if (get(ix, &key, &value, f))
        return -1;
    return account_decode(&value, a) ? index_damage(ix, f) : 0;
}
