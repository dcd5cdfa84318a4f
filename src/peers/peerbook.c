#include "peers/peerbook.h"

#include "base/file.h"
#include "base/lines.h"
#include "record/types.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

enum { GOOD_FAILURES = 3 };

/* How many records a network has. */
struct book_network {
    uint64_t network;
    size_t count;
    UT_hash_handle hh;
};

struct who {
    uint8_t chain[ID_LEN], key[ID_LEN];
};

/* An address in its canonical form, on a chain. All bytes after the text are zero. */
struct place {
    uint8_t chain[ID_LEN];
    char address[ADDRESS_MAX];
};

struct kept {
    struct who who;
    struct place place;
    struct book_network *group;
    int64_t time;
    enum address_scope scope;
    bool good;         /* has answered, and is kept for that */
    unsigned failures; /* in a row, when it was dialed */
    int bucket;        /* -1: not computed yet */
    UT_hash_handle hh, hp;
    size_t len;
    char line[]; /* without a newline */
};

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

static void drop(struct peerbook *b, struct kept *x)
{
    leave_group(b, x->group);
    b->good -= x->good;
    if (x->bucket >= 0)
        b->in_bucket[x->bucket]--;
    HASH_DEL(b->list, x);
    HASH_DELETE(hp, b->places, x);
    free(x);
}

static void empty(struct peerbook *b)
{
    while (b->list)
        drop(b, b->list);
    b->front.len = 0;
    b->broken_line = 0;
    b->scopes = b->given_scopes;
    b->bucketed = b->changed = false;
}

void peerbook_free(struct peerbook *b)
{
    empty(b);
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

static void place(struct place *at, const struct peer *p, const struct address *a)
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

static struct kept *find_place(const struct peerbook *b, const struct place *at)
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

static int parse_address(const struct peer *p, struct address *a, struct fault *f)
{
    return address_parse(p->address.text, p->address.len, false, a, f);
}

static bool in_time(int64_t time, int64_t now)
{
    return time - now <= PEER_AHEAD_MAX && now - time <= PEER_AGE_MAX;
}

static bool is_reachable(const struct peerbook *b, enum address_scope scope)
{
    if (scope == ADDRESS_NEVER)
        return false;
    return scope == ADDRESS_GLOBAL || scope == ADDRESS_NAME || (b->scopes & 1U << scope);
}

static int check_scope(const struct peerbook *b, const struct address *a, struct fault *f)
{
    const char *range;
    enum address_scope scope = address_scope_of(a, &range);
    if (is_reachable(b, scope))
        return 0;
    if (scope == ADDRESS_NEVER)
        return fault_rule(f, "peer: address %s is %s: no peer can be dialed there", a->text, range);
    return fault_rule(f, "peer: address %s is %s: -o would say that this node is there, too",
                      a->text, range);
}

int peerbook_check(const struct peerbook *b, const struct peer *p, int64_t now, struct fault *f)
{
    struct address a;
    if (parse_address(p, &a, f) || check_scope(b, &a, f))
        return -1;
    if (in_time(p->time, now))
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
                         const struct place *at)
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

/* --- Evicting --------------------------------------------------------------------------------- */

static unsigned buckets(const struct peerbook *b)
{
    size_t n = b->limit / PEERBOOK_BUCKET_MIN;
    return n < 1 ? 1 : n > PEERBOOK_BUCKETS ? PEERBOOK_BUCKETS : (unsigned)n;
}

/* Puts a record into its bucket, unless it has answered. */
static void join_bucket(struct peerbook *b, struct kept *x)
{
    struct tried_name n = {0};
    if (x->good || x->bucket >= 0)
        return;
    memcpy(n.key, x->who.key, ID_LEN);
    memcpy(n.address, x->place.address, sizeof n.address);
    x->bucket = (int)tried_bucket(b->secret, 'n', x->group->network, &n, buckets(b),
                                  PEERBOOK_REACH);
    b->in_bucket[x->bucket]++;
}

/* Most books never need buckets, nor a secret. 0, or -1 and trouble. */
static int make_buckets(struct peerbook *b, struct fault *f)
{
    if (!b->has_secret && tried_secret(b->path, b->secret, f))
        return -1;
    b->has_secret = true;
    for (struct kept *x = b->list; x; x = x->hh.next)
        join_bucket(b, x);
    b->bucketed = true;
    return 0;
}

/* How well a record deserves to be evicted: compared field by field. */
struct merit {
    bool failed;
    size_t group;   /* records of its network in the book */
    bool newcomers; /* it is of the newest record's network */
    int64_t age;
};

static bool deserves_more(const struct merit *a, const struct merit *b)
{
    if (a->failed != b->failed)
        return a->failed;
    if (a->group != b->group)
        return a->group > b->group;
    return a->newcomers != b->newcomers ? a->newcomers : a->age >= b->age;
}

/* The record to evict from a bucket (-1: from the whole book); newest is its last. */
static struct kept *choose_victim(const struct peerbook *b, const struct kept *newest, int bucket)
{
    struct kept *victim = NULL;
    struct merit most = {0};
    for (struct kept *x = b->list; x; x = x->hh.next) {
        if (x->good || (bucket >= 0 && x->bucket != bucket))
            continue;
        struct merit m = {x->failures > 0, x->group->count, x->group == newest->group, -x->time};
        if (victim && !deserves_more(&m, &most))
            continue;
        victim = x;
        most = m;
    }
    return victim;
}

/* The record that is evicted for the newest, and may be the newest itself; NULL: none. 0, or -1 and
 * trouble. */
static int find_victim(struct peerbook *b, struct kept *newest, struct kept **victim,
                       struct fault *f)
{
    bool full = HASH_COUNT(b->list) > b->limit;
    size_t bucket_size = (b->limit + buckets(b) - 1) / buckets(b);
    *victim = NULL;
    if (buckets(b) > 1 && newest->group->count > PEERBOOK_BUCKET_MIN && !newest->good) {
        if (b->bucketed)
            join_bucket(b, newest);
        else if (make_buckets(b, f))
            return -1;
        if (b->in_bucket[newest->bucket] > bucket_size)
            *victim = choose_victim(b, newest, newest->bucket);
    } else if (b->bucketed) {
        join_bucket(b, newest);
    }
    if (full && !*victim)
        *victim = choose_victim(b, newest, -1);
    return 0;
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
    struct place at;
    struct kept *victim, *before = find(b, p);
    if (before && before->time >= p->time)
        return 0;
    if (parse_address(p, &a, f))
        return -1;
    place(&at, p, &a);
    struct kept *there = find_place(b, &at);
    if (is_barred(there, before))
        return 0;
    if (there && there != before)
        drop(b, there);
    if (before)
        drop(b, before);
    struct kept *newest = keep(b, p, &a, &at);
    if (!newest)
        return fault_memory(f);
    if (find_victim(b, newest, &victim, f))
        return -1;
    bool stays = victim != newest;
    if (victim)
        drop(b, victim);
    b->changed |= stays;
    return stays;
}

/* --- The file --------------------------------------------------------------------------------- */

static void note_broken(struct peerbook *b, uint64_t line, const struct fault *why)
{
    if (b->broken_line)
        return;
    b->broken_line = line;
    b->broken = *why;
}

/* Reads a record of the file. 0, or -1 and trouble. */
static int load_record(struct peerbook *b, const struct line *line, int64_t now, struct fault *f)
{
    struct peer p;
    struct address a;
    struct fault why;
    if (line->state != LINE_WHOLE) {
        fault_rule(&why, "line: torn: the last line has no newline");
        note_broken(b, line->number, &why);
    } else if (line_check(line->text, line->len, &why) ||
               peer_parse(line->text, line->len, &p, &why) || parse_address(&p, &a, &why)) {
        note_broken(b, line->number, &why);
    } else if (in_time(p.time, now)) {
        return peerbook_add(b, &p, f) < 0 ? -1 : 0;
    }
    return 0;
}

/* Lines written by people are kept, whatever they say; records may have the scopes of their
 * addresses. */
static int load_line(struct peerbook *b, const struct line *line, int64_t now, struct fault *f)
{
    struct target t;
    struct fault why;
    uint8_t chain[ID_LEN];
    if (line->state == LINE_LONG) {
        fault_trouble(f, "%s: line %" PRIu64 " is over %d bytes: not a peers file", b->path,
                      line->number, LINE_MAX_LEN);
        return -1;
    }
    if (record_is(&peer_type, line->text, line->len))
        return load_record(b, line, now, f);
    int got = line_typed(line, &why) ? -1 : peers_line(line->text, line->len, &t, chain, &why);
    if (got < 0)
        note_broken(b, line->number, &why);
    if (got > 0)
        b->scopes |= 1U << address_scope_of(&t.address, NULL);
    if (buf_add(&b->front, line->text, line->len) || buf_add(&b->front, "\n", 1))
        return fault_memory(f);
    return 0;
}

/* Drops records that were accepted when other scopes were allowed. */
static void drop_unreachable(struct peerbook *b)
{
    struct kept *x, *next;
    for (x = b->list; x; x = next) {
        next = x->hh.next;
        if (!is_reachable(b, x->scope))
            drop(b, x);
    }
}

int peerbook_load(struct peerbook *b, int fd, int64_t now, struct fault *f)
{
    struct stat st;
    struct line line;
    int got;
    empty(b);
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return fault_trouble(f, "%s: not a regular file", b->path);
    if (tried_load(&b->tried, f))
        return -1;
    struct lines *lines = lines_new(source_fd(fd), 1, 0);
    if (!lines)
        return fault_memory(f);
    while ((got = lines_next(lines, &line, f)) > 0)
        if (load_line(b, &line, now, f)) {
            got = -1;
            break;
        }
    lines_free(lines);
    drop_unreachable(b);
    b->changed = false;
    return got;
}

int peerbook_save(struct peerbook *b, struct fault *f)
{
    struct buf all = {0};
    int result = 0;
    if (!b->changed)
        return 0;
    result = buf_add(&all, b->front.data, b->front.len);
    for (const struct kept *x = b->list; x && !result; x = x->hh.next)
        result = buf_add(&all, x->line, x->len) || buf_add(&all, "\n", 1);
    if (result)
        result = fault_memory(f);
    else if (file_replace(b->path, all.data, all.len))
        result = fault_errno(f, "%s", b->path);
    buf_free(&all);
    b->changed = result != 0;
    return result;
}
