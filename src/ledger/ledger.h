/*
 * A ledger: the flat file, which is the truth, and its index, brought up to date from the file
 * whenever it is asked. Any number of processes read; one at a time writes.
 *
 * What the index says of the file is believed as long as the file is the very one (device, inode,
 * size, mtime, ctime) that the index was last made from; ledger-append keeps the two together. Any
 * other change has every block hashed again and, at the first difference, the index made anew. (A
 * torn tail alone, until it is put aside, has only the last block hashed again.)
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "ledger/index.h"

struct ledger {
    const char *path; /* the caller's */
    int fd;           /* -1: there is no file yet (a writer's) */
    struct tree tree;
    struct index *index;
    struct index_mark mark;

    /* A writer is at work: what a reader sees is the ledger as it was before that. */
    bool behind;

    /* What stands in the file behind the last good block: why it is not one, and whether the file
     * just ends there. */
    bool has_tail, tail_torn;
    struct fault tail;

    char *index_path;
    struct sigpool
        *pool;          /* a writer's: it checks the signatures of blocks that it did not append */
    uint64_t begun_end; /* a writer's: where the good part ended before it appended */
    uint64_t trusted_end; /* ... and how much of the file the index had vouched for */
    uint64_t torn_bytes;  /* ... and how many bytes it put aside in the last ledger_begin */
    bool writer, appended;
};

/* Opens the ledger at path for reading and brings its index up to date. Refused: a file that is not
 * there, is compressed, or that breaks a rule before its end (the fault names the line). A tail
 * that is torn is left out: l->has_tail. 0, or -1 and a fault. path stays the caller's. */
int ledger_open(struct ledger *l, const char *path, struct fault *f);

/* Opens it for appending; there may be no file yet. The pool checks signatures and stays the
 * caller's. */
int ledger_open_writer(struct ledger *l, const char *path, struct sigpool *pool, struct fault *f);

void ledger_close(struct ledger *l);

/* Whether the file is as it was when a reader was last brought up to date: a single fstat. */
bool ledger_unchanged(const struct ledger *l);

/* Brings a reader up to date with the file: 1 if the best tip is another than before, 0, or -1 and
 * a fault. */
int ledger_refresh(struct ledger *l, struct fault *f);

/* Locks the file and brings the index up to date with it. Bytes behind the last good block that a
 * crash has left are moved to LEDGER.torn: l->torn_bytes says how many. Refused: a ledger that is
 * damaged before its end. 0, or -1 and a fault, nothing then being locked. */
int ledger_begin(struct ledger *l, struct fault *f);

/* Judges a block and appends it where it is good: the verdict, or -1 and trouble. Durable only
 * after ledger_commit. */
int ledger_append(struct ledger *l, const struct item *item, int64_t now, struct reorg *reorg,
                  struct fault *f);

/* Syncs what was appended, or takes all of it back; and unlocks. 0, or -1 and trouble: then all of
 * it is taken back. */
int ledger_commit(struct ledger *l, struct fault *f);
void ledger_abort(struct ledger *l);

/* The block whose id these 64 digits are: 1, 0 where the ledger has none, -1 and trouble. */
int ledger_named(struct ledger *l, const char *digits, struct node *node, struct fault *f);

/* Puts the bytes of a block, its header line only or all, behind what *out holds, held against its
 * id. 0, or -1 and a fault. */
int ledger_read(struct ledger *l, const struct node *node, bool header_only, struct buf *out,
                struct fault *f);

/* The same block as an item, b->items[0], which is broken where its body is not what it was.
 * 0, or -1 and a fault. */
int ledger_read_item(struct ledger *l, const struct node *node, struct batch *b, struct fault *f);

#endif
