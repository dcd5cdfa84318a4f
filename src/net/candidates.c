#include "net/candidates.h"

#include "base/clock.h"
#include "base/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* An operand: a file, or an address. */
struct operand {
    const char *path; /* NULL: it is an address */
    struct target target;
    struct stat seen;
    struct peers peers;
    struct dial_history history;
};

struct candidates {
    struct operand *operands;
    size_t count;
    uint64_t chance;
    bool was_read;
    int64_t wrote; /* when PEERS.tried was last written; ms, 0: not yet */
};

/* The machine's clock, or 0. */
static int64_t wall_clock(void)
{
    struct timespec now;
    struct fault why;
    return clock_read(&now, &why) ? 0 : now.tv_sec;
}

/* --- Operands --------------------------------------------------------------------------------- */

static int read_operand(struct operand *o, const char *text, bool must_exist, struct fault *f)
{
    struct stat st;
    struct fault why;
    bool there = stat(text, &st) == 0;
    if (there || !strchr(text, ':')) {
        o->path = text;
        dial_history_init(&o->history, text);
        return there || !must_exist
                   ? 0
                   : fault_errno(f, "%s: neither HOST:PORT, nor a peers file", text);
    }
    if (target_parse(text, &o->target, &why))
        return fault_trouble(f, "%s: %s", text, why.text);
    o->target.operand = true;
    return 0;
}

struct candidates *candidates_new(char **operands, size_t count, bool files_exist, uint64_t seed,
                                  struct fault *f)
{
    struct candidates *r = calloc(1, sizeof *r);
    if (r)
        r->operands = calloc(count + 1, sizeof *r->operands);
    if (!r || !r->operands) {
        fault_memory(f);
        candidates_free(r);
        return NULL;
    }
    r->chance = seed;
    for (r->count = 0; r->count < count; r->count++)
        if (read_operand(&r->operands[r->count], operands[r->count], files_exist, f)) {
            candidates_free(r);
            return NULL;
        }
    return r;
}

void candidates_free(struct candidates *r)
{
    for (size_t i = 0; r && i < r->count; i++) {
        peers_free(&r->operands[i].peers);
        dial_history_free(&r->operands[i].history);
    }
    if (r)
        free(r->operands);
    free(r);
}

/* --- Files ------------------------------------------------------------------------------------ */

static bool changed(struct operand *o)
{
    struct stat now = {0};
    stat(o->path, &now); /* a missing file is an empty one */
    bool same = file_unchanged(&o->seen, &now);
    o->seen = now;
    return !same;
}

static int read_file(struct operand *o, const uint8_t *chain, uint64_t *chance,
                     const struct candidates_log *log, struct fault *f)
{
    char words[512];
    if (peers_read(&o->peers, o->path, chain, chance, f))
        return -1;
    if (!o->peers.broken_line)
        return 0;
    int n = snprintf(words, sizeof words, "%.100s:%" PRIu64 ": %s", o->path, o->peers.broken_line,
                     o->peers.broken.text);
    if (o->peers.broken_lines > 1 && n < (int)sizeof words)
        snprintf(words + n, sizeof words - (size_t)n, " (the first of %" PRIu64 " lines skipped)",
                 o->peers.broken_lines);
    log->warn(log->self, words);
    return 0;
}

/* PEERS.tried is used as far as it can be read. Whether it has changed. */
static bool read_history(struct operand *o, const struct candidates_log *log)
{
    struct fault why;
    char words[512];
    const struct tried *t = &o->history.tried;
    int got = dial_history_read(&o->history, &why);
    if (got < 0)
        log->warn(log->self, why.text);
    if (got <= 0 || !t->broken_line)
        return got > 0;
    snprintf(words, sizeof words, "%.100s.tried:%" PRIu64 ": %s", o->path, t->broken_line,
             t->broken.text);
    log->warn(log->self, words);
    return true;
}

int candidates_read(struct candidates *r, const uint8_t *chain, const struct candidates_log *log,
                    struct fault *f)
{
    bool first = !r->was_read, any = first;
    for (size_t i = 0; i < r->count; i++) {
        struct operand *o = &r->operands[i];
        if (o->path && read_history(o, log))
            any = true;
        if (!o->path || (!changed(o) && !first))
            continue;
        any = true;
        if (read_file(o, chain, &r->chance, log, f) == 0)
            continue;
        if (first)
            return -1;
        log->warn(log->self, f->text);
    }
    r->was_read = true;
    return any;
}

/* --- Targets ---------------------------------------------------------------------------------- */

static bool names(const struct target *t, const uint8_t *key)
{
    return key && t->has_key && memcmp(t->key, key, ID_LEN) == 0;
}

static bool may_be_dialed(const struct target *t, bool names)
{
    enum address_scope scope = address_scope_of(&t->address, NULL);
    return scope != ADDRESS_NEVER && (scope != ADDRESS_NAME || names);
}

/* An announced target, by its address. */
struct spot {
    char address[ADDRESS_MAX];
    size_t at; /* in the list */
    UT_hash_handle hh;
};

struct listing {
    struct target *list;
    size_t count;
    struct spot *spots;
};

static void forget_spots(struct listing *l)
{
    struct spot *x;
    while ((x = l->spots)) {
        HASH_DEL(l->spots, x);
        free(x);
    }
}

/* The place of an announced target: a new one, or that of one with the same address. NULL: no
 * memory. */
static struct spot *find_spot(struct listing *l, const struct target *t)
{
    char address[ADDRESS_MAX];
    struct spot *x;
    address_canonical(&t->address, address);
    HASH_FIND_STR(l->spots, address, x);
    if (x)
        return x;
    x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    memcpy(x->address, address, sizeof x->address);
    x->at = l->count;
    HASH_ADD_STR(l->spots, address, x);
    if (x->hh.tbl)
        return x;
    free(x);
    return NULL;
}

/* How much a target is to be believed: it has answered; it has not failed lately. */
static int credit(const struct target *t)
{
    return t->tried ? 2 : !t->hold;
}

/* Of several at one address, the first of those believed most stays. 0, or -1: no memory. */
static int list_announced(struct listing *l, const struct target *t)
{
    const struct spot *x = find_spot(l, t);
    if (!x)
        return -1;
    if (x->at == l->count)
        l->list[l->count++] = *t;
    else if (credit(t) > credit(&l->list[x->at]))
        l->list[x->at] = *t;
    return 0;
}

static int list_file(struct listing *l, const struct operand *o, size_t source, const uint8_t *but,
                     bool with_names)
{
    int64_t now = wall_clock();
    for (size_t i = 0; i < o->peers.count; i++) {
        struct target t = o->peers.list[i];
        if (names(&t, but))
            continue;
        t.source = source;
        if (!t.announced) {
            l->list[l->count++] = t;
            continue;
        }
        if (!may_be_dialed(&t, with_names))
            continue;
        dial_history_mark(&o->history, &t, now, CANDIDATES_HOLD);
        if (list_announced(l, &t))
            return -1;
    }
    return 0;
}

int candidates_list(const struct candidates *r, const uint8_t *but, bool names,
                    struct target **list, size_t *count)
{
    struct listing l = {0};
    size_t most = 1;
    int failed = 0;
    for (size_t i = 0; i < r->count; i++)
        most += r->operands[i].path ? r->operands[i].peers.count : 1;
    l.list = calloc(most, sizeof *l.list);
    if (!l.list)
        return -1;
    for (size_t i = 0; i < r->count && !failed; i++) {
        const struct operand *o = &r->operands[i];
        if (o->path)
            failed = list_file(&l, o, i, but, names);
        else
            l.list[l.count++] = o->target;
    }
    forget_spots(&l);
    if (failed)
        free(l.list);
    *list = failed ? NULL : l.list;
    *count = l.count;
    return failed;
}

/* --- What is found out ------------------------------------------------------------------------ */

static struct dial_history *dial_history_of(struct candidates *r, const struct target *t)
{
    return t->announced && t->source < r->count && r->operands[t->source].path
               ? &r->operands[t->source].history
               : NULL;
}

void candidates_note(struct candidates *r, const struct target *t, enum outcome outcome)
{
    struct dial_history *j = dial_history_of(r, t);
    int64_t now = wall_clock();
    if (j && now)
        dial_history_note(j, t, outcome, now);
}

void candidates_connected(struct candidates *r, const struct target *const *list, size_t count)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct target *anchors[TRIED_ANCHORS];
        size_t n = 0;
        for (size_t k = 0; k < count && n < TRIED_ANCHORS; k++)
            if (dial_history_of(r, list[k]) == &r->operands[i].history)
                anchors[n++] = list[k];
        if (r->operands[i].path)
            dial_history_anchors(&r->operands[i].history, anchors, n);
    }
}

void candidates_write(struct candidates *r, int64_t now, bool last,
                      const struct candidates_log *log)
{
    struct fault why;
    if (!last && r->wrote && now - r->wrote < CANDIDATES_PAUSE)
        return;
    r->wrote = now;
    for (size_t i = 0; i < r->count; i++) {
        struct operand *o = &r->operands[i];
        if (o->path && dial_history_write(&o->history, &o->peers, &why))
            log->warn(log->self, why.text);
    }
}
