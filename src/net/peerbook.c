#include "net/peerbook.h"

#include "base/file.h"
#include "base/lines.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* How many records a network has. */
struct crowd {
    uint64_t network;
    size_t count;
    UT_hash_handle hh;
};

struct who {
    uint8_t chain[ID_LEN], key[ID_LEN];
};

struct kept {
    struct who who;
    struct crowd *crowd;
    int64_t time;
    UT_hash_handle hh;
    size_t len;
    char line[]; /* without a newline */
};

void peerbook_init(struct peerbook *b, const char *path, size_t limit)
{
    *b = (struct peerbook){.path = path, .limit = limit};
}

int peerbook_lock(const struct peerbook *b)
{
    return file_open_locked(b->path);
}

static void leave_crowd(struct peerbook *b, struct crowd *c)
{
    if (--c->count)
        return;
    HASH_DEL(b->crowds, c);
    free(c);
}

static void drop(struct peerbook *b, struct kept *x)
{
    leave_crowd(b, x->crowd);
    HASH_DEL(b->list, x);
    free(x);
}

static void empty(struct peerbook *b)
{
    while (b->list)
        drop(b, b->list);
    b->front.len = 0;
    b->broken_line = 0;
    b->changed = false;
}

void peerbook_free(struct peerbook *b)
{
    empty(b);
    buf_free(&b->front);
}

static struct who who(const struct peer *p)
{
    struct who w;
    memcpy(w.chain, p->chain, ID_LEN);
    memcpy(w.key, p->key, ID_LEN);
    return w;
}

static struct kept *find(const struct peerbook *b, const struct peer *p)
{
    struct kept *x;
    struct who w = who(p);
    HASH_FIND(hh, b->list, &w, sizeof w, x);
    return x;
}

bool peerbook_holds(const struct peerbook *b, const struct peer *p)
{
    const struct kept *x = find(b, p);
    return x && x->len == p->len && memcmp(x->line, p->line, p->len) == 0;
}

static int parse_address(const struct peer *p, struct address *a, struct fault *f)
{
    return address_parse(p->address.text, p->address.len, false, a, f);
}

static bool in_time(int64_t time, int64_t now)
{
    return time - now <= PEER_AHEAD_MAX && now - time <= PEER_AGE_MAX;
}

int peerbook_check(const struct peer *p, int64_t now, struct fault *f)
{
    struct address a;
    if (parse_address(p, &a, f))
        return -1;
    if (in_time(p->time, now))
        return 0;
    return p->time > now
               ? fault_rule(f, "peer: time %" PRId64 " is over %d s ahead of the clock, %" PRId64,
                            p->time, PEER_AHEAD_MAX, now)
               : fault_rule(f, "peer: time %" PRId64 " is over %d days behind the clock, %" PRId64,
                            p->time, PEER_AGE_MAX / 86400, now);
}

/* Counts one more record of a network; NULL: no memory. */
static struct crowd *join_crowd(struct peerbook *b, uint64_t network)
{
    struct crowd *c;
    HASH_FIND(hh, b->crowds, &network, sizeof network, c);
    if (!c) {
        c = calloc(1, sizeof *c);
        if (!c)
            return NULL;
        c->network = network;
        HASH_ADD(hh, b->crowds, network, sizeof c->network, c);
        if (!c->hh.tbl) {
            free(c);
            return NULL;
        }
    }
    c->count++;
    return c;
}

/* Appends a record to the list; NULL: no memory. */
static struct kept *keep(struct peerbook *b, const struct peer *p, uint64_t network)
{
    struct kept *x = calloc(1, sizeof *x + p->len);
    if (!x)
        return NULL;
    x->who = who(p);
    x->time = p->time;
    x->len = p->len;
    memcpy(x->line, p->line, p->len);
    x->crowd = join_crowd(b, network);
    if (!x->crowd) {
        free(x);
        return NULL;
    }
    HASH_ADD(hh, b->list, who, sizeof x->who, x);
    if (!x->hh.tbl) {
        leave_crowd(b, x->crowd);
        free(x);
        return NULL;
    }
    return x;
}

/* The record to evict from a book over its limit; newest is its last. */
static struct kept *choose_leaver(const struct peerbook *b, const struct kept *newest)
{
    size_t most = 0;
    struct kept *leaver = NULL;
    for (const struct crowd *c = b->crowds; c; c = c->hh.next)
        most = c->count > most ? c->count : most;
    const struct crowd *own = newest->crowd->count == most ? newest->crowd : NULL;
    for (struct kept *x = b->list; x; x = x->hh.next)
        if (x->crowd->count == most && (!own || x->crowd == own) &&
            (!leaver || x->time <= leaver->time))
            leaver = x;
    return leaver;
}

int peerbook_add(struct peerbook *b, const struct peer *p, struct fault *f)
{
    struct address a;
    struct kept *before = find(b, p);
    if (before && before->time >= p->time)
        return 0;
    if (parse_address(p, &a, f))
        return -1;
    if (before)
        drop(b, before);
    struct kept *newest = keep(b, p, address_network_of(&a));
    if (!newest)
        return fault_memory(f);
    struct kept *leaver = HASH_COUNT(b->list) > b->limit ? choose_leaver(b, newest) : NULL;
    bool stays = leaver != newest;
    if (leaver)
        drop(b, leaver);
    b->changed |= stays;
    return stays;
}

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

/* Lines written by people are kept, whatever they say. */
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
    if (line_is(line->text, line->len, "peer"))
        return load_record(b, line, now, f);
    if (line_typed(line, &why) || peers_line(line->text, line->len, &t, chain, &why) < 0)
        note_broken(b, line->number, &why);
    if (buf_add(&b->front, line->text, line->len) || buf_add(&b->front, "\n", 1))
        return fault_memory(f);
    return 0;
}

int peerbook_load(struct peerbook *b, int fd, int64_t now, struct fault *f)
{
    struct stat st;
    struct line line;
    int got;
    empty(b);
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return fault_trouble(f, "%s: not a regular file", b->path);
    struct lines *lines = lines_new(source_fd(fd), 1, 0);
    if (!lines)
        return fault_memory(f);
    while ((got = lines_next(lines, &line, f)) > 0)
        if (load_line(b, &line, now, f)) {
            got = -1;
            break;
        }
    lines_free(lines);
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
