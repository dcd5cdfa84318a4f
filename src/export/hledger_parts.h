/* Shared by the files of export/hledger.h. */
#ifndef EXPORT_HLEDGER_PARTS_H
#define EXPORT_HLEDGER_PARTS_H

#include "export/accounts.h"
#include "export/hledger.h"
#include "export/shifts.h"

/* A posting with a name, a number, a commodity and separators; a description line. */
enum {
    POSTING_MAX = ACCOUNT_TEXT_MAX + 2 * (NUMBER_MAX + TEXT_FORM_MAX) + 64,
    HEAD_MAX = 2 * ID_LEN + ACCOUNT_TEXT_MAX + TEXT_FORM_MAX + 3 * NUMBER_MAX + 128,
    DATE_MAX = 10,
    TIME_MAX = 20,
};

/* The last second of a year with four digits. */
#define TIME_LAST INT64_C(253402300799)

struct hledger {
    const struct book *book;
    struct chain chain;
    struct state *state;
    int64_t latest;               /* the latest time of a block so far, TIME_LAST at most */
    char date[DATE_MAX + 1];      /* its day */
    char when[TIME_MAX + 1];      /* the block's own time */
    char unit[TEXT_FORM_MAX + 4]; /* the text after an amount: a space and the commodity */
    struct buf journal;           /* the state's argument, which is ignored */
    int64_t supply;
};

/* hledger_lines.c: the day of a block with this time; the chain's commodity. */
void hledger_set_date(struct hledger *h, int64_t time);
void hledger_set_unit(struct hledger *h);

/* Each of these writes at p, where there is enough space, and gives the place after it. */

/* DATE * (CODE) PAYEE | NOTE; with an empty memo the payee alone, with memo NULL "block HEIGHT". */
char *hledger_head(char *p, const struct hledger *h, const uint8_t code[ID_LEN],
                   const struct account *payee, const struct field *memo);

/* An amount with its commodity; a place of an account, indented; the two in a line. */
char *hledger_amount(char *p, const struct hledger *h, int64_t amount);
char *hledger_place(char *p, const struct hledger *h, enum place place, const struct account *id);
char *hledger_posting(char *p, const struct hledger *h, enum place place, const struct account *id,
                      int64_t amount);

/* One of the accounts that belong to nobody; nothing if the amount is 0. */
char *hledger_equity(char *p, const struct hledger *h, const char *name, int64_t amount);

/* hledger_stakes.c: both postings of a shift; what comes from nowhere is from equity:genesis, what
 * goes there is equity:slashed. */
char *hledger_shift(char *p, const struct hledger *h, const struct shift *s);

/* Appends a transaction of its own for what returns in a block, or a first stake. 0, or -1: no
 * memory. */
int hledger_put_shift(const struct hledger *h, const uint8_t block[ID_LEN], const struct shift *s,
                      struct buf *out);

/* The stakes and unbonding sums, at the end of the block, of keys for which they may have changed:
 * the first notes those among what the state flushes, the second appends an assertion for each. 0,
 * or -1 and a fault. */
int hledger_note(struct buf *keys, const struct state_key *key, struct fault *f);
int hledger_assert(const struct hledger *h, const struct buf *keys, struct buf *out,
                   struct fault *f);

/* Appends the declarations of all such places. 0, or -1 and a fault. */
int hledger_declare(const struct hledger *h, struct buf *out, struct fault *f);

#endif
