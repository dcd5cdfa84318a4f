/*
 * A stream of records, cut into items: a block with its whole body, or a single record. Everything
 * that can be checked without a ledger and without signature arithmetic is checked here: form,
 * grammar, Merkle root, and the rules of a genesis block. The seal is not: it depends on the chain.
 */
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H

#include "base/buf.h"
#include "base/lines.h"
#include "crypto/sigpool.h"
#include "hash/sha256.h"
#include "record/block.h"
#include "record/rules.h"
#include "record/tx.h"
#include "record/types.h"

/* The largest block that is accepted, in bytes, whatever its chain's maxblock says: a block is held
 * in memory. */
#define BLOCK_SIZE_MAX (64 << 20)

/* The largest block that is accepted here for a chain with this maxblock, in bytes: of its header
 * and its transactions. */
uint64_t block_size_limit(int64_t maxblock);

/* How many lines that members sign a body may have: votes, or attest lines; and the bytes of the
 * longest one, with its newline. */
#define BLOCK_VOTES_MAX 1000
#define BLOCK_ATTESTS_MAX 2000
#define SIGNED_LINE_SIZE_MAX 448

/* The bytes of the largest text of a block, with all lines that a body can have, of a chain with
 * these rules; NULL: of any chain. */
uint64_t block_text_limit(const struct rules *r);

struct grant {
    struct account account;
    int64_t amount;
};

/* A line of a block's body, or a loose transaction; well formed. */
struct entry {
    const struct record_type *type;
    uint8_t id[ID_LEN];
    size_t at;    /* where its line begins in the item's text */
    size_t len;   /* its length in bytes without the newline */
    bool checked; /* its signature is known to be valid; set by the caller before batch_start */
    bool valid;   /* set by batch_finish: its signature was checked and is valid */
    union {
        struct tx tx;
        struct signed_line signed_line; /* a vote or attest line */
    };
    struct grant grant; /* amount 0: it is not a grant */
};

struct item {
    const struct record_type *type; /* NULL: a record of an unknown type, or not a record */
    uint8_t id[ID_LEN];             /* the hash of its line; for a block, of its header */
    const char *text;               /* all its lines, newlines included */
    size_t size;                    /* bytes at text */
    uint64_t stream_size;           /* bytes in the stream; more than size if some were not kept */
    uint64_t uncounted;             /* of these, lines that maxblock does not bound */
    uint64_t line, offset;

    /* Of a block; set if the header could be read (has_header), which is possible even if the block
     * is broken. */
    bool has_header;
    struct block block;
    bool is_genesis;
    struct rules *rules; /* of a genesis block; belongs to the batch */

    struct entry *entries; /* a block's body, or the one loose transaction */
    size_t count;
    size_t signed_count; /* how many vote or attest lines its body begins with, of one type */
    struct signed_line signed_line; /* of a loose record, if its type is signed */
    bool unread;                    /* only its form was checked: see stream_only */
    size_t at, first; /* offsets of text and entries in the batch's arrays; for stream.c only */

    bool broken;        /* fault has the reason and its line; the other fields may be incomplete */
    bool torn;          /* broken because the stream ended in the middle of it */
    struct fault fault; /* the first fault found */
};

/* The chain that a loose record names. NULL: it names none. */
const uint8_t *item_chain(const struct item *item);

/* Whether the item has an id: a line that was torn or too long has none. */
bool item_has_id(const struct item *item);

/* Items read together, and everything that they point to: valid until the next stream_next. */
struct batch {
    struct item *items;
    size_t count;
    /* The rest belongs to stream.c. */
    size_t items_cap;
    struct buf text;
    struct entry *entries;
    size_t entries_count, entries_cap;
    struct rules *rules; /* one for each genesis block: many items together should be small */
    size_t rules_count, rules_cap;
    struct sigjob *jobs;
    struct job_bytes *room; /* for the jobs: see jobs.h */
    size_t jobs_cap, room_cap;
    struct buf leaves; /* of the Merkle tree of one block */
};

struct stream;

/* A stream over src, which it will close; first_line and offset are the number and the position of
 * its first line. NULL: no memory. */
struct stream *stream_new(struct source src, uint64_t first_line, uint64_t offset);
void stream_free(struct stream *s);

/* Sets the largest block to accept from here on, of header and transactions: the chain's maxblock,
 * or BLOCK_SIZE_MAX if that is less. */
void stream_limit(struct stream *s, int64_t maxblock);

/* For programs that pass all records on but those of one type: from here on, of any other line only
 * the form is checked. Its item has a type and a text, but no id unless it is broken; the lines of
 * a block are items of their own, unless blocks are the type. */
void stream_only(struct stream *s, const struct record_type *type);

/* Reads items until the stream would wait, or the batch is large enough to be worth sharing among
 * threads: 1, 0 at the end of the stream, -1 and trouble. *b is all zero at first; free it with
 * batch_free. */
int stream_next(struct stream *s, struct batch *b, struct fault *f);
void batch_free(struct batch *b);

/* Reads the items at the beginning of these n bytes (at least one), as stream_next does for a
 * stream that ends after them. 0, or -1 and trouble. */
int batch_parse(struct batch *b, const char *text, size_t n, uint64_t first_line, uint64_t offset,
                struct fault *f);

/* Whether stream_next would return without waiting. */
bool stream_ready(struct stream *s);

/* batch_start begins to check every signature in the batch's unbroken items; batch_finish waits for
 * the answers and marks items with an invalid signature as broken. Both: 0, or -1 and trouble. */
int batch_start(struct batch *b, struct sigpool *pool, struct fault *f);
int batch_finish(struct batch *b, struct sigpool *pool, struct fault *f);

#endif
