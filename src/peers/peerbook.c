#include "peers/peerbook_parts.h"

#include "base/file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum { GOOD_FAILURES = 3 };

void peerbook_init(struct peerbook *b, const char *path, size_t limit)
{
    *b = (struct peerbook){.path = path, .limit = limit, .tried = {.path = path}};
}

void peerbook_allow_scope(struct peerbook *b, const struct address *a)
{
    b->given_scopes |= 1U << address_scope_of(a, NULL);
    b->scopes |= b->given_scopes;
}

int peerbook_lock(const struct peerbook *b)
{
    return file_open_locked(b->path);
}

static void leave_group(struct peerbook *b, struct book_network *c)
{
    if (--c->count)
        return;
    HASH_DEL(b->groups, c);
    free(c);
}

void peerbook_drop(struct peerbook *b, struct kept *x)
{
    leave_group(b, x->group);
    b->good -= x->good;
    if (x->bucket >= 0)
        b->in_bucket[x->bucket]--;
    HASH_DEL(b->list, x);
    HASH_DELETE(hp, b->places, x);
    free(x);
}

void peerbook_empty(struct peerbook *b)
{
    while (b->list)
        peerbook_drop(b, b->list);
    b->front.len = 0;
    b->broken_line = 0;
    b->scopes = b->given_scopes;
    b->bucketed = b->changed = false;
}

void peerbook_free(struct peerbook *b)
{
    peerbook_empty(b);
    tried_free(&b->tried);
    buf_free(&b->front);
}

static struct who who(const struct peer *p)
{
    struct who w;
    memcpy(w.chain, p->line.chain, ID_LEN);
    memcpy(w.key, p->line.signer, ID_LEN);
    return w;
}

static void place(struct book_place *at, const struct peer *p, const struct address *a)
{
    struct tried_name n;
    tried_name(&n, p->line.signer, a);
    memcpy(at->chain, p->line.chain, ID_LEN);
    memcpy(at->address, n.address, sizeof at->address);
}

static struct kept *find(const struct peerbook *b, const struct peer *p)
{
    struct kept *x;
    struct who w = who(p);
    HASH_FIND(hh, b->list, &w, sizeof w, x);
    return x;
}

static struct kept *find_place(const struct peerbook *b, const struct book_place *at)
{
    struct kept *x;
    HASH_FIND(hp, b->places, at, sizeof *at, x);
    return x;
}

bool peerbook_holds(const struct peerbook *b, const struct peer *p)
{
    const struct kept *x = find(b, p);
    return x && x->len == p->line.len && memcmp(x->line, p->line.text, p->line.len) == 0;
}

/* --- Which records may be in a book ----------------------------------------------------------- */

int peerbook_address(const struct peer *p, struct address *a, struct fault *f)
{
    return address_parse(p->address.text, p->address.len, false, a, f);
}

bool peerbook_in_time(int64_t time, int64_t now)
{
    return time - now <= PEER_AHEAD_MAX && now - time <= PEER_AGE_MAX;
}

bool peerbook_reaches(const struct peerbook *b, enum address_scope scope)
{
    if (scope == ADDRESS_NEVER)
        return false;
    return scope == ADDRESS_GLOBAL || scope == ADDRESS_NAME || (b->scopes & 1U << scope);
}

static int check_scope(const struct peerbook *b, const struct address *a, struct fault *f)
{
    const char *range;
    enum address_scope scope = address_scope_of(a, &range);
    if (peerbook_reaches(b, scope))
        return 0;
    if (scope == ADDRESS_NEVER)
        return fault_rule(f, "peer: address %s is %s: no peer can be dialed there", a->text, range);
    return fault_rule(f, "peer: address %s is %s: -o would say that this node is there, too",
                      a->text, range);
}

int peerbook_check(const struct peerbook *b, const struct peer *p, int64_t now, struct fault *f)
{
    struct address a;
    if (peerbook_address(p, &a, f) || check_scope(b, &a, f))
        return -1;
    if (peerbook_in_time(p->time, now))
        return 0;
    if (p->time <= now)
        return fault_rule(f, "peer: time %" PRId64 " is over %d days behind the clock, %" PRId64,
                          p->time, PEER_AGE_MAX / 86400, now);
    fault_rule(f, "peer: time %" PRId64 " is over %d s ahead of the clock, %" PRId64, p->time,
               PEER_AHEAD_MAX, now);
    return fault_answers(f, FAULT_LATER);
}

/* --- Adding ----------------------------------------------------------------------------------- */

/* Counts one more record of a network; NULL: no memory. */
static struct book_network *join_group(struct peerbook *b, uint64_t network)
{
    struct book_network *c;
    HASH_FIND(hh, b->groups, &network, sizeof network, c);
    if (!c) {
        c = calloc(1, sizeof *c);
        if (!c)
            return NULL;
        c->network = network;
        HASH_ADD(hh, b->groups, network, sizeof c->network, c);
        if (!c->hh.tbl) {
            free(c);
            return NULL;
        }
    }
    c->count++;
    return c;
}

/* Sets what PEERS.tried says of the record. At most half of the book is kept for records that have
 * answered. */
static void mark(struct peerbook *b, struct kept *x)
{
    struct tried_name n = {0};
    struct tried_mark known;
    memcpy(n.key, x->who.key, ID_LEN);
    memcpy(n.address, x->place.address, sizeof n.address);
    if (!tried_find(&b->tried, &n, &known))
        return;
    if (known.state != TRIED_FAILED || x->time <= known.time)
        x->failures = known.failures; /* since it was announced */
    x->good = known.state != TRIED_FAILED && b->good < (b->limit + 1) / 2;
    b->good += x->good;
}

static void leave_list(struct peerbook *b, struct kept *x, bool has_place)
{
    if (x->group)
        leave_group(b, x->group);
    b->good -= x->good;
    if (has_place)
        HASH_DELETE(hp, b->places, x);
    free(x);
}

/* Appends a record to the list; NULL: no memory. */
static struct kept *keep(struct peerbook *b, const struct peer *p, const struct address *a,
                         const struct book_place *at)
{
    struct kept *x = calloc(1, sizeof *x + p->line.len);
    if (!x)
        return NULL;
    x->who = who(p);
    x->place = *at;
    x->time = p->time;
    x->scope = address_scope_of(a, NULL);
    x->bucket = -1;
    x->len = p->line.len;
    memcpy(x->line, p->line.text, p->line.len);
    mark(b, x);
    x->group = join_group(b, address_network_of(a));
    if (!x->group) {
        leave_list(b, x, false);
        return NULL;
    }
    HASH_ADD(hp, b->places, place, sizeof x->place, x);
    if (!x->hp.tbl) {
        leave_list(b, x, false);
        return NULL;
    }
    HASH_ADD(hh, b->list, who, sizeof x->who, x);
    if (!x->hh.tbl) {
        leave_list(b, x, true);
        return NULL;
    }
    return x;
}

/* Whether the record at the same address bars this one. A record that has failed does not: it may
 * be forged, or its key may have been replaced. One that has answered may fail GOOD_FAILURES times
 * before. */
static bool is_barred(const struct kept *there, const struct kept *before)
{
    return there && there != before && there->failures < (there->good ? GOOD_FAILURES : 1);
}

int peerbook_add(struct peerbook *b, const struct peer *p, struct fault *f)
{
    struct address a;
    struct book_place at;
    struct kept *victim, *before = find(b, p);
    if (before && before->time >= p->time)
        return 0;
    if (peerbook_address(p, &a, f))
        return -1;
    place(&at, p, &a);
    struct kept *there = find_place(b, &at);
    if (is_barred(there, before))
        return 0;
    if (there && there != before)
        peerbook_drop(b, there);
    if (before)
        peerbook_drop(b, before);
    struct kept *newest = keep(b, p, &a, &at);
    if (!newest)
        return fault_memory(f);
    if (peerbook_victim(b, newest, &victim, f))
        return -1;
    bool stays = victim != newest;
    if (victim)
        peerbook_drop(b, victim);
    b->changed |= stays;
    return stays;
}
