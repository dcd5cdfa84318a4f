/* What a Raft node has had saved and what of it is on disk, and the messages that wait for that. */
#ifndef RAFT_RAFT_DISK_H
#define RAFT_RAFT_DISK_H

#include "raft/raft_item.h"

#define RAFT_HELD_MAX 4096 /* messages that wait; any more are dropped, as a network may do */

/* A save that has not been confirmed: after it the log on disk ends with this entry. */
struct raft_pending {
    uint64_t serial, index, term;
};

/* A message that may go when the save is on disk. */
struct raft_held {
    uint64_t serial;
    uint32_t to;
    struct raft_item *item;
};

struct raft_disk {
    uint64_t saves, saved; /* how many have been put out, and are on disk */
    uint64_t state;        /* the save that has the term and vote; 0: the disk had them at first */
    bool state_due;        /* they have changed since */
    uint64_t put;          /* the last entry that was put out to be saved */
    uint64_t durable;      /* the last entry that is on disk */
    struct raft_pending *pending;
    size_t pending_at, pending_count, pending_cap;
    struct raft_held *held;
    size_t held_at, held_count, held_cap;
};

#endif
