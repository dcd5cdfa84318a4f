#include "mempool/missing.h"

#include "base/chance.h"

#include <string.h>

enum { LIMIT = 1 << 14 };

static void key_of(const struct account *from, int64_t seq, uint8_t key[ID_LEN])
{
    memcpy(key, from->id, ID_LEN);
    for (size_t i = 0; i < sizeof seq; i++)
        key[i] ^= (uint8_t)((uint64_t)seq >> (8 * i));
}

void missing_init(struct missing *m)
{
    idset_init(&m->keys, LIMIT, chance_seed());
}

void missing_free(struct missing *m)
{
    idset_free(&m->keys);
}

int missing_note(struct missing *m, const struct account *from, int64_t seq)
{
    uint8_t key[ID_LEN];
    key_of(from, seq, key);
    bool known = idset_has(&m->keys, key);
    return idset_add(&m->keys, key) ? -1 : known;
}
