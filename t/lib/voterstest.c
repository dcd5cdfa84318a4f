/*
 * voterstest LEDGER [FILE]: the rotation of the members of a ledger's best chain. Whoever goes on
 * from the block before must have at each height what one has who starts there. Prints how often
 * the set changed, and the nodes and journals that were read for the last height: by the latter,
 * the former, and one who goes on from half of the height; and from what FILE has (turns_file.h).
 */
#include "ledger/ledger.h"
#include "validator/turns_file.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The ledger's store, and what was asked of it. */
static struct {
    struct store store;
    int64_t nodes, journals;
} counted;

static int get(void *self, int64_t n, struct node *node, struct fault *f)
{
    counted.nodes++;
    return counted.store.get(self, n, node, f);
}

static int journal(void *self, int64_t n, struct buf *out, struct fault *f)
{
    counted.journals++;
    return counted.store.journal(self, n, out, f);
}

static void good(int failed, const struct fault *f)
{
    if (failed)
        errx(1, "%s", f->text);
}

struct test {
    struct ledger ledger;
    struct node_names *names;
};

static void block_at(struct test *t, int64_t height, struct node *out)
{
    struct fault f;
    good(tree_ancestor(&t->ledger.tree, &t->ledger.tree.best, height, out, &f), &f);
}

/* Brings a rotation to this height, and says what that took while the tree was at its best tip. */
static void go_to(struct test *t, struct voters_turns *r, int64_t height, bool tell)
{
    struct fault f;
    struct node node;
    block_at(t, height, &node);
    good(tree_move(&t->ledger.tree, &t->ledger.tree.best, &f), &f);
    counted.nodes = counted.journals = 0;
    good(voters_rotation(&t->ledger.tree, t->names, &node, r, &f), &f);
    if (tell)
        printf(" %" PRId64 "/%" PRId64, counted.nodes, counted.journals);
}

static bool same(const struct bft_set *a, const struct bft_set *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++)
        if (a->list[i].node != b->list[i].node || a->list[i].weight != b->list[i].weight ||
            a->list[i].priority != b->list[i].priority)
            return false;
    return a->count == b->count && a->total == b->total && a->turn == b->turn;
}

/* From what the file has to the last height. */
static void go_on(struct test *t, const char *path, int64_t last, const struct voters_turns *want)
{
    static struct voters_turns r;
    struct fault f;
    good(turns_file_read(path, &t->ledger.tree, t->names, &r, &f), &f);
    go_to(t, &r, last, true);
    if (!same(&r.set, &want->set))
        errx(1, "another rotation by the file");
}

static void run(struct test *t, const char *path)
{
    static struct voters_turns on, half; /* too large for the stack */
    struct voters_turns *fresh = malloc(sizeof *fresh);
    int64_t last = t->ledger.tree.best.height, changes = 0;
    struct node node, before;
    if (!fresh || last < 2)
        errx(1, "no memory, or no blocks");
    for (int64_t height = 1; height < last; height++) {
        block_at(t, height, &node);
        block_at(t, height - 1, &before);
        changes += height > 1 && memcmp(node.target, before.target, TARGET_LEN) != 0;
        *fresh = (struct voters_turns){0};
        go_to(t, fresh, height, false);
        go_to(t, &on, height, false);
        if (height <= last / 2)
            go_to(t, &half, height, false);
        if (!same(&fresh->set, &on.set))
            errx(1, "height %" PRId64 ": another rotation", height);
    }
    printf("%" PRId64, changes);
    *fresh = (struct voters_turns){0};
    go_to(t, fresh, last, true);
    go_to(t, &on, last, true);
    go_to(t, &half, last, true);
    if (path)
        go_on(t, path, last, fresh);
    puts("");
    if (!same(&fresh->set, &on.set) || !same(&fresh->set, &half.set))
        errx(1, "another rotation in the end");
    free(fresh);
}

int main(int argc, char **argv)
{
    static struct test t;
    struct fault f;
    if (argc != 2 && argc != 3)
        errx(2, "usage: voterstest LEDGER [FILE]");
    good(ledger_open(&t.ledger, argv[1], &f), &f);
    t.names = node_names_new();
    if (!t.names)
        errx(1, "no memory");
    struct store *store = &t.ledger.tree.store;
    counted.store = *store;
    store->get = get;
    store->journal = journal;
    run(&t, argc > 2 ? argv[2] : NULL);
    *store = counted.store;
    node_names_free(t.names);
    ledger_close(&t.ledger);
    return 0;
}
