/*
 * A mining pool: takes tickets, shares, blocks and receipts, line by line, and replies with tickets
 * for its members, the shares that count, and blocks.
 */
#ifndef FARM_MINING_POOL_H
#define FARM_MINING_POOL_H

#include "farm/pool_work.h"
#include "farm/shares.h"

/* The caller sets work.members, work.count and work.range, which stay its own, and used_up. */
struct mining_pool {
    struct pool_work work;
    /* Called for a member who has no nonces left. */
    void (*used_up)(void *self, const struct pool_member *m);
    void *self;

    struct shares shares;
    struct buf out;   /* replies, which may be printed after mining_pool_commit */
    int64_t height;   /* the greatest height in the file of shares */
    uint64_t highest; /* where its first share of that height begins */
};

/* Opens the file of shares: 0, or -1 and a fault as shares_open gives it. Call mining_pool_close
 * only after 0. */
int mining_pool_open(struct mining_pool *p, const char *path, struct fault *f);
void mining_pool_close(struct mining_pool *p);

/* Takes a line. 0, or -1 and a fault: a rule if the line is refused. */
int mining_pool_take(struct mining_pool *p, const struct line *line, struct fault *f);

/* Writes new shares to disk. 0, or -1 and trouble. */
int mining_pool_commit(struct mining_pool *p, struct fault *f);

#endif
