/*
 * A judgement written out: a POSIX shell script that makes every check of it again with coreutils
 * and openssl alone, each command under a comment in plain words, the values filled in.
 *
 * The judge (ledger/judge.h) says whether a record holds; this says, in the same order, what there
 * is to check. The script itself decides: a check that fails when it is run says the rule that is
 * broken, in verify's words. Where the judge said otherwise than the script finds, the script ends
 * with trouble, never with the judge's verdict.
 *
 * No byte of a record gets into the script but within single quotes, as an octal escape, or, where
 * it is printable ASCII, in a comment.
 */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "ledger/judge.h"

struct explain;

/* What a script is about. All stay the caller's. */
struct explain_about {
    struct judge *judge;    /* of one stream */
    struct ledger *against; /* the ledger that it judges against, or NULL */
    const char *name;       /* what verdicts call the stream */
    const char *path;       /* the stream's file, to be compared in the end; NULL: it has none */
};

/* A script that has nothing in it yet; now is the clock that it goes by, -1: the one at the time
 * that it runs. NULL: no memory. */
struct explain *explain_new(int64_t now);
void explain_free(struct explain *x);

/* What has been written so far: the caller takes out->data and sets out->len to 0, whenever it
 * likes. */
struct buf *explain_out(struct explain *x);

/* The script's first line, which its user writes, and flushes, before anything that can fail: a
 * shell that reads this, and then not all of the rest, says so and ends with 2. */
extern const char explain_guard[];

/* All of these write, in this order: explain_begin once, explain_open for each stream, explain_item
 * for each of its items right after judge_item (holds is what that gave, 1 or 0, and *why the fault
 * where it is 0), explain_close, and explain_end once. 0, or -1 and trouble. */
int explain_begin(struct explain *x, struct fault *f);
int explain_open(struct explain *x, const struct explain_about *about, struct fault *f);
int explain_item(struct explain *x, const struct item *item, int holds, const struct fault *why,
                 struct fault *f);
int explain_close(struct explain *x, struct fault *f);
int explain_end(struct explain *x, struct fault *f);

#endif
