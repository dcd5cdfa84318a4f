/*
 * sealtest tips FILE...: judges ledgers and prints, for each, its name and what vectors/seals/tips
 * says of it: height, id, root and count of the state after the best tip, supply, height of the
 * final block, whether two exclude each other.
 *
 * sealtest faults FILE...: judges ledgers that break a rule, and prints for each its name, and the
 * line and the words of the first fault.
 */
#include "base/hex.h"
#include "chain/store_temp.h"
#include "chain/tree_state.h"
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
    struct tree tree;
    struct fault fault; /* the first; FAULT_NONE: the ledger is valid */
};

static void good(int failed, const struct fault *f)
{
    if (failed)
        errx(1, "%s", f->text);
}

/* Judges the next item of the file. */
static void take(struct test *t, const struct item *item)
{
    struct node new;
    struct reorg reorg;
    struct fault f;
    int verdict = TREE_BAD;
    if (item->broken)
        tree_fault(&t->tree, item, &f);
    else
        verdict = tree_check(&t->tree, item, time(NULL), &new, &f);
    if (verdict == TREE_GOOD)
        good(tree_add(&t->tree, item, &new, &reorg, &f), &f);
    else if (verdict == TREE_BAD)
        t->fault = f;
    else
        errx(1, "line %" PRIu64 ": known, an orphan, or trouble: %s", item->line, f.text);
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

static void tell_tip(struct test *t)
{
    struct fault f;
    struct state_line s;
    const struct node *tip = &t->tree.best;
    if (t->fault.kind != FAULT_NONE) {
        printf("line %" PRIu64 ": %s\n", t->fault.line, t->fault.text);
        return;
    }
    good(tree_move(&t->tree, tip, &f) || tree_state_line(&t->tree, &s, &f), &f);
    printf("%" PRId64 " %s %s %" PRId64 " %" PRId64 " %" PRId64 " %d\n", tip->height,
           hex32(tip->id).text, hex32(s.root).text, s.count, tip->supply, t->tree.final.height,
           t->tree.rivals[0] >= 0);
}

static void tell_fault(const struct test *t)
{
    if (t->fault.kind == FAULT_NONE)
        puts("is accepted");
    else
        printf("%" PRIu64 " %s\n", t->fault.line, t->fault.text);
}

static void run(struct test *t, const char *path, bool tips)
{
    struct fault f;
    const char *name = strrchr(path, '/');
    struct store_temp *store = store_temp_new(NULL, 0, &f);
    good(!store || tree_init(&t->tree, store_temp_table(store), &f), &f);
    judge(t, path);
    name = name ? name + 1 : path;
    printf("%.*s ", (int)(strlen(name) - strlen(".ledger")), name);
    if (tips)
        tell_tip(t);
    else
        tell_fault(t);
    tree_free(&t->tree);
    store_temp_free(store);
}

int main(int argc, char **argv)
{
    struct test t = {.pool = sigpool_new(2)};
    bool tips = argc > 2 && strcmp(argv[1], "tips") == 0;
    if (argc < 3 || (!tips && strcmp(argv[1], "faults")))
        errx(2, "usage: sealtest tips|faults FILE...");
    if (!t.pool)
        errx(1, "no memory");
    for (int i = 2; i < argc; i++)
        run(&t, argv[i], tips);
    sigpool_free(t.pool);
    return 0;
}
