#include "netcli/view_parts.h"

#include "base/file.h"
#include "seal/header.h"
#include "wire/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { AGAIN = 1000 }; /* milliseconds until opening is tried again */

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

int ledger_view_look(struct ledger_view *v, struct fault *f)
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
    int seen = ledger_view_look(v, f);
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
    int seen = is_fresh(v) ? 1 : ledger_view_look(v, f);
    return seen <= 0 ? seen : tree_find(&v->ledger.tree, id, &node, f);
}

static int header(void *self, const struct block *b, const uint8_t id[ID_LEN], struct fault *f)
{
    struct ledger_view *v = self;
    int seen = ledger_view_look(v, f);
    if (seen < 0)
        return -1;
    if (!seen)
        return header_alone(NULL, b, id, f);
    return tree_header(&v->ledger.tree, b, id, v->times.clock(NULL), f);
}

int ledger_view_on_chain(struct ledger *l, const uint8_t id[ID_LEN], int64_t *height,
                         struct fault *f)
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
    int seen = ledger_view_look(v, f), found = 0;
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
            found = ledger_view_on_chain(&v->ledger, id, height, f);
        if (!end)
            break;
    }
    return found;
}

static int block(void *self, int64_t height, struct buf *out, uint8_t id[ID_LEN], struct fault *f)
{
    struct ledger_view *v = self;
    struct node node;
    int seen = ledger_view_look(v, f);
    if (seen > 0)
        seen = index_at_height(v->ledger.index, height, &node, f);
    if (seen <= 0)
        return seen;
    memcpy(id, node.id, ID_LEN);
    return ledger_read(&v->ledger, &node, false, out, f) ? -1 : 1;
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
                         .headers = ledger_view_headers,
                         .end = ledger_view_end,
                         .jump = ledger_view_jump,
                         .prove = ledger_view_prove,
                         .attests = ledger_view_attests,
                         .balance = ledger_view_balance,
                         .self = v};
}

int ledger_view_chain(struct ledger_view *v, uint8_t chain[ID_LEN], struct rules *rules,
                      struct fault *f)
{
    int seen = ledger_view_look(v, f);
    if (seen <= 0)
        return seen;
    memcpy(chain, v->chain, ID_LEN);
    *rules = v->ledger.tree.rules;
    return 1;
}
