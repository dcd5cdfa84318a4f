/*
 * The members of a Raft cluster and how they change: one at a time, or any number through joint
 * consensus (Ongaro and Ousterhout, section 6; Ongaro's thesis, chapter 4). The rules of each
 * change are those of etcd's raft (its package confchange), whose cases the tests replay.
 */
#ifndef RAFT_RAFT_CONFIG_H
#define RAFT_RAFT_CONFIG_H

#include "consensus/engine.h"

#define RAFT_MEMBERS_MAX 128

/* Roles of a member; one that has none is not a member. */
#define RAFT_VOTER 1u        /* in the new set */
#define RAFT_OUTGOING 2u     /* in the old set, while the two are joint */
#define RAFT_LEARNER 4u      /* is sent everything, and has no vote */
#define RAFT_LEARNER_NEXT 8u /* outgoing, and then a learner */

struct raft_member {
    uint32_t node, roles;
};

/* All zero has no members. */
struct raft_config {
    uint32_t count;
    bool autoleave; /* the leader leaves the joint configuration by itself */
    struct raft_member members[RAFT_MEMBERS_MAX]; /* ascending */
};

enum raft_change_kind { RAFT_ADD_VOTER, RAFT_ADD_LEARNER, RAFT_REMOVE };

struct raft_change {
    enum raft_change_kind kind;
    uint32_t node;
};

bool raft_config_joint(const struct raft_config *c);

/* A node's roles; 0: it is no member. */
uint32_t raft_config_roles(const struct raft_config *c, uint32_t node);

/* Gives a node the roles, adding or removing it. 0, or -1 and *f, FAULT_RULE: too many members. */
int raft_config_set(struct raft_config *c, uint32_t node, uint32_t roles, struct fault *f);

/* Three kinds of change. 0; or -1 and *f, FAULT_RULE, and *c is as it was.
 * simple: at most one voter changes, and *c is not joint (thesis 4.1).
 * enter: the present voters become the outgoing set, and the changes make the new set (section 6).
 * leave: drops the outgoing set. */
int raft_config_simple(struct raft_config *c, const struct raft_change *list, size_t n,
                       struct fault *f);
int raft_config_enter(struct raft_config *c, const struct raft_change *list, size_t n,
                      bool autoleave, struct fault *f);
int raft_config_leave(struct raft_config *c, struct fault *f);

/* Whether raft_config_simple would accept the changes. */
bool raft_config_is_simple(const struct raft_config *c, const struct raft_change *list, size_t n);

/* Appends it as a line: `voters: n1 n2 outgoing: n1 learners: n3 next: n4 autoleave:` and a
 * newline, of which only the first word must be there. 0, or -1: no memory. */
int raft_config_format(const struct raft_config *c, const struct node_names *names,
                       struct buf *out);

/* Reads such a line of n bytes, its newline included; names that are new are added. 0, or -1 and
 * *f: FAULT_RULE, or no memory. */
int raft_config_parse(const char *line, size_t n, struct node_names *names, struct raft_config *c,
                      struct fault *f);

#endif
