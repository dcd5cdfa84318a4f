#include "judge/invalid.h"

#include "base/chance.h"

void invalid_init(struct invalid *v)
{
    *v = (struct invalid){0};
    idset_init(&v->ids, INVALID_MAX, chance_seed());
    idset_init(&v->reported, INVALID_MAX, chance_seed());
}

void invalid_free(struct invalid *v)
{
    idset_free(&v->ids);
    idset_free(&v->reported);
}

int invalid_note(struct invalid *v, const struct item *item, bool holds)
{
    if (item->type == &block_type)
        v->stray = !item->has_header;
    if (holds || !item->has_header)
        return 0;
    v->genesis |= item->is_genesis;
    return idset_add(&v->ids, item->id);
}

int invalid_later(struct invalid *v, const uint8_t id[ID_LEN])
{
    return idset_add(&v->reported, id);
}

bool invalid_has(const struct invalid *v, const uint8_t id[ID_LEN])
{
    return idset_has(&v->ids, id);
}

static int follows(struct invalid *v, bool yes)
{
    v->follows += yes;
    return yes;
}

int invalid_orphan(struct invalid *v, const uint8_t parent[ID_LEN], const uint8_t id[ID_LEN])
{
    bool reported = idset_has(&v->reported, parent);
    if (idset_add(&v->reported, parent) || idset_add(&v->reported, id))
        return -1;
    return follows(v, reported);
}

int invalid_rootless(struct invalid *v)
{
    bool reported = v->rootless;
    v->rootless = true;
    return follows(v, reported);
}

int invalid_stray(struct invalid *v)
{
    bool reported = v->stray;
    v->stray = true;
    return follows(v, reported);
}
