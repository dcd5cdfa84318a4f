#include "peers/netgroups.h"

#include "base/idmap.h"

#include <stdlib.h>
#include <string.h>

struct crowd {
    uint64_t network;
    size_t count;
    struct crowd_member *oldest, *newest;
    struct crowd *before, *after; /* others of the same size */
};

struct entry {
    uint8_t key[IDMAP_ID_LEN]; /* the network, padded with zeros */
    struct crowd *crowd;
};

struct crowds {
    struct idmap networks; /* struct entry */
    size_t count, most;    /* most: the size of the largest crowd */
    struct crowd *by_size[];
};

static void make_key(uint64_t network, uint8_t key[IDMAP_ID_LEN])
{
    memset(key, 0, IDMAP_ID_LEN);
    memcpy(key, &network, sizeof network);
}

static struct crowd *find(const struct crowds *c, uint64_t network)
{
    uint8_t key[IDMAP_ID_LEN];
    make_key(network, key);
    const struct entry *e = idmap_find(&c->networks, key);
    return e ? e->crowd : NULL;
}

struct crowds *crowds_new(size_t members, uint64_t seed)
{
    struct crowds *c = calloc(1, sizeof *c + (members + 1) * sizeof(struct crowd *));
    if (c)
        idmap_init(&c->networks, sizeof(struct entry), members, seed);
    return c;
}

void crowds_free(struct crowds *c)
{
    size_t place = 0;
    if (!c)
        return;
    for (struct entry *e; (e = idmap_each(&c->networks, &place));)
        free(e->crowd);
    idmap_free(&c->networks);
    free(c);
}

static void link_in(struct crowds *c, struct crowd *crowd)
{
    struct crowd **first = &c->by_size[crowd->count];
    crowd->before = NULL;
    crowd->after = *first;
    if (*first)
        (*first)->before = crowd;
    *first = crowd;
    if (crowd->count > c->most)
        c->most = crowd->count;
}

static void link_out(struct crowds *c, struct crowd *crowd)
{
    if (crowd->before)
        crowd->before->after = crowd->after;
    else
        c->by_size[crowd->count] = crowd->after;
    if (crowd->after)
        crowd->after->before = crowd->before;
}

/* A crowd without members yet. NULL: no memory. */
static struct crowd *new_crowd(struct crowds *c, uint64_t network)
{
    uint8_t key[IDMAP_ID_LEN];
    make_key(network, key);
    struct crowd *crowd = calloc(1, sizeof *crowd);
    struct entry *e = crowd ? idmap_add(&c->networks, key) : NULL;
    if (!e) {
        free(crowd);
        return NULL;
    }
    e->crowd = crowd;
    crowd->network = network;
    return crowd;
}

int crowds_add(struct crowds *c, struct crowd_member *m, uint64_t network)
{
    struct crowd *crowd = find(c, network);
    if (crowd)
        link_out(c, crowd);
    else if (!(crowd = new_crowd(c, network)))
        return -1;
    *m = (struct crowd_member){.crowd = crowd, .older = crowd->newest};
    if (crowd->newest)
        crowd->newest->newer = m;
    else
        crowd->oldest = m;
    crowd->newest = m;
    crowd->count++;
    link_in(c, crowd);
    c->count++;
    return 0;
}

void crowds_remove(struct crowds *c, struct crowd_member *m)
{
    struct crowd *crowd = m->crowd;
    uint8_t key[IDMAP_ID_LEN];
    *(m->older ? &m->older->newer : &crowd->oldest) = m->newer;
    *(m->newer ? &m->newer->older : &crowd->newest) = m->older;
    link_out(c, crowd);
    crowd->count--;
    c->count--;
    if (crowd->count) {
        link_in(c, crowd);
    } else {
        make_key(crowd->network, key);
        idmap_remove(&c->networks, idmap_find(&c->networks, key));
        free(crowd);
    }
    while (c->most && !c->by_size[c->most])
        c->most--;
    m->crowd = NULL;
}

size_t crowds_count(const struct crowds *c)
{
    return c->count;
}

size_t crowds_of(const struct crowds *c, uint64_t network)
{
    const struct crowd *crowd = find(c, network);
    return crowd ? crowd->count : 0;
}

struct crowd_member *crowds_newest(const struct crowds *c)
{
    return c->most ? c->by_size[c->most]->newest : NULL;
}

struct crowd_member *crowds_oldest(const struct crowds *c)
{
    return c->most ? c->by_size[c->most]->oldest : NULL;
}

size_t crowds_most(const struct crowds *c)
{
    return c->most;
}
