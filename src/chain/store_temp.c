#include "chain/store_temp.h"

#include "base/file.h"
#include "base/hex.h"
#include "base/scratch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS_FIRST = 1 << 12, SPENT_STEP = 1024, SEARCHES_MAX = 1000 };

/* A node as stored, with the place of its journal. */
struct kept {
    struct node node;
    uint64_t journal_at, journal_len;
};

/* A transaction of a block, kept to find who used a sequence number. */
struct spent {
    struct account from;
    uint8_t id[ID_LEN];
    int64_t seq, n;
    uint64_t line;
};

struct store_temp {
    struct scratch nodes, journals, spent;
    int slots_fd; /* an open-addressed table from ids to node numbers plus one */
    uint64_t slots;
    struct store base; /* has the nodes before first */
    int64_t first, count;
    unsigned searches; /* of spent so far: a hostile ledger must not cause one search per line */
};

static int read_kept(struct store_temp *s, int64_t n, struct kept *kept, struct fault *f)
{
    return scratch_read(&s->nodes, kept, sizeof *kept, (uint64_t)(n - s->first) * sizeof *kept, f);
}

static int get(void *self, int64_t n, struct node *node, struct fault *f)
{
    struct store_temp *s = self;
    struct kept kept;
    if (n < s->first)
        return s->base.get(s->base.self, n, node, f);
    if (read_kept(s, n, &kept, f))
        return -1;
    *node = kept.node;
    return 0;
}

/* Ids are hashes already, but a miner can choose among them: a run of the table may become long,
 * but never wrong. */
static uint64_t first_slot(const struct store_temp *s, const uint8_t id[ID_LEN])
{
    uint64_t hash;
    memcpy(&hash, id + ID_LEN - sizeof hash, sizeof hash);
    return hash & (s->slots - 1);
}

/* Finds the id's slot, or the free one where it belongs: 1 and its node, or 0. */
static int search(struct store_temp *s, const uint8_t id[ID_LEN], uint64_t *slot, struct node *node,
                  struct fault *f)
{
    for (*slot = first_slot(s, id);; *slot = (*slot + 1) & (s->slots - 1)) {
        int64_t n;
        if (file_read_at(s->slots_fd, &n, sizeof n, *slot * sizeof n))
            return scratch_failed(f);
        if (n == 0)
            return 0;
        if (get(s, n - 1, node, f))
            return -1;
        if (memcmp(node->id, id, ID_LEN) == 0)
            return 1;
    }
}

static int find(void *self, const uint8_t id[ID_LEN], struct node *node, struct fault *f)
{
    struct store_temp *s = self;
    uint64_t slot;
    int found = s->slots ? search(s, id, &slot, node, f) : 0;
    if (found || !s->first)
        return found;
    return s->base.find(s->base.self, id, node, f);
}

static int put_slot(struct store_temp *s, const uint8_t id[ID_LEN], int64_t n, struct fault *f)
{
    uint64_t slot;
    struct node node;
    int64_t value = n + 1;
    if (search(s, id, &slot, &node, f) < 0)
        return -1;
    return file_write_at(s->slots_fd, &value, sizeof value, slot * sizeof value) ? scratch_failed(f)
                                                                                 : 0;
}

/* Doubles the table and reinserts every node. */
static int grow(struct store_temp *s, struct fault *f)
{
    if (ftruncate(s->slots_fd, 0))
        return scratch_failed(f);
    s->slots = s->slots ? s->slots * 2 : SLOTS_FIRST;
    if (ftruncate(s->slots_fd, (off_t)(s->slots * sizeof(int64_t))))
        return scratch_failed(f);
    for (int64_t n = s->first; n < s->first + s->count; n++) {
        struct node node;
        if (get(s, n, &node, f) || put_slot(s, node.id, n, f))
            return -1;
    }
    return 0;
}

static int journal(void *self, int64_t n, struct buf *out, struct fault *f)
{
    struct store_temp *s = self;
    struct kept kept;
    if (n < s->first)
        return s->base.journal(s->base.self, n, out, f);
    if (read_kept(s, n, &kept, f))
        return -1;
    if (buf_reserve(out, kept.journal_len))
        return fault_memory(f);
    if (scratch_read(&s->journals, out->data + out->len, kept.journal_len, kept.journal_at, f))
        return -1;
    out->len += kept.journal_len;
    return 0;
}

static int add_spent(struct store_temp *s, const struct node *node, const struct item *item,
                     struct fault *f)
{
    for (size_t i = 0; i < item->count; i++) {
        const struct entry *e = &item->entries[i];
        struct spent spent = {.seq = e->tx.seq, .n = node->n, .line = node->line + 1 + i};
        if (e->type != &tx_type)
            continue;
        spent.from = e->tx.from;
        memcpy(spent.id, e->id, ID_LEN);
        if (scratch_add(&s->spent, &spent, sizeof spent, f))
            return -1;
    }
    return 0;
}

static int add(void *self, const struct node *node, const struct item *item,
               const struct buf *bytes, struct fault *f)
{
    struct store_temp *s = self;
    struct kept kept = {.node = *node};
    kept.journal_at = scratch_end(&s->journals);
    kept.journal_len = bytes->len;
    if ((uint64_t)s->count * 2 >= s->slots && grow(s, f))
        return -1;
    if (scratch_add(&s->journals, bytes->data, bytes->len, f) || add_spent(s, node, item, f) ||
        scratch_add(&s->nodes, &kept, sizeof kept, f) || put_slot(s, node->id, node->n, f))
        return -1;
    s->count++;
    return 0;
}

static int best(void *self, const struct node *node, int64_t fork, struct fault *f)
{
    (void)self, (void)node, (void)fork, (void)f;
    return 0; /* there is no state except in memory */
}

static int on_chain(void *self, int64_t n, const struct node *tip, struct fault *f)
{
    struct store_temp *s = self;
    struct node node = *tip;
    while (node.n > n && node.n >= s->first)
        if (get(s, node.parent, &node, f))
            return -1;
    return node.n > n ? s->base.on_chain(s->base.self, n, &node, f) : node.n == n;
}

/* Searches one piece of spent, newest first. 1 and *found, 0, or -1. */
static int search_spent(struct store_temp *s, const struct spent *piece, size_t count,
                        const struct account *from, int64_t seq, const struct node *node,
                        const struct spent **found, struct fault *f)
{
    for (size_t i = count; i-- > 0;) {
        if (piece[i].seq != seq || !account_equal(&piece[i].from, from))
            continue;
        int is_there = on_chain(s, piece[i].n, node, f);
        *found = &piece[i];
        if (is_there)
            return is_there;
    }
    return 0;
}

/* Searches all transactions stored here. 1 and words, 0, or -1. */
static int own_spender(struct store_temp *s, const struct account *from, int64_t seq,
                       const struct node *node, char words[160], struct fault *f)
{
    struct spent piece[SPENT_STEP];
    const struct spent *found;
    if (scratch_flush(&s->spent, f))
        return -1;
    for (uint64_t left = s->spent.written / sizeof *piece; left > 0;) {
        uint64_t n = left < SPENT_STEP ? left : SPENT_STEP;
        left -= n;
        if (scratch_read(&s->spent, piece, n * sizeof *piece, left * sizeof *piece, f))
            return -1;
        int got = search_spent(s, piece, n, from, seq, node, &found, f);
        if (got > 0)
            snprintf(words, 160, "%s at line %" PRIu64, hex32(found->id).text, found->line);
        if (got)
            return got;
    }
    return 0;
}

static int spender(void *self, const struct account *from, int64_t seq, const struct node *node,
                   char words[160], struct fault *f)
{
    struct store_temp *s = self;
    struct node below = *node;
    if (s->searches++ >= SEARCHES_MAX)
        return 0;
    int found = own_spender(s, from, seq, node, words, f);
    if (found || !s->first)
        return found;
    while (below.n >= s->first)
        if (get(s, below.parent, &below, f))
            return -1;
    return s->base.spender(s->base.self, from, seq, &below, words, f);
}

void store_temp_free(struct store_temp *s)
{
    if (!s)
        return;
    scratch_close(&s->nodes);
    scratch_close(&s->journals);
    scratch_close(&s->spent);
    if (s->slots_fd >= 0)
        close(s->slots_fd);
    free(s);
}

struct store_temp *store_temp_new(const struct store *base, int64_t count, struct fault *f)
{
    struct store_temp *s = calloc(1, sizeof *s);
    if (!s) {
        fault_memory(f);
        return NULL;
    }
    if (base) {
        s->base = *base;
        s->first = count;
    }
    s->nodes.fd = s->journals.fd = s->spent.fd = -1;
    s->slots_fd = scratch_file();
    if (s->slots_fd < 0)
        scratch_failed(f);
    else if (!scratch_open(&s->nodes, f) && !scratch_open(&s->journals, f) &&
             !scratch_open(&s->spent, f))
        return s;
    store_temp_free(s);
    return NULL;
}

/* Only what came from the base was not allocated here. */
static int damage(void *self, struct fault *f)
{
    struct store_temp *s = self;
    return s->base.damage ? s->base.damage(s->base.self, f)
                          : fault_trouble(f, "temporary file: damaged");
}

struct store store_temp_table(struct store_temp *s)
{
    return (struct store){.find = find,
                          .get = get,
                          .journal = journal,
                          .add = add,
                          .best = best,
                          .on_chain = on_chain,
                          .spender = spender,
                          .damage = damage,
                          .state = s->base.state,
                          .pages = s->base.pages,
                          .self = s};
}
