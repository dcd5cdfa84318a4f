/* The name of an account in a table or a journal. */
#ifndef EXPORT_ACCOUNTS_H
#define EXPORT_ACCOUNTS_H

#include "export/text.h"
#include "record/book.h"

/* Writes the account's name in its text form at p or, if the book (NULL: none) does not have it,
 * its 64 digits; gives the place after it. No two accounts are written the same. */
static inline char *put_account(char *p, const struct book *book, const struct account *id)
{
    const char *name = book ? book_name(book, id) : NULL;
    return name ? put_string(p, name) : put_string(p, account_text(id).text);
}

#endif
