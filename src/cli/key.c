#include "cli/key.h"

#include "base/file.h"
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
    if (k->scheme == SIGNATURE_ED25519)
        return;
    secret_key_wipe(k);
    cli_die("%s: an SLH-DSA key, which signs for its account and nothing else: peers, members and "
            "checkpoints have Ed25519 keys (keygen without -t)",
            path);
}

struct account cli_account_of(const struct secret_key *k)
{
    struct account a = account_of_key(k->public);
    if (k->scheme == SIGNATURE_SLH_DSA)
        a.form = ACCOUNT_SLH_DSA;
    return a;
}

int cli_put_signed(const struct secret_key *k, const char *line, size_t len, struct fault *f)
{
    struct signature_text signature;
    if (secret_key_sign_text(k, line, len, &signature, f))
        return -1;
    cli_put(line, len);
    cli_put(" ", 1);
    cli_put(signature.text, signature.len);
    cli_put("\n", 1);
    return 0;
}
