/* seal --break: forged blocks, and the file that says what is wrong with them. Only programs use
 * this: it exits. */
#ifndef BLOCKCLI_BLOCK_FORGERY_H
#define BLOCKCLI_BLOCK_FORGERY_H

#include "cli/options.h"
#include "forge/block_forge.h"

struct cli_block_forgery {
    const char *kind, *answers; /* -B, -A */
    int64_t seed;               /* -e; -1: not given */
};

/* Prints a forged block of this ledger, sealed and signed with these keys, and writes the answer.
 * `body` takes its transactions from stdin. Gives the exit status: 1, after a message, if such a
 * block cannot be made. */
int cli_forge_block(const struct cli_block_forgery *o, struct ledger *ledger,
                    const struct cli_list *keys, int passphrase_fd);

#endif
