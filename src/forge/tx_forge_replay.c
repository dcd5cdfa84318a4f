/* Transactions that are in the ledger already. */
#include "base/chance.h"
#include "chain/tree_state.h"
#include "forge/tx_forge_parts.h"

#include <inttypes.h>
#include <string.h>

enum { DRAWS = 32 };

/* The best chain's block at this height, if it has transactions: 1, 0, -1 and trouble. */
static int has_some(struct forger *g, int64_t height, struct node *node, struct fault *f)
{
    int found = index_at_height(g->ledger->index, height, node, f);
    return found > 0 ? tree_tx_count(&g->ledger->tree.rules, node) > 0 : found;
}

/* A random block that has transactions; if those are rare, the first. 1, 0: there is none, -1. */
static int draw_block(struct forger *g, struct node *node, struct fault *f)
{
    int64_t last = g->ledger->tree.best.height;
    int found = 0;
    for (int i = 0; last && !g->empty && i < DRAWS && !found; i++)
        found = has_some(g, 1 + (int64_t)chance_below(&g->chance, (uint64_t)last), node, f);
    for (int64_t height = 1; height <= last && !g->empty && !found; height++)
        found = has_some(g, height, node, f);
    g->empty |= found == 0;
    return found;
}

/* Keeps a random one of the last count lines of all that come after the first. */
static void keep_line(struct forger *g, struct buf *block, int64_t lines, int64_t count)
{
    uint64_t n = 1 + (uint64_t)(lines - count) + chance_below(&g->chance, (uint64_t)count);
    char *end, *at = block->data;
    while (n--)
        at = memchr(at, '\n', (size_t)(block->data + block->len - at)), at++;
    end = memchr(at, '\n', (size_t)(block->data + block->len - at));
    buf_drop(block, (size_t)(at - block->data));
    block->len = (size_t)(end - at);
}

int forge_replay(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                 struct forgery *out, struct fault *f)
{
    struct node node;
    int found = draw_block(g, &node, f);
    (void)sender;
    if (found == 0)
        return fault_rule(f, "replay: the ledger has no transaction yet");
    if (found < 0 || ledger_read(g->ledger, &node, false, &out->line, f))
        return -1;
    keep_line(g, &out->line, node.count, tree_tx_count(&g->ledger->tree.rules, &node));
    if (tx_parse(out->line.data, out->line.len, tx, f))
        return -1;
    out->whole = true;
    fault_rule(&out->rule, "tx: seq %" PRId64 ", expected", tx->seq);
    return 0;
}
