#include "peers/dialer.h"

#include "base/chance.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

enum tier { KNOWN, STRANGERS, TIERS };

/* A network's target for the next dial, in one search. */
struct pick {
    struct entry *best;
    size_t due; /* how many it was chosen from */
};

/* A network of targets, and how many of them are busy. */
struct network {
    uint64_t id;
    size_t targets, busy;
    struct pick picks[TIERS];
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
    uint64_t host;     /* its hash; of the whole address, if that is this machine's */
    bool busy, never;
    bool feeler;  /* busy, but beyond the fan-out */
    bool dialed;  /* at least once */
    bool greeted; /* it has said hello */
    int64_t hold; /* ms from the next search in which it is not due */
    bool gone;    /* no longer listed, and busy; otherwise it would have been dropped */
    UT_hash_handle hh;
};

enum { RECENT_HOSTS = 1024 };

/* A host at which a stranger, with any key, was dialed lately. */
struct recent_host {
    uint64_t host;
    int64_t until;
};

struct dialer {
    struct recent_host recent[RECENT_HOSTS]; /* by the last digits of the host's hash */
    struct entry *entries;
    struct network *networks;
    size_t fanout, busy;
    uint64_t chance;
    uint64_t lists;  /* how many lists were given */
    int64_t soonest; /* until then, no target is due */
};

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
    if (!e->feeler) {
        d->busy += busy ? 1 : (size_t)-1;
        e->network->busy += busy ? 1 : (size_t)-1;
    }
    e->feeler &= busy;
    e->dialed = true;
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
static struct entry *enter(struct dialer *d, const struct target *t, const struct name *name)
{
    struct entry *e = calloc(1, sizeof *e);
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

static bool is_stranger(const struct entry *e)
{
    return e->target.announced && !e->target.tried && !e->greeted;
}

/* An anchor of the last run that has not been dialed in this one. */
static bool is_anchor(const struct entry *e)
{
    return e->target.anchor && !e->dialed;
}

static bool is_due(const struct dialer *d, struct entry *e, int64_t now)
{
    const struct recent_host *host = &d->recent[e->host % RECENT_HOSTS];
    if (e->hold)
        e->due = now + e->hold;
    e->hold = 0;
    if (is_stranger(e) && host->host == e->host && host->until > e->due)
        e->due = host->until;
    return e->due <= now;
}

/* Whether the nth of equals replaces the best so far: with probability 1/n, so that each is equally
 * likely. */
static bool wins(struct dialer *d, size_t n)
{
    return chance_below(&d->chance, n) == 0;
}

static void forget_picks(struct dialer *d)
{
    for (struct network *n = d->networks; n; n = n->hh.next)
        memset(n->picks, 0, sizeof n->picks);
}

static void pick(struct dialer *d, struct entry *e)
{
    struct pick *p = &e->network->picks[is_stranger(e) ? STRANGERS : KNOWN];
    p->due++;
    if (is_anchor(e) || (wins(d, p->due) && !(p->best && is_anchor(p->best))))
        p->best = e;
}

/* The best target of a tier, from a random one of the least busy networks that have any. */
static struct entry *best_of(struct dialer *d, enum tier tier)
{
    struct entry *best = NULL;
    size_t equals = 0;
    for (struct network *n = d->networks; n; n = n->hh.next) {
        struct entry *e = n->picks[tier].best;
        if (!e)
            continue;
        if (is_anchor(e))
            return e;
        if (!best || n->busy < best->network->busy)
            equals = 0;
        else if (n->busy > best->network->busy)
            continue;
        if (wins(d, ++equals))
            best = e;
    }
    return best;
}

/* An anchor, if there is one. Otherwise a known target or a stranger: the one whose network is less
 * busy or, if neither is, one at random. */
static struct entry *choose(struct dialer *d)
{
    struct entry *known = best_of(d, KNOWN), *stranger = best_of(d, STRANGERS);
    if (!known || !stranger)
        return known ? known : stranger;
    if (is_anchor(known) || known->network->busy < stranger->network->busy)
        return known;
    if (known->network->busy > stranger->network->busy)
        return stranger;
    return chance_below(&d->chance, 4) < DIAL_KNOWN_OF_4 ? known : stranger;
}

static const struct target *take(struct dialer *d, struct entry *e, int64_t now)
{
    if (is_stranger(e))
        d->recent[e->host % RECENT_HOSTS] = (struct recent_host){e->host,
                                                                 now + DIAL_PAUSE_STRANGER};
    set_busy(d, e, true);
    return &e->target;
}

const struct target *dialer_next(struct dialer *d, int64_t now)
{
    size_t due = 0;
    int64_t later = INT64_MAX;
    if (d->busy >= d->fanout || now < d->soonest)
        return NULL;
    forget_picks(d);
    for (struct entry *e = d->entries; e; e = e->hh.next) {
        if (e->busy || e->never)
            continue;
        if (is_due(d, e, now)) {
            due++;
            pick(d, e);
        } else if (e->due < later) {
            later = e->due;
        }
    }
    d->soonest = due > 1 ? now : later;
    return due ? take(d, choose(d), now) : NULL;
}

const struct target *dialer_feeler(struct dialer *d, int64_t now)
{
    struct entry *best = NULL;
    size_t tests = 0, strangers = 0;
    forget_picks(d);
    for (struct entry *e = d->entries; e; e = e->hh.next) {
        if (e->busy || e->never || !is_due(d, e, now))
            continue;
        if (e->target.test && wins(d, ++tests))
            best = e;
        else if (is_stranger(e))
            pick(d, e);
    }
    for (struct network *n = d->networks; n && !tests; n = n->hh.next)
        if (n->picks[STRANGERS].best && wins(d, ++strangers))
            best = n->picks[STRANGERS].best;
    if (!best)
        return NULL;
    best->feeler = true;
    return take(d, best, now);
}

int64_t dialer_when(const struct dialer *d, int64_t now)
{
    if (d->busy >= d->fanout)
        return INT64_MAX;
    return d->soonest > now ? d->soonest : now;
}

/* --- The outcome of a dial ---------------------------------------------------------------- */

static struct entry *entry_of(const struct target *t)
{
    return (struct entry *)(uintptr_t)t;
}

void dialer_greeted(struct dialer *d, const struct target *t)
{
    (void)d;
    entry_of(t)->greeted = true;
}

void dialer_answered(struct dialer *d, const struct target *t, int64_t now)
{
    (void)d, (void)now;
    entry_of(t)->failures = 0;
}

/* Drawn from the upper half, so that targets that failed together are not dialed again together. */
static int64_t draw_pause(struct dialer *d, unsigned failures)
{
    int64_t pause = DIAL_PAUSE_FIRST;
    while (failures-- && pause < DIAL_PAUSE_MAX)
        pause *= 2;
    if (pause > DIAL_PAUSE_MAX)
        pause = DIAL_PAUSE_MAX;
    return pause - (int64_t)chance_below(&d->chance, (uint64_t)pause / 2 + 1);
}

static int64_t stranger_pause(struct dialer *d)
{
    return DIAL_PAUSE_STRANGER + (int64_t)chance_below(&d->chance, DIAL_PAUSE_STRANGER);
}

void dialer_over(struct dialer *d, const struct target *t, int64_t now)
{
    struct entry *e = entry_of(t);
    set_busy(d, e, false);
    if (e->gone) {
        drop(d, e);
        return;
    }
    e->due = now + (is_stranger(e) ? stranger_pause(d) : draw_pause(d, e->failures));
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
