#include "cli/keyring.h"

#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

static int by_account(const void *a, const void *b)
{
    const struct account x = cli_account_of(a), y = cli_account_of(b);
    return account_compare(&x, &y);
}

void keyring_wipe(struct keyring *r)
{
    for (size_t i = 0; i < r->count; i++)
        secret_key_wipe(&r->keys[i]);
    free(r->keys);
    *r = (struct keyring){0};
}

void keyring_read(struct keyring *r, const struct cli_list *paths, int passphrase_fd)
{
    struct fault f;
    r->keys = calloc(paths->count, sizeof *r->keys);
    cli_memory(!r->keys);
    for (; r->count < paths->count; r->count++) {
        if (cli_try_key(paths->items[r->count], passphrase_fd, &r->keys[r->count], &f)) {
            keyring_wipe(r);
            cli_fail(paths->items[r->count], &f);
        }
    }
    qsort(r->keys, r->count, sizeof *r->keys, by_account);
}

const struct secret_key *keyring_find(const struct keyring *r, const struct account *account)
{
    struct secret_key wanted = {.scheme = account->form == ACCOUNT_SLH_DSA ? SIGNATURE_SLH_DSA
                                                                           : SIGNATURE_ED25519};
    if (r->count == 0 || account->form == ACCOUNT_POLICY)
        return NULL;
    memcpy(wanted.public, account->id, sizeof wanted.public);
    return bsearch(&wanted, r->keys, r->count, sizeof *r->keys, by_account);
}
