/* A header with the lines that stand after it where members seal: `member` lines, the set in its
 * TARGET, and then votes for it. */
#include "light/light_parts.h"

#include "record/types.h"

#include <string.h>

bool light_is_with_header(const char *line, size_t len)
{
    return record_is(&member_type, line, len) || record_is(&vote_type, line, len);
}

void light_group_free(struct light_group *g)
{
    member_set_free(&g->set);
    light_votes_free(&g->votes);
}

/* Takes a line after the header. 0, or -1 and a fault. */
static int take_line(struct light_group *g, const char *line, size_t len, struct fault *f)
{
    struct member m;
    if (line_check(line, len, f))
        return -1;
    if (record_is(&vote_type, line, len))
        return light_votes_add(&g->votes, line, len, f);
    if (!record_is(&member_type, line, len))
        return fault_rule(f, "expected a member or a vote after the header");
    if (g->votes.count)
        return fault_rule(f, "member: after votes");
    return member_parse(line, len, &m, f) || member_set_add(&g->set, &m, f) ? -1 : 0;
}

/* The next line of the text: its length; it has a newline, or is the last. */
static size_t line_at(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return (size_t)((newline ? newline : end) - at);
}

int light_group_read(const char **text, const char *end, uint64_t line, struct light_group *g,
                     struct fault *f)
{
    size_t len = line_at(*text, end);
    *g = (struct light_group){.text = *text, .line = line, .size = len + 1};
    if (line_check(*text, len, f) || block_parse(*text, len, &g->block, f)) {
        f->line = line;
        return -1;
    }
    sha256(*text, len, g->id);
    for (const char *at = *text + len; at < end; at += len) {
        at++;
        *text = at;
        if (at == end || record_is(&block_type, at, (size_t)(end - at)))
            return 0;
        len = line_at(at, end);
        line += line > 0;
        if (take_line(g, at, len, f)) {
            f->line = line;
            return -1;
        }
        g->lines++;
    }
    *text = end;
    return 0;
}

/* --- From a stream ---------------------------------------------------------------------------- */

/* Appends to c->group the lines after a header, of which it has taken at most `most`. 1 if another
 * header follows, 0 if not; -1 and trouble. */
static int gather(struct light *c, size_t most, struct fault *f)
{
    struct fault form;
    for (size_t count = 0;; count++) {
        int got = light_next_line(c, &c->held, f);
        c->has_held = got > 0;
        c->ended = got == 0;
        if (got <= 0)
            return got;
        const struct line *line = &c->held;
        if (line->state != LINE_WHOLE || line_form(line, &form) || count == most)
            return 0;
        if (!light_is_with_header(line->text, line->len))
            return record_is(&block_type, line->text, line->len);
        size_t len = line->len < VOTE_LINE_MAX ? line->len : VOTE_LINE_MAX; /* still too long */
        if (buf_add(&c->group, "\n", 1) || buf_add(&c->group, line->text, len))
            return fault_memory(f);
        c->has_held = false;
    }
}

/* Whether the next line is the header of a child of this block. */
static bool is_child(const struct line *line, const uint8_t id[ID_LEN])
{
    struct block b;
    struct fault ignored;
    return block_parse(line->text, line->len, &b, &ignored) == 0 && memcmp(b.prev, id, ID_LEN) == 0;
}

/* Whether the header that was gathered begins a jump: it is not the next of any header here, and
 * waits for the votes of its child, which follows. 1 or 0, -1 and trouble. */
static int begins_jump(struct light *c, struct fault *f)
{
    struct light_group g;
    struct fault ignored;
    size_t parent;
    const char *text = c->group.data;
    int result = 0;
    if (light_group_read(&text, text + c->group.len, 0, &g, &ignored) == 0 && !g.votes.count &&
        is_child(&c->held, g.id)) {
        int found = heads_find(&c->heads, g.block.prev, &parent, f);
        result = found < 0 ? -1 : !found && !light_is_anchor(c, &g.block, g.id);
    }
    light_group_free(&g);
    return result;
}

int light_gather_group(struct light *c, const struct line *header, struct fault *f)
{
    c->group.len = 0;
    if (buf_add(&c->group, header->text, header->len))
        return fault_memory(f);
    int more = gather(c, LIGHT_GROUP_LINES, f);
    if (more > 0)
        more = c->sealed.by_votes ? begins_jump(c, f) : 0;
    if (more <= 0 || light_next_line(c, &c->held, f) < 0)
        return more < 0 ? -1 : 0;
    if (buf_add(&c->group, "\n", 1) || buf_add(&c->group, c->held.text, c->held.len))
        return fault_memory(f);
    c->has_held = false;
    return gather(c, LIGHT_GROUP_LINES, f) < 0 ? -1 : 0;
}
