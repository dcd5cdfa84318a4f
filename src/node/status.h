/* What the folder of a node says about it, whether it runs or not. Nothing is audited, and nothing
 * but an index that turns out to be damaged is changed (index/index.h): the cost does not depend
 * on the length of the chain. */
#ifndef NODE_STATUS_H
#define NODE_STATUS_H

#include "base/buf.h"
#include "record/field.h"

enum node_state { NODE_STOPPED, NODE_STARTING, NODE_RUNNING };

enum { STATUS_PEER_MAX = 1024, STATUS_REFUSALS_MAX = 100, STATUS_TROUBLES = 8 };

struct node_status {
    enum node_state state;
    int64_t pid;     /* -1: not known, like every number below */
    char where[280]; /* HOST:PORT; "": not known */
    char account[2 * ID_LEN + 1], chain[2 * ID_LEN + 1], tip[2 * ID_LEN + 1]; /* "": not known */
    int64_t height, time;                                                     /* of the tip */
    int64_t unindexed; /* bytes of the ledger after those that the index covers */
    int64_t pool, pool_bytes, pool_fees;
    int64_t inbound, outbound;
    struct buf peers;    /* lines of its peers: ACCOUNT HOST:PORT in|out SINCE USEFUL RTT ... */
    int64_t known;       /* addresses in its peers file */
    struct buf refusals; /* lines TIME WHO ID REASON, oldest first */
    int64_t disk, free;  /* bytes that its files take, and that are free */
    /* What could not be read, and why: "FILE: WORDS". */
    char troubles[STATUS_TROUBLES][400];
    size_t troubles_count;
};

/* Reads the status of the node in the folder dir, with at most `refusals` of its last refusals.
 * Files that are missing or damaged leave their part unknown, with a trouble if they should be
 * there. now: the time in Unix seconds. 0, or -1 and trouble if there is no such folder. Call
 * node_status_free in either case. */
int node_status_read(struct node_status *s, const char *dir, size_t refusals, int64_t now,
                     struct fault *f);
void node_status_free(struct node_status *s);

#endif
