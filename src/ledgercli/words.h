/* Records in plain words, on stdout. Accounts are called by their names in the book. */
#ifndef LEDGERCLI_WORDS_H
#define LEDGERCLI_WORDS_H

#include "record/book.h"
#include "stream/stream.h"

/* A line with what the account is for, such as `from'. */
void words_account(const struct book *book, const char *what, const struct account *account);

/* A transaction, a line for each thing that can be said of it. */
void words_tx(const struct book *book, const struct tx *tx, const uint8_t id[ID_LEN]);

/* The same for any line of this block's body. */
void words_entry(const struct book *book, const struct item *item, const struct entry *e);

/* A block's body, in short: a line for each payment, and for each line that is no transaction. */
void words_body(const struct book *book, const struct item *item);

#endif
