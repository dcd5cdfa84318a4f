/* The secret keys that a program was given, by their accounts. Only programs use this. */
#ifndef CLI_KEYRING_H
#define CLI_KEYRING_H

#include "cli/key.h"
#include "cli/options.h"

/* All zero holds nothing. */
struct keyring {
    struct secret_key *keys; /* sorted by account */
    size_t count;
};

/* Reads the key files, as cli_try_key does; exits with 2 if one cannot be read. */
void keyring_read(struct keyring *r, const struct cli_list *paths, int passphrase_fd);

/* The key of this account, or NULL. */
const struct secret_key *keyring_find(const struct keyring *r, const struct account *account);

void keyring_wipe(struct keyring *r);

#endif
