/* What members do, as txmake's options say it, in the words of a transaction (tx(5)). */
#ifndef TXCLI_MEMBER_WORDS_H
#define TXCLI_MEMBER_WORDS_H

#include "base/buf.h"
#include "base/lines.h"
#include "record/book.h"

struct member_words {
    int64_t stake, unstake; /* amounts; 0: not that */
    const char *admit;      /* an account or a name, which gets this weight; NULL: not that */
    int64_t weight;
    const char *accuse; /* a file with pairs of lines, or "-": stdin; NULL: not that */
};

/* How many of them are asked for. */
int member_words_count(const struct member_words *m);

/* Appends the words of the one that is asked for, except accuse. 0, or -1 and a rule or trouble. */
int member_words_put(const struct member_words *m, const struct book *book, struct buf *out,
                     struct fault *f);

/* Gives each pair of the file's lines, in the words of an accusation, to `make`, until it answers
 * otherwise than by 0. 0, or -1 and a fault, with its line, but without
 * the file's name. That the lines are evidence is judged
 * with the transaction. */
int member_words_accuse(const char *path,
                        int (*make)(void *self, struct field words, struct fault *f), void *self,
                        struct fault *f);

/* For programs, which these end: checks that one operation is asked for and that the operands are
 * its, and takes the weight from them; and calls make for the words of each transaction, in turn,
 * which gives 0, or -1 and a fault. */
void cli_member_words_check(struct member_words *w, char **operands);
void cli_member_words_make(const struct member_words *w, const struct book *book,
                           int (*make)(void *self, struct field words, struct fault *f),
                           void *self);

#endif
