#include "lookup/routing_branch.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

struct routing_entry *routing_find(const struct routing_list *l, const struct node_id *id)
{
    for (size_t i = 0; i < l->count; i++)
        if (node_id_equal(&l->entries[i].contact.id, id))
            return &l->entries[i];
    return NULL;
}

struct routing_entry *routing_rival(const struct routing_table *t, const struct routing_list *l,
                                    const struct contact *c)
{
    if (!t->policy.one_a_network || contact_is_local(c))
        return NULL;
    for (size_t i = 0; i < l->count; i++)
        if (contact_same_network(&l->entries[i].contact, c))
            return &l->entries[i];
    return NULL;
}

bool routing_is_bad(const struct routing_table *t, const struct routing_entry *e)
{
    return e->fails >= t->policy.fails;
}

struct routing_entry *routing_bad(const struct routing_table *t, const struct routing_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (routing_is_bad(t, &l->entries[i]))
            return &l->entries[i];
    return NULL;
}

struct routing_entry *routing_oldest(const struct routing_list *l)
{
    struct routing_entry *oldest = NULL;
    for (size_t i = 0; i < l->count; i++)
        if (oldest == NULL || l->entries[i].heard < oldest->heard)
            oldest = &l->entries[i];
    return oldest;
}

bool routing_append(struct routing_list *l, const struct routing_entry *e)
{
    if (ARRAY_RESERVE(l->entries, l->cap, l->count + 1))
        return false;
    l->entries[l->count++] = *e;
    return true;
}

void routing_remove(struct routing_list *l, struct routing_entry *e)
{
    const size_t after = (size_t)(l->entries + l->count - (e + 1));
    memmove(e, e + 1, after * sizeof *e);
    l->count--;
}

struct routing_branch *routing_branch_of(struct routing_table *t, const struct node_id *id,
                                         bool make)
{
    struct routing_branch **b = &t->branches[node_id_common(&t->self, id)];
    if (*b == NULL && make) {
        *b = calloc(1, sizeof **b);
        const unsigned end = (unsigned)(b - t->branches) + 1;
        if (*b != NULL && end > t->branches_end)
            t->branches_end = end;
    }
    return *b;
}

/* --- The last bucket ------------------------------------------------------------------------ */

/* The networks that have been seen, each once; one more than a bucket's places is enough. */
struct networks {
    struct contact list[ROUTING_K_MAX + 1];
    size_t count;
};

/* Whether the contact counts beside those seen, among which it then is. */
static bool add_network(const struct routing_table *t, struct networks *n, const struct contact *c)
{
    if (t->policy.one_a_network && !contact_is_local(c))
        for (size_t i = 0; i < n->count; i++)
            if (contact_same_network(&n->list[i], c))
                return false;
    if (n->count <= t->policy.k)
        n->list[n->count++] = *c;
    return true;
}

static void add_networks(const struct routing_table *t, struct networks *n, unsigned branch)
{
    const struct routing_branch *b = t->branches[branch];
    for (size_t i = 0; b != NULL && i < b->places.count; i++)
        if (!routing_is_bad(t, &b->places.entries[i]))
            add_network(t, n, &b->places.entries[i].contact);
}

/* The last bucket has as many branches as fit in its places: from the nearest ids on. */
static unsigned count_buckets(const struct routing_table *t)
{
    unsigned branch = t->branches_end;
    struct networks seen;
    seen.count = 0;
    while (branch > 0) {
        add_networks(t, &seen, branch - 1);
        if (seen.count > t->policy.k)
            break;
        branch--;
    }
    return branch + 1 > NODE_ID_BITS ? NODE_ID_BITS : branch + 1;
}

static void hide_in_branch(const struct routing_table *t, struct networks *seen, unsigned branch)
{
    struct routing_branch *b = t->branches[branch];
    for (size_t i = 0; b != NULL && i < b->places.count; i++) {
        struct routing_entry *e = &b->places.entries[i];
        e->hidden = branch + 1 >= t->buckets && !routing_is_bad(t, e) &&
                    !add_network(t, seen, &e->contact);
    }
}

/* In the last bucket, of each network the contact that shares fewest bits with our id counts: ids
 * near ours are what an attacker would make. */
static void hide(struct routing_table *t, unsigned first)
{
    struct networks seen;
    seen.count = 0;
    for (unsigned branch = first; branch < t->branches_end; branch++)
        hide_in_branch(t, &seen, branch);
}

void routing_changed(struct routing_table *t)
{
    const unsigned before = t->buckets;
    t->buckets = count_buckets(t);
    if (t->policy.one_a_network)
        hide(t, (before < t->buckets ? before : t->buckets) - 1);
}

/* The last bucket does not depend on the others as long as none of them loses a contact. */
void routing_added(struct routing_table *t, const struct node_id *id)
{
    if (node_id_common(&t->self, id) + 1 >= t->buckets)
        routing_changed(t);
}
