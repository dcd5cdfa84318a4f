/* The contacts that share a certain number of bits with our id: a part of the routing table, for
 * the files routing_*.c only. */
#ifndef LOOKUP_ROUTING_BRANCH_H
#define LOOKUP_ROUTING_BRANCH_H

#include "lookup/routing_table.h"

struct routing_list {
    struct routing_entry *entries;
    size_t count, cap;
};

struct routing_branch {
    struct routing_list places;  /* policy.k at most; all have answered */
    struct routing_list waiting; /* the replacement cache: policy.k at most */
};

/* The entry with this id, or NULL. */
struct routing_entry *routing_find(const struct routing_list *l, const struct node_id *id);

/* The entry whose address is of the contact's network, if the policy lets a network have one only;
 * or NULL. */
struct routing_entry *routing_rival(const struct routing_table *t, const struct routing_list *l,
                                    const struct contact *c);

/* An entry that is bad, or NULL. */
struct routing_entry *routing_bad(const struct routing_table *t, const struct routing_list *l);
bool routing_is_bad(const struct routing_table *t, const struct routing_entry *e);

/* The entry heard of longest ago; of the list's first if several were. NULL: the list is empty. */
struct routing_entry *routing_oldest(const struct routing_list *l);

/* Appends an entry. False: no memory. */
bool routing_append(struct routing_list *l, const struct routing_entry *e);

/* Removes an entry; the others keep their order. */
void routing_remove(struct routing_list *l, struct routing_entry *e);

/* The branch for an id, which is not our own; NULL: there is none, and with `make`, no memory. */
struct routing_branch *routing_branch_of(struct routing_table *t, const struct node_id *id,
                                         bool make);

/* To be called after a place of a contact with this id was taken by one more; and after a contact
 * left its place, became bad or good, or was replaced: counts the buckets, and finds which entries
 * of the last one are hidden. */
void routing_added(struct routing_table *t, const struct node_id *id);
void routing_changed(struct routing_table *t);

#endif
