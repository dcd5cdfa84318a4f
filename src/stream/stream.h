/*
 * A stream of records, cut into items: a block with its whole body, or one record alone. Everything
 * that needs neither ledger nor signatures' arithmetic is checked here: form, grammar, Merkle root,
 * and, for a genesis block, its rules. Proof of work against the claimed target is noted, not
 * judged: a wrong target is the better reason.
 */
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H

#include "base/buf.h"
#include "base/lines.h"
#include "crypto/sha256.h"
#include "crypto/sigpool.h"
#include "record/block.h"
#include "record/checkpoint.h"
#include "record/peer.h"
#include "record/rules.h"
#include "record/statement.h"
#include "record/tx.h"

/* No block may be larger than this, whatever its chain's maxblock says: it is held in memory. */
#define BLOCK_SIZE_MAX (64 << 20)

/* The most bytes that a block of a chain with this maxblock may take here. */
uint64_t block_size_limit(int64_t maxblock);

struct grant {
    uint8_t account[ID_LEN];
    int64_t amount;
};

/* A line of a block's body, or a loose transaction: each well formed. */
struct entry {
    uint8_t id[ID_LEN];
    size_t at;    /* where its line begins in the item's text */
    size_t len;   /* bytes of it, its newline not counted */
    bool is_tx;   /* else a grant or a rule */
    bool checked; /* its signature is known to hold: whoever knows sets it before batch_start */
    bool holds;   /* batch_finish: its signature was checked, and holds */
    struct tx tx;
    struct grant grant; /* amount 0: a rule line */
};

struct item {
    /* None of these: a record that is left to others, or no record. */
    bool is_block, is_tx, is_peer, is_checkpoint, is_statement;
    uint8_t id[ID_LEN];   /* the hash of its line; a block's, of its header */
    const char *text;     /* all its lines, newlines included */
    size_t size;          /* bytes at text */
    uint64_t stream_size; /* bytes in the stream; more than size where some were not kept */
    uint64_t line, offset;

    /* A block's; good where the header could be read (has_header), which a broken one may have. */
    bool has_header;
    struct block block;
    bool is_genesis; /* and then its rules */
    struct rules rules;
    bool has_work; /* its id meets the target that it claims */

    struct entry *entries; /* a block's body, or the one loose transaction */
    size_t count;
    union { /* a loose record of that type */
        struct peer peer;
        struct checkpoint checkpoint;
        struct signed_text statement;
    };
    size_t at, first; /* where text and entries begin in the batch's; only stream.c looks */

    bool broken;        /* fault says why, with its line; the rest may be half filled */
    bool torn;          /* broken because the stream ended in its midst */
    struct fault fault; /* the first fault met */
};

/* Items read together, and all that they point to: good until the next stream_next. */
struct batch {
    struct item *items;
    size_t count;
    bool blocks_only; /* the caller's: batch_start leaves the signatures of loose records alone */
    /* The rest is stream.c's. */
    size_t items_cap;
    struct buf text;
    struct entry *entries;
    size_t entries_count, entries_cap;
    struct sigjob *jobs;
    size_t jobs_cap;
    struct buf leaves; /* of the Merkle tree of one block */
};

struct stream;

/* A stream over src (which it closes in the end), whose first line has this number and place. NULL:
 * no memory. */
struct stream *stream_new(struct source src, uint64_t first_line, uint64_t offset);
void stream_free(struct stream *s);

/* The largest block body to take, header and all, from here on (at most BLOCK_SIZE_MAX): the
 * chain's maxblock. */
void stream_limit(struct stream *s, int64_t maxblock);

/* Reads items until the stream would wait or the batch is large enough for threads to share: 1, 0
 * at the end of the stream, -1 and trouble. *b is all zero at first; batch_free in the end. */
int stream_next(struct stream *s, struct batch *b, struct fault *f);
void batch_free(struct batch *b);

/* Reads the items that these n bytes, more than none, begin with: as stream_next of a stream that
 * is over when they are. 0, or -1 and trouble. */
int batch_parse(struct batch *b, const char *text, size_t n, uint64_t first_line, uint64_t offset,
                struct fault *f);

/* Whether stream_next would answer without waiting. */
bool stream_ready(struct stream *s);

/* Starts the check of every signature in the batch's unbroken items; and, in batch_finish, waits
 * for it and breaks the items that hold a false one. Both: 0, or -1 and trouble. */
int batch_start(struct batch *b, struct sigpool *pool, struct fault *f);
int batch_finish(struct batch *b, struct sigpool *pool, struct fault *f);

#endif
