/* An address book: what people call accounts, read from key lines, and the policies of accounts,
 * read from policy lines. */
#ifndef RECORD_BOOK_H
#define RECORD_BOOK_H

#include "record/account.h"

struct book;

/* An empty book; NULL: no memory. */
struct book *book_new(void);
void book_free(struct book *b);

/* Adds every key and policy line of the file; a torn line, or one of another kind, is refused. An
 * account is shown by the first name that it gets. A name that belongs to two accounts, or that
 * reads like an account, is never looked up. 0, or -1 and a fault with its line. */
int book_read(struct book *b, const char *path, struct fault *f);

/* The name of an account in its text form, with a NUL, or NULL. Owned by the book. */
const char *book_name(const struct book *b, const struct account *account);

/* The text of an account's policy, with a NUL, or NULL. Owned by the book. */
const char *book_policy(const struct book *b, const struct account *account);

/* Finds the account with this name (in its text form): 1, 0 if there is none, -1 if several have
 * it. */
int book_account(const struct book *b, struct field name, struct account *account);

/* The name that somebody who wrote this one may have meant, in its text form: the nearest by one or
 * two letters added, left out, changed or swapped (one in a name of up to four), else one whose
 * first word it is. NULL: none is near, or the book is too large to look. Owned by the book. */
const char *book_nearest(const struct book *b, struct field name);

#endif
