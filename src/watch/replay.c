#include "watch/replay.h"

#include <string.h>

int replay_next(struct replay *r, struct ledger *l, struct tip_change *change, struct fault *f)
{
    while (r->next < l->tree.count) {
        struct node node;
        if (tree_get(&l->tree, r->next, &node, f))
            return -1;
        r->next++;
        change->from = r->choice.best;
        int another = choice_take(&r->choice, &l->tree, &node, f);
        if (another < 0)
            return -1;
        change->to = r->choice.best;
        if (another && node.n > 0)
            return tree_fork(&l->tree, &change->from, &change->to, &change->fork, f) ? -1 : 1;
    }
    return 0;
}

int replay_holds(const struct replay *r, struct ledger *l, struct fault *f)
{
    struct node node;
    if (r->next == 0)
        return 1;
    if (r->next > l->tree.count)
        return 0;
    if (tree_get(&l->tree, r->choice.best.n, &node, f))
        return -1;
    return memcmp(node.id, r->choice.best.id, ID_LEN) == 0;
}
