#include "ledger/overlay_parts.h"

#include "base/file.h"
#include "base/hex.h"
#include "chain/tree_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
    t->held = HELD_BLOCKS_NONE;
    t->has_chain = chain != NULL;
    if (chain)
        memcpy(t->chain, chain, ID_LEN);
    if (open_ledger(t, f) || make_tree(t, f) || held_blocks_open(&t->held, f))
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
    close_tree(t);
    held_blocks_close(&t->held);
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

/* Plans the path from the first held block up to the best tip. */
static int plan(struct overlay *t, struct fault *f)
{
    struct node node = t->tree.best;
    t->path_up.len = 0;
    while (held_blocks_has(&t->held, node.n)) {
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
    if (held_blocks_add(&t->held, new.n, item->text, item->size, f)) {
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
    if (held_blocks_take(&t->held, n, out, f))
        return -1;
    t->path_up.len -= sizeof n;
    return 1;
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

/* A ledger that a writer was at work on when it was opened may have more than was read of it. */
static bool has_changed(const struct overlay *t)
{
    struct stat st;
    if (t->has_ledger && t->ledger.behind)
        return true;
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
    return held_blocks_count(&t->held) <= OVERLAY_CARRY_BLOCKS &&
           held_blocks_bytes(&t->held) <= OVERLAY_CARRY_BYTES;
}

/* A held block that is judged again. */
struct carrying {
    struct overlay *to;
    struct batch batch;
};

static int carry_one(void *self, const char *text, size_t len, struct fault *f)
{
    struct carrying *c = self;
    struct fault ignored;
    if (batch_parse(&c->batch, text, len, 1, 0, f))
        return -1;
    if (overlay_add(c->to, &c->batch.items[0], -1, &ignored) < 0) {
        *f = ignored;
        return -1;
    }
    return 0;
}

/* Judges the held blocks again, in the new overlay. They have less work than the best chain had, so
 * none of them can be given. 0, or -1 and trouble. */
static int carry(struct overlay *t, struct overlay *new, struct fault *f)
{
    struct carrying c = {.to = new};
    int result = held_blocks_each(&t->held, carry_one, &c, f);
    batch_free(&c.batch);
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
