/* What the lines of a genesis block make of an empty state. */
#include "base/hex.h"
#include "chain/tree_parts.h"
#include "state/members.h"

#include <string.h>

/* Reads the member lines of a genesis block. */
static int read_members(const struct item *item, struct member_set *out, struct fault *f)
{
    struct member m;
    for (size_t i = 0; i < item->count; i++) {
        const struct entry *e = &item->entries[i];
        if (e->type == &member_type &&
            (member_parse(item->text + e->at, e->len, &m, f) || member_set_add(out, &m, f))) {
            f->line = item->line + 1 + i;
            return -1;
        }
    }
    return 0;
}

/* Makes the chain's first members those of its genesis block, whose TARGET names their set if they
 * seal the chain. */
static int apply_members(struct tree *t, const struct item *item, struct node *new, struct fault *f)
{
    struct apply_context in = {.state = t->state, .rules = item->rules, .supply = &new->supply};
    struct member_set first = {0};
    uint8_t root[ID_LEN];
    int result = read_members(item, &first, f) || members_found(&in, &first, f) ? -1 : 0;
    if (!result && rules_seal(item->rules->seal)->by_members) {
        member_set_root(&first, root);
        if (memcmp(root, item->block.target, ID_LEN))
            result = fault_rule(f, "block: target is not the set of its member lines, %s",
                                hex32(root).text);
    }
    member_set_free(&first);
    return result;
}

static int apply_grants(struct tree *t, const struct item *item, struct node *new, struct fault *f)
{
    for (size_t i = 0; i < item->count; i++) {
        const struct grant *g = &item->entries[i].grant;
        if (g->amount && (rules_account(item->rules, &g->account, "grant: account", f) ||
                          apply_grant(t->state, &g->account, g->amount, &new->supply, f))) {
            f->line = item->line + 1 + i;
            return -1;
        }
    }
    return 0;
}

int tree_apply_genesis(struct tree *t, const struct item *item, struct node *new, struct fault *f)
{
    return apply_grants(t, item, new, f) || apply_members(t, item, new, f) ? -1 : 0;
}
