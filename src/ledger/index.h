/*
 * LEDGER.index: an SQLite database with what would else have to be computed from the whole ledger
 * (ledger-index(5) has its tables). It is a tree's store for good. The file is the truth: an index
 * that is missing, stale, of another ledger or version, or damaged is made again by ledger.c, and
 * nothing in it is believed against the file.
 */
#ifndef LEDGER_INDEX_H
#define LEDGER_INDEX_H

#include "ledger/tree.h"

#define INDEX_STAMP_MAX 160

/* How far the index has come. */
struct index_mark {
    char stamp[INDEX_STAMP_MAX]; /* the ledger file's identity and times when it ended where the
                                    index ends; or "" */
    uint64_t end, lines;         /* bytes and lines of the ledger that it covers */
    int64_t best, count; /* the best tip's number; nodes in all. count 0: the rest is void */
    struct rules rules;
};

/* A block as the index has it. */
struct index_block {
    struct node node;
    int64_t first;  /* the number of its first transaction: they are numbered in the file's order,
                       from 1, side branches included */
    int64_t earned; /* what its miner got: reward and fees */
    int64_t latest; /* the latest time on its chain up to it */
    bool is_main;   /* on the best chain */
};

struct index;

/* Opens the index at path, making an empty one where there is none; path NULL: a temporary one. 0,
 * or -1 and trouble: *damaged then tells whether the file was damaged, or of another version; it is
 * removed already, and opening it again makes a new one. */
int index_open(const char *path, bool *damaged, struct index **ix, struct fault *f);
void index_close(struct index *ix);

/* Removes the files of the index at path; what is not there is no trouble. */
void index_remove(const char *path);

/* Whether the file at path is still the one that ix has open. */
bool index_in_place(const struct index *ix, const char *path);

/* Whether something in it turned out to be damaged; its file is then removed already. */
bool index_damaged(const struct index *ix);

/* Whether its file turned out to be one that cannot be read or written, as on a full disk. */
bool index_unusable(const struct index *ix);

/* Notes damage, for what in it cannot be: -1 and trouble. */
int index_damage(struct index *ix, struct fault *f);

/* Its table, for tree_init; good as long as ix. */
struct store index_store(struct index *ix);

/* A write transaction; only one process at a time has one, the others wait. 0, or -1 and trouble.
 */
int index_begin(struct index *ix, struct fault *f);

/* A read transaction in place of any other: until the next, all that is asked is answered from the
 * index as it is when first asked, whatever others commit. 0, or -1 and trouble. */
int index_begin_read(struct index *ix, struct fault *f);
int index_commit(struct index *ix, struct fault *f);
void index_rollback(struct index *ix);

/* Reads and writes the mark. All zero in an empty index. */
int index_mark(struct index *ix, struct index_mark *mark, struct fault *f);
int index_set_mark(struct index *ix, const struct index_mark *mark, struct fault *f);

/* Writes down the accounts that have changed, from the state at the best tip. Blocks may be added
 * without that as long as the transaction is open: the tree's state knows what they changed. */
int index_set_accounts(struct index *ix, struct state *s, struct fault *f);

/* Empties every table. Inside a write transaction. */
int index_clear(struct index *ix, struct fault *f);

/* Between the two, inside one write transaction, many transactions are added at less cost each, and
 * looked up at more. */
int index_bulk_begin(struct index *ix, struct fault *f);
int index_bulk_end(struct index *ix, struct fault *f);

/* The block of the best chain at this height: 1, 0, -1 and trouble. */
int index_at_height(struct index *ix, int64_t height, struct node *node, struct fault *f);

/* The same with all that the index has of it; and that of block n, 0, or -1 and trouble. */
int index_block_at(struct index *ix, int64_t height, struct index_block *b, struct fault *f);
int index_block(struct index *ix, int64_t n, struct index_block *b, struct fault *f);

/* Calls each for every block with a body that is off the best chain and above this height, the
 * highest first, until it gives something other than 0: 1 is enough, -1 trouble. 0, or -1 and
 * trouble. */
int index_sides(struct index *ix, int64_t above,
                int (*each)(void *self, const struct node *node, struct fault *f), void *self,
                struct fault *f);

/* Calls each for every account at the best tip, by id. Stops at the first -1 and gives it. */
int index_accounts(struct index *ix,
                   int (*each)(void *self, const uint8_t id[ID_LEN], const struct account *a,
                               struct fault *f),
                   void *self, struct fault *f);

/* Signatures of blocks added from now on count as checked, or not. */
void index_signatures(struct index *ix, bool checked);

/* The first block whose signatures nobody has checked: 1 and its node, 0: none, -1 and trouble.
 * And: now all are. */
int index_unchecked(struct index *ix, struct node *node, struct fault *f);
int index_all_checked(struct index *ix, struct fault *f);

/* Whether it has a block of this id whose signatures were checked: 1 or 0, -1 and trouble. */
int index_checked(struct index *ix, const uint8_t id[ID_LEN], struct fault *f);

#endif
