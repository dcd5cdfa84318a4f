/* An address book: what people call accounts, read from key lines. */
#ifndef RECORD_BOOK_H
#define RECORD_BOOK_H

#include "record/key.h"

struct book;

/* An empty book; NULL: no memory. */
struct book *book_new(void);
void book_free(struct book *b);

/* Adds one key. The first name that an account gets is the one it is shown by; a name that two
 * accounts have names neither, nor does one that reads like an account. 0, or -1: no memory. */
int book_add(struct book *b, const struct key *k);

/* Adds every key line of the file; a line that is no key line, or torn, is refused. 0, or -1 and a
 * fault with its line. */
int book_read(struct book *b, const char *path, struct fault *f);

/* The name of an account in its text form, ended by NUL, or NULL. The book's. */
const char *book_name(const struct book *b, const uint8_t account[ID_LEN]);

/* The account that goes by this name (in its text form): 1, 0 where none does, -1 where several do.
 */
int book_account(const struct book *b, struct field name, uint8_t account[ID_LEN]);

#endif
