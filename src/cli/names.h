/* The address book that a program uses, and accounts as a person writes them. Only programs use
 * this: it exits. */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

#include "record/book.h"

/* The address book: the file that -a names; else the one that $NAMES names; else, in the current
 * folder, `names` and every *.pub that begins like a key or policy line. It is read once and kept
 * until the program ends; from then on, messages show the accounts in it as cli_account_words does.
 * Exits with 2 if it cannot be read. */
const struct book *cli_book(const char *option);

/* For a program that needs no address book: the default one is read when a message names an
 * account. A book that cannot be read names nobody. */
void cli_name_accounts(void);

/* An account as 64 hex digits, or by its name as a person writes it (or in its text form). Exits
 * with 2 if it is neither. */
void cli_account(const struct book *b, const char *text, struct account *account);

/* The same, without exiting: 0, or -1 and a rule. */
int cli_find_account(const struct book *b, const char *text, size_t n, struct account *account,
                     struct fault *f);

/* An account as messages name it: "alice (3b6a27bc)", its name and first digits; if the book (NULL:
 * no book) has no name for it, its 64 digits. */
struct account_words {
    char text[TEXT_FORM_MAX + 16];
};
struct account_words cli_account_words(const struct book *b, const struct account *account);

#endif
