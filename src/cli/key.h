/* Secret keys as programs are given them. Only programs use this: it exits. */
#ifndef CLI_KEY_H
#define CLI_KEY_H

#include "crypto/keyfile.h"

/* Reads a secret key file. Where it has a passphrase, that is asked for at the terminal, or is the
 * next line of passphrase_fd where that is not below 0. 0, or -1 and trouble: nothing is left in *k
 * then. */
int cli_try_key(const char *path, int passphrase_fd, struct secret_key *k, struct fault *f);

/* The same; exits where that fails. The caller wipes *k. */
void cli_read_key(const char *path, int passphrase_fd, struct secret_key *k);

#endif
