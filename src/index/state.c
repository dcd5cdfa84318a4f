/* The state in the index: accounts (accounts.c), and entries of other kinds by key. */
#include "index/db.h"

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

static int get(void *self, const struct state_key *key, struct state_value *value, struct fault *f)
{
    struct account id;
    return account_of_state(key, &id) ? index_get_account(self, &id, value, f)
                                      : get_entry(self, key, value, f);
}

static int set(void *self, const struct state_key *key, const struct state_value *value,
               struct fault *f)
{
    struct account id;
    return account_of_state(key, &id) ? index_set_account(self, &id, value, f)
                                      : set_entry(self, key, value, f);
}

static bool is_account_kind(uint8_t kind)
{
    struct account id;
    return account_of_state(&(struct state_key){.kind = kind}, &id);
}

/* Selects the accounts of one form: by the length of their blobs, which begin with its letter. */
static void bind_form(sqlite3_stmt *q, uint8_t kind)
{
    static const uint8_t end[ID_LEN + 1] = {[0 ... ID_LEN] = 0xff};
    uint8_t letter = kind, next = (uint8_t)(kind + 1);
    bool is_key = kind == ACCOUNT_KIND;
    sqlite3_bind_int(q, 1, ID_LEN + !is_key);
    sqlite3_bind_blob(q, 2, &letter, !is_key, SQLITE_TRANSIENT);
    sqlite3_bind_blob(q, 3, is_key ? end : &next, is_key ? sizeof end : 1, SQLITE_TRANSIENT);
}

/* Reads a row of a walk. 0, or -1 and trouble. */
static int read_row(struct index *ix, sqlite3_stmt *q, struct state_key *key,
                    struct state_value *value, struct fault *f)
{
    struct account id;
    if (!is_account_kind(key->kind))
        return index_bytes(q, 0, key->id, ID_LEN) ? index_damage(ix, f)
                                                  : read_entry(ix, q, 1, key, value, f);
    if (index_account_column(q, 0, &id))
        return index_damage(ix, f);
    *key = account_key(&id);
    return index_read_account(ix, q, 1, &id, value, f);
}

static int walk(void *self, uint8_t kind, state_visit *visit, void *visitor, struct fault *f)
{
    struct index *ix = self;
    struct state_key key = {.kind = kind};
    struct state_value value;
    bool are_accounts = is_account_kind(kind);
    sqlite3_stmt *q = index_ready(ix, are_accounts ? ACCOUNTS : ENTRIES, f);
    int got, result = 0;
    if (!q)
        return -1;
    if (are_accounts)
        bind_form(q, kind);
    else
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
