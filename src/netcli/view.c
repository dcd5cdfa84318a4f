#include "netcli/view.h"

#include "base/file.h"
#include "gossip/wire.h"
#include "query/headers.h"
#include "query/proving.h"
#include "query/proving_state.h"
#include "seal/header.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    AGAIN = 1000,         /* milliseconds until opening is tried again */
    PART_BYTES = 1 << 18, /* of headers and what belongs to them, read at once */
    BALANCES_KEPT = 4096, /* proofs of balances after which what was loaded for them is freed */
};

struct ledger_view {
    const char *path;
    bool has_chain, is_open, tried;
    uint8_t chain[ID_LEN];
    struct ledger ledger;
    struct ledger_view_times times;
    int64_t next;       /* when opening may be tried next, by times.now */
    uint64_t balances;  /* proved */
    int64_t looked;     /* when `holds` last looked at the file */
    int last;           /* the result of the last try, 0 or -1, */
    struct fault fault; /* and why */
};

struct ledger_view *ledger_view_new(const char *path, const uint8_t *chain,
                                    struct ledger_view_times times)
{
    struct ledger_view *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    v->path = path;
    v->times = times;
    v->has_chain = chain != NULL;
    if (chain)
        memcpy(v->chain, chain, ID_LEN);
    return v;
}

static void forget(struct ledger_view *v)
{
    if (v->is_open)
        ledger_close(&v->ledger);
    v->is_open = false;
}

void ledger_view_free(struct ledger_view *v)
{
    if (v)
        forget(v);
    free(v);
}

/* Whether it is time to try opening; the next time is then a second from now. */
static bool is_due(struct ledger_view *v)
{
    int64_t now = v->times.now();
    if (v->tried && now < v->next)
        return false;
    v->tried = true;
    v->next = now + AGAIN;
    return true;
}

/* Whether there is no ledger to open yet: no file, or one that its first writer has just created.
 */
static bool is_absent(const char *path)
{
    struct stat st;
    return stat(path, &st) ? errno == ENOENT : S_ISREG(st.st_mode) && st.st_size == 0;
}

static int open_ledger(struct ledger_view *v, struct fault *f)
{
    if (is_absent(v->path))
        return 0;
    if (ledger_open(&v->ledger, v->path, f))
        return -1;
    const uint8_t *genesis = v->ledger.tree.genesis.id;
    if (v->has_chain && memcmp(v->chain, genesis, ID_LEN)) {
        ledger_close(&v->ledger);
        return fault_trouble(f, "%s: a ledger of another chain", v->path);
    }
    memcpy(v->chain, genesis, ID_LEN);
    v->has_chain = v->is_open = true;
    return 1;
}

/* Brings v->ledger up to date: 1; 0 if there is none yet; -1 and trouble. */
static int look(struct ledger_view *v, struct fault *f)
{
    if (v->is_open && !file_is_at(v->ledger.file.fd, v->path))
        forget(v);
    if (v->is_open && ledger_refresh(&v->ledger, f) >= 0)
        return 1;
    if (v->is_open) {
        v->last = -1;
        v->fault = *f;
        forget(v);
    }
    if (is_due(v))
        v->last = open_ledger(v, &v->fault);
    if (v->last == 1 && !v->is_open)
        v->last = 0; /* it has disappeared since */
    if (v->last < 0)
        fault_trouble(f, "%s", v->fault.text);
    return v->last;
}

static int tip(void *self, int64_t *height, uint8_t id[ID_LEN], struct fault *f)
{
    struct ledger_view *v = self;
    int seen = look(v, f);
    if (seen <= 0)
        return seen;
    *height = v->ledger.tree.best.height;
    memcpy(id, v->ledger.tree.best.id, ID_LEN);
    return 1;
}

/* Called for each of the hundreds of ids that a peer announces at once. */
static bool is_fresh(struct ledger_view *v)
{
    int64_t now = v->times.now();
    if (v->is_open && now == v->looked)
        return true;
    v->looked = now;
    return false;
}

static int holds(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    struct ledger_view *v = self;
    struct node node;
    int seen = is_fresh(v) ? 1 : look(v, f);
    return seen <= 0 ? seen : tree_find(&v->ledger.tree, id, &node, f);
}

static int header(void *self, const struct block *b, const uint8_t id[ID_LEN], struct fault *f)
{
    struct ledger_view *v = self;
    int seen = look(v, f);
    if (seen < 0)
        return -1;
    if (!seen)
        return header_alone(NULL, b, id, f);
    return tree_header(&v->ledger.tree, b, id, v->times.clock(NULL), f);
}

/* Whether the block with this id is on the best chain: 1 and its height, 0, or -1. */
static int on_chain(struct ledger *l, const uint8_t id[ID_LEN], int64_t *height, struct fault *f)
{
    struct node node, there;
    int found = tree_find(&l->tree, id, &node, f);
    if (found <= 0)
        return found;
    *height = node.height;
    found = index_at_height(l->index, node.height, &there, f);
    return found <= 0 ? found : there.n == node.n;
}

static int locate(void *self, const char *ids, size_t n, int64_t *height, struct fault *f)
{
    struct ledger_view *v = self;
    int seen = look(v, f), found = 0;
    if (seen < 0)
        return -1;
    for (size_t at = 0, count = 0; !found; at += 2 * ID_LEN + 1) {
        uint8_t id[ID_LEN];
        if (count++ == WIRE_LOCATOR_MAX)
            return fault_rule(f, "pull: over %d ids", WIRE_LOCATOR_MAX);
        const char *end = at < n ? memchr(ids + at, ' ', n - at) : NULL;
        struct field x = {ids + at, at < n ? (size_t)((end ? end : ids + n) - (ids + at)) : 0};
        if (field_id(x, "pull: id", id, f))
            return -1;
        if (seen)
            found = on_chain(&v->ledger, id, height, f);
        if (!end)
            break;
    }
    return found;
}

static int block(void *self, int64_t height, struct buf *out, uint8_t id[ID_LEN], struct fault *f)
{
    struct ledger_view *v = self;
    struct node node;
    int seen = look(v, f);
    if (seen > 0)
        seen = index_at_height(v->ledger.index, height, &node, f);
    if (seen <= 0)
        return seen;
    memcpy(id, node.id, ID_LEN);
    return ledger_read(&v->ledger, &node, false, out, f) ? -1 : 1;
}

/* --- For light clients ------------------------------------------------------------------------ */

static int add_line(void *self, const char *line, size_t len, struct fault *f)
{
    return buf_add(self, line, len) ? fault_memory(f) : 0;
}

static int64_t headers(void *self, int64_t height, int64_t count, struct buf *out, struct fault *f)
{
    struct ledger_view *v = self;
    int64_t first = height == 0;
    int seen = look(v, f);
    if (seen <= 0)
        return seen;
    if (first && ledger_read(&v->ledger, &v->ledger.tree.genesis, false, out, f))
        return -1;
    int64_t got = ledger_headers(&v->ledger, height + first, count - first, PART_BYTES, add_line,
                                 out, f);
    return got < 0 ? -1 : first + got;
}

static int end(void *self, int64_t *height, uint8_t id[ID_LEN], struct fault *f)
{
    struct ledger_view *v = self;
    struct node node;
    int seen = look(v, f);
    if (seen <= 0)
        return seen;
    *height = ledger_headers_end(&v->ledger);
    if (index_at_height(v->ledger.index, *height, &node, f) <= 0)
        return -1;
    memcpy(id, node.id, ID_LEN);
    return 1;
}

static int jump(void *self, int64_t height, struct buf *out, struct fault *f)
{
    struct ledger_view *v = self;
    int seen = look(v, f);
    return seen > 0 ? ledger_jump(&v->ledger, height, add_line, out, f) : seen;
}

/* Appends the lines of the set in a block's header, where members seal. 0, or -1. */
static int add_members(struct ledger *l, const struct node *node, struct buf *out, struct fault *f)
{
    const struct member_set *set;
    char line[MEMBER_LINE_MAX];
    if (!l->tree.anchor.seal->rules.by_members)
        return 0;
    int found = tree_stored_set(&l->tree, node->target, &set, f);
    for (size_t i = 0; found > 0 && i < set->count; i++)
        if (buf_add(out, line, member_format(&set->list[i], line)) || buf_add(out, "\n", 1))
            return fault_memory(f);
    return found < 0 ? -1 : 0;
}

/* If a block of the best chain has this id, appends its header, with the lines of its set where
 * members seal: 1, 0, or -1. */
static int block_header(struct ledger *l, const uint8_t id[ID_LEN], struct buf *out,
                        struct fault *f)
{
    struct node node;
    int64_t height;
    int found = on_chain(l, id, &height, f);
    if (found <= 0)
        return found;
    if (index_at_height(l->index, height, &node, f) <= 0)
        return -1;
    return ledger_read(l, &node, true, out, f) || add_members(l, &node, out, f) ? -1 : 1;
}

static int prove(void *self, const uint8_t id[ID_LEN], struct buf *out, uint64_t *read,
                 struct fault *f)
{
    struct ledger_view *v = self;
    struct node node;
    struct proof p;
    bool off_best;
    *read = 0;
    int found = look(v, f);
    if (found <= 0)
        return found;
    found = block_header(&v->ledger, id, out, f);
    if (found)
        return found;
    found = proving_find(&v->ledger, id, NULL, &node, &off_best, f);
    if (!found && !off_best)
        *read = v->ledger.tree.genesis.size; /* which was searched as well */
    if (found <= 0)
        return found;
    *read = 2 * node.size; /* read, then hashed */
    found = proving_make(&v->ledger, &node, id, &p, out, f);
    if (found > 0 && (proof_format(&p, out) || buf_add(out, "\n", 1)))
        return fault_memory(f);
    return found;
}

static int64_t attests(void *self, int64_t height, int64_t count, struct buf *out, uint64_t *read,
                       struct fault *f)
{
    struct ledger_view *v = self;
    struct node node;
    int64_t looked = 0;
    int found = look(v, f);
    *read = 0;
    if (found > 0 && !v->ledger.tree.rules.finality)
        return 0;
    while (found > 0 && looked < count && !*read) {
        found = index_at_height(v->ledger.index, height + looked, &node, f);
        int read_any = found > 0 ? proving_attests(&v->ledger, &node, out, f) : 0;
        if (read_any < 0)
            return -1;
        looked += found > 0;
        *read = read_any ? 2 * node.size : 0;
    }
    return found < 0 ? -1 : looked;
}

static int balance(void *self, const struct account *account, int64_t height, struct buf *out,
                   uint64_t *read, struct fault *f)
{
    struct ledger_view *v = self;
    int seen = look(v, f);
    *read = 0;
    if (seen > 0 && ++v->balances % BALANCES_KEPT == 0)
        tree_forget_state(&v->ledger.tree);
    return seen > 0 ? proving_account_near(&v->ledger, height, account, out, read, f) : seen;
}

static int64_t maxblock(void *self)
{
    struct ledger_view *v = self;
    return v->is_open ? (int64_t)block_text_limit(&v->ledger.tree.rules) : BLOCK_SIZE_MAX;
}

struct view ledger_view_table(struct ledger_view *v)
{
    return (struct view){.tip = tip,
                         .holds = holds,
                         .header = header,
                         .locate = locate,
                         .block = block,
                         .maxblock = maxblock,
                         .headers = headers,
                         .end = end,
                         .jump = jump,
                         .prove = prove,
                         .attests = attests,
                         .balance = balance,
                         .self = v};
}

int ledger_view_chain(struct ledger_view *v, uint8_t chain[ID_LEN], struct rules *rules,
                      struct fault *f)
{
    int seen = look(v, f);
    if (seen <= 0)
        return seen;
    memcpy(chain, v->chain, ID_LEN);
    *rules = v->ledger.tree.rules;
    return 1;
}
