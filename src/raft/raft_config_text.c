#include "raft/raft_config.h"

#include <string.h>

/* The line of a configuration: a list of names after each of these words. */
static const struct {
    const char *word;
    uint32_t role;
} parts[] = {
    {"voters:", RAFT_VOTER},
    {"outgoing:", RAFT_OUTGOING},
    {"learners:", RAFT_LEARNER},
    {"next:", RAFT_LEARNER_NEXT},
};

enum { PARTS = sizeof parts / sizeof *parts };

static int format_part(const struct raft_config *c, uint32_t role, const struct node_names *names,
                       struct buf *out)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->members[i].roles & role)
            if (buf_add(out, " ", 1) != 0 ||
                buf_add_string(out, node_names_text(names, c->members[i].node)) != 0)
                return -1;
    return 0;
}

static bool has(const struct raft_config *c, uint32_t role)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->members[i].roles & role)
            return true;
    return false;
}

int raft_config_format(const struct raft_config *c, const struct node_names *names, struct buf *out)
{
    for (size_t i = 0; i < PARTS; i++) {
        if (i > 0 && !has(c, parts[i].role))
            continue;
        if ((i > 0 && buf_add(out, " ", 1) != 0) || buf_add_string(out, parts[i].word) != 0 ||
            format_part(c, parts[i].role, names, out) != 0)
            return -1;
    }
    return buf_add_string(out, c->autoleave ? " autoleave:\n" : "\n");
}

static const char *word_end(const char *at, const char *end)
{
    const char *space = memchr(at, ' ', (size_t)(end - at));
    return space == NULL ? end : space;
}

static bool is_word(const char *at, const char *end, const char *word)
{
    return strlen(word) == (size_t)(end - at) && memcmp(at, word, (size_t)(end - at)) == 0;
}

/* The index of the part that a word begins; PARTS: it begins none. */
static size_t part_of(const char *at, const char *end)
{
    size_t i = 0;
    while (i < PARTS && !is_word(at, end, parts[i].word))
        i++;
    return i;
}

/* A member is a voter or a learner, and outgoing besides if it is not a learner yet. */
static bool roles_fit(uint32_t roles)
{
    return roles == RAFT_VOTER || roles == RAFT_OUTGOING || roles == (RAFT_VOTER | RAFT_OUTGOING) ||
           roles == RAFT_LEARNER || roles == (RAFT_OUTGOING | RAFT_LEARNER_NEXT);
}

static int check(const struct raft_config *c, struct fault *f)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (!roles_fit(c->members[i].roles))
            return fault_rule(f, "members: roles that do not go together");
    return 0;
}

static int parse_word(const char *at, const char *end, size_t *part, struct node_names *names,
                      struct raft_config *c, struct fault *f)
{
    if (is_word(at, end, "autoleave:")) {
        c->autoleave = true;
        *part = PARTS;
        return 0;
    }
    size_t begins = part_of(at, end);
    if (begins < PARTS) {
        *part = begins;
        return 0;
    }
    if (*part == PARTS)
        return fault_rule(f, "members: a name without a role");
    uint32_t node = node_names_add(names, at, (size_t)(end - at), f);
    if (node == NODE_NONE)
        return -1;
    return raft_config_set(c, node, raft_config_roles(c, node) | parts[*part].role, f);
}

int raft_config_parse(const char *line, size_t n, struct node_names *names, struct raft_config *c,
                      struct fault *f)
{
    const char *at = line, *end = line + n - 1;
    size_t part = PARTS;
    *c = (struct raft_config){0};
    if (n == 0 || *end != '\n' || memchr(line, '\n', n) != end)
        return fault_rule(f, "members: not one line");
    while (at <= end) {
        const char *stop = word_end(at, end);
        if (parse_word(at, stop, &part, names, c, f) != 0)
            return -1;
        at = stop + 1;
    }
    return check(c, f);
}
