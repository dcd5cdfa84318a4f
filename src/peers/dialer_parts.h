/* Shared by the files of peers/dialer. */
#ifndef PEERS_DIALER_PARTS_H
#define PEERS_DIALER_PARTS_H

#include "peers/dialer.h"

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

enum dial_tier { KNOWN, STRANGERS, TIERS };

/* A network's target for the next dial, in one search. */
struct dial_pick {
    struct dial_entry *best;
    size_t due; /* how many it was chosen from */
};

/* A network of targets, and how many of them are busy. */
struct dial_network {
    uint64_t id;
    size_t targets, busy;
    struct dial_pick picks[TIERS];
    UT_hash_handle hh;
};

/* What identifies a target. All bytes after the text are zero. */
struct dial_name {
    char text[ADDRESS_MAX];
    uint8_t has_key;
    uint8_t key[ID_LEN];
};

struct dial_entry {
    struct target
        target; /* must be first: a target that was given out is converted back to its entry */
    struct dial_name name;
    struct dial_network *network;
    int64_t due;       /* not to be dialed before */
    unsigned failures; /* in a row */
    uint64_t listed;   /* the number of the last list that has it */
    uint64_t host;     /* its hash; of the whole address, if that is this machine's */
    bool busy, never;
    bool feeler;  /* busy, but beyond the fan-out */
    bool dialed;  /* at least once */
    bool greeted; /* it has said hello */
    int64_t hold; /* ms from the next search in which it is not due */
    bool gone;    /* no longer listed, and busy; otherwise it would have been dropped */
    UT_hash_handle hh;
};

enum { RECENT_HOSTS = 1024 };

/* A host at which a stranger, with any key, was dialed lately. */
struct recent_host {
    uint64_t host;
    int64_t until;
};

struct dialer {
    struct recent_host recent[RECENT_HOSTS]; /* by the last digits of the host's hash */
    struct dial_entry *entries;
    struct dial_network *networks;
    size_t fanout, busy;
    uint64_t chance;
    uint64_t lists;  /* how many lists were given */
    int64_t soonest; /* until then, no target is due */
};

/* --- dialer_table.c --------------------------------------------------------------------------- */

/* Says whether a target is busy, and counts it. */
void dialer_set_busy(struct dialer *d, struct dial_entry *e, bool busy);

/* Forgets a target. */
void dialer_drop(struct dialer *d, struct dial_entry *e);

#endif
