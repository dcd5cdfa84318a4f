/* How many connections there are from each network, and from the most crowded one. Everything takes
 * constant time, so that strangers who connect all the time cost little. */
#ifndef PEERS_CROWDS_H
#define PEERS_CROWDS_H

#include <stddef.h>
#include <stdint.h>

/* A member of a crowd, part of what represents a connection. */
struct crowd_member {
    struct crowd *crowd;
    struct crowd_member *older, *newer;
};

struct crowds;

/* For at most so many members. NULL: no memory. */
struct crowds *crowds_new(size_t members, uint64_t seed);
void crowds_free(struct crowds *c);

/* Adds a member, which stays the caller's, as the newest of its network. 0, or -1: no memory.
 */
int crowds_add(struct crowds *c, struct crowd_member *m, uint64_t network);
void crowds_remove(struct crowds *c, struct crowd_member *m);

size_t crowds_count(const struct crowds *c); /* of all members */
size_t crowds_of(const struct crowds *c, uint64_t network);
size_t crowds_most(const struct crowds *c); /* of the most crowded network */

/* The newest and the oldest member of the most crowded network. NULL: there is none. */
struct crowd_member *crowds_newest(const struct crowds *c);
struct crowd_member *crowds_oldest(const struct crowds *c);

#endif
