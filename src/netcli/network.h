/* What the network's programs have in common: TLS, the chain, the clock. Only programs use this: it
 * exits. */
#ifndef NETCLI_NETWORK_H
#define NETCLI_NETWORK_H

#include "net/tls.h"
#include "netcli/events.h"
#include "record/field.h"

/* TLS with the key in this file or, if path is NULL, a fresh key. Exits on failure. */
struct tls *cli_tls(const char *path, int passphrase_fd);

/* A -c argument. Exits with 2 if it is not an id. */
void cli_chain(const char *option, uint8_t chain[ID_LEN]);

/* The words of a start event: our account, or `-` without TLS, and the chain. */
#define CLI_START_MAX (2 * 2 * ID_LEN + 2)
void cli_start_words(const struct tls *tls, const uint8_t chain[ID_LEN], char words[CLI_START_MAX]);

/* The machine's clock, as a callback with a self. */
int64_t cli_clock(void *self);

/* Whether a key is on a list (netcli/allow.h), as a callback. */
bool cli_allows(void *list, const uint8_t key[ID_LEN]);

#endif
