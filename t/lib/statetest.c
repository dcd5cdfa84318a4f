/*
 * statetest model INDEX SEED ROUNDS: changes, undoes and redoes the state over an index at random,
 * with keys of several kinds and values of all lengths, and compares it with a model. Prints how
 * many long values it stored.
 *
 * statetest plant LEDGER: has the best tip's block change an entry that is not an account, with
 * the id of one, in the ledger's index and in the block's journal.
 */
#include "base/chance.h"
#include "index/db.h"
#include "random.h"
#include "state/journal.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS = 4, IDS = 16, KEYS = KINDS * IDS, DEPTH = 24, PUTS = 9, OTHER = 'm' };

static const uint8_t kinds[KINDS] = {ACCOUNT_KIND, 0, OTHER, 255};

struct model {
    struct state_value values[KEYS];
};

/* A journal, and the model after it. */
struct step {
    struct buf journal;
    struct model after;
};

struct test {
    const char *path;
    struct index *index;
    struct state *state;
    struct state_key keys[KEYS]; /* by kind, and of one kind by id */
    struct model now, start;     /* and before the first step */
    struct step steps[DEPTH];
    int done, known; /* steps up to here are done, and up to there can be done again */
    uint64_t seed;
    long long_values;
};

static void must(bool holds, const char *what)
{
    if (!holds)
        errx(1, "%s", what);
}

static void good(int failed, const struct fault *f)
{
    if (failed)
        errx(1, "%s", f->text);
}

static int below(struct test *t, int n)
{
    return (int)chance_below(&t->seed, (uint64_t)n);
}

static void open_all(struct test *t)
{
    struct fault f;
    bool damaged;
    good(index_open(t->path, &damaged, &t->index, &f), &f);
    t->state = state_new(index_backing(t->index));
    must(t->state != NULL, "no memory");
}

static void close_all(struct test *t)
{
    state_free(t->state);
    index_close(t->index);
}

/* The same ids for all kinds; some differ in their last byte alone. */
static void make_keys(struct test *t)
{
    uint8_t ids[IDS][STATE_ID_LEN];
    for (int i = 0; i < IDS; i++) {
        memset(ids[i], 0x11 * (i / 4), STATE_ID_LEN);
        ids[i][STATE_ID_LEN - 1] = (uint8_t)(i % 4 * 80);
    }
    for (int i = 0; i < KEYS; i++) {
        t->keys[i].kind = kinds[i / IDS];
        memcpy(t->keys[i].id, ids[i % IDS], STATE_ID_LEN);
    }
}

static struct state_value random_value(struct test *t, uint8_t kind)
{
    static const int lengths[] = {0, 1, 30, 31, 32, 33, 254, 255};
    struct state_value v = {0};
    if (kind == ACCOUNT_KIND) {
        struct account_state a = {INT64_MAX >> below(t, 63), below(t, 1000)};
        account_encode(&a, &v);
        return v;
    }
    v.len = (uint8_t)(below(t, 3) ? lengths[below(t, 8)] : below(t, 256));
    fill(v.bytes, v.len, &t->seed);
    t->long_values += v.len > 31;
    return v;
}

static bool same_value(const struct state_value *a, const struct state_value *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static void check_key(struct test *t, int i)
{
    struct fault f;
    struct state_value v;
    good(state_get(t->state, &t->keys[i], &v, &f), &f);
    must(same_value(&v, &t->now.values[i]), "a value differs");
}

/* A walk's context: the next key that it may visit. */
struct visit {
    struct test *t;
    int next, end;
};

static void pass_empty(struct visit *v)
{
    while (v->next < v->end && v->t->now.values[v->next].len == 0)
        v->next++;
}

static int visit(void *self, const struct state_key *key, const struct state_value *value,
                 struct fault *f)
{
    struct visit *v = self;
    (void)f;
    pass_empty(v);
    must(v->next < v->end && memcmp(key, &v->t->keys[v->next], sizeof *key) == 0,
         "a walk visits a key of another kind, out of order, or without a value");
    must(same_value(value, &v->t->now.values[v->next]), "a walk gives another value");
    check_key(v->t, below(v->t, KEYS)); /* which may load it */
    v->next++;
    return 0;
}

static int stop(void *self, const struct state_key *key, const struct state_value *value,
                struct fault *f)
{
    (void)key, (void)value, (void)f;
    return ++*(int *)self;
}

static void check_walks(struct test *t)
{
    struct fault f;
    for (int kind = 0; kind < KINDS; kind++) {
        struct visit v = {t, kind * IDS, (kind + 1) * IDS};
        int count = 0, result = state_walk(t->state, kinds[kind], visit, &v, &f);
        good(result, &f);
        pass_empty(&v);
        must(v.next == v.end, "a walk leaves out a key");
        result = state_walk(t->state, kinds[kind], stop, &count, &f);
        must(result == count && count <= 1, "a walk goes on though told to stop");
    }
    must(state_walk(t->state, 'z', stop, t, &f) == 0, "a walk over a kind without keys");
}

static void change_some(struct test *t)
{
    struct fault f;
    state_begin(t->state);
    for (int n = below(t, PUTS); n > 0; n--) {
        int i = below(t, KEYS);
        t->now.values[i] = random_value(t, t->keys[i].kind);
        good(state_put(t->state, &t->keys[i], &t->now.values[i], &f), &f);
        check_key(t, i);
        check_key(t, below(t, KEYS));
    }
}

static const struct model *model_at(const struct test *t, int done)
{
    return done ? &t->steps[done - 1].after : &t->start;
}

static void commit(struct test *t)
{
    struct fault f;
    struct step *s = &t->steps[t->done];
    s->journal.len = 0;
    good(state_commit(t->state, &s->journal, &f), &f);
    s->after = t->now;
    t->known = ++t->done;
}

static void undo(struct test *t)
{
    struct fault f;
    const struct step *s = &t->steps[--t->done];
    good(state_undo(t->state, s->journal.data, s->journal.len, &f), &f);
    t->now = *model_at(t, t->done);
}

static void redo(struct test *t)
{
    struct fault f;
    const struct step *s = &t->steps[t->done++];
    good(state_redo(t->state, s->journal.data, s->journal.len, &f), &f);
    t->now = s->after;
}

/* A journal has exactly the keys that differ, or were put as they were. */
static void find(struct test *t)
{
    struct fault f;
    struct change c;
    int n = below(t, t->known), i = below(t, KEYS);
    const struct buf *journal = &t->steps[n].journal;
    const struct state_value *old = &model_at(t, n)->values[i], *new = &t->steps[n].after.values[i];
    int found = journal_find(journal->data, journal->len, &t->keys[i], &c, &f);
    must(found >= 0, "a journal is broken");
    if (found)
        must(same_value(&c.old, old) && same_value(&c.new, new), "a journal has other values");
    else
        must(same_value(old, new), "a journal leaves out a key");
    if (journal->len)
        must(journal_find(journal->data, journal->len - 1, &t->keys[0], &c, &f) != 0 ||
                 f.kind != FAULT_NONE,
             "a journal that is cut short is read");
}

static void flush(struct test *t)
{
    struct fault f;
    good(index_begin(t->index, &f) || index_set_state(t->index, t->state, &f) ||
             index_commit(t->index, &f),
         &f);
    if (below(t, 3) == 0)
        return;
    if (below(t, 2)) {
        state_clear(t->state);
    } else {
        close_all(t);
        open_all(t);
    }
    for (int i = 0; i < KEYS && below(t, 8); i++)
        check_key(t, below(t, KEYS));
    check_walks(t);
}

/* The newest half of the steps is kept. */
static void forget_some(struct test *t)
{
    t->start = *model_at(t, DEPTH / 2);
    for (int i = 0; i < DEPTH / 2; i++) {
        struct step s = t->steps[i];
        t->steps[i] = t->steps[i + DEPTH / 2];
        t->steps[i + DEPTH / 2] = s;
    }
    t->done -= DEPTH / 2;
    t->known -= DEPTH / 2;
}

static void one_round(struct test *t)
{
    int what = below(t, 10);
    if (t->done == DEPTH)
        forget_some(t);
    if (what < 4) {
        change_some(t);
        if (below(t, 4)) {
            commit(t);
        } else {
            state_rollback(t->state);
            t->now = *model_at(t, t->done);
        }
    } else if (what < 6 && t->done) {
        undo(t);
    } else if (what < 8 && t->done < t->known) {
        redo(t);
    } else if (what < 9 && t->known) {
        find(t);
    } else {
        flush(t);
    }
    for (int i = 0; i < KEYS && below(t, 4) == 0; i++)
        check_key(t, i);
    if (below(t, 8) == 0)
        check_walks(t);
}

static void run_model(const char *path, uint64_t seed, int rounds)
{
    struct test t = {.path = path, .seed = seed};
    make_keys(&t);
    open_all(&t);
    for (int i = 0; i < rounds; i++)
        one_round(&t);
    for (int i = 0; i < KEYS; i++)
        check_key(&t, i);
    check_walks(&t);
    close_all(&t);
    for (int i = 0; i < DEPTH; i++)
        buf_free(&t.steps[i].journal);
    printf("%ld\n", t.long_values);
}

static int plant(void *self, const struct account *id, const struct account_state *a,
                 struct fault *f)
{
    struct state_key key = {.kind = OTHER};
    struct state_value value = {.len = (uint8_t)(1 + a->seq % STATE_VALUE_MAX)};
    memcpy(key.id, id->id, STATE_ID_LEN);
    memset(value.bytes, 0xff, value.len);
    return state_put(self, &key, &value, f);
}

static void plant_all(const char *ledger)
{
    char path[4096];
    struct test t = {.path = path};
    struct index_mark mark;
    struct buf journal = {0};
    struct fault f;
    sqlite3_stmt *q;
    snprintf(path, sizeof path, "%s.index", ledger);
    open_all(&t);
    struct state *accounts = state_new(index_backing(t.index));
    good(index_begin(t.index, &f) || index_mark(t.index, &mark, &f) ||
             index_journal(t.index, mark.best, &journal, &f),
         &f);
    state_begin(t.state);
    good(account_walk(accounts, plant, t.state, &f) || state_commit(t.state, &journal, &f), &f);
    must(sqlite3_prepare_v2(t.index->db, "UPDATE journal SET bytes = ?, sum = ? WHERE block = ?",
                            -1, &q, NULL) == SQLITE_OK,
         "no such table");
    sqlite3_bind_blob64(q, 1, journal.data, journal.len, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, index_sum(journal.data, journal.len));
    sqlite3_bind_int64(q, 3, mark.best);
    must(sqlite3_step(q) == SQLITE_DONE, "the journal is not written");
    sqlite3_finalize(q);
    good(index_set_state(t.index, t.state, &f) || index_commit(t.index, &f), &f);
    state_free(accounts);
    close_all(&t);
    buf_free(&journal);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "model") == 0)
        run_model(argv[2], strtoull(argv[3], NULL, 10), atoi(argv[4]));
    else if (argc == 3 && strcmp(argv[1], "plant") == 0)
        plant_all(argv[2]);
    else
        errx(2, "usage: statetest model INDEX SEED ROUNDS | plant LEDGER");
    return 0;
}
