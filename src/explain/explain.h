/*
 * Writes out a judgement: a POSIX shell script that repeats every check of it with coreutils and
 * openssl alone, each command after a comment in plain words, with the values filled in.
 *
 * The judge (judge/judge.h) says whether a record is valid; this lists, in the same order, what
 * there is to check. The script itself decides: a check that fails when it is run reports the
 * broken rule, in verify's words. If the script finds otherwise than the judge did, it ends with
 * trouble, never with the judge's verdict.
 *
 * No byte of a record gets into the script except within single quotes, as an octal escape, or, if
 * it is printable ASCII, in a comment.
 */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "judge/judge.h"

struct explain;

/* The subject of a script. All fields stay the caller's. */
struct explain_about {
    struct judge *judge;    /* of one stream */
    struct ledger *against; /* the ledger to check against, or NULL */
    const char *name;       /* the stream's name in verdicts */
    const char *path;       /* the stream's file, to be compared at the end; NULL: it has none */
};

/* A new, empty script; now is its clock, -1: the clock when it is run. NULL: no memory. */
struct explain *explain_new(int64_t now);
void explain_free(struct explain *x);

/* What has been written so far: the caller may take out->data and set out->len to 0 at any time. */
struct buf *explain_out(struct explain *x);

/* The script's first line. Write and flush it before anything that can fail: a shell that reads
 * this line, but not all of the rest, says so and ends with 2. */
extern const char explain_guard[];

/* These write the script. Call explain_begin once; for each stream explain_open, then explain_item
 * for each of its items right after judge_item (holds is its result, 1 or 0, and *why the fault if
 * it is 0), then explain_close; and explain_end once. 0, or -1 and trouble. */
int explain_begin(struct explain *x, struct fault *f);
int explain_open(struct explain *x, const struct explain_about *about, struct fault *f);
int explain_item(struct explain *x, const struct item *item, int holds, const struct fault *why,
                 struct fault *f);
int explain_close(struct explain *x, struct fault *f);
int explain_end(struct explain *x, struct fault *f);

#endif
