/* What the programs of the network have in common: the key, the chain, the log. Only programs use
 * this: it exits. */
#ifndef CLI_NETWORK_H
#define CLI_NETWORK_H

#include "crypto/keyfile.h"
#include "net/tls.h"
#include "record/field.h"

/* Reads a secret key file, asking for its passphrase where it has one: at the terminal, or the next
 * line of passphrase_fd where that is not below 0. Exits where that fails. The caller wipes *k. */
void cli_read_key(const char *path, int passphrase_fd, struct secret_key *k);

/* TLS with the key in this file, or, path NULL, with a fresh one. Exits where that fails. */
struct tls *cli_tls(const char *path, int passphrase_fd);

/* A -c argument. Exits with 2 where it is no id. */
void cli_chain(const char *option, uint8_t chain[ID_LEN]);

/* An event on stderr, for people and awk: TIME WHO EVENT ID [WORDS] (gossip(7)). id and words may
 * be NULL. */
void cli_event(const char *who, const char *event, const uint8_t *id, const char *words);

#endif
