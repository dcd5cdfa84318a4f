#include "ledger/store_temp.h"

#include "base/file.h"
#include "base/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PENDING_MAX = 1 << 18, SLOTS_FIRST = 1 << 12, SPENT_STEP = 1024, SEARCHES_MAX = 1000 };

/* A nameless file that is appended to, its newest bytes in memory. */
struct spool {
    int fd;
    uint64_t written; /* bytes in the file; the pending ones come behind */
    struct buf pending;
};

/* A node as it is kept, with the place of its journal. */
struct kept {
    struct node node;
    uint64_t journal_at, journal_len;
};

/* One transaction of a block, so that who spent a sequence number can be told. */
struct spent {
    uint8_t from[ID_LEN], id[ID_LEN];
    int64_t seq, n;
    uint64_t line;
};

struct store_temp {
    struct spool nodes, journals, spent;
    int slots_fd; /* an open-addressed table from ids to node numbers plus one */
    uint64_t slots;
    int64_t count;
    unsigned searches; /* of spent so far: a hostile ledger may not ask for one a line */
};

static int temporary(void)
{
    const char *folder = getenv("TMPDIR");
    if (!folder || !*folder)
        folder = "/tmp";
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
        return fd;
    char name[4096];
    snprintf(name, sizeof name, "%s/peerutils.XXXXXX", folder);
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    return fd;
}

static int spool_failed(struct fault *f)
{
    return fault_errno(f, "temporary file");
}

static int spool_flush(struct spool *s, struct fault *f)
{
    if (s->pending.len && file_write_at(s->fd, s->pending.data, s->pending.len, s->written))
        return spool_failed(f);
    s->written += s->pending.len;
    s->pending.len = 0;
    return 0;
}

static uint64_t spool_end(const struct spool *s)
{
    return s->written + s->pending.len;
}

static int spool_add(struct spool *s, const void *bytes, size_t n, struct fault *f)
{
    if (buf_add(&s->pending, bytes, n))
        return fault_memory(f);
    return s->pending.len < PENDING_MAX ? 0 : spool_flush(s, f);
}

/* Reads n bytes that were added as one piece, which is in the file or pending as a whole. */
static int spool_read(struct spool *s, void *out, size_t n, uint64_t at, struct fault *f)
{
    if (at >= s->written) {
        if (n)
            memcpy(out, s->pending.data + (at - s->written), n);
        return 0;
    }
    return file_read_at(s->fd, out, n, at) ? spool_failed(f) : 0;
}

static int read_kept(struct store_temp *s, int64_t n, struct kept *kept, struct fault *f)
{
    return spool_read(&s->nodes, kept, sizeof *kept, (uint64_t)n * sizeof *kept, f);
}

static int get(void *self, int64_t n, struct node *node, struct fault *f)
{
    struct kept kept;
    if (read_kept(self, n, &kept, f))
        return -1;
    *node = kept.node;
    return 0;
}

/* Ids are hashes already, but a miner chooses among them: a table's run may be crowded, never
 * wrong. */
static uint64_t first_slot(const struct store_temp *s, const uint8_t id[ID_LEN])
{
    uint64_t hash;
    memcpy(&hash, id + ID_LEN - sizeof hash, sizeof hash);
    return hash & (s->slots - 1);
}

/* Finds the id's slot, or the free one where it would go: 1 and its node, or 0. */
static int search(struct store_temp *s, const uint8_t id[ID_LEN], uint64_t *slot, struct node *node,
                  struct fault *f)
{
    for (*slot = first_slot(s, id);; *slot = (*slot + 1) & (s->slots - 1)) {
        int64_t n;
        if (file_read_at(s->slots_fd, &n, sizeof n, *slot * sizeof n))
            return spool_failed(f);
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
    uint64_t slot;
    return search(self, id, &slot, node, f);
}

static int put_slot(struct store_temp *s, const uint8_t id[ID_LEN], int64_t n, struct fault *f)
{
    uint64_t slot;
    struct node node;
    int64_t value = n + 1;
    if (search(s, id, &slot, &node, f) < 0)
        return -1;
    return file_write_at(s->slots_fd, &value, sizeof value, slot * sizeof value) ? spool_failed(f)
                                                                                 : 0;
}

/* Doubles the table and puts every node in again. */
static int grow(struct store_temp *s, struct fault *f)
{
    if (ftruncate(s->slots_fd, 0))
        return spool_failed(f);
    s->slots = s->slots ? s->slots * 2 : SLOTS_FIRST;
    if (ftruncate(s->slots_fd, (off_t)(s->slots * sizeof(int64_t))))
        return spool_failed(f);
    for (int64_t n = 0; n < s->count; n++) {
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
    if (read_kept(s, n, &kept, f))
        return -1;
    if (buf_reserve(out, kept.journal_len))
        return fault_memory(f);
    if (spool_read(&s->journals, out->data + out->len, kept.journal_len, kept.journal_at, f))
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
        if (!e->is_tx)
            continue;
        memcpy(spent.from, e->tx.from, ID_LEN);
        memcpy(spent.id, e->id, ID_LEN);
        if (spool_add(&s->spent, &spent, sizeof spent, f))
            return -1;
    }
    return 0;
}

static int add(void *self, const struct node *node, const struct item *item,
               const struct buf *bytes, struct fault *f)
{
    struct store_temp *s = self;
    struct kept kept = {.node = *node};
    kept.journal_at = spool_end(&s->journals);
    kept.journal_len = bytes->len;
    if ((uint64_t)s->count * 2 >= s->slots && grow(s, f))
        return -1;
    if (spool_add(&s->journals, bytes->data, bytes->len, f) || add_spent(s, node, item, f) ||
        spool_add(&s->nodes, &kept, sizeof kept, f) || put_slot(s, node->id, node->n, f))
        return -1;
    s->count++;
    return 0;
}

static int best(void *self, const struct node *node, int64_t fork, struct fault *f)
{
    (void)self, (void)node, (void)fork, (void)f;
    return 0; /* the state in memory is all there is */
}

/* Whether node n is an ancestor of tip, or tip itself: 1 or 0, -1 and trouble. */
static int is_ancestor(struct store_temp *s, int64_t n, const struct node *tip, struct fault *f)
{
    struct node node = *tip;
    while (node.n > n)
        if (get(s, node.parent, &node, f))
            return -1;
    return node.n == n;
}

/* Looks through one piece of spent, newest first. 1 and *found, 0, or -1. */
static int search_spent(struct store_temp *s, const struct spent *piece, size_t count,
                        const uint8_t from[ID_LEN], int64_t seq, const struct node *node,
                        const struct spent **found, struct fault *f)
{
    for (size_t i = count; i-- > 0;) {
        if (piece[i].seq != seq || memcmp(piece[i].from, from, ID_LEN))
            continue;
        int on_chain = is_ancestor(s, piece[i].n, node, f);
        *found = &piece[i];
        if (on_chain)
            return on_chain;
    }
    return 0;
}

static int spender(void *self, const uint8_t from[ID_LEN], int64_t seq, const struct node *node,
                   char words[160], struct fault *f)
{
    struct store_temp *s = self;
    struct spent piece[SPENT_STEP];
    const struct spent *found;
    if (s->searches++ >= SEARCHES_MAX)
        return 0;
    if (spool_flush(&s->spent, f))
        return -1;
    for (uint64_t left = s->spent.written / sizeof *piece; left > 0;) {
        uint64_t n = left < SPENT_STEP ? left : SPENT_STEP;
        left -= n;
        if (spool_read(&s->spent, piece, n * sizeof *piece, left * sizeof *piece, f))
            return -1;
        int got = search_spent(s, piece, n, from, seq, node, &found, f);
        if (got > 0)
            snprintf(words, 160, "%s at line %" PRIu64, hex32(found->id).text, found->line);
        if (got)
            return got;
    }
    return 0;
}

static void spool_close(struct spool *s)
{
    if (s->fd >= 0)
        close(s->fd);
    buf_free(&s->pending);
}

void store_temp_free(struct store_temp *s)
{
    if (!s)
        return;
    spool_close(&s->nodes);
    spool_close(&s->journals);
    spool_close(&s->spent);
    if (s->slots_fd >= 0)
        close(s->slots_fd);
    free(s);
}

struct store_temp *store_temp_new(struct fault *f)
{
    struct store_temp *s = calloc(1, sizeof *s);
    if (!s) {
        fault_memory(f);
        return NULL;
    }
    s->nodes.fd = temporary();
    s->journals.fd = temporary();
    s->spent.fd = temporary();
    s->slots_fd = temporary();
    if (s->nodes.fd >= 0 && s->journals.fd >= 0 && s->spent.fd >= 0 && s->slots_fd >= 0)
        return s;
    spool_failed(f);
    store_temp_free(s);
    return NULL;
}

struct store store_temp_table(struct store_temp *s)
{
    return (struct store){.find = find,
                          .get = get,
                          .journal = journal,
                          .add = add,
                          .best = best,
                          .spender = spender,
                          .self = s};
}
