/* How programs open the ledger that they read. Only programs use this: it exits. */
#ifndef CLI_LEDGER_H
#define CLI_LEDGER_H

#include "ledger/prefix.h"

/* Exits with 2 if the file at path is one of ours and clearly not a ledger, such as a key: says
 * what it is. Nothing is changed. */
void cli_refuse_other_file(const char *path);

/* Opens the ledger that the -l argument names (NULL: $LEDGER, else "ledger"), or exits as the fault
 * asks. Bytes behind its last good block are told on stderr, unless a writer is at work on them. */
void cli_open_ledger(struct ledger *l, const char *option);

/* The ledger's path for a program whose other operands are accounts or ids: the -l argument, or,
 * without one, the first operand if it is a file that begins as a ledger does and is not an account
 * in the address book (names: the -a argument); *operands then begins after it. NULL: neither. */
const char *cli_ledger_operand(char ***operands, const char *option, const char *names);

/* Exits as a fault of this ledger asks; a line that it names is the ledger's. */
_Noreturn void cli_ledger_fail(const struct ledger *l, const struct fault *f);

/* The id in the ledger that these digits, at least 8, begin: of a block, of a record, or of either,
 * as `of` asks; *is_block, unless NULL, then tells which. Exits with 1 if the ledger has none, with
 * 2 if it has several or the digits are no id. */
void cli_find_id(struct ledger *l, const char *digits, enum prefix_of of, uint8_t id[ID_LEN],
                 bool *is_block);

/* The block whose id these digits begin, in the same way. */
void cli_find_block(struct ledger *l, const char *digits, struct node *node);

/* Exits with 2 unless these digits could begin an id: for what is to be said before a ledger is
 * opened. */
void cli_check_id(const char *digits);

#endif
