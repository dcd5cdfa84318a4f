/*
 * The attest lines that wait for a block, beside the mempool: a flat file of lines, which several
 * processes may write by turns. Of each key and height of a target it holds one line: a
 * member signs no two, and what a liar gets out of it is its own affair.
 */
#ifndef MEMPOOL_ATTEST_POOL_H
#define MEMPOOL_ATTEST_POOL_H

#include "base/linefile.h"
#include "chain/tree.h"
#include "record/attest.h"

/* What is after the path of the pool. */
#define ATTEST_POOL_SUFFIX ".attests"

/* Lines for targets of more checkpoints than this below the best tip are dropped. */
#define ATTEST_POOL_DEPTH 2

/* The most lines: of all who can count, for each such checkpoint, and those a little above. Of
 * more, the oldest goes of the key that has most. */
#define ATTEST_POOL_MAX (2000 * (ATTEST_POOL_DEPTH + 3))

struct attest_pool {
    struct linefile file;
    struct attest_waits {
        int64_t target;
        uint8_t key[ID_LEN];
        size_t at, len; /* in text */
    } * list;           /* by target and key */
    size_t count, cap;
    struct buf text;
    struct buf fresh; /* lines that the file lacks */
    bool changed;     /* it has something else than the other ones */
};

/* Reads the file at path, which stays the caller's; a missing one is empty, and a line that is no
 * attest line is left out. 0, or -1 and trouble; call attest_pool_free in either case. */
int attest_pool_read(struct attest_pool *p, const char *path, struct fault *f);

/* The same for a writer: creates the file if it is missing, and locks it until attest_pool_free. */
int attest_pool_lock(struct attest_pool *p, const char *path, struct fault *f);
void attest_pool_free(struct attest_pool *p);

/* Adds a line, without its newline, that was judged (judge/member_line.h): 1; 0 if there is one of
 * its key and height, or if the pool is full and it is the one to go; -1 and trouble. */
int attest_pool_add(struct attest_pool *p, const char *line, size_t len, struct fault *f);

/* Drops the lines that are too old for the tree's best tip. */
void attest_pool_prune(struct attest_pool *p, const struct tree *t);

/* Makes the file equal to the pool, which is locked and stays so: what was written survives the end
 * of this process. 0, or -1 and trouble. */
int attest_pool_save(struct attest_pool *p, struct fault *f);

/* Appends those that can stand in the block after the best tip, where the tree moves: lines with
 * newlines, ascending. 0, or -1 and trouble. */
int attest_pool_select(const struct attest_pool *p, struct tree *t, struct buf *out,
                       struct fault *f);

#endif
