/*
 * The disk of a simulated node: what its process saved, by reference, and what of it is synced.
 *
 * A sync covers all that was saved when it began, and one runs at a time (group commit). A crash
 * loses what no sync has covered, or leaves a beginning of it. What follows ENGINE_FORGET replaces
 * what came before as one, or not at all (consensus/engine.h).
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "consensus/engine.h"

struct sim_disk_entry {
    struct engine_item *item; /* NULL: nothing, of an ENGINE_FORGET with no saves after it */
    bool fresh;               /* nothing before it is needed */
    bool joined;              /* it counts only with the entry before it */
};

/* All zero is an empty disk. */
struct sim_disk {
    struct sim_disk_entry *entries;
    size_t count, cap;
    size_t synced, covered; /* entries; those that the sync that runs will have synced */
    uint64_t saves;         /* since the last start */
    uint64_t covered_saves;
    bool syncing;
    bool forgetting; /* the next save is fresh; those after it in its batch are joined to it */
    bool joining;
};

/* Takes over the reference to the item, also if it fails. 0, or -1: no memory. */
int sim_disk_save(struct sim_disk *d, struct engine_item *item, struct fault *f);

/* What was saved is to be replaced by the saves up to sim_disk_batch_end. */
void sim_disk_forget(struct sim_disk *d);
int sim_disk_batch_end(struct sim_disk *d, struct fault *f);

/* Begins a sync if there is something to do and none runs: whether it began. */
bool sim_disk_sync_begin(struct sim_disk *d);

/* The sync has ended. Gives how many saves since the start are on disk. */
uint64_t sim_disk_sync_end(struct sim_disk *d);

/* What is left of the saves after a crash: all that were synced, and of the others a beginning that
 * is drawn from the stream (NULL: none). *kept and *lost: how many of those. */
void sim_disk_crash(struct sim_disk *d, uint64_t *stream, size_t *kept, size_t *lost);

/* Loses everything. */
void sim_disk_wipe(struct sim_disk *d);

/* The items that it has, in order: *count, in an array that is valid until the next call of any of
 * these. NULL: no memory. */
struct engine_item *const *sim_disk_items(struct sim_disk *d, size_t *count,
                                          struct engine_item ***list, size_t *cap);

void sim_disk_free(struct sim_disk *d);

#endif
