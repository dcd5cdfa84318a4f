#include "gossip/key_times.h"

struct last {
    uint8_t key[IDMAP_ID_LEN];
    int64_t time;
    struct bucket bucket;
};

static const struct rate rate = {KEY_TIMES_BURST, KEY_TIMES_EVERY};

void key_times_init(struct key_times *t, uint64_t seed)
{
    idmap_init(&t->young, sizeof(struct last), KEY_TIMES_MAX, seed);
    idmap_init(&t->old, sizeof(struct last), KEY_TIMES_MAX, seed);
}

void key_times_free(struct key_times *t)
{
    idmap_free(&t->young);
    idmap_free(&t->old);
}

static void turn(struct key_times *t)
{
    struct idmap old = t->old;
    t->old = t->young;
    t->young = old;
    idmap_clear(&t->young);
}

/* The key's entry among the young, *fresh: with nothing in it yet. NULL: no memory. */
static struct last *entry(struct key_times *t, const uint8_t key[IDMAP_ID_LEN], bool *fresh)
{
    struct last *last = idmap_find(&t->young, key);
    *fresh = false;
    if (last)
        return last;
    const struct last *before = idmap_find(&t->old, key);
    struct last copy = before ? *before : (struct last){.time = 0};
    if (t->young.count == KEY_TIMES_MAX)
        turn(t);
    last = idmap_add(&t->young, key);
    if (!last)
        return NULL;
    *fresh = !before;
    last->time = copy.time;
    last->bucket = copy.bucket;
    return last;
}

/* The key's entry; at first with a full bucket and *fresh, as there is no last record yet. */
static struct last *last_of(struct key_times *t, const uint8_t key[IDMAP_ID_LEN], int64_t now,
                            bool *fresh)
{
    struct last *last = entry(t, key, fresh);
    if (last && *fresh)
        bucket_init(&last->bucket, &rate, now);
    return last;
}

bool key_times_take(struct key_times *t, const uint8_t key[IDMAP_ID_LEN], int64_t time, int64_t now)
{
    bool fresh;
    struct last *last = last_of(t, key, now, &fresh);
    if (!last)
        return true;
    if ((!fresh && time <= last->time) || !bucket_take(&last->bucket, &rate, now))
        return false;
    last->time = time;
    return true;
}

void key_times_note(struct key_times *t, const uint8_t key[IDMAP_ID_LEN], int64_t time, int64_t now)
{
    bool fresh;
    struct last *last = last_of(t, key, now, &fresh);
    if (last && (fresh || time > last->time))
        last->time = time;
}
