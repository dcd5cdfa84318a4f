#include "crypto/ed25519_keys.h"

#include "base/chance.h"

#include <stdlib.h>
#include <string.h>

enum {
    NOTES = 1 << 17,
    AHEAD = 16, /* keys whose table slots are prefetched together */
};

struct known_key {
    uint8_t key[ED25519_KEY_LEN];
    struct ed25519_point point;
};

/* --- Notes ------------------------------------------------------------------------------------ */

/* 0, or -1: no memory. */
static int begin(struct ed25519_keys *k)
{
    if (k->notes)
        return 0;
    idmap_init(&k->map, sizeof(struct known_key), ED25519_KEYS_MAX, chance_seed());
    k->notes = calloc(NOTES, sizeof *k->notes);
    return k->notes ? 0 : -1;
}

static uint64_t hash_of(const struct ed25519_keys *k, const struct sigjob *job)
{
    return idhash(&k->map.hash, job->key);
}

/* The table of keys uses the hash's low bits. */
static uint16_t *note_at(const struct ed25519_keys *k, uint64_t hash)
{
    return k->notes + (hash >> 32) % NOTES;
}

/* Never 0, which is no note. */
static uint16_t note_of(uint64_t hash)
{
    return (uint16_t)(hash >> 48 | 1);
}

static bool is_noted(const struct ed25519_keys *k, const struct sigjob *job)
{
    const uint64_t hash = hash_of(k, job);
    return *note_at(k, hash) == note_of(hash);
}

/* --- Interface -------------------------------------------------------------------------------- */

static void prefetch_some(const struct ed25519_keys *k, const struct sigjob *jobs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ed25519_keys_prefetch(k, &jobs[i]);
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
        points[i] = known ? known->point
                          : (struct ed25519_point){.again = k->notes && is_noted(k, &jobs[i])};
    }
}

void ed25519_keys_prefetch(const struct ed25519_keys *k, const struct sigjob *job)
{
    idmap_prefetch(&k->map, job->key);
    if (k->notes)
        __builtin_prefetch(note_at(k, hash_of(k, job)));
}

static void keep(struct ed25519_keys *k, const struct sigjob *job,
                 const struct ed25519_point *point)
{
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

void ed25519_keys_add(struct ed25519_keys *k, const struct sigjob *job,
                      const struct ed25519_point *point)
{
    if (!job->valid || !ed25519_point_is_known(point) || begin(k))
        return;
    const uint64_t hash = hash_of(k, job);
    if (point->again)
        keep(k, job, point);
    else
        *note_at(k, hash) = note_of(hash);
}

void ed25519_keys_free(struct ed25519_keys *k)
{
    idmap_free(&k->map);
    free(k->notes);
    k->notes = NULL;
}
