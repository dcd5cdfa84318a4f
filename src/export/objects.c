#include "export/objects.h"

#include <stdlib.h>
#include <string.h>

enum { CAPACITY = OBJECT_MAX + (1 << 17) };

enum { BETWEEN, INSIDE, IN_STRING, ESCAPED, PASSING, BROKEN, WHOLE };

struct objects {
    struct source src;
    uint64_t line, begun; /* of the byte at `at`; where the object began */
    size_t start, at, end;
    int state, depth;
    bool ended;
    const char *why; /* why it is broken */
    bool is_next;    /* the byte that broke it begins the next object */
    char data[CAPACITY];
};

struct objects *objects_new(struct source src)
{
    struct objects *r = malloc(sizeof *r);
    if (!r) {
        if (src.close)
            src.close(src.self);
        return NULL;
    }
    r->src = src;
    r->line = 1;
    r->start = r->at = r->end = 0;
    r->state = BETWEEN;
    r->depth = 0;
    r->ended = r->is_next = false;
    return r;
}

void objects_free(struct objects *r)
{
    if (r && r->src.close)
        r->src.close(r->src.self);
    free(r);
}

/* Gives up on the current object; the byte that broke it is not consumed. */
static void give_up(struct objects *r, const char *why)
{
    r->state = BROKEN;
    r->why = why;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Handles a byte between objects, or the first of the next. */
static void between(struct objects *r, char c)
{
    if (is_space(c)) {
        r->at++;
        return;
    }
    r->start = r->at;
    r->begun = r->line;
    if (c != '{') {
        give_up(r, "json: expected an object");
        return;
    }
    r->at++;
    r->depth = 1;
    r->state = INSIDE;
}

/* No record's object contains another. An object at the beginning of a line is probably the next
 * one, after one that was cut short. */
static void nested(struct objects *r)
{
    r->is_next = r->at > r->start && r->data[r->at - 1] == '\n';
    give_up(r, "json: an object in an object");
}

static void inside(struct objects *r, char c)
{
    if (c == '{') {
        nested(r);
        return;
    }
    if (c == '[' && ++r->depth > OBJECT_DEPTH_MAX) {
        give_up(r, "json: a list in a list");
        return;
    }
    r->at++;
    if (c == '"')
        r->state = IN_STRING;
    if ((c == '}' || c == ']') && --r->depth == 0)
        r->state = WHOLE;
}

static bool is_plain(char c)
{
    return c != '"' && c != '\\' && (unsigned char)c >= 0x20;
}

static void in_string(struct objects *r)
{
    while (r->at < r->end && is_plain(r->data[r->at]))
        r->at++;
    if (r->at == r->end)
        return;
    if ((unsigned char)r->data[r->at] < 0x20) {
        give_up(r, "json: a string has no end, or has a control character in it");
        return;
    }
    r->state = r->data[r->at++] == '"' ? INSIDE : ESCAPED;
}

static void pass(struct objects *r, char c)
{
    r->at++;
    if (c == '\n')
        r->state = BETWEEN;
}

/* Scans the buffered bytes until an object is whole or broken: whether one is. */
static bool scan(struct objects *r)
{
    while (r->at < r->end && r->state < BROKEN) {
        char c = r->data[r->at];
        size_t before = r->at;
        if (r->state == BETWEEN)
            between(r, c);
        else if (r->state == INSIDE)
            inside(r, c);
        else if (r->state == IN_STRING)
            in_string(r);
        else if (r->state == PASSING)
            pass(r, c);
        else if ((unsigned char)c < 0x20)
            give_up(r, "json: a string has no end, or has a control character in it");
        else {
            r->at++;
            r->state = IN_STRING;
        }
        r->line += c == '\n' && r->at > before;
        if (r->state > BETWEEN && r->state < PASSING && r->at - r->start > OBJECT_MAX)
            give_up(r, "json: an object of more than 524288 bytes");
    }
    return r->state >= BROKEN;
}

/* Reads more bytes into the buffer: 0, also at the end, or -1. */
static int fill(struct objects *r, struct fault *f)
{
    size_t keep = r->state == BETWEEN || r->state == PASSING ? r->at : r->start;
    if (keep == r->end || r->end == CAPACITY) {
        memmove(r->data, r->data + keep, r->end - keep);
        r->at -= keep;
        r->end -= keep;
        r->start = 0;
    }
    ptrdiff_t got = r->src.read(r->src.self, r->data + r->end, CAPACITY - r->end);
    if (got < 0)
        return fault_errno(f, "cannot read");
    r->end += (size_t)got;
    r->ended = got == 0;
    return 0;
}

static int give_broken(struct objects *r, struct object *o, const char *why, struct fault *f)
{
    *o = (struct object){.line = r->begun};
    r->state = r->is_next ? BETWEEN : PASSING;
    r->is_next = false;
    fault_rule(f, "%s", why);
    return 1;
}

int objects_next(struct objects *r, struct object *o, struct fault *f)
{
    while (!scan(r)) {
        bool begun = r->state != BETWEEN && r->state != PASSING;
        if (r->ended && begun)
            return give_broken(r, o, "json: cut short: the object has no end", f);
        if (r->ended)
            return 0;
        if (fill(r, f))
            return -1;
    }
    if (r->state == BROKEN)
        return give_broken(r, o, r->why, f);
    *o = (struct object){r->data + r->start, r->at - r->start, r->begun};
    r->state = BETWEEN;
    return 1;
}

bool objects_ready(struct objects *r)
{
    return scan(r) || r->ended || !r->src.ready || r->src.ready(r->src.self);
}
