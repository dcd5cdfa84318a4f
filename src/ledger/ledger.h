/*
 * A ledger: the flat file, which is the truth, and its index, which is brought up to date from the
 * file whenever it is used. Any number of processes may read; one at a time writes.
 *
 * The index is trusted as long as the file is unchanged (device, inode, size, mtime, ctime) since
 * the index was last brought up to date; ledger-append updates both. After any other change every
 * block is hashed again and, at the first difference, the index is rebuilt. (If only a torn tail
 * was added, only the last block is hashed again.)
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "base/linefile.h"
#include "index/index.h"

struct ledger {
    const char *path;     /* the caller's */
    struct linefile file; /* not open: there is none yet (writers only) */
    struct tree tree;
    struct index *index;
    struct index_mark mark;

    /* A writer is active: a reader sees the ledger as it was before. */
    bool behind;

    /* What follows the last valid block in the file: why it is not valid, and whether the file just
     * ends in it. */
    bool has_tail, tail_torn;
    struct fault tail;

    char *index_path;
    bool index_apart;     /* its file cannot be used: a temporary one is */
    bool index_new;       /* there was none before */
    bool refused;         /* the file is no ledger, or breaks a rule */
    struct sigpool *pool; /* of a writer: checks the signatures of blocks that it did not append */
    uint64_t begun_end;   /* of a writer: where the valid part ended before it appended */
    uint64_t trusted_end; /* ... and how much of the file the index had vouched for */
    uint64_t torn_bytes;  /* ... and how many bytes the last ledger_begin moved to LEDGER.torn */
    bool writer;
};

/* Opens the ledger at path for reading and brings its index up to date. Refused: a missing file, a
 * compressed one, or one that breaks a rule before its end (the fault names the line). A torn tail
 * is ignored: l->has_tail. 0, or -1 and a fault. path stays the caller's. */
int ledger_open(struct ledger *l, const char *path, struct fault *f);

/* Opens it for appending; the file may be missing. The pool checks signatures and stays the
 * caller's. */
int ledger_open_writer(struct ledger *l, const char *path, struct sigpool *pool, struct fault *f);

void ledger_close(struct ledger *l);

/* Whether the file is unchanged since a reader was last brought up to date: a single fstat. */
bool ledger_unchanged(const struct ledger *l);

/* Brings a reader up to date with the file: 1 if the best tip is another than before, 0, or -1 and
 * a fault. */
int ledger_refresh(struct ledger *l, struct fault *f);

/* Locks the file and brings the index up to date with it. Bytes that a crash left after the last
 * valid block are moved to LEDGER.torn: l->torn_bytes says how many. Refused: a ledger that is
 * damaged before its end. 0, or -1 and a fault; nothing is locked then. */
int ledger_begin(struct ledger *l, struct fault *f);

/* Judges a block and appends it if it is valid: the verdict, or -1 and trouble. Durable only after
 * ledger_commit. */
int ledger_append(struct ledger *l, const struct item *item, int64_t now, struct reorg *reorg,
                  struct fault *f);

/* Syncs what was appended, or undoes all of it; and unlocks. 0, or -1 and trouble: then everything
 * is undone. */
int ledger_commit(struct ledger *l, struct fault *f);
void ledger_abort(struct ledger *l);

/* Appends the bytes of a block, only its header line or all, to *out, after comparing them with its
 * id. 0, or -1 and a fault. */
int ledger_read(struct ledger *l, const struct node *node, bool header_only, struct buf *out,
                struct fault *f);

/* Reads a block as an item, b->items[0], which is broken if its body has changed.
 * 0, or -1 and a fault. */
int ledger_read_item(struct ledger *l, const struct node *node, struct batch *b, struct fault *f);

#endif
