/*
 * An append-only file of shares, one per line, from which a pool's debts are computed. A share
 * counts once shares_commit has synced it. A line torn by a crash is removed.
 */
#ifndef FARM_SHARES_H
#define FARM_SHARES_H

#include "base/linefile.h"
#include "record/ticket.h"

struct shares {
    struct linefile file; /* locked; its path is the caller's */
    uint64_t torn;        /* bytes that shares_open removed */
    struct buf added;     /* shares for shares_commit */
};

/* Called for each share, with the offset of its line: 0 to go on, 1 to stop, -1 and a fault. */
typedef int shares_each(void *self, const struct share *s, uint64_t offset, struct fault *f);

/* Opens the file at path for a single writer, creates it if it is missing, and calls each for every
 * share in it. Waits for another writer to finish. 0, or -1 and a fault (its line is the file's).
 */
int shares_open(struct shares *s, const char *path, shares_each *each, void *self, struct fault *f);
void shares_close(struct shares *s);

/* Calls each for every synced share from the line at this offset on. 0, 1 if each stopped, or -1
 * and a fault. */
int shares_again(struct shares *s, uint64_t offset, shares_each *each, void *self, struct fault *f);

/* Calls each for every share in the file at path, which need not be open; a torn line is skipped.
 * Returns as shares_again does. */
int shares_read(const char *path, shares_each *each, void *self, struct fault *f);

/* Adds a share for the next commit. 0, or -1: no memory. */
int shares_add(struct shares *s, const struct share *share);

/* Appends the added shares, and syncs. 0, or -1 and trouble: the file then ends where it did
 * before, or in a torn line. */
int shares_commit(struct shares *s, struct fault *f);

#endif
