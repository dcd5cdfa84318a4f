#include "chain/choice.h"

#include <stdlib.h>

int choice_beats(const struct tip_choice *c, struct tree *t, const struct node *node,
                 struct u256 weight, struct fault *f)
{
    return chain_beats(weight, c->best.work) ? tree_descends(t, node, &c->final, f) : 0;
}

/* The descendants of the final block that counts, up to a node: a mark for each number from that of
 * the final block on. */
struct descent {
    int64_t first;
    bool *marks;
};

static bool is_marked(const struct descent *d, int64_t n)
{
    return n >= d->first && d->marks[n - d->first];
}

/* Marks the node if it is one, and makes it the best if it is the heaviest so far. */
static void weigh(struct tip_choice *c, struct descent *d, const struct node *node)
{
    bool is_first = node->n == d->first;
    d->marks[node->n - d->first] = is_first || is_marked(d, node->parent);
    if (is_first || (is_marked(d, node->n) && chain_beats(node->work, c->best.work)))
        c->best = *node;
}

/* Searches the best tip again, among all nodes up to this one: a chain that was not the best has
 * become final. */
static int search(struct tip_choice *c, struct tree *t, const struct node *last, struct fault *f)
{
    struct descent d = {.first = c->final.n};
    struct node node = c->final;
    int result = 0;
    d.marks = calloc((size_t)(last->n - d.first) + 1, sizeof *d.marks);
    if (!d.marks)
        return fault_memory(f);
    for (int64_t n = d.first; !result && n < last->n; n++)
        if ((result = tree_get(t, n, &node, f)) == 0)
            weigh(c, &d, &node);
    if (!result)
        weigh(c, &d, last);
    free(d.marks);
    return result;
}

/* A block is final that neither descends from the one that counts nor is among its ancestors. */
static int note_rival(struct tip_choice *c, struct tree *t, const struct node *final,
                      struct fault *f)
{
    int excluded = tree_descends(t, &c->final, final, f);
    if (excluded == 0 && c->rivals[0] < 0) {
        c->rivals[0] = c->final.n;
        c->rivals[1] = final->n;
    }
    return excluded < 0 ? -1 : 0;
}

/* What the node's chain has final: 1 if another block counts now, 0, -1 and trouble. */
static int finalize(struct tip_choice *c, struct tree *t, const struct node *new, struct fault *f)
{
    struct node final, parent;
    if (new->final == c->final.n)
        return 0;
    if (tree_get(t, new->final, &final, f) || tree_get(t, new->parent, &parent, f))
        return -1;
    int above = tree_descends(t, &final, &c->final, f);
    if (above > 0)
        c->final = final;
    if (above || new->final == parent.final)
        return above;
    return note_rival(c, t, &final, f);
}

int choice_take(struct tip_choice *c, struct tree *t, const struct node *new, struct fault *f)
{
    struct node before = c->best;
    if (new->n == 0) {
        *c = (struct tip_choice){.best = *new, .final = *new, .rivals = {-1, -1}};
        return 1;
    }
    int moved = finalize(c, t, new, f), kept = 1;
    if (moved > 0)
        kept = tree_descends(t, &c->best, &c->final, f);
    if (moved < 0 || kept < 0)
        return -1;
    if (!kept)
        return search(c, t, new, f) ? -1 : c->best.n != before.n;
    int beats = new->parent == c->best.n ? chain_beats(new->work, c->best.work)
                                         : choice_beats(c, t, new, new->work, f);
    if (beats > 0)
        c->best = *new;
    return beats;
}
