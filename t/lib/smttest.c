/*
 * smttest root: the state line of height 0 for the entries on stdin, a line each, and for every one
 * the `present` line, and an `absent` one for its place with another first bit or last digit.
 *
 * smttest model SEED ROUNDS: adds, changes and takes away accounts at random, now and then through
 * the stored pages alone, and compares root, count and paths with those of a plain recursion over
 * all entries. Prints how many pages were stored at most.
 */
#include "state/smt.h"
#include "base/chance.h"
#include "hash/merkle.h"
#include "light/presence.h"
#include "random.h"
#include "record/state_entry.h"
#include "record/state_line.h"
#include "state/account.h"
#include "state/entries.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ACCOUNTS = 3000, PAGES_MAX = 1 << 14 };

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

static int by_place(const void *a, const void *b)
{
    const struct smt_leaf *x = a, *y = b;
    return memcmp(x->place, y->place, sizeof x->place);
}

/* --- The model -------------------------------------------------------------------------------- */

/* As state(5) says it. */
static void plain_root(const struct smt_leaf *list, size_t n, size_t depth, uint8_t out[ID_LEN])
{
    uint8_t left[ID_LEN], right[ID_LEN];
    size_t middle = 0;
    memset(out, 0, ID_LEN);
    if (n == 1)
        memcpy(out, list->hash, ID_LEN);
    if (n <= 1)
        return;
    while (middle < n && !(list[middle].place[depth / 8] >> (7 - depth % 8) & 1))
        middle++;
    plain_root(list, middle, depth + 1, left);
    plain_root(list + middle, n - middle, depth + 1, right);
    merkle_node(left, right, out);
}

/* --- Stored pages ----------------------------------------------------------------------------- */

struct page {
    uint8_t id[SMT_PAGE_ID];
    size_t len;
    struct buf bytes;
};

struct store {
    struct page pages[PAGES_MAX];
    size_t count;
};

static struct page *find(struct store *s, const void *id, size_t len)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->pages[i].len == len && memcmp(s->pages[i].id, id, len) == 0)
            return &s->pages[i];
    return NULL;
}

static int get(void *self, const void *id, size_t len, struct buf *out, struct fault *f)
{
    struct page *p = find(self, id, len);
    return p && buf_add(out, p->bytes.data, p->bytes.len) ? fault_memory(f) : 0;
}

static int put(void *self, const void *id, size_t len, const void *bytes, size_t n, struct fault *f)
{
    struct store *s = self;
    struct page *p = find(s, id, len);
    must(len && len <= SMT_PAGE_ID, "an id of a page has a length of its own");
    if (!p) {
        must(s->count < PAGES_MAX, "too many pages");
        p = &s->pages[s->count++];
        memcpy(p->id, id, len);
        p->len = len;
    }
    p->bytes.len = 0;
    return buf_add(&p->bytes, bytes, n) ? fault_memory(f) : 0;
}

/* --- Paths ------------------------------------------------------------------------------------ */

/* The line for a place; whether it is present. */
static bool make_line(struct smt *t, const uint8_t place[ID_LEN], const uint8_t root[ID_LEN],
                      const char *(*entry_of)(void *self, const struct smt_leaf *leaf), void *self,
                      struct buf *out)
{
    struct fault f = {0};
    struct smt_path path;
    struct state_proof p = {.present = false}, back;
    good(smt_find(t, place, &path, &f), &f);
    memcpy(p.root, root, ID_LEN);
    memcpy(p.place, place, ID_LEN);
    p.depth = path.depth;
    memcpy(p.path, path.siblings, sizeof p.path);
    if (path.has_leaf) {
        p.entry.text = entry_of(self, &path.leaf);
        p.entry.len = strlen(p.entry.text);
    }
    p.present = path.has_leaf && memcmp(path.leaf.place, place, ID_LEN) == 0;
    out->len = 0;
    must(!state_proof_format(&p, out), "no memory");
    good(line_check(out->data, out->len, &f), &f);
    good(state_proof_parse(out->data, out->len, &back, &f), &f);
    good(presence_check(&back, &f), &f);
    return p.present;
}

/* --- root ------------------------------------------------------------------------------------- */

struct list {
    struct smt_leaf *leaves;
    char **lines;
    size_t count;
};

static const char *entry_of_list(void *self, const struct smt_leaf *leaf)
{
    const struct list *l = self;
    for (size_t i = 0; i < l->count; i++)
        if (memcmp(l->leaves[i].place, leaf->place, ID_LEN) == 0)
            return l->lines[leaf->key.id[0] << 8 | leaf->key.id[1]];
    errx(1, "a leaf that is no entry's");
}

static void read_list(struct list *l)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    l->leaves = calloc(1 << 16, sizeof *l->leaves);
    l->lines = calloc(1 << 16, sizeof *l->lines);
    must(l->leaves && l->lines, "no memory");
    while ((len = getline(&line, &cap, stdin)) > 0) {
        struct fault f = {0};
        struct smt_leaf *leaf = &l->leaves[l->count];
        size_t named = 0;
        line[--len] = 0;
        good(state_entry_check((struct field){line, (size_t)len}, "entry", &named, &f), &f);
        sha256(line, (size_t)len, leaf->hash);
        sha256(line, named, leaf->place);
        leaf->key.id[0] = (uint8_t)(l->count >> 8);
        leaf->key.id[1] = (uint8_t)l->count;
        l->lines[l->count++] = strdup(line);
    }
    free(line);
    qsort(l->leaves, l->count, sizeof *l->leaves, by_place);
}

static void print_paths(struct list *l, struct smt *t, const uint8_t root[ID_LEN])
{
    struct buf line = {0};
    for (size_t i = 0; i < l->count; i++) {
        uint8_t place[ID_LEN];
        for (int which = 0; which < 3; which++) {
            memcpy(place, l->leaves[i].place, ID_LEN);
            place[which == 1 ? 0 : ID_LEN - 1] ^= which == 0 ? 0 : which == 1 ? 0x80 : 1;
            bool present = make_line(t, place, root, entry_of_list, l, &line);
            must(present == (which == 0), "present is absent");
            printf("%.*s\n", (int)line.len, line.data);
        }
    }
    buf_free(&line);
}

static void print_root(void)
{
    struct list l = {0};
    struct fault f = {0};
    struct smt_sum sum;
    struct buf text = {0};
    struct smt *t = smt_new((struct smt_pages){0});
    read_list(&l);
    must(t, "no memory");
    good(smt_change(t, l.leaves, l.count, &f) || smt_root(t, &sum, &f), &f);
    struct state_line line = {.count = sum.count};
    memcpy(line.root, sum.hash, ID_LEN);
    must(!state_line_format(&line, &text), "no memory");
    printf("%.*s\n", (int)text.len, text.data);
    print_paths(&l, t, sum.hash);
    smt_free(t);
    buf_free(&text);
    for (size_t i = 0; i < l.count; i++)
        free(l.lines[i]);
    free(l.lines);
    free(l.leaves);
}

/* --- model ------------------------------------------------------------------------------------ */

struct world {
    uint64_t seed;
    struct smt *t;
    struct store *store;
    struct state_key keys[ACCOUNTS];
    int64_t balances[ACCOUNTS]; /* 0: no entry */
    struct smt_leaf now[ACCOUNTS];
    size_t count;
    char text[STATE_ENTRY_MAX];
};

static void make_leaf(const struct state_key *key, int64_t balance, struct smt_leaf *leaf)
{
    struct state_value value;
    char line[STATE_ENTRY_MAX];
    account_encode(&(struct account_state){balance, 0}, &value);
    int len = entry_kind_of(key->kind)->line(key, &value, line);
    leaf->key = *key;
    leaf->gone = len == 0;
    entry_place(key, leaf->place);
    sha256(line, (size_t)len, leaf->hash);
}

static const char *entry_of_world(void *self, const struct smt_leaf *leaf)
{
    struct world *w = self;
    struct state_value value;
    for (size_t i = 0; i < ACCOUNTS; i++)
        if (memcmp(&w->keys[i], &leaf->key, sizeof leaf->key) == 0) {
            account_encode(&(struct account_state){w->balances[i], 0}, &value);
            w->text[entry_kind_of(leaf->key.kind)->line(&leaf->key, &value, w->text)] = 0;
            return w->text;
        }
    errx(1, "a leaf of no account");
}

/* Changes up to so many accounts, some of which have nothing then. */
static void change_some(struct world *w, uint64_t most, bool mostly_gone)
{
    static struct smt_leaf changes[ACCOUNTS];
    struct fault f = {0};
    size_t n = 0;
    uint64_t want = chance_below(&w->seed, most + 1);
    for (size_t i = 0; i < ACCOUNTS; i++) {
        if (chance_below(&w->seed, ACCOUNTS) >= want)
            continue;
        bool gone = chance_below(&w->seed, 8) < (mostly_gone ? 7 : 1);
        w->balances[i] = gone ? 0 : 1 + (int64_t)chance_below(&w->seed, 1000);
        make_leaf(&w->keys[i], w->balances[i], &changes[n++]);
    }
    qsort(changes, n, sizeof *changes, by_place);
    good(smt_change(w->t, changes, n, &f), &f);
}

static void compare(struct world *w)
{
    struct fault f = {0};
    struct smt_sum sum;
    uint8_t want[ID_LEN];
    w->count = 0;
    for (size_t i = 0; i < ACCOUNTS; i++)
        if (w->balances[i])
            make_leaf(&w->keys[i], w->balances[i], &w->now[w->count++]);
    qsort(w->now, w->count, sizeof *w->now, by_place);
    plain_root(w->now, w->count, 0, want);
    good(smt_root(w->t, &sum, &f), &f);
    must(sum.count == (int64_t)w->count, "another count");
    must(memcmp(sum.hash, want, ID_LEN) == 0, "another root");
}

static void compare_paths(struct world *w)
{
    struct smt_sum sum;
    struct fault f = {0};
    struct buf line = {0};
    uint8_t place[ID_LEN];
    good(smt_root(w->t, &sum, &f), &f);
    for (int i = 0; i < 8; i++) {
        size_t which = (size_t)chance_below(&w->seed, ACCOUNTS);
        entry_place(&w->keys[which], place);
        must(make_line(w->t, place, sum.hash, entry_of_world, w, &line) == !!w->balances[which],
             "present and absent are mistaken");
    }
    buf_free(&line);
}

static void run_model(uint64_t seed, long rounds)
{
    static struct world w;
    struct fault f = {0};
    w.seed = seed;
    w.store = calloc(1, sizeof *w.store);
    w.t = w.store ? smt_new((struct smt_pages){get, NULL, w.store}) : NULL;
    must(w.t, "no memory");
    for (size_t i = 0; i < ACCOUNTS; i++) {
        static const uint8_t kinds[] = {ACCOUNT_KIND, ACCOUNT_POLICY, ACCOUNT_SLH_DSA};
        fill(w.keys[i].id, ID_LEN, &w.seed);
        w.keys[i].kind = kinds[i % 3];
    }
    for (long i = 0; i < rounds; i++) {
        static const uint64_t sizes[] = {1, 5, 100, ACCOUNTS};
        change_some(&w, sizes[chance_below(&w.seed, 4)], chance_below(&w.seed, 6) == 0);
        compare(&w);
        compare_paths(&w);
        if (chance_below(&w.seed, 3) == 0)
            good(smt_flush(w.t, put, w.store, &f), &f);
        else if (chance_below(&w.seed, 3) == 0) {
            good(smt_flush(w.t, put, w.store, &f), &f);
            smt_clear(w.t);
        }
    }
    printf("%zu\n", w.store->count);
    for (size_t i = 0; i < w.store->count; i++)
        buf_free(&w.store->pages[i].bytes);
    smt_free(w.t);
    free(w.store);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "root") == 0)
        print_root();
    else if (argc == 4 && strcmp(argv[1], "model") == 0)
        run_model(strtoull(argv[2], NULL, 10), atol(argv[3]));
    else
        errx(2, "usage: smttest root | model SEED ROUNDS");
    return 0;
}
