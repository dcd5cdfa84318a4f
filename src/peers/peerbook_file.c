/* The peers file (peers(5)). */
#include "base/file.h"
#include "base/lines.h"
#include "peers/peerbook_parts.h"
#include "record/types.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <uthash.h>

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
               peer_parse(line->text, line->len, &p, &why) || peerbook_address(&p, &a, &why)) {
        note_broken(b, line->number, &why);
    } else if (peerbook_in_time(p.time, now)) {
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
        if (!peerbook_reaches(b, x->scope))
            peerbook_drop(b, x);
    }
}

int peerbook_load(struct peerbook *b, int fd, int64_t now, struct fault *f)
{
    struct stat st;
    struct line line;
    int got;
    peerbook_empty(b);
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
