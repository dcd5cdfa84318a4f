/* What an account had, by a state line that a proof has shown to be in a block (state(5)). */
#ifndef LIGHT_HOLDING_H
#define LIGHT_HOLDING_H

#include "base/fault.h"
#include "record/account.h"

struct holding {
    int64_t height;       /* after the block of this height */
    bool present;         /* false: the account had nothing, and no transaction of it was done: */
    int64_t balance, seq; /* 0 then */
};

/* Judges the lines that follow the proof of a state line: that line, whose proof is the caller's to
 * check, and the `present` or `absent` line of this account, each with its newline. 0, or -1 and a
 * rule. */
int holding_check(const char *text, size_t len, const struct account *account, struct holding *h,
                  struct fault *f);

#endif
