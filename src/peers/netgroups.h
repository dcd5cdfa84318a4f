/* Counts connections by network, and finds the newest and oldest of the most crowded networks.
 * Every call takes constant time, so a flood of connections costs little. */
#ifndef PEERS_NETGROUPS_H
#define PEERS_NETGROUPS_H

#include <stddef.h>
#include <stdint.h>

/* A member of a group, embedded in the struct of a connection. */
struct netgroup_member {
    struct netgroup *group;
    struct netgroup_member *older, *newer;
};

struct netgroups;

/* For at most so many members; seed is that of its hash table. NULL: no memory. */
struct netgroups *netgroups_new(size_t members, uint64_t seed);
void netgroups_free(struct netgroups *c);

/* Adds a member, which stays the caller's, as the newest of its network (address_network). 0, or
 * -1: no memory. */
int netgroups_add(struct netgroups *c, struct netgroup_member *m, uint64_t network);
void netgroups_remove(struct netgroups *c, struct netgroup_member *m);

size_t netgroups_count(const struct netgroups *c); /* in all networks */
size_t netgroups_of(const struct netgroups *c, uint64_t network);
size_t netgroups_most(const struct netgroups *c); /* in the most crowded network */

/* The newest and the oldest member of the most crowded network; of several, that which changed
 * last. NULL: there is none. */
struct netgroup_member *netgroups_newest(const struct netgroups *c);
struct netgroup_member *netgroups_oldest(const struct netgroups *c);

/* The newest member of the next network with as many members as that of m. NULL: m's was the last.
 */
struct netgroup_member *netgroups_after(const struct netgroup_member *m);

#endif
