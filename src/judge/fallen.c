#include "judge/fallen.h"

#include "base/chance.h"

void fallen_init(struct fallen *fl)
{
    *fl = (struct fallen){0};
    idset_init(&fl->fell, FALLEN_MAX, chance_seed());
    idset_init(&fl->told, FALLEN_MAX, chance_seed());
}

void fallen_free(struct fallen *fl)
{
    idset_free(&fl->fell);
    idset_free(&fl->told);
}

int fallen_note(struct fallen *fl, const struct item *item, bool holds)
{
    if (item->type == &block_type)
        fl->stray = !item->has_header;
    if (holds || !item->has_header)
        return 0;
    fl->genesis_fell |= item->is_genesis;
    return idset_add(&fl->fell, item->id);
}

bool fallen_has(const struct fallen *fl, const uint8_t id[ID_LEN])
{
    return idset_has(&fl->fell, id);
}

static int follows(struct fallen *fl, bool yes)
{
    fl->follows += yes;
    return yes;
}

int fallen_orphan(struct fallen *fl, const uint8_t parent[ID_LEN], const uint8_t id[ID_LEN])
{
    bool told = idset_has(&fl->told, parent);
    if (idset_add(&fl->told, parent) || idset_add(&fl->told, id))
        return -1;
    return follows(fl, told);
}

int fallen_rootless(struct fallen *fl)
{
    bool told = fl->rootless;
    fl->rootless = true;
    return follows(fl, told);
}

int fallen_stray(struct fallen *fl)
{
    bool told = fl->stray;
    fl->stray = true;
    return follows(fl, told);
}
