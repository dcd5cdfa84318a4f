/* What light clients are given: headers, proofs and balances. */
#include "netcli/view_parts.h"
#include "query/headers.h"
#include "query/proving.h"
#include "query/proving_state.h"

#include <string.h>

enum {
    PART_BYTES = 1 << 18, /* of headers and what belongs to them, read at once */
    BALANCES_KEPT = 4096, /* proofs of balances after which what was loaded for them is freed */
};

static int add_line(void *self, const char *line, size_t len, struct fault *f)
{
    return buf_add(self, line, len) ? fault_memory(f) : 0;
}

int64_t ledger_view_headers(void *self, int64_t height, int64_t count, struct buf *out,
                            struct fault *f)
{
    struct ledger_view *v = self;
    int64_t first = height == 0;
    int seen = ledger_view_look(v, f);
    if (seen <= 0)
        return seen;
    if (first && ledger_read(&v->ledger, &v->ledger.tree.genesis, false, out, f))
        return -1;
    int64_t got = ledger_headers(&v->ledger, height + first, count - first, PART_BYTES, add_line,
                                 out, f);
    return got < 0 ? -1 : first + got;
}

int ledger_view_end(void *self, int64_t *height, uint8_t id[ID_LEN], struct fault *f)
{
    struct ledger_view *v = self;
    struct node node;
    int seen = ledger_view_look(v, f);
    if (seen <= 0)
        return seen;
    *height = ledger_headers_end(&v->ledger);
    if (index_at_height(v->ledger.index, *height, &node, f) <= 0)
        return -1;
    memcpy(id, node.id, ID_LEN);
    return 1;
}

int ledger_view_jump(void *self, int64_t height, struct buf *out, struct fault *f)
{
    struct ledger_view *v = self;
    int seen = ledger_view_look(v, f);
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
    int found = ledger_view_on_chain(l, id, &height, f);
    if (found <= 0)
        return found;
    if (index_at_height(l->index, height, &node, f) <= 0)
        return -1;
    return ledger_read(l, &node, true, out, f) || add_members(l, &node, out, f) ? -1 : 1;
}

int ledger_view_prove(void *self, const uint8_t id[ID_LEN], struct buf *out, uint64_t *read,
                      struct fault *f)
{
    struct ledger_view *v = self;
    struct node node;
    struct proof p;
    bool off_best;
    *read = 0;
    int found = ledger_view_look(v, f);
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

int64_t ledger_view_attests(void *self, int64_t height, int64_t count, struct buf *out,
                            uint64_t *read, struct fault *f)
{
    struct ledger_view *v = self;
    struct node node;
    int64_t looked = 0;
    int found = ledger_view_look(v, f);
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

int ledger_view_balance(void *self, const struct account *account, int64_t height, struct buf *out,
                        uint64_t *read, struct fault *f)
{
    struct ledger_view *v = self;
    int seen = ledger_view_look(v, f);
    *read = 0;
    if (seen > 0 && ++v->balances % BALANCES_KEPT == 0)
        tree_forget_state(&v->ledger.tree);
    return seen > 0 ? proving_account_near(&v->ledger, height, account, out, read, f) : seen;
}
