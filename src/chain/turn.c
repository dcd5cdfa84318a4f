#include "chain/turn.h"

#include "chain/tree_parts.h"

#include <string.h>

int tree_turn(struct tree *t, const struct account *who, struct turn *out, struct fault *f)
{
    struct block next = {.height = t->best.height + 1, .miner = *who};
    struct node tip = t->best;
    struct ancestry a;
    if (tree_ancestry(t, &tip, &next, true, &a, f) < 0)
        return -1;
    *out = (struct turn){.whose.form = ACCOUNT_KEY};
    const struct member *m = &a.sealers->list[(uint64_t)next.height % a.sealers->count];
    memcpy(out->whose.id, m->key, ID_LEN);
    out->is_member = who->form == ACCOUNT_KEY && member_set_find(a.sealers, who->id);
    out->apart = a.lately ? seal_apart(&a) - a.lately + 1 : 0;
    return 0;
}
