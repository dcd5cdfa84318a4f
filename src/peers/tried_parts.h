/* What the files of peers/tried share. */
#ifndef PEERS_TRIED_PARTS_H
#define PEERS_TRIED_PARTS_H

#include "peers/tried.h"

#include <limits.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct tried_entry {
    struct tried_name name;
    struct tried_mark mark;
    uint64_t network;
    bool listed; /* in the peers file */
    int bucket;  /* -1: not computed yet */
    UT_hash_handle hh;
};

/* NULL: it is not there. */
struct tried_entry *tried_entry_find(const struct tried *t, const struct tried_name *n);

/* Adds an entry that is not there yet. NULL: no memory. */
struct tried_entry *tried_entry_add(struct tried *t, const struct tried_name *n,
                                    struct tried_mark mark);

void tried_entry_drop(struct tried *t, struct tried_entry *e);

/* Drops all entries. */
void tried_empty(struct tried *t);

/* Whether the name stands for its address under any key. */
bool tried_is_any(const struct tried_name *n);

/* PEERS.SUFFIX. 0, or -1 with errno. */
int tried_path(const char *peers, const char *suffix, char out[PATH_MAX]);

#endif
