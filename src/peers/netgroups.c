#include "peers/netgroups.h"

#include "base/idmap.h"

#include <stdlib.h>
#include <string.h>

struct netgroup {
    uint64_t network;
    size_t count;
    struct netgroup_member *oldest, *newest;
    struct netgroup *before, *after; /* others of the same size */
};

struct entry {
    uint8_t key[IDMAP_ID_LEN]; /* the network, padded with zeros */
    struct netgroup *group;
};

struct netgroups {
    struct idmap networks; /* struct entry */
    size_t count, most;    /* most: the size of the largest group */
    struct netgroup *by_size[];
};

static void make_key(uint64_t network, uint8_t key[IDMAP_ID_LEN])
{
    memset(key, 0, IDMAP_ID_LEN);
    memcpy(key, &network, sizeof network);
}

static struct netgroup *find(const struct netgroups *c, uint64_t network)
{
    uint8_t key[IDMAP_ID_LEN];
    make_key(network, key);
    const struct entry *e = idmap_find(&c->networks, key);
    return e ? e->group : NULL;
}

struct netgroups *netgroups_new(size_t members, uint64_t seed)
{
    struct netgroups *c = calloc(1, sizeof *c + (members + 1) * sizeof(struct netgroup *));
    if (c)
        idmap_init(&c->networks, sizeof(struct entry), members, seed);
    return c;
}

void netgroups_free(struct netgroups *c)
{
    size_t place = 0;
    if (!c)
        return;
    for (struct entry *e; (e = idmap_each(&c->networks, &place));)
        free(e->group);
    idmap_free(&c->networks);
    free(c);
}

static void link_in(struct netgroups *c, struct netgroup *group)
{
    struct netgroup **first = &c->by_size[group->count];
    group->before = NULL;
    group->after = *first;
    if (*first)
        (*first)->before = group;
    *first = group;
    if (group->count > c->most)
        c->most = group->count;
}

static void link_out(struct netgroups *c, struct netgroup *group)
{
    if (group->before)
        group->before->after = group->after;
    else
        c->by_size[group->count] = group->after;
    if (group->after)
        group->after->before = group->before;
}

/* A group without members yet. NULL: no memory. */
static struct netgroup *new_group(struct netgroups *c, uint64_t network)
{
    uint8_t key[IDMAP_ID_LEN];
    make_key(network, key);
    struct netgroup *group = calloc(1, sizeof *group);
    struct entry *e = group ? idmap_add(&c->networks, key) : NULL;
    if (!e) {
        free(group);
        return NULL;
    }
    e->group = group;
    group->network = network;
    return group;
}

int netgroups_add(struct netgroups *c, struct netgroup_member *m, uint64_t network)
{
    struct netgroup *group = find(c, network);
    if (group)
        link_out(c, group);
    else if (!(group = new_group(c, network)))
        return -1;
    *m = (struct netgroup_member){.group = group, .older = group->newest};
    if (group->newest)
        group->newest->newer = m;
    else
        group->oldest = m;
    group->newest = m;
    group->count++;
    link_in(c, group);
    c->count++;
    return 0;
}

void netgroups_remove(struct netgroups *c, struct netgroup_member *m)
{
    struct netgroup *group = m->group;
    uint8_t key[IDMAP_ID_LEN];
    *(m->older ? &m->older->newer : &group->oldest) = m->newer;
    *(m->newer ? &m->newer->older : &group->newest) = m->older;
    link_out(c, group);
    group->count--;
    c->count--;
    if (group->count) {
        link_in(c, group);
    } else {
        make_key(group->network, key);
        idmap_remove(&c->networks, idmap_find(&c->networks, key));
        free(group);
    }
    while (c->most && !c->by_size[c->most])
        c->most--;
    m->group = NULL;
}

size_t netgroups_count(const struct netgroups *c)
{
    return c->count;
}

size_t netgroups_of(const struct netgroups *c, uint64_t network)
{
    const struct netgroup *group = find(c, network);
    return group ? group->count : 0;
}

struct netgroup_member *netgroups_newest(const struct netgroups *c)
{
    return c->most ? c->by_size[c->most]->newest : NULL;
}

struct netgroup_member *netgroups_oldest(const struct netgroups *c)
{
    return c->most ? c->by_size[c->most]->oldest : NULL;
}

struct netgroup_member *netgroups_after(const struct netgroup_member *m)
{
    return m->group->after ? m->group->after->newest : NULL;
}

size_t netgroups_most(const struct netgroups *c)
{
    return c->most;
}
