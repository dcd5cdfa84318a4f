/* Reads the text of items (netsim(1), Tendermint), which is hostile. */
#include "bft/bft_parse.h"
#include "base/num.h"

#include <stdlib.h>
#include <string.h>

/* NAME:SERIAL */
static int get_id(struct item_text *line, struct node_names *names, struct proposal_id *id,
                  struct fault *f)
{
    struct item_text word;
    if (!item_word(line, &word))
        return fault_rule(f, "tendermint: an entry has no id");
    return item_id(&word, names, "tendermint", id, f);
}

/* `NAME:SERIAL LINES` and the lines. */
static int get_entry(struct item_text *c, struct bft_item *x, struct node_names *names,
                     struct fault *f)
{
    struct item_text line, record;
    struct proposal_id id = {0};
    int64_t lines;
    if (!item_line(c, &line))
        return fault_rule(f, "tendermint: an entry is missing");
    if (get_id(&line, names, &id, f) != 0)
        return -1;
    if (!bft_next_number(&line, INT64_MAX, &lines) || line.at != line.end)
        return fault_rule(f, "tendermint: an entry does not tell how many lines it has");
    if (!item_lines(c, (uint64_t)lines, &record))
        return fault_rule(f, "tendermint: an entry's lines are missing");
    if (record.end - record.at > PAYLOAD_MAX)
        return fault_rule(f, "tendermint: a record is longer than %d bytes", PAYLOAD_MAX);
    struct payload *payload = payload_new(record.at, (size_t)(record.end - record.at));
    if (payload == NULL)
        return fault_memory(f);
    int failed = bft_item_add_entry(x, id, payload);
    payload_unref(payload);
    return failed != 0 ? fault_memory(f) : 0;
}

/* `NAME WEIGHT PRIORITY` */
static int get_member(struct item_text *c, struct bft_set *set, struct node_names *names,
                      struct fault *f)
{
    struct item_text line, word;
    struct bft_member *m = &set->list[set->count];
    if (!item_line(c, &line) || !item_word(&line, &word))
        return fault_rule(f, "tendermint: a snapshot's members are missing");
    m->node = node_names_add(names, word.at, (size_t)(word.end - word.at), f);
    if (m->node == NODE_NONE)
        return -1;
    if (!bft_next_number(&line, INT64_MAX, &m->weight))
        return fault_rule(f, "tendermint: a member has no weight");
    bool below = line.at < line.end && *line.at == '-';
    line.at += below;
    if (!bft_next_number(&line, INT64_MAX, &m->priority) || line.at != line.end)
        return fault_rule(f, "tendermint: a member has no priority");
    m->priority = below ? -m->priority : m->priority;
    set->count++;
    return number_add(set->total, m->weight, &set->total) != 0
               ? fault_rule(f, "tendermint: the weights are more than 2^63-1 together")
               : 0;
}

/* What a snapshot's first line says: how many members and clients, and the place of a member. */
enum { MEMBERS, TURN, CLIENTS, COUNTS };

static int get_client(struct item_text *c, struct bft_item *x, struct node_names *names,
                      struct fault *f)
{
    struct item_text line = {0};
    if (!item_line(c, &line))
        return fault_rule(f, "tendermint: a snapshot's clients are missing");
    return applied_parse(&x->applied, line.at, (size_t)(line.end - line.at), names, f);
}

static int get_snapshot(struct item_text *c, struct bft_item *x, const int64_t counts[COUNTS],
                        struct node_names *names, struct fault *f)
{
    x->set = calloc(1, sizeof *x->set);
    if (x->set == NULL)
        return fault_memory(f);
    x->set->turn = (size_t)counts[TURN];
    for (int64_t i = 0; i < counts[MEMBERS]; i++)
        if (get_member(c, x->set, names, f) != 0)
            return -1;
    for (int64_t i = 0; i < counts[CLIENTS]; i++)
        if (get_client(c, x, names, f) != 0)
            return -1;
    if (c->end - c->at > PAYLOAD_MAX)
        return fault_rule(f, "tendermint: a state is longer than %d bytes", PAYLOAD_MAX);
    x->state = payload_new(c->at, (size_t)(c->end - c->at));
    c->at = c->end;
    return x->state == NULL ? fault_memory(f) : 0;
}

static int get_field(struct item_text *line, char field, struct bft_item *x, int64_t counts[COUNTS],
                     struct node_names *names, struct fault *f)
{
    switch (field) {
    case 'p':
        return bft_parse_proposal(line, &x->vote, names, f);
    case 'h':
        return bft_parse_height(line, &x->height, f);
    case 't':
        return bft_parse_height(line, &x->set_height, f);
    case 'm':
        return bft_next_number(line, BFT_MEMBERS_MAX, &counts[MEMBERS])
                   ? 0
                   : fault_rule(f, "tendermint: a snapshot has no number of members");
    case 'l':
        return bft_next_number(line, BFT_MEMBERS_MAX, &counts[TURN]) &&
                       counts[TURN] < counts[MEMBERS]
                   ? 0
                   : fault_rule(f, "tendermint: a snapshot's last turn is no member's");
    default:
        return bft_next_number(line, INT64_MAX, &counts[CLIENTS])
                   ? 0
                   : fault_rule(f, "tendermint: a snapshot has no number of clients");
    }
}

/* Cuts the lines that belong to an item from *all. */
static int cut_body(struct item_text *all, struct item_text *line, struct item_text *body,
                    const char *word, struct fault *f)
{
    int64_t lines;
    if (!bft_next_number(line, INT64_MAX, &lines) || line->at != line->end)
        return fault_rule(f, "tendermint: %s: the number of lines that follow is missing", word);
    return item_lines(all, (uint64_t)lines, body)
               ? 0
               : fault_rule(f, "tendermint: %s is cut short", word);
}

static int get_lines(struct item_text *body, const char *lines, struct bft_item *x,
                     const int64_t counts[COUNTS], struct node_names *names, struct fault *f)
{
    int failed = 0;
    if (lines[0] == 's')
        return get_snapshot(body, x, counts, names, f);
    if (lines[0] == 'e') {
        failed = get_entry(body, x, names, f);
        lines++;
    }
    while (failed == 0 && lines[0] != '\0' && body->at < body->end)
        failed = lines[0] == 'E' ? get_entry(body, x, names, f) : bft_parse_vote(body, x, names, f);
    if (failed == 0 && body->at != body->end)
        return fault_rule(f, "tendermint: %s has too many lines", bft_forms[x->head.kind].word);
    return failed;
}

static int kind_of(const struct item_text *word)
{
    for (int kind = 0; kind < BFT_KINDS; kind++)
        if (item_is(word, bft_forms[kind].word))
            return kind;
    return -1;
}

static int get_item(struct item_text *all, struct item_text *line, struct bft_item *x,
                    struct node_names *names, struct fault *f)
{
    const struct bft_form *form = &bft_forms[x->head.kind];
    struct item_text body = {0};
    int64_t counts[COUNTS] = {0};
    for (const char *field = form->fields; *field != '\0'; field++)
        if (get_field(line, *field, x, counts, names, f) != 0)
            return -1;
    if (cut_body(all, line, &body, form->word, f) != 0)
        return -1;
    return get_lines(&body, form->lines, x, counts, names, f);
}

struct engine_item *bft_item_parse(const char *text, size_t n, size_t *used,
                                   struct node_names *names, struct fault *f)
{
    struct item_text all = {text, text + n}, line, word;
    if (!item_line(&all, &line) || !item_word(&line, &word) || kind_of(&word) < 0) {
        fault_rule(f, "tendermint: a line begins with none of its words");
        return NULL;
    }
    struct bft_item *x = bft_item_new((enum bft_kind)kind_of(&word));
    if (x == NULL) {
        fault_memory(f);
        return NULL;
    }
    if (get_item(&all, &line, x, names, f) != 0) {
        engine_item_unref(&x->head);
        return NULL;
    }
    *used = (size_t)(all.at - text);
    return &x->head;
}
