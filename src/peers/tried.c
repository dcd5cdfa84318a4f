#include "peers/tried.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/lines.h"
#include "crypto/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

enum { ENTRIES_MAX = 4 * TRIED_FAILED_MAX, SECRET_TRIES = 10 };

struct tried_entry {
    struct tried_name name;
    struct tried_mark mark;
    uint64_t network;
    bool listed; /* in the peers file */
    int bucket;  /* -1: not computed yet */
    UT_hash_handle hh;
};

static const char *const words[] = {"failed", "tried", "anchor", "test"};

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

static struct tried_entry *find(const struct tried *t, const struct tried_name *n)
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
    return find(t, &any);
}

static bool is_any(const struct tried_name *n)
{
    static const uint8_t zeros[ID_LEN];
    return memcmp(n->key, zeros, ID_LEN) == 0;
}

bool tried_find(const struct tried *t, const struct tried_name *n, struct tried_mark *mark)
{
    const struct tried_entry *e = find(t, n);
    if (!e)
        e = find_any(t, n);
    if (e)
        *mark = e->mark;
    return e != NULL;
}

static void drop(struct tried *t, struct tried_entry *e)
{
    HASH_DEL(t->entries, e);
    free(e);
}

static void empty(struct tried *t)
{
    while (t->entries)
        drop(t, t->entries);
}

void tried_free(struct tried *t)
{
    empty(t);
}

/* Adds an entry that is not there yet; NULL: no memory. */
static struct tried_entry *add(struct tried *t, const struct tried_name *n, struct tried_mark mark)
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
    struct tried_entry *e = find(t, n), *any = find_any(t, n);
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
            drop(t, e);
    }
}

/* --- The file --------------------------------------------------------------------------------- */

/* PEERS.SUFFIX. 0, or -1 with errno. */
static int path_beside(const char *peers, const char *suffix, char out[PATH_MAX])
{
    if (snprintf(out, PATH_MAX, "%s.%s", peers, suffix) < PATH_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

static int parse_state(struct field x, enum tried_state *state, struct fault *f)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (field_is(x, words[i])) {
            *state = (enum tried_state)i;
            return 0;
        }
    return fault_rule(f, "tried: '%.*s' is none of failed, tried, anchor, test",
                      x.len > 20 ? 20 : (int)x.len, x.text);
}

/* STATE HOST:PORT KEY TIME FAILURES */
static int parse_line(const struct line *line, struct tried_name *n, struct tried_mark *mark,
                      struct fault *f)
{
    struct field x[FIELDS_MAX];
    struct address a;
    uint8_t key[ID_LEN];
    int64_t failures;
    if (line_form(line, f))
        return -1;
    size_t count = fields_split(line->text, line->len, x);
    if (count != 5)
        return fault_rule(f, "tried: %zu fields, expected 5", count);
    bool any = field_is(x[2], "-");
    if (parse_state(x[0], &mark->state, f) || address_parse(x[1].text, x[1].len, false, &a, f) ||
        (!any && field_id(x[2], "tried: key", key, f)) ||
        field_number(x[3], "tried: time", &mark->time, f) ||
        field_number(x[4], "tried: failures", &failures, f))
        return -1;
    mark->failures = failures > UINT16_MAX ? UINT16_MAX : (unsigned)failures;
    if (any && mark->state != TRIED_FAILED)
        return fault_rule(f, "tried: only what has failed has no key");
    tried_name(n, any ? NULL : key, &a);
    return 0;
}

/* 0, or -1 and trouble. */
static int take_line(void *self, const struct line *line, struct fault *f)
{
    struct tried *t = self;
    struct tried_name n;
    struct tried_mark mark;
    struct fault why;
    if (line->len && line->text[0] == '#')
        return 0;
    if (parse_line(line, &n, &mark, &why)) {
        if (!t->broken_line) {
            t->broken_line = line->number;
            t->broken = why;
        }
        return 0;
    }
    if (HASH_COUNT(t->entries) >= ENTRIES_MAX || find(t, &n))
        return 0;
    return add(t, &n, mark) ? 0 : fault_memory(f);
}

int tried_load(struct tried *t, struct fault *f)
{
    char path[PATH_MAX];
    struct tried fresh = {.path = t->path};
    struct stat st;
    if (path_beside(t->path, "tried", path))
        return fault_errno(f, "%s.tried", t->path);
    int fd = file_open(path, O_RDONLY | O_NONBLOCK, 0);
    if (fd < 0 && errno != ENOENT)
        return fault_errno(f, "%s", path);
    int failed = 0;
    if (fd >= 0) {
        failed = fstat(fd, &st) || !S_ISREG(st.st_mode)
                     ? fault_trouble(f, "%s: not a regular file", path)
                     : lines_each(source_fd(fd), 0, take_line, &fresh, f);
        close(fd);
    }
    if (failed) {
        empty(&fresh);
        return -1;
    }
    empty(t);
    *t = fresh;
    return 0;
}

int tried_lock(const struct tried *t)
{
    char path[PATH_MAX];
    if (path_beside(t->path, "tried", path))
        return -1;
    int fd = file_open(path, O_RDWR | O_CREAT, 0666);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && file_is_at(fd, path))
        return fd;
    close(fd);
    errno = EWOULDBLOCK;
    return -1;
}

static int put_entry(struct buf *out, const struct tried_entry *e)
{
    return buf_add_string(out, words[e->mark.state]) || buf_add_string(out, " ") ||
           buf_add_string(out, e->name.address) || buf_add_string(out, " ") ||
           buf_add_string(out, is_any(&e->name) ? "-" : hex32(e->name.key).text) ||
           buf_add_string(out, " ") || buf_add_number(out, e->mark.time) ||
           buf_add_string(out, " ") || buf_add_number(out, e->mark.failures) ||
           buf_add_string(out, "\n");
}

int tried_save(const struct tried *t, struct fault *f)
{
    char path[PATH_MAX];
    struct buf all = {0};
    int failed = buf_add_string(&all, "# Which peer records are true; kept by the programs that "
                                      "dial, see peers(5)\n");
    for (const struct tried_entry *e = t->entries; e && !failed; e = e->hh.next)
        failed = put_entry(&all, e);
    if (failed)
        fault_memory(f);
    else if (path_beside(t->path, "tried", path) || file_replace(path, all.data, all.len))
        failed = fault_errno(f, "%s.tried", t->path);
    buf_free(&all);
    return failed ? -1 : 0;
}

/* --- The secret ------------------------------------------------------------------------------- */

/* 1 and the secret, 0 if there is no such file, -1 and trouble. */
static int read_secret(const char *path, uint8_t secret[TRIED_SECRET_LEN], struct fault *f)
{
    char digits[2 * TRIED_SECRET_LEN + 1];
    struct stat st;
    int fd = file_open(path, O_RDONLY | O_NONBLOCK, 0);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0)
        return fault_errno(f, "%s", path);
    bool whole = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == sizeof digits &&
                 file_read_at(fd, digits, sizeof digits, 0) == 0 &&
                 hex_decode(secret, digits, TRIED_SECRET_LEN) == 0;
    close(fd);
    return whole ? 1
                 : fault_trouble(f,
                                 "%s: not a line of %d hex digits: remove it, and another one "
                                 "is made",
                                 path, 2 * TRIED_SECRET_LEN);
}

/* Writes the secret under another name first, so nobody reads a part of it. 0, or -1 and trouble;
 * another process may have made it in the meantime. */
static int make_secret(const char *path, struct fault *f)
{
    uint8_t secret[TRIED_SECRET_LEN];
    char digits[2 * TRIED_SECRET_LEN + 1], temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid()) >= PATH_MAX)
        return fault_trouble(f, "%s: the name is too long", path);
    if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret)
        return fault_errno(f, "no random bytes");
    hex_encode(digits, secret, sizeof secret);
    digits[sizeof digits - 1] = '\n';
    unlink(temporary); /* of a process that was killed */
    struct fault why;
    if (file_make(temporary, true, digits, sizeof digits, &why))
        return fault_trouble(f, "%s: %s", temporary, why.text);
    int failed = link(temporary, path) && errno != EEXIST ? fault_errno(f, "%s", path) : 0;
    unlink(temporary);
    return failed;
}

int tried_secret(const char *peers, uint8_t secret[TRIED_SECRET_LEN], struct fault *f)
{
    char path[PATH_MAX];
    if (path_beside(peers, "secret", path))
        return fault_errno(f, "%s.secret", peers);
    for (int i = 0; i < SECRET_TRIES; i++) {
        int got = read_secret(path, secret, f);
        if (got)
            return got > 0 ? 0 : -1;
        if (make_secret(path, f))
            return -1;
    }
    return fault_trouble(f, "%s: is removed again and again", path);
}

static uint64_t draw(const uint8_t secret[TRIED_SECRET_LEN], const void *text, size_t n)
{
    struct sha256 h;
    uint8_t out[SHA256_LEN];
    uint64_t number;
    sha256_init(&h);
    sha256_update(&h, secret, TRIED_SECRET_LEN);
    sha256_update(&h, text, n);
    sha256_final(&h, out);
    memcpy(&number, out, sizeof number);
    return number;
}

unsigned tried_bucket(const uint8_t secret[TRIED_SECRET_LEN], char table, uint64_t network,
                      const struct tried_name *n, unsigned count, unsigned reach)
{
    char text[64];
    uint64_t which = draw(secret, n, sizeof *n) % reach;
    int len = snprintf(text, sizeof text, "%c %" PRIx64 " %" PRIu64, table, network, which);
    return (unsigned)(draw(secret, text, (size_t)len) % count);
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
        drop(t, e);
        return;
    }
    struct tried_entry *any = find_any(t, &e->name);
    if (any && any != e)
        drop(t, any);
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
    struct tried_entry *e = find(t, &event->name);
    if (!e)
        e = add(t, &event->name, none);
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
        struct tried_entry *e = find(t, &anchors[i]);
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
            drop(t, e);
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
        drop(t, oldest);
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
