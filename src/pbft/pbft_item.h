/* What pbft sends and saves, and its text (pbft(1), MESSAGES).
 *
 * The first line of each is a word, its numbers, and how many lines follow. Batches are references:
 * a message to all, the same one to the log and the answer to a node that fetches share them. */
#ifndef PBFT_PBFT_ITEM_H
#define PBFT_PBFT_ITEM_H

#include "consensus/applied.h"
#include "consensus/engine.h"
#include "pbft/pbft_batch.h"

enum pbft_kind {
    PBFT_REQUEST,    /* batch: what is to be ordered, to all members */
    PBFT_PREPREPARE, /* view, seq, batch: the primary's proposal; saved before it is answered */
    PBFT_PREPARE,    /* view, seq, digest */
    PBFT_COMMIT,     /* view, seq, digest */
    PBFT_CHECKPOINT, /* seq, digest of all that was executed up to it */
    PBFT_VIEWCHANGE, /* view, low: parts C, P, Q (TOCS 2002, section 3.2.4), and batches of P */
    PBFT_ACK,        /* view, node, digest: of that node's view change, as the sender received it */
    PBFT_NEWVIEW, /* view: parts V, the view changes it is made of, and O, what follows from them */
    PBFT_STATUS,  /* view, flag: it is in it; seq: executed; low: its low mark */
    PBFT_FETCH,   /* seq: what was executed from there on is wanted; flag: with batches */
    PBFT_DECIDED, /* seq: parts D: what was executed from there on */
    PBFT_SNAPSHOT, /* seq, index, digest (of the order up to seq), span, applied, state */
    PBFT_MARK,     /* seq, index, digest: of the sender's snapshot */
    /* these are only saved */
    PBFT_PREPARED, /* view, seq, digest: before the commit message is sent */
    PBFT_EXECUTED, /* seq, digest of its batch */
    PBFT_CHOSEN,   /* seq, batch: it was fetched, or is rewritten after a snapshot */
    PBFT_STABLE,   /* seq, digest: a checkpoint that a quorum has */
    PBFT_HELD,     /* low: parts P and Q, and batches, when the log is rewritten */
    PBFT_KINDS
};

/* c: a checkpoint: seq, digest. p, q: prepared, pre-prepared: seq, view, digest. b: a batch.
 * v: node, and its view change without batches. o: seq, batch. d: seq, digest, and its batch if it
 * was asked for. */
struct pbft_part {
    char what;
    uint64_t seq, view;
    uint32_t node;
    struct pbft_digest digest;
    struct pbft_batch *batch;
    struct pbft_item *claim;
};

struct pbft_item {
    struct engine_item head;
    uint64_t view, seq, low, index, span;
    uint32_t node;
    bool flag;
    struct pbft_digest digest; /* of a view change or snapshot: of its own text, see seal */
    struct pbft_digest order;  /* of a snapshot: of what was executed up to seq */
    struct pbft_batch *batch;
    struct applied applied;
    struct payload *state;
    size_t count;
    struct pbft_part parts[];
};

/* An item of this kind with space for `count` parts, all zero. NULL: no memory. */
struct pbft_item *pbft_item_new(enum pbft_kind kind, size_t count);
void pbft_item_free(struct engine_item *item);

static inline struct pbft_item *pbft_item_share(struct pbft_item *item)
{
    return (struct pbft_item *)engine_item_ref(&item->head);
}

/* NULL is let pass. */
static inline void pbft_item_drop(struct pbft_item *item)
{
    if (item != NULL)
        engine_item_unref(&item->head);
}

/* Sets the digest of a view change, of all but its batches, or of a snapshot. 0, or -1: no
 * memory. */
int pbft_item_seal(struct pbft_item *item, const struct node_names *names);

/* A view change without its batches; it has the same digest. NULL: no memory. */
struct pbft_item *pbft_item_strip(const struct pbft_item *item);

/* For the engine's type (engine.h). */
int pbft_item_format(const struct engine_item *item, const struct node_names *names,
                     struct buf *out);
struct engine_item *pbft_item_parse(const char *text, size_t n, size_t *used,
                                    struct node_names *names, struct fault *f);

/* A kind's word and numbers in text, in their order: v view, s seq, l low, i index, k span, n node,
 * f flag, d digest, o order; and what its lines are: B a batch, P parts, S a snapshot, 0 none. A
 * part's form is the same; V: a view change. */
struct pbft_form {
    const char *word, *fields;
    char lines;
};
extern const struct pbft_form pbft_forms[PBFT_KINDS];

/* The form of a part, or NULL if there is none with this letter. */
const struct pbft_form *pbft_part_form(char what);

#endif
