/* The targets of a dialer, and their networks. */
#include "peers/dialer_parts.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct dialer *dialer_new(size_t fanout, uint64_t seed)
{
    struct dialer *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->fanout = fanout;
    d->chance = seed;
    d->soonest = INT64_MAX;
    return d;
}

/* The network with this id, created if it is new; NULL: no memory. */
static struct dial_network *find_network(struct dialer *d, uint64_t id)
{
    struct dial_network *n;
    HASH_FIND(hh, d->networks, &id, sizeof id, n);
    if (n)
        return n;
    n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    n->id = id;
    HASH_ADD(hh, d->networks, id, sizeof n->id, n);
    if (n->hh.tbl)
        return n;
    free(n);
    return NULL;
}

static void leave_network(struct dialer *d, struct dial_network *n)
{
    if (--n->targets)
        return;
    HASH_DELETE(hh, d->networks, n);
    free(n);
}

void dialer_set_busy(struct dialer *d, struct dial_entry *e, bool busy)
{
    if (e->busy == busy)
        return;
    e->busy = busy;
    if (!e->feeler) {
        d->busy += busy ? 1 : (size_t)-1;
        e->network->busy += busy ? 1 : (size_t)-1;
    }
    e->feeler &= busy;
    e->dialed = true;
}

void dialer_drop(struct dialer *d, struct dial_entry *e)
{
    dialer_set_busy(d, e, false);
    HASH_DELETE(hh, d->entries, e);
    leave_network(d, e->network);
    free(e);
}

void dialer_free(struct dialer *d)
{
    if (!d)
        return;
    while (d->entries)
        dialer_drop(d, d->entries);
    free(d);
}

/* FNV-1a of the canonical form, since a host has many spellings. */
static uint64_t hash_host(const struct address *a)
{
    char text[ADDRESS_MAX];
    uint64_t hash = 0xcbf29ce484222325;
    address_canonical(a, text);
    if (address_scope_of(a, NULL) != ADDRESS_LOOPBACK)
        *strrchr(text, ':') = '\0';
    for (const char *c = text; *c; c++)
        hash = (hash ^ (uint8_t)*c) * 0x100000001b3;
    return hash;
}

/* Adds a new target to the tables; NULL: no memory. */
static struct dial_entry *enter(struct dialer *d, const struct target *t,
                                const struct dial_name *name)
{
    struct dial_entry *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->target = *t;
    e->name = *name;
    e->due = INT64_MIN;
    e->hold = t->hold;
    e->host = hash_host(&t->address);
    e->network = find_network(d, address_network_of(&t->address));
    if (!e->network) {
        free(e);
        return NULL;
    }
    e->network->targets++;
    HASH_ADD(hh, d->entries, name, sizeof e->name, e);
    if (e->hh.tbl)
        return e;
    leave_network(d, e->network);
    free(e);
    return NULL;
}

static struct dial_entry *find(const struct dialer *d, const struct target *t,
                               struct dial_name *name)
{
    struct dial_entry *e;
    memset(name, 0, sizeof *name);
    strncpy(name->text, t->address.text, sizeof name->text - 1);
    name->has_key = t->has_key;
    if (t->has_key)
        memcpy(name->key, t->key, sizeof name->key);
    HASH_FIND(hh, d->entries, name, sizeof *name, e);
    return e;
}

static void forget_unlisted(struct dialer *d)
{
    struct dial_entry *e, *next;
    for (e = d->entries; e; e = next) {
        next = e->hh.next;
        e->gone = e->listed != d->lists;
        if (e->gone && !e->busy)
            dialer_drop(d, e);
    }
}

int dialer_targets(struct dialer *d, const struct target *list, size_t count)
{
    d->lists++;
    d->soonest = INT64_MIN; /* until dialer_next has searched */
    for (size_t i = 0; i < count; i++) {
        struct dial_name name;
        struct dial_entry *e = find(d, &list[i], &name);
        if (e)
            e->target = list[i];
        else if (!(e = enter(d, &list[i], &name)))
            return -1;
        e->listed = d->lists;
    }
    forget_unlisted(d);
    return 0;
}
