#include "net/dialer.h"

#include "base/chance.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* A network of targets, and how many of them are busy. */
struct network {
    uint64_t id;
    size_t targets, busy;
    UT_hash_handle hh;
};

/* What identifies a target. All bytes after the text are zero. */
struct name {
    char text[ADDRESS_MAX];
    uint8_t has_key;
    uint8_t key[ID_LEN];
};

struct entry {
    struct target
        target; /* must be first: a target that was given out is converted back to its entry */
    struct name name;
    struct network *network;
    int64_t due;       /* not to be dialed before */
    unsigned failures; /* in a row */
    uint64_t listed;   /* the number of the last list that has it */
    bool busy, never;
    bool gone; /* no longer listed, and busy; otherwise it would have been dropped */
    UT_hash_handle hh;
};

struct dialer {
    struct entry *entries;
    struct network *networks;
    size_t fanout, busy;
    uint64_t dice;
    uint64_t lists;  /* how many lists were given */
    int64_t soonest; /* until then, no target is due */
};

struct dialer *dialer_new(size_t fanout, uint64_t seed)
{
    struct dialer *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->fanout = fanout;
    d->dice = seed;
    d->soonest = INT64_MAX;
    return d;
}

/* --- The tables --------------------------------------------------------------------------- */

/* The network with this id, created if it is new; NULL: no memory. */
static struct network *find_network(struct dialer *d, uint64_t id)
{
    struct network *n;
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

static void leave_network(struct dialer *d, struct network *n)
{
    if (--n->targets)
        return;
    HASH_DELETE(hh, d->networks, n);
    free(n);
}

static void set_busy(struct dialer *d, struct entry *e, bool busy)
{
    if (e->busy == busy)
        return;
    e->busy = busy;
    d->busy += busy ? 1 : (size_t)-1;
    e->network->busy += busy ? 1 : (size_t)-1;
}

static void drop(struct dialer *d, struct entry *e)
{
    set_busy(d, e, false);
    HASH_DELETE(hh, d->entries, e);
    leave_network(d, e->network);
    free(e);
}

void dialer_free(struct dialer *d)
{
    if (!d)
        return;
    while (d->entries)
        drop(d, d->entries);
    free(d);
}

/* Adds a new target to the tables; NULL: no memory. */
static struct entry *enter(struct dialer *d, const struct target *t, const struct name *name)
{
    struct entry *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->target = *t;
    e->name = *name;
    e->due = INT64_MIN;
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

static struct entry *find(const struct dialer *d, const struct target *t, struct name *name)
{
    struct entry *e;
    memset(name, 0, sizeof *name);
    strncpy(name->text, t->address.text, sizeof name->text - 1);
    name->has_key = t->has_key;
    if (t->has_key)
        memcpy(name->key, t->key, sizeof name->key);
    HASH_FIND(hh, d->entries, name, sizeof *name, e);
    return e;
}

/* --- Lists of targets --------------------------------------------------------------------- */

static void forget_unlisted(struct dialer *d)
{
    struct entry *e, *next;
    for (e = d->entries; e; e = next) {
        next = e->hh.next;
        e->gone = e->listed != d->lists;
        if (e->gone && !e->busy)
            drop(d, e);
    }
}

int dialer_targets(struct dialer *d, const struct target *list, size_t count)
{
    d->lists++;
    d->soonest = INT64_MIN; /* until dialer_next has searched */
    for (size_t i = 0; i < count; i++) {
        struct name name;
        struct entry *e = find(d, &list[i], &name);
        if (e)
            e->target = list[i];
        else if (!(e = enter(d, &list[i], &name)))
            return -1;
        e->listed = d->lists;
    }
    forget_unlisted(d);
    return 0;
}

/* --- Choosing a target -------------------------------------------------------------------- */

/* The result of a search through all targets. */
struct choice {
    struct entry *best;
    size_t due;    /* how many could be dialed now */
    size_t equals; /* how many of them are in networks that are no busier than the best one's */
    int64_t later; /* when the next of the others is due */
};

/* The nth of equals replaces the best so far with probability 1/n, so that each is equally likely.
 */
static void weigh(struct dialer *d, struct choice *c, struct entry *e)
{
    c->due++;
    if (!c->best || e->network->busy < c->best->network->busy)
        c->equals = 0;
    else if (e->network->busy > c->best->network->busy)
        return;
    if (chance_below(&d->dice, ++c->equals) == 0)
        c->best = e;
}

const struct target *dialer_next(struct dialer *d, int64_t now)
{
    struct choice c = {.later = INT64_MAX};
    if (d->busy >= d->fanout || now < d->soonest)
        return NULL;
    for (struct entry *e = d->entries; e; e = e->hh.next) {
        if (e->busy || e->never)
            continue;
        if (e->due <= now)
            weigh(d, &c, e);
        else if (e->due < c.later)
            c.later = e->due;
    }
    d->soonest = c.due > 1 ? now : c.later;
    if (!c.best)
        return NULL;
    set_busy(d, c.best, true);
    return &c.best->target;
}

int64_t dialer_when(const struct dialer *d, int64_t now)
{
    if (d->busy >= d->fanout)
        return INT64_MAX;
    return d->soonest > now ? d->soonest : now;
}

/* --- The outcome of a call ---------------------------------------------------------------- */

static struct entry *entry_of(const struct target *t)
{
    return (struct entry *)(uintptr_t)t;
}

void dialer_answered(struct dialer *d, const struct target *t, int64_t now)
{
    (void)d, (void)now;
    entry_of(t)->failures = 0;
}

/* From the upper half, so that targets that failed together are not dialed again together. */
static int64_t draw_pause(struct dialer *d, unsigned failures)
{
    int64_t pause = DIAL_PAUSE_FIRST;
    while (failures-- && pause < DIAL_PAUSE_MAX)
        pause *= 2;
    if (pause > DIAL_PAUSE_MAX)
        pause = DIAL_PAUSE_MAX;
    return pause - (int64_t)chance_below(&d->dice, (uint64_t)pause / 2 + 1);
}

void dialer_over(struct dialer *d, const struct target *t, int64_t now)
{
    struct entry *e = entry_of(t);
    set_busy(d, e, false);
    if (e->gone) {
        drop(d, e);
        return;
    }
    e->due = now + draw_pause(d, e->failures);
    e->failures += e->failures < 64;
    if (!e->never && e->due < d->soonest)
        d->soonest = e->due;
}

void dialer_never(struct dialer *d, const struct target *t)
{
    (void)d;
    entry_of(t)->never = true;
}

bool dialer_gone(const struct dialer *d, const struct target *t)
{
    (void)d;
    return entry_of(t)->gone;
}
