#include "ledger/overlay.h"

#include "base/file.h"
#include "base/hex.h"
#include "base/scratch.h"
#include "chain/store_temp.h"
#include "chain/tree_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

enum { LOCATOR_WALK = 1024 };

/* A held block, with the place of its text. */
struct held {
    int64_t n;
    uint64_t at, size;
    UT_hash_handle hh;
};

struct overlay {
    const char *path;
    bool has_chain, has_ledger;
    uint8_t chain[ID_LEN];
    struct ledger ledger;
    struct stat seen; /* the ledger's file when it was opened */
    struct store_temp *store;
    struct tree tree;
    struct held *held;
    struct scratch texts;
    struct buf path_up; /* node numbers (int64_t) from the best tip down to the next block to give
                           out, which is last */
    uint64_t end;       /* where the next block would be if all were appended to the ledger */
};

static void forget_held(struct overlay *t)
{
    struct held *h, *next;
    HASH_ITER(hh, t->held, h, next)
    {
        HASH_DEL(t->held, h);
        free(h);
    }
    t->path_up.len = 0;
}

/* --- On top of a ledger ----------------------------------------------------------------------- */

/* Opens the ledger if it exists. 0, or -1 and a fault. */
static int open_ledger(struct overlay *t, struct fault *f)
{
    t->has_ledger = false;
    if (stat(t->path, &t->seen)) {
        if (errno != ENOENT)
            return fault_errno(f, "%s", t->path);
        memset(&t->seen, 0, sizeof t->seen);
        return 0;
    }
    if (S_ISREG(t->seen.st_mode) && t->seen.st_size == 0)
        return 0; /* its first writer has just created it */
    if (ledger_open(&t->ledger, t->path, f))
        return -1;
    t->has_ledger = true;
    if (t->has_chain && memcmp(t->chain, t->ledger.tree.genesis.id, ID_LEN))
        return fault_trouble(f, "%s: a ledger of another chain", t->path);
    memcpy(t->chain, t->ledger.tree.genesis.id, ID_LEN);
    t->has_chain = true;
    return 0;
}

static int make_tree(struct overlay *t, struct fault *f)
{
    const struct tree *base = &t->ledger.tree;
    struct store below = {0};
    if (t->has_ledger)
        below = index_store(t->ledger.index);
    t->store = store_temp_new(t->has_ledger ? &below : NULL, t->has_ledger ? base->count : 0, f);
    if (!t->store || tree_init(&t->tree, store_temp_table(t->store), f))
        return -1;
    t->end = 0;
    if (t->has_ledger) {
        const struct tip_choice c = tree_choice(base);
        tree_resume(&t->tree, &base->genesis, &base->rules, &c, base->count);
        t->end = t->ledger.mark.end;
    }
    return 0;
}

struct overlay *overlay_new(const char *path, const uint8_t *chain, struct fault *f)
{
    struct overlay *t = calloc(1, sizeof *t);
    if (!t) {
        fault_memory(f);
        return NULL;
    }
    t->path = path;
    t->texts.fd = -1;
    t->has_chain = chain != NULL;
    if (chain)
        memcpy(t->chain, chain, ID_LEN);
    if (open_ledger(t, f) || make_tree(t, f) || scratch_open(&t->texts, f))
        goto fail;
    if (t->has_chain)
        return t;
    fault_trouble(f, "%s: No such ledger yet (-c names its chain)", path);
fail:
    overlay_free(t);
    return NULL;
}

static void close_tree(struct overlay *t)
{
    tree_free(&t->tree);
    store_temp_free(t->store);
    if (t->has_ledger)
        ledger_close(&t->ledger);
    t->has_ledger = false;
    t->store = NULL;
}

void overlay_free(struct overlay *t)
{
    if (!t)
        return;
    forget_held(t);
    close_tree(t);
    scratch_close(&t->texts);
    buf_free(&t->path_up);
    free(t);
}

/* --- Blocks ----------------------------------------------------------------------------------- */

const uint8_t *overlay_chain(const struct overlay *t)
{
    return t->chain;
}

const struct rules *overlay_rules(const struct overlay *t)
{
    return t->tree.has_genesis ? &t->tree.rules : NULL;
}

const struct node *overlay_best(const struct overlay *t)
{
    return t->tree.has_genesis ? &t->tree.best : NULL;
}

int overlay_has(struct overlay *t, const uint8_t id[ID_LEN], struct fault *f)
{
    struct node node;
    return t->tree.has_genesis ? tree_find(&t->tree, id, &node, f) : 0;
}

static int hold(struct overlay *t, const struct item *item, int64_t n, struct fault *f)
{
    struct held *h = calloc(1, sizeof *h);
    if (!h)
        return fault_memory(f);
    *h = (struct held){.n = n, .at = scratch_end(&t->texts), .size = item->size};
    HASH_ADD(hh, t->held, n, sizeof h->n, h);
    if (!h->hh.tbl) {
        free(h);
        return fault_memory(f);
    }
    return scratch_add(&t->texts, item->text, item->size, f);
}

static struct held *find_held(struct overlay *t, int64_t n)
{
    struct held *h;
    HASH_FIND(hh, t->held, &n, sizeof n, h);
    return h;
}

/* Plans the path from the first held block up to the best tip. */
static int plan(struct overlay *t, struct fault *f)
{
    struct node node = t->tree.best;
    t->path_up.len = 0;
    while (find_held(t, node.n)) {
        if (buf_add(&t->path_up, &node.n, sizeof node.n))
            return fault_memory(f);
        if (node.parent < 0)
            break;
        if (tree_get(&t->tree, node.parent, &node, f))
            return -1;
    }
    return 0;
}

static int refuse_genesis(const struct item *item, struct fault *f)
{
    fault_rule(f, "block: another chain's genesis");
    f->line = item->line;
    return TREE_BAD;
}

int overlay_add(struct overlay *t, const struct item *item, int64_t now, struct fault *f)
{
    struct node new;
    struct reorg reorg;
    if (item->is_genesis && memcmp(item->id, t->chain, ID_LEN))
        return refuse_genesis(item, f);
    int verdict = tree_check(&t->tree, item, now, &new, f);
    if (verdict != TREE_GOOD)
        return verdict;
    new.offset = t->end;
    t->end += item->size;
    if (hold(t, item, new.n, f)) {
        tree_drop(&t->tree);
        return -1;
    }
    if (tree_add(&t->tree, item, &new, &reorg, f))
        return -1;
    return reorg.done && plan(t, f) ? -1 : TREE_GOOD;
}

int overlay_next(struct overlay *t, struct buf *out, struct fault *f)
{
    int64_t n;
    if (!t->path_up.len)
        return 0;
    memcpy(&n, t->path_up.data + t->path_up.len - sizeof n, sizeof n);
    struct held *h = find_held(t, n);
    if (!h)
        return fault_trouble(f, "a held block is missing");
    if (buf_reserve(out, h->size))
        return fault_memory(f);
    if (scratch_read(&t->texts, out->data + out->len, h->size, h->at, f))
        return -1;
    out->len += h->size;
    t->path_up.len -= sizeof n;
    HASH_DEL(t->held, h);
    free(h);
    return !t->held && scratch_empty(&t->texts, f) ? -1 : 1;
}

bool overlay_has_next(const struct overlay *t)
{
    return t->path_up.len > 0;
}

int overlay_state_line(struct overlay *t, const uint8_t id[ID_LEN], struct state_line *out,
                       struct fault *f)
{
    struct node node;
    int found = tree_find(&t->tree, id, &node, f);
    if (found == 0)
        return fault_trouble(f, "%s: no block %s", t->path, hex32(id).text);
    return found < 0 || tree_move(&t->tree, &node, f) || tree_state_line(&t->tree, out, f) ? -1 : 0;
}

int overlay_above(struct overlay *t, const uint8_t id[ID_LEN], int64_t *blocks, uint64_t *bytes,
                  struct fault *f)
{
    const struct node *best = &t->tree.best;
    struct node node;
    *blocks = 0;
    *bytes = 0;
    int found = t->tree.has_genesis ? tree_find(&t->tree, id, &node, f) : 0;
    if (found <= 0)
        return found;
    if (best->height > node.height)
        *blocks = best->height - node.height;
    if (best->offset > node.offset)
        *bytes = best->offset - node.offset;
    return 0;
}

/* --- When the ledger has changed --- */

static bool has_changed(const struct overlay *t)
{
    struct stat st;
    return stat(t->path, &st) == 0 && !file_unchanged(&t->seen, &st);
}

/* Whether the ledger under `new` has all blocks given so far. 1 or 0, -1 and trouble. */
static int holds_all(struct overlay *t, struct overlay *new, struct fault *f)
{
    return t->tree.has_genesis ? overlay_has(new, t->tree.best.id, f) : new->tree.has_genesis;
}

/* Whether the held blocks are few enough to be judged again. */
static bool can_carry(const struct overlay *t)
{
    return HASH_COUNT(t->held) <= OVERLAY_CARRY_BLOCKS &&
           scratch_end(&t->texts) <= OVERLAY_CARRY_BYTES;
}

/* Judges the held blocks again, in the new overlay. They have less work than the best chain had, so
 * none of them can be given. 0, or -1 and trouble. */
static int carry(struct overlay *t, struct overlay *new, struct fault *f)
{
    struct batch b = {0};
    struct buf text = {0};
    int result = 0;
    for (struct held *h = t->held; h && !result; h = h->hh.next) {
        struct fault ignored;
        text.len = 0;
        if (buf_reserve(&text, h->size))
            result = fault_memory(f);
        else if (scratch_read(&t->texts, text.data, h->size, h->at, f) ||
                 batch_parse(&b, text.data, h->size, 1, 0, f))
            result = -1;
        else if (overlay_add(new, &b.items[0], -1, &ignored) < 0) {
            *f = ignored;
            result = -1;
        }
    }
    batch_free(&b);
    buf_free(&text);
    return result;
}

int overlay_renew(struct overlay *t, struct fault *f)
{
    int64_t own = t->tree.count - (t->has_ledger ? t->ledger.tree.count : 0);
    bool carries = can_carry(t);
    if (!has_changed(t) || overlay_has_next(t) || (!carries && own < OVERLAY_BLOCKS_MAX))
        return 0;
    struct overlay *new = overlay_new(t->path, t->chain, f);
    if (!new)
        return -1;
    int holds = holds_all(t, new, f);
    if (holds > 0 && carries && carry(t, new, f))
        holds = -1;
    if (holds > 0) {
        struct overlay old = *t;
        *t = *new;
        *new = old;
    }
    overlay_free(new);
    return holds;
}

/* --- Locators --------------------------------------------------------------------------------- */

/* The best chain's block at this height, from the ledger if it is there; of the blocks since then,
 * only the last LOCATOR_WALK are walked over. node is the one above. 1, 0: not that far, -1. */
static int below(struct overlay *t, struct node *node, int64_t height, struct fault *f)
{
    int64_t first = t->has_ledger ? t->ledger.tree.count : 0;
    while (node->height > height && node->n >= first) {
        if (t->tree.best.height - node->height >= LOCATOR_WALK)
            return 0;
        if (tree_get(&t->tree, node->parent, node, f))
            return -1;
    }
    if (node->height == height)
        return 1;
    return index_at_height(t->ledger.index, height, node, f);
}

static bool add_id(uint8_t ids[][ID_LEN], int *count, int max, const uint8_t id[ID_LEN])
{
    for (int i = 0; i < *count; i++)
        if (memcmp(ids[i], id, ID_LEN) == 0)
            return true;
    if (*count >= max)
        return false;
    memcpy(ids[(*count)++], id, ID_LEN);
    return true;
}

/* Appends ids from node's height down, while there is room for genesis after them. */
static int locate_from(struct overlay *t, struct node node, uint8_t ids[][ID_LEN], int *count,
                       int max, struct fault *f)
{
    int64_t height = node.height;
    for (int64_t gap = 1; height > 0; gap *= 2) {
        int got = below(t, &node, height, f);
        if (got <= 0)
            return got;
        if (!add_id(ids, count, max - 1, node.id))
            return 0;
        height -= gap;
    }
    return 0;
}

int overlay_locate(struct overlay *t, uint8_t ids[][ID_LEN], int count, int max, struct fault *f)
{
    static const uint8_t nobodys[ID_LEN];
    if (t->tree.has_genesis && locate_from(t, t->tree.best, ids, &count, max, f))
        return -1;
    if (t->has_ledger && locate_from(t, t->ledger.tree.best, ids, &count, max, f))
        return -1;
    add_id(ids, &count, max, t->tree.has_genesis ? t->chain : nobodys);
    return count;
}
