/* What members do and sign, in plain words, on stdout. Accounts are called by their names in the
 * book. Only programs use this: it prints. */
#ifndef LEDGERCLI_WORDS_MEMBERS_H
#define LEDGERCLI_WORDS_MEMBERS_H

#include "record/book.h"
#include "stream/stream.h"

/* What the operation of a member's transaction says, a line for each thing; and the same in a
 * phrase, without a newline, such as "stakes 50". Each prints nothing if the operation is none of
 * members': false. */
bool words_operation(const struct book *book, const struct tx *tx);
bool words_operation_short(const struct book *book, const struct tx *tx);

/* A vote or an attest line in full, a line for each thing; false: it is none. */
bool words_signed(const struct book *book, const struct item *item, const struct entry *e);

/* The same for lines of this block's body: for a member line of genesis, and in a phrase also for a
 * vote or attest line. */
bool words_member(const struct book *book, const struct item *item, const struct entry *e);
bool words_signed_short(const struct book *book, const struct item *item, const struct entry *e);

#endif
