/* Counts the shares in a file, for what is owed to those who found them. */
#ifndef FARM_ROUND_H
#define FARM_ROUND_H

#include "farm/tally.h"

/* Counts all of them: the work, the blocks, and how many blocks were expected. 0, or -1 and a fault
 * (its line is the file's). Call tally_clear in either case. */
int round_read_all(const char *path, struct tally *t, struct fault *f);

/*
 * The shares that a block is paid for: those of its round, or the last so many (the proportional
 * method, and pay per last N shares: Rosenfeld, "Analysis of Bitcoin Pooled Mining Reward Systems",
 * 2011). A round begins after the pool's last block on the best chain: the work for a block that is
 * not on it counts for the next one that is.
 */
struct round {
    uint8_t block[ID_LEN]; /* its id */
    size_t last;           /* the last so many shares; 0: those of its round */
    /* Whether the block with this id is on the best chain: 1, 0, or -1 and a fault. */
    int (*is_main)(void *self, const uint8_t id[ID_LEN], struct fault *f);
    void *self;
};

/* 1 and the tally; 0 if no share in the file is the block; or -1 and a fault (its line is the
 * file's). Call tally_clear in each case. */
int round_read(const char *path, const struct round *r, struct tally *t, struct fault *f);

#endif
