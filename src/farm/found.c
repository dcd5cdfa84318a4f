#include "farm/found.h"

#include "hash/sha256.h"

void found_add(struct found *list, const struct unsealed *u)
{
    sha256(u->header.data, u->header.len, list->hashes[list->count++ % FOUND_MAX]);
}

bool found_has(const struct found *list, const struct unsealed *u)
{
    uint8_t hash[ID_LEN];
    sha256(u->header.data, u->header.len, hash);
    for (size_t i = 0; i < list->count && i < FOUND_MAX; i++)
        if (memcmp(hash, list->hashes[i], ID_LEN) == 0)
            return true;
    return false;
}
