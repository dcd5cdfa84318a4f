#include "netcli/network.h"

#include "base/hex.h"
#include "cli/cli.h"
#include "cli/key.h"
#include "cli/values.h"
#include "crypto/ed25519_openssl.h"
#include "netcli/allow.h"

#include <stdio.h>
#include <string.h>

struct tls *cli_tls(const char *path, int passphrase_fd)
{
    struct secret_key key = {0};
    struct fault f;
    ed25519_openssl_prepare();
    if (path)
        cli_read_key(path, passphrase_fd, &key);
    struct tls *tls = tls_new(path ? &key : NULL, &f);
    secret_key_wipe(&key);
    if (!tls)
        cli_fail(NULL, &f);
    return tls;
}

void cli_chain(const char *option, uint8_t chain[ID_LEN])
{
    if (strlen(option) != 2 * ID_LEN || hex_decode(chain, option, ID_LEN))
        cli_die("-c: '%.80s' is not 64 lowercase hex digits", option);
}

void cli_start_words(const struct tls *tls, const uint8_t chain[ID_LEN], char words[CLI_START_MAX])
{
    snprintf(words, CLI_START_MAX, "%s %s", tls ? hex32(tls_account(tls)).text : "-",
             hex32(chain).text);
}

int64_t cli_clock(void *self)
{
    (void)self;
    return cli_time_now(CLI_CLOCK);
}

bool cli_allows(void *list, const uint8_t key[ID_LEN])
{
    return allow_has(list, key);
}
