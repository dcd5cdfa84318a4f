#include "gossip/origins.h"

#include <string.h>

void origins_init(struct origins *o, uint64_t seed)
{
    idmap_init(&o->young, sizeof(struct origin), ORIGINS_MAX, seed);
    idmap_init(&o->old, sizeof(struct origin), ORIGINS_MAX, seed);
}

void origins_free(struct origins *o)
{
    idmap_free(&o->young);
    idmap_free(&o->old);
}

void origins_add(struct origins *o, const uint8_t id[IDMAP_ID_LEN], const struct origin *from)
{
    if (o->young.count == ORIGINS_MAX) {
        struct idmap old = o->old;
        o->old = o->young;
        o->young = old;
        idmap_clear(&o->young);
    }
    struct origin *e = idmap_find(&o->young, id);
    if (!e)
        e = idmap_add(&o->young, id);
    if (!e)
        return;
    *e = *from;
    memcpy(e->id, id, IDMAP_ID_LEN);
}

bool origins_has(const struct origins *o, const uint8_t id[IDMAP_ID_LEN])
{
    return idmap_find(&o->young, id) || idmap_find(&o->old, id);
}

static bool take_from(struct idmap *m, const uint8_t id[IDMAP_ID_LEN], struct origin *from)
{
    struct origin *e = idmap_find(m, id);
    if (!e)
        return false;
    *from = *e;
    idmap_remove(m, e);
    return true;
}

bool origins_take(struct origins *o, const uint8_t id[IDMAP_ID_LEN], struct origin *from)
{
    return take_from(&o->young, id, from) || take_from(&o->old, id, from);
}
