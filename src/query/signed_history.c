#include "query/signed_history.h"

#include "base/array.h"
#include "ledger/body_lines.h"
#include "record/attest.h"
#include "record/vote.h"

#include <stdlib.h>
#include <string.h>

struct gathering {
    struct ledger *ledger;
    const struct history *history;
    struct signed_event *list;
    size_t count, cap;
};

/* Fills what the line itself says. 1, or 0: it is no such line, or another member's. */
static int read_line(const struct history *h, const struct item *item, const struct entry *e,
                     struct signed_event *out)
{
    const char *line = item->text + e->at;
    struct vote v;
    struct attest a;
    struct fault never;
    out->is_vote = e->type == &vote_type;
    if (out->is_vote ? vote_parse(line, e->len, &v, &never)
                     : e->type != &attest_type || attest_parse(line, e->len, &a, &never))
        return 0;
    out->about = out->is_vote ? v.height : a.target_height;
    out->more = out->is_vote ? v.round : a.source_height;
    memcpy(out->about_id, out->is_vote ? v.block : a.target, ID_LEN);
    return memcmp(out->is_vote ? v.line.signer : a.line.signer, h->account.id, ID_LEN) == 0;
}

/* Whether the block is one of those asked about: 1, 0, -1 and a fault. */
static int is_asked(struct gathering *g, const struct node *node, struct fault *f)
{
    const struct history *h = g->history;
    struct node on;
    if (node->height < h->from || node->height > h->to || node->height > h->tip.height ||
        node->time < h->since || node->time > h->until)
        return 0;
    return tree_ancestor(&g->ledger->tree, &h->tip, node->height, &on, f) ? -1 : on.n == node->n;
}

static int gather(void *self, const struct node *node, const struct item *item,
                  const struct entry *e, struct fault *f)
{
    struct gathering *g = self;
    struct signed_event new = {.height = node->height, .time = node->time};
    if (!read_line(g->history, item, e, &new))
        return 0;
    int asked = is_asked(g, node, f);
    if (asked <= 0)
        return asked;
    memcpy(new.block, node->id, ID_LEN);
    memcpy(new.id, e->id, ID_LEN);
    new.line = node->line + 1 + (uint64_t)(e - item->entries);
    if (ARRAY_RESERVE(g->list, g->cap, g->count + 1))
        return fault_memory(f);
    g->list[g->count++] = new;
    return 0;
}

int64_t signed_history_each(struct ledger *l, const struct history *h,
                            int (*each)(void *self, const struct signed_event *e, struct fault *f),
                            void *self, struct fault *f)
{
    struct gathering g = {.ledger = l, .history = h};
    int result = h->account.form == ACCOUNT_KEY ? body_lines_each(l, gather, &g, f) : 0;
    int64_t given = 0;
    for (size_t i = 0; !result && i < g.count && given < h->count; i++, given++)
        result = each(self, &g.list[h->newest_first ? g.count - 1 - i : i], f);
    free(g.list);
    return result ? -1 : given;
}
