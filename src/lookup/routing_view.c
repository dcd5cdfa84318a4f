/* What a routing table knows: the nearest contacts, its buckets, and which of them need a lookup.
 */
#include "lookup/routing_branch.h"

/* --- The nearest ---------------------------------------------------------------------------- */

/* The nearest so far, in order. */
struct nearest {
    const struct node_id *target;
    struct contact *list;
    size_t count, max;
};

static void add_near(struct nearest *n, const struct contact *c)
{
    size_t i = n->count;
    while (i > 0 && node_id_compare(n->target, &c->id, &n->list[i - 1].id) < 0)
        i--;
    if (i == n->max)
        return;
    if (n->count < n->max)
        n->count++;
    for (size_t j = n->count - 1; j > i; j--)
        n->list[j] = n->list[j - 1];
    n->list[i] = *c;
}

static void add_branch(const struct routing_table *t, unsigned branch, bool any, struct nearest *n)
{
    const struct routing_branch *b = t->branches[branch];
    for (size_t i = 0; b != NULL && i < b->places.count; i++) {
        const struct routing_entry *e = &b->places.entries[i];
        if (!e->hidden && (any || !routing_is_bad(t, e)))
            add_near(n, &e->contact);
    }
}

/* All ids of the branch that the target is in are nearer to it than all others; next come the
 * branches nearer to our id, in no order; then the others, each nearer than the one before it. */
size_t routing_closest(const struct routing_table *t, const struct node_id *target, bool any,
                       struct contact *out, size_t max)
{
    struct nearest n = {.target = target, .list = out, .max = max};
    unsigned branch = node_id_common(&t->self, target);
    if (branch < NODE_ID_BITS)
        add_branch(t, branch, any, &n);
    if (n.count < max)
        for (unsigned b = branch + 1; b < t->branches_end; b++)
            add_branch(t, b, any, &n);
    if (branch > t->branches_end)
        branch = t->branches_end;
    while (branch > 0 && n.count < max)
        add_branch(t, --branch, any, &n);
    return n.count;
}

bool routing_has(const struct routing_table *t, const struct contact *c)
{
    const unsigned branch = node_id_common(&t->self, &c->id);
    const struct routing_branch *b = branch < NODE_ID_BITS ? t->branches[branch] : NULL;
    const struct routing_entry *e = b != NULL ? routing_find(&b->places, &c->id) : NULL;
    return e != NULL && !routing_is_bad(t, e) && contact_same_address(&e->contact, c);
}

/* --- Buckets -------------------------------------------------------------------------------- */

static size_t branch_size(const struct routing_table *t, unsigned branch)
{
    const struct routing_branch *b = t->branches[branch];
    size_t size = 0;
    for (size_t i = 0; b != NULL && i < b->places.count; i++)
        size += !b->places.entries[i].hidden && !routing_is_bad(t, &b->places.entries[i]);
    return size;
}

unsigned routing_buckets(const struct routing_table *t)
{
    return t->buckets;
}

size_t routing_bucket_size(const struct routing_table *t, unsigned b)
{
    size_t size = branch_size(t, b);
    if (b + 1 == t->buckets)
        while (++b < t->branches_end)
            size += branch_size(t, b);
    return size;
}

size_t routing_size(const struct routing_table *t)
{
    size_t size = 0;
    for (unsigned b = 0; b < t->buckets; b++)
        size += routing_bucket_size(t, b);
    return size;
}

/* The branch and the entry in it are the two parts of *place. */
const struct routing_entry *routing_each(const struct routing_table *t, size_t *place)
{
    for (; *place / ROUTING_K_MAX < NODE_ID_BITS;
         *place = (*place / ROUTING_K_MAX + 1) * ROUTING_K_MAX) {
        const struct routing_branch *b = t->branches[*place / ROUTING_K_MAX];
        const size_t i = *place % ROUTING_K_MAX;
        if (b == NULL || i >= b->places.count)
            continue;
        ++*place;
        return &b->places.entries[i];
    }
    return NULL;
}

/* --- Refresh -------------------------------------------------------------------------------- */

static void looked(struct routing_table *t, unsigned bucket, int64_t now)
{
    const unsigned end = bucket + 1 == t->buckets ? NODE_ID_BITS : bucket + 1;
    for (unsigned branch = bucket; branch < end; branch++)
        t->looked[branch] = now;
}

void routing_looked(struct routing_table *t, const struct node_id *target, int64_t now)
{
    const unsigned branch = node_id_common(&t->self, target);
    looked(t, branch < t->buckets ? branch : t->buckets - 1, now);
}

bool routing_refresh(struct routing_table *t, int64_t now, const struct node_id *random,
                     struct node_id *target)
{
    for (unsigned b = 0; b < t->buckets; b++) {
        if (now - t->looked[b] < t->policy.refresh)
            continue;
        *target = node_id_join(&t->self, b, random);
        if (b + 1 < t->buckets && node_id_common(&t->self, target) != b)
            *target = node_id_flip(*target, b);
        looked(t, b, now);
        return true;
    }
    return false;
}

int64_t routing_refresh_due(const struct routing_table *t)
{
    int64_t first = t->looked[0];
    for (unsigned b = 1; b < t->buckets; b++)
        if (t->looked[b] < first)
            first = t->looked[b];
    return first + t->policy.refresh;
}
