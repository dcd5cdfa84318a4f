#include "record/state_proof.h"

#include "base/hex.h"
#include "record/state_entry.h"
#include "record/types.h"

#include <stdio.h>

static int parse_path(struct cursor *c, const char *what, struct state_proof *p, struct fault *f)
{
    int64_t depth;
    char field[32];
    snprintf(field, sizeof field, "%s: depth", what);
    if (cursor_take_number(c, field, &depth, f))
        return -1;
    if (depth > STATE_PATH_MAX)
        return fault_rule(f, "%s: depth is over %d", what, STATE_PATH_MAX);
    p->depth = (size_t)depth;
    snprintf(field, sizeof field, "%s: hash", what);
    for (size_t i = 0; i < p->depth; i++)
        if (cursor_take_id(c, field, p->path[i], f))
            return -1;
    return 0;
}

static int parse(const char *what, const char *line, size_t len, struct state_proof *p,
                 struct fault *f)
{
    struct cursor c = {line, line + len};
    char field[32];
    cursor_take_field(&c);
    snprintf(field, sizeof field, "%s: root", what);
    if (cursor_take_id(&c, field, p->root, f) || parse_path(&c, what, p, f))
        return -1;
    snprintf(field, sizeof field, "%s: place", what);
    if (!p->present && cursor_take_id(&c, field, p->place, f))
        return -1;
    p->entry = (struct field){c.text, (size_t)(c.end - c.text)};
    p->named = 0;
    if (p->entry.len)
        return state_entry_check(p->entry, what, &p->named, f);
    return p->present ? fault_rule(f, "%s: no entry", what) : 0;
}

int state_proof_parse(const char *line, size_t len, struct state_proof *p, struct fault *f)
{
    p->present = line_is(line, len, "present");
    if (!p->present && !line_is(line, len, "absent"))
        return fault_rule(f, "neither present nor absent");
    return parse(p->present ? "present" : "absent", line, len, p, f);
}

static int put_hash(const uint8_t hash[ID_LEN], struct buf *out)
{
    return buf_add_string(out, " ") || buf_add(out, hex32(hash).text, 2 * ID_LEN);
}

int state_proof_format(const struct state_proof *p, struct buf *out)
{
    if (buf_add_string(out, p->present ? "present" : "absent") || put_hash(p->root, out) ||
        buf_add_string(out, " ") || buf_add_number(out, (long long)p->depth))
        return -1;
    for (size_t i = 0; i < p->depth; i++)
        if (put_hash(p->path[i], out))
            return -1;
    if (!p->present && put_hash(p->place, out))
        return -1;
    if (!p->entry.len)
        return 0;
    return buf_add_string(out, " ") || buf_add(out, p->entry.text, p->entry.len) ? -1 : 0;
}

static int check(const char *line, size_t len, struct fault *f)
{
    struct state_proof p;
    return state_proof_parse(line, len, &p, f);
}

const struct record_type present_type = {.name = "present", .check = check, .alone = true};
const struct record_type absent_type = {.name = "absent", .check = check, .alone = true};
