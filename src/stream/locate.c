#include "stream/locate.h"

#include "base/array.h"
#include "stream/jobs.h"
#include "stream/parts.h"

#include <stdlib.h>
#include <string.h>

/* Lines are checked in groups of this size: a body can have millions of empty ones. */
enum { TOGETHER = 1024 };

struct located {
    struct entry entry;
    struct fault why; /* with the line's number; FAULT_NONE: the line is valid */
};

struct search {
    struct item item;   /* a copy, with rules of its own, since the parser writes into them */
    struct rules rules; /* of a genesis block */
    size_t at;          /* in its text */
    uint64_t number;    /* of the line at that place */
    struct located lines[TOGETHER];
    size_t count;
    struct sigjob *jobs; /* of these lines */
    struct job_bytes *room;
    size_t jobs_cap, room_cap;
    locate_tell *tell;
    void *self;
    uint64_t found;
};

/* The next line of the text; false if no line ending in a newline is left (a torn line has been
 * reported already). */
static bool next_line(struct search *s, struct line *line)
{
    const char *text = s->item.text + s->at;
    const char *end = memchr(text, '\n', s->item.size - s->at);
    if (!end)
        return false;
    *line = (struct line){.text = text, .len = (size_t)(end - text), .number = s->number++};
    s->at += line->len + 1;
    return true;
}

static void read_lines(struct search *s)
{
    struct line line;
    for (s->count = 0; s->count < TOGETHER && next_line(s, &line); s->count++) {
        struct located *l = &s->lines[s->count];
        memset(&l->entry, 0, sizeof l->entry);
        l->why.kind = FAULT_NONE;
        stream_parse_entry(&s->item, &l->entry, &line, &l->why);
        l->why.line = line.number;
    }
}

static bool is_signed(const struct located *l)
{
    return l->why.kind == FAULT_NONE && (l->entry.type == &tx_type || entry_is_signed(&l->entry));
}

/* The number of signatures of a line. */
static size_t count_jobs(const struct located *l)
{
    if (!is_signed(l))
        return 0;
    return entry_is_signed(&l->entry) ? 1 : tx_job_count(&l->entry.tx);
}

static void put_jobs(const struct located *l, struct sigjob *out, struct job_bytes *room)
{
    if (entry_is_signed(&l->entry))
        *out = signed_job(&l->entry.signed_line);
    else
        tx_jobs(&l->entry.tx, out, room);
}

static int start_signatures(struct search *s, struct sigpool *pool, struct fault *f)
{
    size_t count = 0, n = 0;
    for (size_t i = 0; i < s->count; i++)
        count += count_jobs(&s->lines[i]);
    if (ARRAY_RESERVE(s->jobs, s->jobs_cap, count) || ARRAY_RESERVE(s->room, s->room_cap, count))
        return fault_memory(f);
    for (size_t i = 0; i < s->count; n += count_jobs(&s->lines[i++]))
        if (is_signed(&s->lines[i]))
            put_jobs(&s->lines[i], &s->jobs[n], &s->room[n]);
    return sigpool_start(pool, s->jobs, n, f);
}

static int check_signatures(struct search *s, struct sigpool *pool, struct fault *f)
{
    size_t n = 0;
    if (start_signatures(s, pool, f))
        return -1;
    sigpool_wait(pool, s->jobs);
    for (size_t i = 0; i < s->count; i++) {
        struct fault *why = &s->lines[i].why;
        uint64_t line = why->line;
        if (!is_signed(&s->lines[i]))
            continue;
        size_t jobs = count_jobs(&s->lines[i]);
        int valid = jobs ? jobs_valid(&s->jobs[n], jobs) : 1;
        n += jobs;
        if (valid < 0)
            return fault_memory(f);
        if (!valid)
            fault_rule(why, "%s: bad signature", s->lines[i].entry.type->name);
        why->line = line;
    }
    return 0;
}

/* A line of a kind that no such body may hold is reported once, as the block's own fault. */
static bool is_misplaced(const struct fault *why)
{
    return strncmp(why->text, "block: ", 7) == 0;
}

static void tell_faults(struct search *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct fault *why = &s->lines[i].why;
        if (why->kind != FAULT_NONE && !is_misplaced(why) && why->line != s->item.fault.line &&
            s->found++ < LOCATE_MAX)
            s->tell(s->self, why);
    }
}

static int search(struct search *s, struct sigpool *pool, struct fault *f)
{
    struct line header;
    next_line(s, &header);
    for (read_lines(s); s->count; read_lines(s)) {
        if (pool && check_signatures(s, pool, f))
            return -1;
        tell_faults(s);
    }
    return 0;
}

int locate_faults(const struct item *item, struct sigpool *pool, locate_tell *tell, void *self,
                  uint64_t *more, struct fault *f)
{
    struct search *s = calloc(1, sizeof *s);
    if (!s)
        return fault_memory(f);
    s->item = *item;
    s->item.rules = &s->rules;
    s->number = item->line;
    s->tell = tell;
    s->self = self;
    int result = search(s, pool, f);
    *more = s->found > LOCATE_MAX ? s->found - LOCATE_MAX : 0;
    free(s->jobs);
    free(s->room);
    free(s);
    return result;
}
