/* Reads the text of items (raft(1), MESSAGES), which is hostile. */
#include "base/num.h"
#include "consensus/item_text.h"
#include "raft/raft.h"
#include "raft/raft_config.h"
#include "raft/raft_item.h"

#include <string.h>

/* Text that is being read. */
struct text {
    struct item_text rest;
    struct node_names *names;
    struct fault *f;
};

static int next_line(struct text *t, struct item_text *line)
{
    return item_line(&t->rest, line) ? 0 : fault_rule(t->f, "raft: the text is cut short");
}

/* The next word; an empty one if there is none. */
static struct item_text next_word(struct item_text *line)
{
    struct item_text w;
    return item_word(line, &w) ? w : (struct item_text){line->end, line->end};
}

static int number(struct item_text w, uint64_t *out, struct fault *f)
{
    int64_t n;
    if (number_parse(w.at, (size_t)(w.end - w.at), &n) != 0 || (uint64_t)n >= RAFT_NUMBER_MAX)
        return fault_rule(f, "raft: '%.*s' is not a number below 2^62",
                          w.end - w.at > 40 ? 40 : (int)(w.end - w.at), w.at);
    *out = (uint64_t)n;
    return 0;
}

static int node(struct text *t, struct item_text w, uint32_t *out)
{
    *out = node_names_add(t->names, w.at, (size_t)(w.end - w.at), t->f);
    return *out == NODE_NONE ? -1 : 0;
}

/* The `lines` lines that follow. */
static int skip_lines(struct text *t, uint64_t lines, struct item_text *body)
{
    return item_lines(&t->rest, lines, body) ? 0 : fault_rule(t->f, "raft: the text is cut short");
}

static struct payload *payload_of(struct item_text body, struct fault *f)
{
    size_t n = (size_t)(body.end - body.at);
    if (n > PAYLOAD_MAX) {
        fault_rule(f, "raft: more than %d bytes", PAYLOAD_MAX);
        return NULL;
    }
    struct payload *p = payload_new(body.at, n);
    if (p == NULL)
        fault_memory(f);
    return p;
}

/* --- Entries -------------------------------------------------------------------------------- */

/* `NAME:SERIAL LINES` */
static int parse_record(struct text *t, struct item_text *line, struct raft_entry *e,
                        struct item_text *body)
{
    struct item_text id = next_word(line), name = id, serial = id;
    const char *colon = memchr(id.at, ':', (size_t)(id.end - id.at));
    uint64_t lines = 0;
    if (colon == NULL)
        return fault_rule(t->f, "raft: a record without NAME:SERIAL");
    name.end = colon;
    serial.at = colon + 1;
    e->kind = RAFT_RECORD;
    return node(t, name, &e->client) != 0 || number(serial, &e->serial, t->f) != 0 ||
                   number(next_word(line), &lines, t->f) != 0 || skip_lines(t, lines, body) != 0
               ? -1
               : 0;
}

/* One line, which is a configuration. */
static int parse_members(struct text *t, struct raft_entry *e, struct item_text *body)
{
    struct raft_config c;
    e->kind = RAFT_MEMBERS;
    if (skip_lines(t, 1, body) != 0)
        return -1;
    return raft_config_parse(body->at, (size_t)(body->end - body->at), t->names, &c, t->f);
}

/* All of an entry but its payload, whose lines are *body. */
static int parse_entry(struct text *t, struct raft_entry *e, struct item_text *body)
{
    struct item_text line = {0}, word;
    *e = (struct raft_entry){.client = NODE_NONE};
    *body = (struct item_text){t->rest.at, t->rest.at};
    if (next_line(t, &line) != 0 || number(next_word(&line), &e->term, t->f) != 0)
        return -1;
    word = next_word(&line);
    if (item_is(&word, "record")) {
        if (parse_record(t, &line, e, body) != 0)
            return -1;
    } else if (item_is(&word, "members")) {
        if (parse_members(t, e, body) != 0)
            return -1;
    } else if (!item_is(&word, "nothing")) {
        return fault_rule(t->f, "raft: the kind of an entry is not nothing, members or record");
    }
    return line.at == line.end ? 0 : fault_rule(t->f, "raft: an entry's line has too many words");
}

/* How many entries the text holds. */
static int count_entries(struct text t, size_t *count)
{
    struct raft_entry e;
    struct item_text body;
    for (*count = 0; t.rest.at < t.rest.end; (*count)++)
        if (parse_entry(&t, &e, &body) != 0)
            return -1;
    return *count > UINT32_MAX ? fault_rule(t.f, "raft: too many entries") : 0;
}

static int parse_entries(struct text *t, struct raft_item *x)
{
    while (t->rest.at < t->rest.end) {
        struct raft_entry *e = &x->entries[x->count];
        struct item_text body;
        if (parse_entry(t, e, &body) != 0)
            return -1;
        if (e->kind != RAFT_NOTHING && (e->payload = payload_of(body, t->f)) == NULL)
            return -1;
        x->count++;
    }
    return 0;
}

/* --- Items ---------------------------------------------------------------------------------- */

static int parse_flag(struct item_text w, bool *flag, struct fault *f)
{
    *flag = item_is(&w, "yes");
    return *flag || item_is(&w, "no") ? 0 : fault_rule(f, "raft: neither yes nor no");
}

/* A field of the first line; *lines: how many follow. */
static int parse_field(struct text *t, char letter, struct item_text w, struct raft_item *x,
                       uint64_t *lines)
{
    switch (letter) {
    case 'f':
        return parse_flag(w, &x->flag, t->f);
    case 'n':
        return item_is(&w, "-") ? 0 : node(t, w, &x->node);
    case 'E':
    case 'P':
        return number(w, lines, t->f);
    case 'x':
        if (item_is(&w, "later")) {
            x->index = UINT64_MAX;
            return 0;
        }
        /* fallthrough */
    default:
        return number(w, raft_item_number(x, letter), t->f);
    }
}

static int parse_head(struct text *t, struct raft_item *x, uint64_t *lines)
{
    struct item_text line = {0}, word;
    uint32_t kind = 0;
    if (next_line(t, &line) != 0)
        return -1;
    word = next_word(&line);
    while (kind < RAFT_KINDS && !item_is(&word, raft_forms[kind].word))
        kind++;
    if (kind == RAFT_KINDS)
        return fault_rule(t->f, "raft: '%.*s' is not the first word of a message or record",
                          word.end - word.at > 40 ? 40 : (int)(word.end - word.at), word.at);
    x->head.kind = kind;
    for (const char *c = raft_forms[kind].fields; *c != '\0'; c++)
        if (parse_field(t, *c, next_word(&line), x, lines) != 0)
            return -1;
    return line.at == line.end ? 0 : fault_rule(t->f, "raft: too many words");
}

/* The whole item, once its first line has been read to *head. */
static struct raft_item *with_body(struct text *t, const struct raft_item *head, uint64_t lines)
{
    struct item_text body;
    size_t count = 0;
    const char *fields = raft_forms[head->head.kind].fields;
    char last = fields[strlen(fields) - 1];
    if (skip_lines(t, lines, &body) != 0)
        return NULL;
    struct text inside = {body, t->names, t->f};
    if (last == 'E' && count_entries(inside, &count) != 0)
        return NULL;
    struct raft_item *x = raft_item_new((enum raft_kind)head->head.kind, count);
    if (x == NULL) {
        fault_memory(t->f);
        return NULL;
    }
    *x = *head;
    if ((last == 'E' && parse_entries(&inside, x) != 0) ||
        (last == 'P' && (x->payload = payload_of(body, t->f)) == NULL)) {
        engine_item_unref(&x->head);
        return NULL;
    }
    return x;
}

struct engine_item *raft_item_parse(const char *text, size_t n, size_t *used,
                                    struct node_names *names, struct fault *f)
{
    struct text t = {{text, text + n}, names, f};
    struct raft_item head = {.head = {.references = 1, .type = &raft_engine}, .node = NODE_NONE};
    uint64_t lines = 0;
    if (parse_head(&t, &head, &lines) != 0)
        return NULL;
    struct raft_item *x = with_body(&t, &head, lines);
    *used = (size_t)(t.rest.at - text);
    return x == NULL ? NULL : &x->head;
}
