#include "cli/key.h"

#include "cli/cli.h"
#include "cli/passphrase.h"

static int get_passphrase(void *self, const char *path, char out[PASSPHRASE_MAX], struct fault *f)
{
    const int *fd = self;
    return *fd < 0 ? passphrase_ask(path, out, PASSPHRASE_MAX, f)
                   : passphrase_read(*fd, out, PASSPHRASE_MAX, f);
}

int cli_try_key(const char *path, int passphrase_fd, struct secret_key *k, struct fault *f)
{
    struct passphrase_source source = {get_passphrase, &passphrase_fd};
    return keyfile_read(path, &source, k, f);
}

void cli_read_key(const char *path, int passphrase_fd, struct secret_key *k)
{
    struct fault f;
    if (cli_try_key(path, passphrase_fd, k, &f))
        cli_fail(path, &f);
}
