/*
 * state: a journal from nobody knows where is refused or replayed, never more than read; and one
 * that state_commit gave takes the state back and forth.
 *
 * The input is a journal to replay, and then a run of changes: two bytes each, an account and a
 * value.
 */
#include "fuzz.h"
#include "state/account.h"

enum { ACCOUNTS = 16 };

static void id_of(int i, uint8_t id[STATE_ID_LEN])
{
    memset(id, i * 17, STATE_ID_LEN);
}

/* Everything that the accounts of this test hold. */
struct picture {
    struct account_state account[ACCOUNTS];
};

static struct picture look(struct state *s)
{
    struct picture p;
    struct fault f;
    struct account id = {.form = ACCOUNT_KEY};
    memset(&p, 0, sizeof p);
    for (int i = 0; i < ACCOUNTS; i++) {
        id_of(i, id.id);
        must(account_get(s, &id, &p.account[i], &f) == 0);
    }
    return p;
}

static bool same(const struct picture *a, const struct picture *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static void change(struct state *s, const uint8_t *data, size_t n)
{
    struct fault f;
    struct account id = {.form = ACCOUNT_KEY};
    for (size_t i = 0; i + 1 < n; i += 2) {
        struct account_state a = {.balance = INT64_MAX >> (data[i + 1] & 63), .seq = data[i + 1]};
        id_of(data[i] % ACCOUNTS, id.id);
        must(account_put(s, &id, &a, &f) == 0);
    }
}

/* A commit, undone and done again; then a rollback. */
static void back_and_forth(const uint8_t *data, size_t n)
{
    struct state *s = state_new((struct state_backing){0});
    struct buf first = {0}, second = {0};
    struct fault f;
    must(s);
    struct picture empty = look(s);
    state_begin(s);
    change(s, data, n / 2);
    must(state_commit(s, &first, &f) == 0);
    struct picture one = look(s);
    state_begin(s);
    change(s, data + n / 2, n - n / 2);
    must(state_commit(s, &second, &f) == 0);
    struct picture two = look(s);
    must(state_undo(s, second.data, second.len, &f) == 0);
    struct picture now = look(s);
    must(same(&now, &one) && state_undo(s, first.data, first.len, &f) == 0);
    now = look(s);
    must(same(&now, &empty) && state_redo(s, first.data, first.len, &f) == 0);
    must(state_redo(s, second.data, second.len, &f) == 0);
    now = look(s);
    must(same(&now, &two));
    state_begin(s);
    change(s, data, n);
    state_rollback(s);
    now = look(s);
    must(same(&now, &two));
    buf_free(&first);
    buf_free(&second);
    state_free(s);
}

/* A value is an account, in its one form, or trouble. */
static void check_value(const uint8_t *data, size_t n)
{
    struct state_value v = {.len = (uint8_t)(n < STATE_VALUE_MAX ? n : STATE_VALUE_MAX)}, again;
    struct account_state a, b;
    if (v.len)
        memcpy(v.bytes, data, v.len);
    if (account_decode(&v, &a))
        return;
    must(a.balance >= 0 && a.seq >= 0);
    account_encode(&a, &again);
    must(account_decode(&again, &b) == 0 && a.balance == b.balance && a.seq == b.seq);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct state *s = state_new((struct state_backing){0});
    struct fault f;
    must(s);
    if (state_undo(s, data, n, &f) == 0)
        must(state_redo(s, data, n, &f) == 0);
    else
        must(f.kind == FAULT_TROUBLE);
    state_free(s);
    back_and_forth(data, n);
    check_value(data, n);
    return 0;
}
