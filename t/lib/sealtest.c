/*
 * sealtest tips FILE...: judges ledgers and prints, for each, its name and what vectors/seals/tips
 * says of it: height, id, root and count of the state after the best tip, supply, height of the
 * final block, whether two exclude each other.
 *
 * sealtest index FOLDER FILE...: the same of ledgers in FOLDER that it makes of these, opening
 * ledger and index anew for every block, so that what was chosen is read from the index.
 *
 * sealtest faults FILE...: judges ledgers that break a rule, and prints for each its name, and the
 * line and the words of the first fault.
 */
#include "base/hex.h"
#include "chain/store_temp.h"
#include "chain/tree_state.h"
#include "ledger/ledger.h"
#include "stream/feed.h"

#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct test {
    struct sigpool *pool;
    const char *ledger; /* a path; NULL: judge in the tree */
    struct tree tree;
    struct fault fault; /* the first; FAULT_NONE: the ledger is valid */
};

static void good(int failed, const struct fault *f)
{
    if (failed)
        errx(1, "%s", f->text);
}

/* Appends the next item of the file to the ledger. */
static void append(struct test *t, const struct item *item)
{
    struct ledger l;
    struct reorg reorg;
    struct fault f;
    good(ledger_open_writer(&l, t->ledger, t->pool, &f), &f);
    if (l.file.fd < 0 && creat(t->ledger, 0600) >= 0) {
        ledger_close(&l);
        good(ledger_open_writer(&l, t->ledger, t->pool, &f), &f);
    }
    good(ledger_begin(&l, &f), &f);
    int verdict = ledger_append(&l, item, time(NULL), &reorg, &f);
    if (verdict != TREE_GOOD)
        t->fault = f;
    good(ledger_commit(&l, &f), &f);
    ledger_close(&l);
}

/* Judges the next item of the file. */
static void take(struct test *t, const struct item *item)
{
    struct node new;
    struct reorg reorg;
    struct fault f = {0};
    int verdict = TREE_BAD;
    if (t->ledger) {
        append(t, item);
        return;
    }
    if (item->broken)
        tree_fault(&t->tree, item, &f);
    else
        verdict = tree_check(&t->tree, item, time(NULL), &new, &f);
    if (verdict == TREE_GOOD)
        good(tree_add(&t->tree, item, &new, &reorg, &f), &f);
    else if (verdict == TREE_KNOWN) {
        fault_rule(&t->fault, "block: it stands twice");
        t->fault.line = item->line;
    } else if (verdict == TREE_ORPHAN) {
        fault_rule(&t->fault, "block: its parent is not before it");
        t->fault.line = item->line;
    } else if (verdict == TREE_BAD)
        t->fault = f;
    else
        errx(1, "line %" PRIu64 ": trouble: %s", item->line, f.text);
}

static void judge(struct test *t, const char *path)
{
    struct fault f;
    struct feed d;
    struct batch *b;
    int fd = open(path, O_RDONLY | O_CLOEXEC), got = 0;
    if (fd < 0)
        err(1, "%s", path);
    struct stream *s = stream_new(source_fd(fd), 1, 0);
    if (!s)
        errx(1, "no memory");
    feed_init(&d, s, t->pool);
    t->fault.kind = FAULT_NONE;
    while (t->fault.kind == FAULT_NONE && (got = feed_next(&d, &b, &f)) > 0)
        for (size_t i = 0; i < b->count && t->fault.kind == FAULT_NONE; i++)
            take(t, &b->items[i]);
    good(got < 0, &f);
    feed_free(&d);
}

static void tell_tip(const struct test *t, struct tree *tree)
{
    struct fault f;
    struct state_line s;
    const struct node *tip = &tree->best;
    if (t->fault.kind != FAULT_NONE) {
        printf("line %" PRIu64 ": %s\n", t->fault.line, t->fault.text);
        return;
    }
    good(tree_move(tree, tip, &f) || tree_state_line(tree, &s, &f), &f);
    printf("%" PRId64 " %s %s %" PRId64 " %" PRId64 " %" PRId64 " %d\n", tip->height,
           hex32(tip->id).text, hex32(s.root).text, s.count, tip->supply, tree->final.height,
           tree->rivals[0] >= 0);
}

static void tell_fault(const struct test *t)
{
    if (t->fault.kind == FAULT_NONE)
        puts("is accepted");
    else
        printf("%" PRIu64 " %s\n", t->fault.line, t->fault.text);
}

/* The name of a file, without what its kind adds to it. */
static void tell_name(const char *path)
{
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    printf("%.*s ", (int)(strlen(name) - strlen(".ledger")), name);
}

static void run(struct test *t, const char *path, bool tips)
{
    struct fault f;
    struct store_temp *store = store_temp_new(NULL, 0, &f);
    good(!store || tree_init(&t->tree, store_temp_table(store), &f), &f);
    judge(t, path);
    tell_name(path);
    if (tips)
        tell_tip(t, &t->tree);
    else
        tell_fault(t);
    tree_free(&t->tree);
    store_temp_free(store);
}

static void run_index(struct test *t, const char *folder, const char *path)
{
    char ledger[4096];
    struct ledger l;
    struct fault f;
    const char *name = strrchr(path, '/');
    snprintf(ledger, sizeof ledger, "%s%s", folder, name ? name : path);
    t->ledger = ledger;
    judge(t, path);
    tell_name(path);
    good(ledger_open(&l, ledger, &f), &f);
    tell_tip(t, &l.tree);
    ledger_close(&l);
    t->ledger = NULL;
}

int main(int argc, char **argv)
{
    struct test t = {.pool = sigpool_new(2)};
    bool tips = argc > 2 && strcmp(argv[1], "tips") == 0;
    bool index = argc > 3 && strcmp(argv[1], "index") == 0;
    if (argc < 3 || (!tips && !index && strcmp(argv[1], "faults")))
        errx(2, "usage: sealtest tips|faults FILE... | index FOLDER FILE...");
    if (!t.pool)
        errx(1, "no memory");
    for (int i = index ? 3 : 2; i < argc; i++)
        if (index)
            run_index(&t, argv[2], argv[i]);
        else
            run(&t, argv[i], tips);
    sigpool_free(t.pool);
    return 0;
}
