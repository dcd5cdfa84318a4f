/* How a transaction of a policy shows it: "policy ... by BRANCH [show PREIMAGE]" (tx(5)). Only
 * programs use this: it exits. */
#ifndef TXCLI_SHOWING_H
#define TXCLI_SHOWING_H

#include "base/buf.h"
#include "cli/preimage.h"
#include "record/book.h"
#include "record/tx.h"

struct showing {
    /* The options: a file with policies, one with a preimage (NULL: not given), the branch (-1: not
     * given). */
    const char *policies, *preimage;
    int64_t branch;
    int64_t height; /* of the next block; -1: not known */
    const struct book *book;
    struct book *more; /* the policies of the file */
    struct preimage secret;
    bool has_secret;
    bool warned; /* that the branch is not open yet */
};

/* Reads the files; `book` has further policies. Exits with 2 if one cannot be read. */
void showing_open(struct showing *s, const struct book *book);
void showing_close(struct showing *s);

/* Appends to the line of tx, whose FROM is a policy's account, its policy and a branch: the one
 * that was chosen; or else the first one that is open at this height. If tx has a proof already,
 * that of an earlier line, its policy, branch and preimage are used. 0, or -1 and a rule. */
int showing_append(struct showing *s, const struct tx *tx, struct buf *line, struct fault *f);

#endif
