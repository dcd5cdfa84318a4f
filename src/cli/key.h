/* How programs read secret keys. Only programs use this: it exits. */
#ifndef CLI_KEY_H
#define CLI_KEY_H

#include "crypto/keyfile.h"
#include "record/account.h"

/* Reads a secret key file, of either scheme. If it is encrypted, the passphrase is the next line of
 * passphrase_fd or, if that is negative, is asked for at the terminal. 0, or -1 and trouble, with
 * nothing left in *k.
 */
int cli_try_key(const char *path, int passphrase_fd, struct secret_key *k, struct fault *f);

/* The same, but exits on failure, and if it is not an Ed25519 key: peers, members and checkpoints
 * sign with no other. The caller wipes *k. */
void cli_read_key(const char *path, int passphrase_fd, struct secret_key *k);

/* The account of a key. */
struct account cli_account_of(const struct secret_key *k);

/* Puts the len bytes of an unsigned line to stdout with the signature as their last field. 0, or -1
 * and trouble. */
int cli_put_signed(const struct secret_key *k, const char *line, size_t len, struct fault *f);

#endif
