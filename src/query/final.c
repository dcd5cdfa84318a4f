#include "query/final.h"

#include "state/attests.h"

#include <string.h>

bool final_is_possible(const struct tree *t)
{
    return t->anchor.seal->has_votes || t->rules.finality > 0;
}

/* Whether the best chain has justified this block of it. */
static int is_justified(struct tree *t, const struct node *node, struct fault *f)
{
    uint8_t id[ID_LEN];
    if (t->rules.finality == 0 || node->height % t->rules.finality)
        return 0;
    if (tree_move(t, &t->best, f))
        return -1;
    int is = attests_justified(t->state, t->genesis.id, node->height, id, f);
    return is > 0 ? memcmp(id, node->id, ID_LEN) == 0 : is;
}

int final_status(struct tree *t, const struct node *node, enum final_status *out, struct fault *f)
{
    *out = FINAL_YES;
    if (node->height <= t->final.height)
        return 0;
    int justified = is_justified(t, node, f);
    *out = justified > 0 ? FINAL_JUSTIFIED : FINAL_NO;
    return justified < 0 ? -1 : 0;
}

int final_is_excluded(struct tree *t, const struct node *node, struct fault *f)
{
    struct node rival;
    if (t->rivals[1] < 0)
        return 0;
    return tree_get(t, t->rivals[1], &rival, f) ? -1 : tree_descends(t, &rival, node, f);
}
