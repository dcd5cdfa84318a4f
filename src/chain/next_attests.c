#include "chain/next_attests.h"

#include "chain/tree_parts.h"
#include "state/members.h"

#include <string.h>

int next_attests_begin(struct tree *t, struct next_attests *n, struct fault *f)
{
    *n = (struct next_attests){.in = tree_context(t, t->at.height + 1, t->at.time)};
    state_begin(t->state);
    return t->rules.finality ? attests_begin(&n->lines, &n->in, f) : 0;
}

int next_attests_add(struct next_attests *n, const struct attest *line, struct fault *f)
{
    if (!n->in.rules->finality)
        return fault_rule(f, "attest: this chain has none (rule finality)");
    if (n->count == BLOCK_ATTESTS_MAX)
        return fault_rule(f, "attest: over %d in a block", BLOCK_ATTESTS_MAX);
    if (attests_add(&n->lines, line, f))
        return -1;
    n->count++;
    memcpy(n->last, line->line.text, line->line.len);
    n->lines.last.text = n->last;
    return 0;
}

int next_attests_end(struct next_attests *n, struct fault *f)
{
    int64_t final;
    if (n->in.rules->finality && attests_end(&n->lines, &final, f))
        return -1;
    return members_begin_block(&n->in, f);
}

void next_attests_free(struct next_attests *n)
{
    attests_free(&n->lines);
}
