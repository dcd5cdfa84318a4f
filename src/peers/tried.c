#include "peers/tried_parts.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

void tried_name(struct tried_name *n, const uint8_t *key, const struct address *a)
{
    memset(n, 0, sizeof *n);
    if (key)
        memcpy(n->key, key, ID_LEN);
    address_canonical(a, n->address);
    size_t len = strlen(n->address);
    memset(n->address + len, 0, sizeof n->address - len);
}

/* --- Entries ---------------------------------------------------------------------------------- */

struct tried_entry *tried_entry_find(const struct tried *t, const struct tried_name *n)
{
    struct tried_entry *e;
    HASH_FIND(hh, t->entries, n, sizeof *n, e);
    return e;
}

/* The entry of its address under any key. */
static struct tried_entry *find_any(const struct tried *t, const struct tried_name *n)
{
    struct tried_name any = *n;
    memset(any.key, 0, sizeof any.key);
    return tried_entry_find(t, &any);
}

bool tried_is_any(const struct tried_name *n)
{
    static const uint8_t zeros[ID_LEN];
    return memcmp(n->key, zeros, ID_LEN) == 0;
}

bool tried_find(const struct tried *t, const struct tried_name *n, struct tried_mark *mark)
{
    const struct tried_entry *e = tried_entry_find(t, n);
    if (!e)
        e = find_any(t, n);
    if (e)
        *mark = e->mark;
    return e != NULL;
}

void tried_entry_drop(struct tried *t, struct tried_entry *e)
{
    HASH_DEL(t->entries, e);
    free(e);
}

void tried_empty(struct tried *t)
{
    while (t->entries)
        tried_entry_drop(t, t->entries);
}

void tried_free(struct tried *t)
{
    tried_empty(t);
}

struct tried_entry *tried_entry_add(struct tried *t, const struct tried_name *n,
                                    struct tried_mark mark)
{
    struct address a;
    struct fault why;
    struct tried_entry *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->name = *n;
    e->mark = mark;
    e->bucket = -1;
    if (address_parse(n->address, strlen(n->address), false, &a, &why) == 0)
        e->network = address_network_of(&a);
    HASH_ADD(hh, t->entries, name, sizeof e->name, e);
    if (e->hh.tbl)
        return e;
    free(e);
    return NULL;
}

void tried_listed(struct tried *t, const struct tried_name *n)
{
    struct tried_entry *e = tried_entry_find(t, n), *any = find_any(t, n);
    if (e)
        e->listed = true;
    if (any)
        any->listed = true;
}

void tried_drop_unlisted(struct tried *t)
{
    struct tried_entry *e, *next;
    for (e = t->entries; e; e = next) {
        next = e->hh.next;
        if (!e->listed)
            tried_entry_drop(t, e);
    }
}

/* --- Events ----------------------------------------------------------------------------------- */

static int bucket_of(struct tried_entry *e, const uint8_t secret[TRIED_SECRET_LEN])
{
    if (e->bucket < 0)
        e->bucket = (int)tried_bucket(secret, 't', e->network, &e->name, TRIED_BUCKETS,
                                      TRIED_REACH);
    return e->bucket;
}

/* Whether its bucket has a slot for the newcomer, which may be that of a record that failed. */
static bool find_slot(struct tried *t, const uint8_t secret[TRIED_SECRET_LEN],
                      struct tried_entry *newcomer, int64_t now)
{
    int bucket = bucket_of(newcomer, secret), count = 0;
    struct tried_entry *oldest = NULL, *dead = NULL;
    for (struct tried_entry *e = t->entries; e; e = e->hh.next) {
        if (e->mark.state == TRIED_FAILED || bucket_of(e, secret) != bucket)
            continue;
        count++;
        if (!oldest || e->mark.time < oldest->mark.time)
            oldest = e;
        if (e->mark.failures && (!dead || e->mark.time < dead->mark.time))
            dead = e;
    }
    if (count < TRIED_BUCKET_SIZE)
        return true;
    if (dead && now - dead->mark.time >= TRIED_FRESH) {
        dead->mark.state = TRIED_FAILED;
        return true;
    }
    if (now - oldest->mark.time >= TRIED_FRESH)
        oldest->mark.state = TRIED_TEST;
    return false;
}

static void answered(struct tried *t, const uint8_t secret[TRIED_SECRET_LEN], struct tried_entry *e,
                     int64_t now)
{
    if (e->mark.state == TRIED_FAILED && !find_slot(t, secret, e, now)) {
        tried_entry_drop(t, e);
        return;
    }
    struct tried_entry *any = find_any(t, &e->name);
    if (any && any != e)
        tried_entry_drop(t, any);
    if (e->mark.state != TRIED_ANCHOR)
        e->mark.state = TRIED_GOOD;
    e->mark.time = now;
    e->mark.failures = 0;
}

static void failed(struct tried_entry *e, int64_t now)
{
    if (e->mark.failures < UINT16_MAX)
        e->mark.failures++;
    if (e->mark.state == TRIED_FAILED)
        e->mark.time = now;
}

static int apply_event(struct tried *t, const uint8_t secret[TRIED_SECRET_LEN],
                       const struct tried_event *event, struct fault *f)
{
    const struct tried_mark none = {.state = TRIED_FAILED};
    struct tried_entry *e = tried_entry_find(t, &event->name);
    if (!e)
        e = tried_entry_add(t, &event->name, none);
    if (!e)
        return fault_memory(f);
    if (event->answered)
        answered(t, secret, e, event->time);
    else
        failed(e, event->time);
    return 0;
}

static void set_anchors(struct tried *t, const struct tried_name *anchors)
{
    for (struct tried_entry *e = t->entries; e; e = e->hh.next)
        if (e->mark.state == TRIED_ANCHOR)
            e->mark.state = TRIED_GOOD;
    for (size_t i = 0; i < TRIED_ANCHORS; i++) {
        struct tried_entry *e = tried_entry_find(t, &anchors[i]);
        if (e && e->mark.state != TRIED_FAILED)
            e->mark.state = TRIED_ANCHOR;
    }
}

static bool is_hopeless(const struct tried_entry *e, int64_t now)
{
    return e->mark.failures >= TRIED_FAILURES && now - e->mark.time >= TRIED_STALE;
}

/* Drops what has not answered for long, and the oldest failures beyond TRIED_FAILED_MAX. */
static void forget(struct tried *t, int64_t now)
{
    struct tried_entry *e, *next, *oldest;
    for (e = t->entries; e; e = next) {
        next = e->hh.next;
        if (is_hopeless(e, now))
            tried_entry_drop(t, e);
    }
    for (;;) {
        size_t count = 0;
        oldest = NULL;
        for (e = t->entries; e; e = e->hh.next) {
            bool bad = e->mark.state == TRIED_FAILED;
            count += bad;
            if (bad && (!oldest || e->mark.time < oldest->mark.time))
                oldest = e;
        }
        if (count <= TRIED_FAILED_MAX)
            return;
        tried_entry_drop(t, oldest);
    }
}

int tried_apply(struct tried *t, const uint8_t secret[TRIED_SECRET_LEN],
                const struct tried_event *events, size_t n, const struct tried_name *anchors,
                struct fault *f)
{
    for (size_t i = 0; i < n; i++)
        if (apply_event(t, secret, &events[i], f))
            return -1;
    if (anchors)
        set_anchors(t, anchors);
    if (n)
        forget(t, events[n - 1].time);
    return 0;
}
