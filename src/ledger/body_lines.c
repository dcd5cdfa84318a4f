#include "ledger/body_lines.h"

#include "chain/tree_state.h"

static int visit_block(struct ledger *l, const struct node *node, body_line_visit *visit,
                       void *self, struct fault *f)
{
    struct batch b = {0};
    int result = ledger_read_item(l, node, &b, f);
    const struct item *item = b.items;
    if (!result && item->broken) {
        *f = item->fault;
        result = -1;
    }
    for (size_t i = 0; !result && i < item->count; i++)
        if (item->entries[i].type != &tx_type)
            result = visit(self, node, item, &item->entries[i], f);
    batch_free(&b);
    return result;
}

int body_lines_each(struct ledger *l, body_line_visit *visit, void *self, struct fault *f)
{
    const struct rules *r = &l->tree.rules;
    int result = 0;
    for (int64_t n = 1; (r->state || rules_members(r)) && !result && n < l->tree.count; n++) {
        struct node node;
        if (tree_get(&l->tree, n, &node, f))
            return -1;
        if (tree_tx_count(&l->tree.rules, &node) < node.count)
            result = visit_block(l, &node, visit, self, f);
    }
    return result;
}
