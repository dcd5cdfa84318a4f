#include "cli/key.h"

#include "base/file.h"
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/passphrase.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int get_passphrase(void *self, const char *path, char out[PASSPHRASE_MAX], struct fault *f)
{
    const int *fd = self;
    return *fd < 0 ? passphrase_ask(path, out, PASSPHRASE_MAX, f)
                   : passphrase_read(*fd, out, PASSPHRASE_MAX, f);
}

/* Whether this is a NAME.pub, next to the secret key that is wanted. */
static bool is_public(const char *path)
{
    char head[4] = "";
    int fd = file_open(path, O_RDONLY | O_NONBLOCK, 0);
    bool yes = fd >= 0 && read(fd, head, sizeof head) == sizeof head &&
               memcmp(head, "key ", sizeof head) == 0;
    if (fd >= 0)
        close(fd);
    return yes;
}

int cli_try_key(const char *path, int passphrase_fd, struct secret_key *k, struct fault *f)
{
    struct passphrase_source source = {get_passphrase, &passphrase_fd};
    if (!is_public(path))
        return keyfile_read(path, &source, k, f);
    return fault_trouble(f, "this is the public key; the secret one is in the file that ends in "
                            ".key");
}

void cli_read_key(const char *path, int passphrase_fd, struct secret_key *k)
{
    struct fault f;
    if (cli_try_key(path, passphrase_fd, k, &f))
        cli_fail(path, &f);
}

int cli_put_signed(const struct secret_key *k, const char *line, size_t len, struct fault *f)
{
    uint8_t signature[ED25519_SIGNATURE_LEN];
    char end[2 * ED25519_SIGNATURE_LEN + 2];
    if (secret_key_sign(k, line, len, signature, f))
        return -1;
    end[0] = ' ';
    hex_encode(end + 1, signature, ED25519_SIGNATURE_LEN);
    end[sizeof end - 1] = '\n';
    cli_put(line, len);
    cli_put(end, sizeof end);
    return 0;
}
