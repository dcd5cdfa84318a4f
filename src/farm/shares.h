/*
 * A flat file of shares, one a line, that is only ever appended to: what a pool owes comes from it.
 * A share counts once shares_commit has synced it. A line that a crash has torn is taken away.
 */
#ifndef FARM_SHARES_H
#define FARM_SHARES_H

#include "record/ticket.h"

struct shares {
    const char *path; /* the caller's */
    int fd;
    uint64_t end;       /* of what is good and synced */
    uint64_t torn;      /* bytes that shares_open took away */
    bool unnamed;       /* its name is not durable yet */
    struct buf waiting; /* for shares_commit */
};

/* Called for each share, and where its line begins: 0 to go on, 1 enough, -1 and a fault. */
typedef int shares_each(void *self, const struct share *s, uint64_t offset, struct fault *f);

/* Opens the file at path for one writer, made where it is not there, and calls each for every share
 * in it. Waits for another writer to end. 0, or -1 and a fault (its line is the file's). */
int shares_open(struct shares *s, const char *path, shares_each *each, void *self, struct fault *f);
void shares_close(struct shares *s);

/* Calls each for every synced share from the line at offset on. 0, 1 where each had enough, or -1
 * and a fault. */
int shares_again(struct shares *s, uint64_t offset, shares_each *each, void *self, struct fault *f);

/* Calls each for every share in the file at path, which nobody needs to have open; a torn line is
 * left out. As shares_again. */
int shares_read(const char *path, shares_each *each, void *self, struct fault *f);

/* Puts a share behind those that wait. 0, or -1: no memory. */
int shares_add(struct shares *s, const struct share *share);

/* Appends what waits, and syncs. 0, or -1 and trouble: the file ends where it did, or in a torn
 * line. */
int shares_commit(struct shares *s, struct fault *f);

#endif
