#include "mempool/branches.h"

#include "seal/header.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* A part of a branch, from its first block, or the first after a fork, to the next fork or end. */
struct run {
    double work;
    uint64_t bytes, blocks;
};

/* uthash keeps the order of arrival: parents stand before their children. */
struct side_block {
    uint8_t id[ID_LEN], prev[ID_LEN];
    struct side_block *parent; /* NULL: it does not wait (any more) */
    int64_t height, time;
    struct u256 own, total; /* its work, and that of its chain */
    uint64_t line;
    size_t size;
    size_t children;
    /* For branches_evict only: */
    struct run run;           /* from here on */
    struct side_block *child; /* one of them */
    struct side_block *end;   /* the last block of the run; NULL: it ends in a fork */
    UT_hash_handle hh;
    char text[];
};

struct branches {
    struct side_block *all;
    size_t bytes;
};

struct branches *branches_new(void)
{
    return calloc(1, sizeof(struct branches));
}

static void remove_one(struct branches *b, struct side_block *w)
{
    for (struct side_block *other = w->hh.next; other && w->children; other = other->hh.next)
        if (other->parent == w) {
            other->parent = NULL;
            w->children--;
        }
    if (w->parent)
        w->parent->children--;
    b->bytes -= w->size;
    HASH_DEL(b->all, w);
    free(w);
}

void branches_free(struct branches *b)
{
    struct side_block *w, *next;
    if (!b)
        return;
    HASH_ITER(hh, b->all, w, next)
    {
        HASH_DEL(b->all, w);
        free(w);
    }
    free(b);
}

static struct side_block *find(const struct branches *b, const uint8_t id[ID_LEN])
{
    struct side_block *w;
    HASH_FIND(hh, b->all, id, ID_LEN, w);
    return w;
}

bool branches_has(const struct branches *b, const uint8_t id[ID_LEN])
{
    return find(b, id) != NULL;
}

size_t branches_count(const struct branches *b)
{
    return HASH_COUNT(b->all);
}

/* --- Checking headers ------------------------------------------------------------------------- */

/* The ancestry of a child of `parent`, or if that is NULL, of the tree's block `prev`; and the work
 * of its chain. 1, 0: it is not known, -1 and trouble. */
static int trace(const struct side_block *parent, const uint8_t prev[ID_LEN], struct tree *t,
                 struct ancestry *a, struct u256 *work, struct fault *f)
{
    int64_t times[MEDIAN_OF];
    struct node node;
    *a = (struct ancestry){.rules = &t->rules, .anchor = &t->anchor};
    for (const struct side_block *w = parent; w && a->count < MEDIAN_OF; w = w->parent) {
        a->times[a->count++] = w->time;
        prev = w->prev;
    }
    int found = tree_find(t, prev, &node, f);
    int count = found > 0 ? tree_times(t, &node, times, f) : found;
    if (count < 0 || (!parent && count == 0))
        return count;
    for (int i = 0; i < count && a->count < MEDIAN_OF; i++)
        a->times[a->count++] = times[i];
    a->height = parent ? parent->height : node.height;
    a->time = parent ? parent->time : node.time;
    *work = parent ? parent->total : node.work;
    return 1;
}

static int check(struct tree *t, const struct item *item, const struct ancestry *a, int64_t now,
                 struct fault *f)
{
    if (!header_check(a, &item->block, item->id, now, f) && !tree_check_size(t, item, f))
        return TREE_GOOD;
    if (f->kind != FAULT_RULE)
        return -1;
    f->line = item->line;
    return TREE_BAD;
}

static int add(struct branches *b, const struct item *item, struct side_block *parent,
               const struct ancestry *a, struct u256 work, struct fault *f)
{
    struct side_block *w = calloc(1, sizeof *w + item->size);
    if (!w)
        return fault_memory(f);
    memcpy(w->id, item->id, ID_LEN);
    memcpy(w->prev, item->block.prev, ID_LEN);
    memcpy(w->text, item->text, item->size);
    w->parent = parent;
    w->height = item->block.height;
    w->time = item->block.time;
    w->own = header_weight(a, &item->block);
    w->total = u256_add(work, w->own);
    w->line = item->line;
    w->size = item->size;
    HASH_ADD(hh, b->all, id, ID_LEN, w);
    if (!w->hh.tbl) {
        free(w);
        return fault_memory(f);
    }
    if (parent)
        parent->children++;
    b->bytes += w->size;
    return 0;
}

int branches_add(struct branches *b, struct tree *t, const struct item *item, int64_t now,
                 struct fault *f)
{
    struct side_block *parent = find(b, item->block.prev);
    struct ancestry a;
    struct u256 work;
    int known = trace(parent, item->block.prev, t, &a, &work, f);
    if (known <= 0)
        return known < 0 ? -1 : TREE_ORPHAN;
    int verdict = check(t, item, &a, now, f);
    return verdict == TREE_GOOD && add(b, item, parent, &a, work, f) ? -1 : verdict;
}

bool branches_outweighs(const struct branches *b, const struct tree *t, const uint8_t id[ID_LEN])
{
    const struct side_block *w = find(b, id);
    return w && chain_beats(w->total, t->best.work);
}

/* --- Leaving ---------------------------------------------------------------------------------- */

int branches_take(struct branches *b, const uint8_t id[ID_LEN], struct batch *out, struct fault *f)
{
    struct side_block *w = find(b, id);
    if (!w)
        return 0;
    while (w->parent)
        w = w->parent;
    int got = batch_parse(out, w->text, w->size, w->line, 0, f) ? -1 : 1;
    remove_one(b, w);
    return got;
}

int branches_drop(struct branches *b, const uint8_t parent[ID_LEN], uint8_t id[ID_LEN],
                  uint64_t *line)
{
    for (struct side_block *w = b->all; w; w = w->hh.next)
        if (!w->parent && memcmp(w->prev, parent, ID_LEN) == 0) {
            memcpy(id, w->id, ID_LEN);
            *line = w->line;
            remove_one(b, w);
            return 1;
        }
    return 0;
}

static double as_double(struct u256 work)
{
    double sum = 0;
    for (int i = 3; i >= 0; i--)
        sum = sum * 0x1p64 + (double)work.word[i];
    return sum;
}

static void measure_run(struct side_block *w)
{
    w->run = (struct run){.work = as_double(w->own), .bytes = w->size, .blocks = 1};
    w->end = w->children ? NULL : w;
    if (w->children == 1) {
        w->run.work += w->child->run.work;
        w->run.bytes += w->child->run.bytes;
        w->run.blocks += w->child->run.blocks;
        w->end = w->child->end;
    }
    if (w->parent)
        w->parent->child = w;
}

/* Whether the bounds are exceeded, or with slack, almost reached. */
static bool is_full(const struct branches *b, bool slack)
{
    size_t bytes = BRANCHES_BYTES_MAX, blocks = BRANCHES_BLOCKS_MAX;
    return b->bytes > bytes - (slack ? bytes / 16 : 0) ||
           HASH_COUNT(b->all) > blocks - (slack ? blocks / 16 : 0);
}

/* Below 0: a is worth less than b, by its work for each byte or block, then by its work. */
static int compare_runs(const struct run *a, const struct run *b, bool by_bytes)
{
    double x = a->work * (double)(by_bytes ? b->bytes : b->blocks);
    double y = b->work * (double)(by_bytes ? a->bytes : a->blocks);
    return x != y ? (x > y) - (x < y) : (a->work > b->work) - (a->work < b->work);
}

static int compare_bytes(const void *a, const void *b)
{
    const struct side_block *const *x = a, *const *y = b;
    return compare_runs(&(*x)->run, &(*y)->run, true);
}

static int compare_blocks(const void *a, const void *b)
{
    const struct side_block *const *x = a, *const *y = b;
    return compare_runs(&(*x)->run, &(*y)->run, false);
}

/* Lists the first blocks of the runs that end without a fork, newest first. How many. */
static size_t list_runs(struct branches *b, struct side_block **runs)
{
    size_t count = 0;
    for (struct side_block *w = ELMT_FROM_HH(b->all->hh.tbl, b->all->hh.tbl->tail); w;
         w = w->hh.prev)
        measure_run(w);
    for (struct side_block *w = ELMT_FROM_HH(b->all->hh.tbl, b->all->hh.tbl->tail); w;
         w = w->hh.prev)
        if (w->end && (!w->parent || w->parent->children > 1))
            runs[count++] = w;
    return count;
}

/* Removes blocks from the end of a run: the last one in any case, the others only if they are worth
 * no more than the run is on average. So what a stranger adds to a good branch is evicted alone. */
static void cut_run(struct branches *b, struct side_block *first, bool by_bytes)
{
    struct run mean = first->run, own;
    struct side_block *w = first->end, *before;
    do {
        before = w == first ? NULL : w->parent;
        remove_one(b, w);
        w = before;
        if (w)
            own = (struct run){as_double(w->own), w->size, 1};
    } while (w && is_full(b, true) && compare_runs(&own, &mean, by_bytes) <= 0);
}

/* Measuring the runs takes a while, so several blocks are evicted at once. -1: no memory. */
static int evict(struct branches *b)
{
    bool by_bytes = b->bytes > BRANCHES_BYTES_MAX;
    struct side_block **runs = calloc(HASH_COUNT(b->all), sizeof(struct side_block *));
    if (!runs)
        return -1;
    size_t count = list_runs(b, runs);
    qsort(runs, count, sizeof(struct side_block *), by_bytes ? compare_bytes : compare_blocks);
    for (size_t i = 0; i < count && is_full(b, true); i++)
        cut_run(b, runs[i], by_bytes);
    free(runs);
    return 0;
}

int branches_evict(struct branches *b, size_t *evicted)
{
    size_t before = HASH_COUNT(b->all);
    int result = 0;
    while (!result && is_full(b, false))
        result = evict(b);
    *evicted = before - HASH_COUNT(b->all);
    return result;
}
