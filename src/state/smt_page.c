/* The pages of a sparse Merkle tree in their store. A page of leaves is 'l' and, for each, its key
 * and hash; one with children is 'c' and, for each, its hash and count (8 bytes, little endian). */
#include "state/smt_parts.h"

#include "state/entries.h"

#include <stdlib.h>
#include <string.h>

enum { LEAF_SIZE = 2 * STATE_ID_LEN + 1, CHILD_SIZE = STATE_ID_LEN + 8 };

/* More pages than these are not kept once they are stored. */
enum { KEPT_MAX = 1 << 14 };

/* The id of a page: how many nibbles of places it is below, and these. Gives its length. */
static size_t page_id(const uint8_t place[STATE_ID_LEN], size_t nibbles, uint8_t id[SMT_PAGE_ID])
{
    size_t bytes = (nibbles + 1) / 2;
    id[0] = (uint8_t)nibbles;
    memcpy(id + 1, place, bytes);
    if (nibbles % 2)
        id[bytes] &= 0xf0;
    return 1 + bytes;
}

static int read_leaves(struct smt_page *p, const uint8_t *at, size_t n)
{
    p->count = n / LEAF_SIZE;
    p->leaves = calloc(p->count + 1, sizeof *p->leaves);
    for (size_t i = 0; p->leaves && i < p->count; i++, at += LEAF_SIZE) {
        struct smt_leaf *leaf = &p->leaves[i];
        memcpy(&leaf->key, at, sizeof leaf->key);
        memcpy(leaf->hash, at + sizeof leaf->key, STATE_ID_LEN);
        entry_place(&leaf->key, leaf->place);
    }
    return p->leaves ? 0 : -1;
}

static int read_children(struct smt_page *p, const uint8_t *at)
{
    p->children = calloc(SMT_CHILDREN, sizeof *p->children);
    for (size_t i = 0; p->children && i < SMT_CHILDREN; i++, at += CHILD_SIZE) {
        uint64_t count = 0;
        for (size_t j = 0; j < 8; j++)
            count |= (uint64_t)at[STATE_ID_LEN + j] << 8 * j;
        memcpy(p->children[i].sum.hash, at, STATE_ID_LEN);
        p->children[i].sum.count = (int64_t)(count & INT64_MAX);
    }
    return p->children ? 0 : -1;
}

/* Whether the leaves ascend, all below these nibbles, and all of them are entries. */
static bool is_sound(const struct smt_page *p, const uint8_t *place, size_t nibbles)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct smt_leaf *leaf = &p->leaves[i];
        if (!entry_kind_of(leaf->key.kind) || memcmp(leaf->place, place, nibbles / 2) ||
            (nibbles % 2 && leaf->place[nibbles / 2] >> 4 != place[nibbles / 2] >> 4) ||
            (i && memcmp(leaf[-1].place, leaf->place, STATE_ID_LEN) >= 0))
            return false;
    }
    return true;
}

static int broken(struct smt *t, struct fault *f)
{
    return t->below.damage ? t->below.damage(t->below.self, f)
                           : fault_trouble(f, "broken page in the state's tree");
}

/* Reads a page from its bytes; none are an empty page. */
static int read_page(struct smt *t, struct smt_page *p, const struct buf *bytes,
                     const uint8_t *place, size_t nibbles, struct fault *f)
{
    const uint8_t *at = (const uint8_t *)bytes->data;
    size_t n = bytes->len ? bytes->len - 1 : 0;
    bool has_children = bytes->len && *at == 'c';
    if (has_children
            ? n != SMT_CHILDREN * CHILD_SIZE || nibbles >= SMT_NIBBLES
            : (bytes->len && *at != 'l') || n % LEAF_SIZE || n / LEAF_SIZE > SMT_LEAVES_MAX)
        return broken(t, f);
    if (has_children ? read_children(p, at + 1) : read_leaves(p, n ? at + 1 : at, n))
        return fault_memory(f);
    return is_sound(p, place, nibbles) ? 0 : broken(t, f);
}

int smt_load(struct smt *t, struct smt_page **p, const uint8_t place[STATE_ID_LEN], size_t nibbles,
             struct fault *f)
{
    uint8_t id[SMT_PAGE_ID];
    struct buf bytes = {0};
    if (*p)
        return 0;
    struct smt_page *new = calloc(1, sizeof *new);
    int result = 0;
    if (!new)
        return fault_memory(f);
    if (t->below.get)
        result = t->below.get(t->below.self, id, page_id(place, nibbles, id), &bytes, f);
    if (!result)
        result = read_page(t, new, &bytes, place, nibbles, f);
    buf_free(&bytes);
    if (result) {
        smt_drop(new);
        return -1;
    }
    t->loaded++;
    *p = new;
    return 0;
}

void smt_drop(struct smt_page *p)
{
    for (size_t i = 0; p && p->children && i < SMT_CHILDREN; i++)
        smt_drop(p->children[i].page);
    if (p) {
        free(p->leaves);
        free(p->children);
    }
    free(p);
}

static int write_page(const struct smt_page *p, struct buf *out)
{
    for (size_t i = 0; !p->children && i < p->count; i++)
        if ((i == 0 && buf_add(out, "l", 1)) ||
            buf_add(out, &p->leaves[i].key, sizeof p->leaves[i].key) ||
            buf_add(out, p->leaves[i].hash, STATE_ID_LEN))
            return -1;
    for (size_t i = 0; p->children && i < SMT_CHILDREN; i++) {
        uint8_t count[8];
        for (size_t j = 0; j < 8; j++)
            count[j] = (uint8_t)((uint64_t)p->children[i].sum.count >> 8 * j);
        if ((i == 0 && buf_add(out, "c", 1)) ||
            buf_add(out, p->children[i].sum.hash, STATE_ID_LEN) || buf_add(out, count, 8))
            return -1;
    }
    return 0;
}

struct flush {
    smt_put *put;
    void *self;
    struct buf bytes;
};

static int flush_page(struct flush *to, struct smt_page *p, uint8_t place[STATE_ID_LEN],
                      size_t nibbles, struct fault *f)
{
    uint8_t id[SMT_PAGE_ID];
    if (!p || !p->dirty)
        return 0;
    for (unsigned i = 0; p->children && i < SMT_CHILDREN; i++) {
        uint8_t below[STATE_ID_LEN];
        memcpy(below, place, STATE_ID_LEN);
        below[nibbles / 2] = (uint8_t)(nibbles % 2 ? below[nibbles / 2] | i : i << 4);
        if (flush_page(to, p->children[i].page, below, nibbles + 1, f))
            return -1;
    }
    to->bytes.len = 0;
    if (write_page(p, &to->bytes))
        return fault_memory(f);
    if (to->put(to->self, id, page_id(place, nibbles, id), to->bytes.data, to->bytes.len, f))
        return -1;
    p->dirty = false;
    return 0;
}

int smt_flush(struct smt *t, smt_put *put, void *self, struct fault *f)
{
    struct flush to = {put, self, {0}};
    uint8_t place[STATE_ID_LEN] = {0};
    int result = flush_page(&to, t->root, place, 0, f);
    buf_free(&to.bytes);
    if (!result && t->loaded > KEPT_MAX)
        smt_clear(t);
    return result;
}
