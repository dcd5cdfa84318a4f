#include "mesh/members.h"

#include "base/array.h"
#include "base/file.h"
#include "base/hex.h"
#include "peers/peers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NAME_DIGITS = 16 }; /* of a key that has no name */

size_t mesh_members_by_key(const struct mesh_members *m, const uint8_t key[ID_LEN])
{
    for (size_t i = 0; i < m->count; i++)
        if (memcmp(m->list[i].key, key, ID_LEN) == 0)
            return i;
    return MESH_NOBODY;
}

size_t mesh_members_by_name(const struct mesh_members *m, struct field name)
{
    for (size_t i = 0; i < m->count; i++)
        if (field_is(name, m->list[i].name))
            return i;
    return MESH_NOBODY;
}

/* Takes NAME and `later` off the end of a line that has them. 0, or -1 and a rule. */
static int take_words(const struct line *line, struct mesh_member *x, size_t *rest, struct fault *f)
{
    struct field words[FIELDS_MAX];
    size_t n = fields_split(line->text, line->len, words);
    *rest = line->len;
    if (n < 3)
        return 0;
    if (n > 4 || (n == 4 && !field_is(words[3], "later")))
        return fault_rule(f, "expected HOST:PORT KEY NAME, and no more than the word later");
    if (!node_name_is_valid(words[2].text, words[2].len))
        return fault_rule(f, "'%.*s' is no name of a node",
                          words[2].len > 80 ? 80 : (int)words[2].len, words[2].text);
    memcpy(x->name, words[2].text, words[2].len);
    x->later = n == 4;
    *rest = (size_t)(words[2].text - line->text) - 1;
    return 0;
}

/* 1 and *x; 0: the line is none; -1 and a rule. */
static int parse_line(const struct line *line, struct mesh_member *x, struct fault *f)
{
    struct target t;
    uint8_t chain[ID_LEN];
    size_t rest = line->len;
    *x = (struct mesh_member){0};
    bool plain = line->len > 0 && line->text[0] != '#' && !line_is(line->text, line->len, "peer");
    if (line_typed(line, f) != 0 || (plain && line_form(line, f) != 0) ||
        (plain && take_words(line, x, &rest, f) != 0))
        return -1;
    int got = peers_line(line->text, rest, &t, chain, f);
    if (got <= 0)
        return got;
    if (!t.has_key)
        return fault_rule(f, "its key is missing");
    x->address = t.address;
    memcpy(x->key, t.key, ID_LEN);
    if (x->name[0] == '\0')
        memcpy(x->name, hex32(t.key).text, NAME_DIGITS);
    return 1;
}

/* Adds a member, or changes the address of one that is known. */
static int add_member(struct mesh_members *m, const struct mesh_member *x, struct fault *f)
{
    size_t known = mesh_members_by_key(m, x->key);
    size_t named = mesh_members_by_name(m, (struct field){x->name, strlen(x->name)});
    if (named != known)
        return fault_rule(f, "%s: two members with one key, or one name", x->name);
    if (known != MESH_NOBODY) {
        m->list[known].address = x->address;
        return 0;
    }
    if (m->count == MESH_MEMBERS_MAX)
        return fault_rule(f, "more than %d members", MESH_MEMBERS_MAX);
    if (ARRAY_RESERVE(m->list, m->cap, m->count + 1) != 0)
        return fault_memory(f);
    m->list[m->count++] = *x;
    return 0;
}

struct reading {
    struct mesh_members *members;
    const char *path;
};

static int take_line(void *self, const struct line *line, struct fault *f)
{
    const struct reading *r = self;
    struct mesh_member x;
    struct fault why;
    int got = parse_line(line, &x, &why);
    if (got == 0 || (got > 0 && add_member(r->members, &x, &why) == 0))
        return 0;
    *f = why;
    return why.kind != FAULT_RULE
               ? -1
               : fault_rule(f, "%s:%llu: %s", r->path, (unsigned long long)line->number, why.text);
}

int mesh_members_read(struct mesh_members *m, const char *path, struct fault *f)
{
    struct reading r = {m, path};
    int fd = file_open(path, O_RDONLY, 0);
    if (fd < 0)
        return fault_errno(f, "%s", path);
    int result = lines_each(source_fd(fd), 0, take_line, &r, f);
    close(fd);
    return result;
}

void mesh_members_free(struct mesh_members *m)
{
    free(m->list);
    *m = (struct mesh_members){0};
}
