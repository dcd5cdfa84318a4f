#include "crypto/ed25519_keys.h"

#include "base/chance.h"

#include <string.h>

enum { AHEAD = 16 }; /* keys whose table slots are prefetched together */

struct known_key {
    uint8_t key[ED25519_KEY_LEN];
    struct ed25519_point point;
};

static void prefetch_some(const struct ed25519_keys *k, const struct sigjob *jobs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        idmap_prefetch(&k->map, jobs[i].key);
    for (size_t i = 0; i < n; i++)
        idmap_prefetch_entry(&k->map, jobs[i].key);
}

void ed25519_keys_find(struct ed25519_keys *k, const struct sigjob *jobs,
                       struct ed25519_point *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i % AHEAD == 0)
            prefetch_some(k, jobs + i, n - i < AHEAD ? n - i : AHEAD);
        const struct known_key *known = idmap_find(&k->map, jobs[i].key);
        points[i] = known ? known->point : (struct ed25519_point){.x = {0}};
    }
}

void ed25519_keys_prefetch(const struct ed25519_keys *k, const struct sigjob *job)
{
    idmap_prefetch(&k->map, job->key);
}

void ed25519_keys_add(struct ed25519_keys *k, const struct sigjob *job,
                      const struct ed25519_point *point)
{
    if (!job->valid || !ed25519_point_is_known(point))
        return;
    if (!k->map.entry_size)
        idmap_init(&k->map, sizeof(struct known_key), ED25519_KEYS_MAX, chance_seed());
    struct known_key *known = idmap_find(&k->map, job->key);
    if (!known && k->map.count == k->map.limit)
        idmap_clear(&k->map);
    if (!known)
        known = idmap_add(&k->map, job->key);
    else if (!ed25519_point_has_far(point))
        return;
    if (known) /* if there is no memory, it is computed again next time */
        known->point = *point;
}

void ed25519_keys_free(struct ed25519_keys *k)
{
    idmap_free(&k->map);
}
