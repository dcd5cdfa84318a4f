#include "watch/conflicts.h"

#include "base/buf.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct about {
    uint8_t chain[ID_LEN], key[ID_LEN];
    int64_t height;
};

struct kept {
    struct about about;
    uint8_t block[ID_LEN];
    bool reported;
    UT_hash_handle hh;
    size_t len;
    char line[];
};

/* A queue of checkpoints, oldest first. */
struct conflicts {
    struct kept *known, *strangers;
    size_t limit; /* of each */
    struct buf keys;
};

struct conflicts *conflicts_new(size_t limit)
{
    struct conflicts *c = calloc(1, sizeof *c);
    if (c)
        c->limit = limit;
    return c;
}

static void drop(struct kept **list, struct kept *x)
{
    HASH_DEL(*list, x);
    free(x);
}

void conflicts_free(struct conflicts *c)
{
    if (!c)
        return;
    while (c->known)
        drop(&c->known, c->known);
    while (c->strangers)
        drop(&c->strangers, c->strangers);
    buf_free(&c->keys);
    free(c);
}

static bool is_known(const struct conflicts *c, const uint8_t key[ID_LEN])
{
    for (size_t at = 0; at < c->keys.len; at += ID_LEN)
        if (memcmp(c->keys.data + at, key, ID_LEN) == 0)
            return true;
    return false;
}

int conflicts_know(struct conflicts *c, const uint8_t key[ID_LEN])
{
    if (is_known(c, key) || c->keys.len == (size_t)CONFLICTS_KEYS_MAX * ID_LEN)
        return 0;
    return buf_add(&c->keys, key, ID_LEN);
}

static int keep(struct kept **list, size_t limit, const struct about *about,
                const struct checkpoint *x)
{
    struct kept *k = calloc(1, sizeof *k + x->line.len);
    if (!k)
        return -1;
    k->about = *about;
    k->len = x->line.len;
    memcpy(k->block, x->block, ID_LEN);
    memcpy(k->line, x->line.text, x->line.len);
    HASH_ADD(hh, *list, about, sizeof k->about, k);
    if (!k->hh.tbl) {
        free(k);
        return -1;
    }
    if (HASH_COUNT(*list) > limit)
        drop(list, *list);
    return 0;
}

int conflicts_add(struct conflicts *c, const struct checkpoint *x, struct field *earlier)
{
    struct about about = {.height = x->height};
    struct kept **list = is_known(c, x->line.signer) ? &c->known : &c->strangers, *k;
    memcpy(about.chain, x->line.chain, ID_LEN);
    memcpy(about.key, x->line.signer, ID_LEN);
    HASH_FIND(hh, *list, &about, sizeof about, k);
    if (!k)
        return keep(list, c->limit, &about, x);
    if (k->reported || memcmp(k->block, x->block, ID_LEN) == 0)
        return 0;
    k->reported = true;
    *earlier = (struct field){k->line, k->len};
    return 1;
}
