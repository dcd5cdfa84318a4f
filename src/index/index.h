/*
 * LEDGER.index: an SQLite database (its tables: ledger-index(5)) with everything that would
 * otherwise have to be computed from the whole ledger. It is the permanent store of a tree. The
 * file is the truth: ledger.c rebuilds an index that is missing, stale, damaged, or of another
 * ledger or version, and never believes the index against the file.
 */
#ifndef INDEX_INDEX_H
#define INDEX_INDEX_H

#include "chain/tree.h"

#define INDEX_STAMP_MAX 160

/* How much of the ledger the index covers. */
struct index_mark {
    char stamp[INDEX_STAMP_MAX]; /* the ledger file's identity and times when it ended where the
                                    index does; or "" */
    uint64_t end, lines;         /* bytes and lines of the ledger covered */
    int64_t best, final;         /* the numbers of the best tip and of the highest final block, */
    int64_t rivals[2];           /* and what else is in struct tip_choice */
    int64_t count;               /* of nodes; 0: the rest is undefined */
    struct rules rules;
};

/* A block as stored in the index. */
struct index_block {
    struct node node;
    int64_t first;  /* the number of its first transaction: they are numbered from 1 in the file's
                       order, including side branches */
    int64_t latest; /* the latest time on its chain up to this block */
    bool is_main;   /* on the best chain */
};

struct index;

/* Opens the index at path, creating an empty one if it is missing; path NULL: a temporary one. 0,
 * or -1 and trouble: *damaged then says whether the file was damaged, or of another version; it is
 * removed already, and opening it again creates a new one. */
int index_open(const char *path, bool *damaged, struct index **ix, struct fault *f);
void index_close(struct index *ix);

/* Removes the files of the index at path; a missing file is not an error. */
void index_remove(const char *path);

/* Whether the file at path is still the one that ix has open. */
bool index_in_place(const struct index *ix, const char *path);

/* Whether damage was found; the file is then removed already. */
bool index_damaged(const struct index *ix);

/* Whether the file turned out to be unreadable or unwritable, as on a full disk. */
bool index_unusable(const struct index *ix);

/* Notes damage, after impossible contents: -1 and trouble. */
int index_damage(struct index *ix, struct fault *f);

/* Its functions, for tree_init; valid as long as ix. */
struct store index_store(struct index *ix);

/* Begins a write transaction; one process at a time has one, the others wait. 0, or -1 and trouble.
 */
int index_begin(struct index *ix, struct fault *f);

/* Begins a read transaction, which replaces any other: until the next, all answers come from the
 * index as it is at the first question, whatever others commit. 0, or -1 and trouble. */
int index_begin_read(struct index *ix, struct fault *f);
int index_commit(struct index *ix, struct fault *f);
void index_rollback(struct index *ix);

/* Reads and writes the mark. All zero in an empty index. */
int index_mark(struct index *ix, struct index_mark *mark, struct fault *f);
int index_set_mark(struct index *ix, const struct index_mark *mark, struct fault *f);

/* Stores what has changed in the state at the best tip. Blocks may be added without this while the
 * transaction is open: the tree's state has the changes. */
int index_set_state(struct index *ix, struct state *s, struct fault *f);

/* Stores what has changed in the tree over a state (chain/tree_state.h). */
int index_set_pages(struct index *ix, struct tree *t, struct fault *f);

/* Empties every table. Inside a write transaction. */
int index_clear(struct index *ix, struct fault *f);

/* Between these two calls, inside one write transaction, adding many transactions costs less, and
 * looking them up costs more. */
int index_bulk_begin(struct index *ix, struct fault *f);
int index_bulk_end(struct index *ix, struct fault *f);

/* The block of the best chain at this height: 1, 0, -1 and trouble. */
int index_at_height(struct index *ix, int64_t height, struct node *node, struct fault *f);

/* The same with everything that the index has about it; and that of block n: 0, or -1 and trouble.
 */
int index_block_at(struct index *ix, int64_t height, struct index_block *b, struct fault *f);
int index_block(struct index *ix, int64_t n, struct index_block *b, struct fault *f);

/* Calls each for every block with a body that is off the best chain and above this height, the
 * highest first, until it returns nonzero: 1 is enough, -1 trouble. 0, or -1 and trouble. */
int index_sides(struct index *ix, int64_t above,
                int (*each)(void *self, const struct node *node, struct fault *f), void *self,
                struct fault *f);

/* The sizes of the blocks above a height, on and off the best chain. 0, or -1 and trouble. */
struct index_sizes {
    int64_t main_blocks, main_bytes, side_blocks, side_bytes;
};
int index_sizes(struct index *ix, int64_t above, struct index_sizes *sizes, struct fault *f);

/* The same, but off the best chain only those by this miner. */
int index_side_sizes_of(struct index *ix, int64_t above, const struct account *miner,
                        struct index_sizes *sizes, struct fault *f);

/* Whether the signatures of blocks added from now on count as checked. */
void index_signatures(struct index *ix, bool checked);

/* The first block whose signatures have not been checked: 1 and its node, 0: none, -1 and trouble.
 * And: marks all as checked. */
int index_unchecked(struct index *ix, struct node *node, struct fault *f);
int index_all_checked(struct index *ix, struct fault *f);

/* Whether it has a block with this id whose signatures have been checked: 1 or 0, -1 and trouble.
 */
int index_checked(struct index *ix, const uint8_t id[ID_LEN], struct fault *f);

#endif
