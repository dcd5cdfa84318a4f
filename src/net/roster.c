#include "net/roster.h"

#include "base/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* An operand: a file, or an address. */
struct operand {
    const char *path; /* NULL: it is an address */
    struct target target;
    struct stat seen;
    struct peers peers;
};

struct roster {
    struct operand *operands;
    size_t count;
    bool was_read;
};

/* --- Operands --------------------------------------------------------------------------------- */

static int read_operand(struct operand *o, const char *text, bool must_exist, struct fault *f)
{
    struct stat st;
    struct fault why;
    bool there = stat(text, &st) == 0;
    if (there || !strchr(text, ':')) {
        o->path = text;
        return there || !must_exist
                   ? 0
                   : fault_errno(f, "%s: neither HOST:PORT, nor a peers file", text);
    }
    if (target_parse(text, &o->target, &why))
        return fault_trouble(f, "%s: %s", text, why.text);
    o->target.operand = true;
    return 0;
}

struct roster *roster_new(char **operands, size_t count, bool files_exist, struct fault *f)
{
    struct roster *r = calloc(1, sizeof *r);
    if (r)
        r->operands = calloc(count + 1, sizeof *r->operands);
    if (!r || !r->operands) {
        fault_memory(f);
        roster_free(r);
        return NULL;
    }
    for (r->count = 0; r->count < count; r->count++)
        if (read_operand(&r->operands[r->count], operands[r->count], files_exist, f)) {
            roster_free(r);
            return NULL;
        }
    return r;
}

void roster_free(struct roster *r)
{
    for (size_t i = 0; r && i < r->count; i++)
        peers_free(&r->operands[i].peers);
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

static int read_file(struct operand *o, const uint8_t *chain, const struct roster_critic *critic,
                     struct fault *f)
{
    char words[512];
    if (peers_read(&o->peers, o->path, chain, f))
        return -1;
    if (!o->peers.broken_line)
        return 0;
    int n = snprintf(words, sizeof words, "%.100s:%" PRIu64 ": %s", o->path, o->peers.broken_line,
                     o->peers.broken.text);
    if (o->peers.broken_lines > 1 && n < (int)sizeof words)
        snprintf(words + n, sizeof words - (size_t)n, " (the first of %" PRIu64 " lines skipped)",
                 o->peers.broken_lines);
    critic->say(critic->self, words);
    return 0;
}

int roster_read(struct roster *r, const uint8_t *chain, const struct roster_critic *critic,
                struct fault *f)
{
    bool first = !r->was_read, any = first;
    for (size_t i = 0; i < r->count; i++) {
        struct operand *o = &r->operands[i];
        if (!o->path || (!changed(o) && !first))
            continue;
        any = true;
        if (read_file(o, chain, critic, f) == 0)
            continue;
        if (first)
            return -1;
        critic->say(critic->self, f->text);
    }
    r->was_read = true;
    return any;
}

/* --- Targets ---------------------------------------------------------------------------------- */

static bool names(const struct target *t, const uint8_t *key)
{
    return key && t->has_key && memcmp(t->key, key, ID_LEN) == 0;
}

int roster_list(const struct roster *r, const uint8_t *but, struct target **list, size_t *count)
{
    size_t most = 1;
    for (size_t i = 0; i < r->count; i++)
        most += r->operands[i].path ? r->operands[i].peers.count : 1;
    *count = 0;
    *list = calloc(most, sizeof **list);
    if (!*list)
        return -1;
    for (size_t i = 0; i < r->count; i++) {
        const struct operand *o = &r->operands[i];
        if (!o->path)
            (*list)[(*count)++] = o->target;
        for (size_t j = 0; o->path && j < o->peers.count; j++)
            if (!names(&o->peers.list[j], but))
                (*list)[(*count)++] = o->peers.list[j];
    }
    return 0;
}
