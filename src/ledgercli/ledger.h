/* How programs open the ledger that they read. Only programs use this: it exits. */
#ifndef LEDGERCLI_LEDGER_H
#define LEDGERCLI_LEDGER_H

#include "ledger/prefix.h"

/* Exits with 2 if the file at path is one of our formats but clearly not a ledger, such as a key;
 * the message says what it is. Nothing is changed. */
void cli_refuse_other_file(const char *path);

/* Opens the ledger that the -l argument names (NULL: $LEDGER, else "ledger"), or exits with the
 * fault's status. Bytes after its last valid block are reported on stderr, unless a writer is at
 * work on them. */
void cli_open_ledger(struct ledger *l, const char *option);

/* The ledger's path for a program whose other operands are accounts or ids: the -l argument; or
 * else the first operand, if it is a file that begins as a ledger does and is not an account in the
 * address book (names: the -a argument), and then *operands begins after it. NULL: neither. */
const char *cli_ledger_operand(char ***operands, const char *option, const char *names);

/* Exits with the status of a fault of this ledger; a line that it names is in the ledger. */
_Noreturn void cli_ledger_fail(const struct ledger *l, const struct fault *f);

/* The id in the ledger that begins with these digits, at least 8: of a block, of a record, or of
 * either, as `of` says; *is_block, unless NULL, says which it is. Exits with 1 if the ledger has
 * none, with 2 if it has several or the digits are not hex. */
void cli_find_id(struct ledger *l, const char *digits, enum prefix_of of, uint8_t id[ID_LEN],
                 bool *is_block);

/* The block whose id begins with these digits, in the same way. */
void cli_find_block(struct ledger *l, const char *digits, struct node *node);

/* The same for a -b argument; NULL: the best tip. */
void cli_find_tip(struct ledger *l, const char *digits, struct node *node);

/* The block of the best chain at a height that it has. */
void cli_best_block(struct ledger *l, int64_t height, struct node *node);

/* Exits with 2 unless an id could begin with these digits; to be called before a ledger is opened.
 */
void cli_check_id(const char *digits);

#endif
