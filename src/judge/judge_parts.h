/* Shared by the files of judge/judge. */
#ifndef JUDGE_JUDGE_PARTS_H
#define JUDGE_JUDGE_PARTS_H

#include "chain/store_temp.h"
#include "judge/invalid.h"
#include "judge/judge.h"
#include "judge/member_line.h"
#include "judge/spends.h"
#include "record/armor.h"

enum judge_mode { UNKNOWN, AGAINST, WHOLE, LOOSE };

struct judge {
    enum judge_mode mode;
    struct ledger *against;
    bool batches,
        fresh;      /* AGAINST: judge_next_batch is called, and the ledger was looked at since */
    bool strangers; /* AGAINST: of far branches, only headers are judged */
    struct guard *guard;
    struct store_temp *store; /* WHOLE */
    struct tree tree;         /* WHOLE */
    judge_good *good;         /* WHOLE; NULL: no callback */
    void *watcher;
    struct spends spends;   /* LOOSE */
    struct invalid invalid; /* WHOLE */
    bool follows;
    struct armor armor;
    struct member_lines members; /* AGAINST */
    struct judge_sum sum;
};

/* Refuses an item, in its first line unless the fault has a line. 0. */
int judge_refuse(const struct item *item, struct fault *f);

/* Each judges an item: 1 it is valid, 0 it is not (*f, with its line), -1 and trouble. */

/* --- judge_whole.c ---------------------------------------------------------------------------- */

/* Any item of a whole ledger. now: as tree_check takes it. */
int judge_whole(struct judge *j, const struct item *item, int64_t now, struct fault *f);

/* Whether this is a block of a ledger that has no valid genesis block; and refuses it: 0. */
bool judge_is_rootless(const struct judge *j, const struct item *item);
int judge_rootless(struct judge *j, const struct item *item, struct fault *f);

/* --- judge_record.c --------------------------------------------------------------------------- */

/* A record that is neither a block nor a transaction. A rule or a grant has no meaning without its
 * genesis block: a ledger that lost its first line is not a ledger. */
int judge_record(struct judge *j, const struct item *item, struct fault *f);

#endif
