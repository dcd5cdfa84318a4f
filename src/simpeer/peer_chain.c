#include "simpeer/peer_chain.h"

#include "base/array.h"
#include "base/hex.h"
#include "hash/merkle.h"
#include "hash/sha256.h"
#include "simpeer/peer_tx.h"

#include <stdlib.h>
#include <string.h>

enum { MAXBLOCK = 1 << 20, EPOCH = 1700000000 };

void peer_chain_free(struct peer_chain *c)
{
    free(c->ids);
    buf_free(&c->scratch);
    *c = (struct peer_chain){0};
}

/* --- Blocks --------------------------------------------------------------------------------- */

static void id_at(const struct peer_chain *c, size_t height, uint8_t id[ID_LEN])
{
    if (height)
        memcpy(id, c->ids[height - 1], ID_LEN);
    else
        memset(id, PEER_CHAIN_BYTE, ID_LEN);
}

static void root_of(const uint8_t tx[ID_LEN], uint8_t root[ID_LEN])
{
    struct merkle m;
    merkle_init(&m);
    merkle_add(&m, tx);
    merkle_root(&m, root);
}

/* Appends the block of this height, from 1 to one above the chain's, and gives its id. 0, or -1: no
 * memory. */
static int make_block(const struct peer_chain *c, size_t height, struct buf *out,
                      uint8_t id[ID_LEN])
{
    struct block b = {.height = (int64_t)height, .time = EPOCH + (int64_t)height, .count = 1};
    struct buf tx = {0};
    uint8_t tx_id[ID_LEN];
    const size_t at = out->len;
    int failed = peer_tx_make(&height, sizeof height, &tx, tx_id);
    b.seal = (struct field){"5ea1", 4};
    id_at(c, height - 1, b.prev);
    memset(b.target, 0xff, ID_LEN);
    memset(b.miner.id, 0x22, ID_LEN);
    if (!failed)
        root_of(tx_id, b.root);
    failed = failed || block_format(&b, out);
    if (!failed)
        sha256(out->data + at, out->len - at, id);
    failed = failed || buf_add(out, "\n", 1) || buf_add(out, tx.data, tx.len);
    buf_free(&tx);
    return failed ? -1 : 0;
}

int peer_chain_grow(struct peer_chain *c)
{
    c->scratch.len = 0;
    if (ARRAY_RESERVE(c->ids, c->cap, c->height + 1) ||
        make_block(c, c->height + 1, &c->scratch, c->ids[c->height]))
        return -1;
    c->height++;
    return 0;
}

/* The height of the block with this id; -1: it is not here. */
static int64_t find(const struct peer_chain *c, const uint8_t id[ID_LEN])
{
    uint8_t genesis[ID_LEN];
    id_at(c, 0, genesis);
    for (size_t i = c->height; i; i--)
        if (memcmp(c->ids[i - 1], id, ID_LEN) == 0)
            return (int64_t)i;
    return memcmp(genesis, id, ID_LEN) ? -1 : 0;
}

int peer_chain_take(struct peer_chain *c, const char *text, size_t n, struct fault *f)
{
    while (n) {
        uint8_t id[ID_LEN];
        const char *end = memchr(text, '\n', n);
        if (!end)
            return fault_rule(f, "block: cut short");
        sha256(text, (size_t)(end - text), id);
        const bool known = find(c, id) >= 0;
        if (!known && peer_chain_grow(c))
            return fault_memory(f);
        if (!known && memcmp(c->ids[c->height - 1], id, ID_LEN)) {
            c->height--;
            return fault_rule(f, "block: not the one that follows");
        }
        end = memchr(end + 1, '\n', n - (size_t)(end + 1 - text));
        if (!end)
            return fault_rule(f, "block: its body is cut short");
        n -= (size_t)(end + 1 - text);
        text = end + 1;
    }
    return 0;
}

/* --- As the network sees it ----------------------------------------------------------------- */

static int tip(void *self, int64_t *height, uint8_t id[ID_LEN], struct fault *f)
{
    const struct peer_chain *c = self;
    (void)f;
    *height = (int64_t)c->height;
    id_at(c, c->height, id);
    return 1;
}

static int holds(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    (void)f;
    return find(self, id) >= 0;
}

/* No block is announced here. */
static int header(void *self, const struct block *b, const uint8_t id[ID_LEN], struct fault *f)
{
    (void)self, (void)b, (void)id, (void)f;
    return 0;
}

static int locate(void *self, const char *ids, size_t n, int64_t *height, struct fault *f)
{
    uint8_t id[ID_LEN];
    (void)f;
    for (size_t at = 0; at + 2 * ID_LEN <= n; at += 2 * ID_LEN + 1)
        if (hex_decode(id, ids + at, ID_LEN) == 0 && (*height = find(self, id)) >= 0)
            return 1;
    return 0;
}

static int block(void *self, int64_t height, struct buf *out, uint8_t id[ID_LEN], struct fault *f)
{
    const struct peer_chain *c = self;
    if (height < 1 || (size_t)height > c->height)
        return 0;
    return make_block(c, (size_t)height, out, id) ? fault_memory(f) : 1;
}

static int64_t maxblock(void *self)
{
    (void)self;
    return MAXBLOCK;
}

static int64_t headers(void *self, int64_t height, int64_t count, struct buf *out, struct fault *f)
{
    (void)self, (void)height, (void)count, (void)out, (void)f;
    return 0;
}

static int prove(void *self, const uint8_t id[ID_LEN], struct buf *out, uint64_t *read,
                 struct fault *f)
{
    (void)self, (void)id, (void)out, (void)f;
    *read = 0;
    return 0;
}

struct view peer_chain_view(struct peer_chain *c)
{
    return (struct view){.tip = tip,
                         .holds = holds,
                         .header = header,
                         .locate = locate,
                         .block = block,
                         .maxblock = maxblock,
                         .headers = headers,
                         .prove = prove,
                         .self = c};
}

/* --- As a puller sees it -------------------------------------------------------------------- */

/* The newest ids, then ever fewer, and genesis. */
static int put_locator(void *self, uint8_t ids[][ID_LEN], int count, struct fault *f)
{
    const struct peer_chain *c = self;
    (void)f;
    for (size_t height = c->height, step = 1; height && count < WIRE_LOCATOR_MAX - 1; step *= 2) {
        id_at(c, height, ids[count++]);
        height -= step < height ? step : height;
    }
    id_at(c, 0, ids[count++]);
    return count;
}

static uint64_t maxblock_pulled(void *self)
{
    (void)self;
    return MAXBLOCK;
}

struct puller_chain peer_chain_pulled(struct peer_chain *c)
{
    return (struct puller_chain){holds, put_locator, maxblock_pulled, c};
}
