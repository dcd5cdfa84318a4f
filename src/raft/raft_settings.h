/* The settings of a Raft node: words NAME=VALUE (raft(1)). */
#ifndef RAFT_RAFT_SETTINGS_H
#define RAFT_RAFT_SETTINGS_H

#include "consensus/engine.h"

enum raft_joint { RAFT_JOINT_AUTO, RAFT_JOINT_ALWAYS, RAFT_JOINT_NEVER };

struct raft_settings {
    int64_t election;  /* ms, the shortest timeout; each is drawn below twice that */
    int64_t heartbeat; /* ms */
    int64_t window;    /* bytes of entries in flight to a follower */
    int64_t batch;     /* bytes of entries in a message */
    int64_t piece;     /* bytes of an image in a message */
    int64_t keep;      /* entries before a snapshot that stay in memory, for slow followers */
    bool prevote, checkquorum, autoleave;
    bool lease;            /* reads=lease */
    enum raft_joint joint; /* which changes go through joint consensus */
    uint64_t broken;       /* bit n: rule Rn */
};

/* Sets *s to the defaults, and then to what the words say. 0, or -1 and *f, FAULT_RULE: which word
 * is wrong. */
int raft_settings_read(struct raft_settings *s, const char *const *words, size_t count,
                       struct fault *f);

#endif
