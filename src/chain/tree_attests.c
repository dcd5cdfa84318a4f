/* Attest lines in bodies (block(5), "Finality over work"): what they make final. */
#include "chain/tree_parts.h"

#include "state/attests.h"

static int count_lines(struct attests *a, const struct item *item, struct fault *f)
{
    for (size_t i = 0; i < item->signed_count; i++) {
        const struct entry *e = &item->entries[i];
        struct attest x;
        if (attest_parse(item->text + e->at, e->len, &x, f) || attests_add(a, &x, f)) {
            f->line = item->line + 1 + i;
            return -1;
        }
    }
    return 0;
}

/* Sets new->final to the ancestor of this height, if that is above what its parent had. */
static int follow_final(struct tree *t, int64_t height, struct node *new, struct fault *f)
{
    struct node final;
    if (tree_get(t, new->final, &final, f))
        return -1;
    if (final.height < height && tree_ancestor(t, &t->at, height, &final, f))
        return -1;
    new->final = final.n;
    return 0;
}

int tree_attests_count(struct tree *t, const struct apply_context *in, const struct item *item,
                       struct node *new, struct fault *f)
{
    struct attests a;
    int64_t final;
    if (!t->rules.finality)
        return 0;
    if (attests_begin(&a, in, f))
        return -1;
    if (count_lines(&a, item, f)) {
        attests_free(&a);
        return -1;
    }
    return attests_end(&a, &final, f) || follow_final(t, final, new, f) ? -1 : 0;
}
