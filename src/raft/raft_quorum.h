/* What a majority of one set of voters has reached, and how it has voted. In joint consensus each
 * of the two sets needs its majority (Ongaro and Ousterhout, "In Search of an Understandable
 * Consensus Algorithm", section 6). */
#ifndef RAFT_RAFT_QUORUM_H
#define RAFT_RAFT_QUORUM_H

#include <stddef.h>
#include <stdint.h>

enum raft_result { RAFT_LOST, RAFT_PENDING, RAFT_WON };

/* The greatest number that a majority of the n values reaches, each a voter's; UINT64_MAX for no
 * voters. Sorts the values. */
uint64_t raft_majority(uint64_t *values, size_t n);

/* The result of a vote of n voters, so many of whom have said yes and no. Of none: RAFT_WON. */
enum raft_result raft_majority_vote(size_t n, size_t yes, size_t no);

/* The result of two sets in joint consensus, each of which has to be won. */
enum raft_result raft_joint_vote(enum raft_result a, enum raft_result b);

#endif
