/* Reads the text of items (paxos(1), MESSAGES), which is hostile. */
#include "base/num.h"
#include "consensus/item_text.h"
#include "paxos/paxos_item.h"

#include <string.h>

static int get_name(const struct item_text *word, struct node_names *names, uint32_t *out,
                    struct fault *f)
{
    *out = NODE_NONE;
    if (item_is(word, "-"))
        return 0;
    *out = node_names_add(names, word->at, (size_t)(word->end - word->at), f);
    return *out == NODE_NONE ? -1 : 0;
}

/* ROUND NODE; where `chosen` may be, it stands for a round. */
static int get_ballot(struct item_text *line, bool chosen, struct node_names *names,
                      struct paxos_ballot *out, struct fault *f)
{
    struct item_text round = *line, word;
    if (!item_word(line, &word))
        return fault_rule(f, "paxos: a ballot is missing");
    if (chosen && item_is(&word, "chosen"))
        out->round = PAXOS_ROUND_CHOSEN;
    else if (!item_number(&round, &out->round) || out->round > PAXOS_ROUND_MAX)
        return fault_rule(f, "paxos: a ballot's round is no number");
    if (!item_word(line, &word))
        return fault_rule(f, "paxos: a ballot has no node");
    return get_name(&word, names, &out->node, f);
}

static int get_flag(struct item_text *line, bool *out, struct fault *f)
{
    struct item_text word;
    if (!item_word(line, &word) || (!item_is(&word, "yes") && !item_is(&word, "no")))
        return fault_rule(f, "paxos: neither yes nor no");
    *out = item_is(&word, "yes");
    return 0;
}

static int get_field(struct item_text *line, char field, struct paxos_item *x,
                     struct node_names *names, struct fault *f)
{
    uint64_t *number = NULL;
    switch (field) {
    case 'b':
        return get_ballot(line, false, names, &x->ballot, f);
    case 'f':
        return get_flag(line, &x->flag, f);
    case 's':
        number = &x->slot;
        break;
    case 'c':
        number = &x->chosen;
        break;
    case 'n':
        number = &x->number;
        break;
    case 'k':
        number = &x->span;
        break;
    case 'x':
        number = &x->nonce;
        break;
    default:
        number = &x->other;
        break;
    }
    if (!item_number(line, number))
        return fault_rule(f, "paxos: %s: a number is missing", paxos_forms[x->head.kind].word);
    return 0;
}

/* What follows an entry's line: its last word tells how many lines. false: fewer are there. */
static bool skip_entry(struct item_text *c, const struct item_text *line, char form)
{
    const char *last = line->end;
    int64_t lines;
    struct item_text skipped;
    if (form == 'm')
        return true;
    while (last > line->at && last[-1] != ' ')
        last--;
    if (number_parse(last, (size_t)(line->end - last), &lines) != 0)
        return false;
    return item_lines(c, (uint64_t)lines, &skipped);
}

/* NAME:SERIAL, or -. */
static int get_id(struct item_text *line, struct node_names *names, struct proposal_id *id,
                  struct fault *f)
{
    struct item_text word;
    *id = (struct proposal_id){.client = NODE_NONE};
    if (!item_word(line, &word))
        return fault_rule(f, "paxos: an entry has no id");
    if (item_is(&word, "-"))
        return 0;
    return item_id(&word, names, "paxos", id, f);
}

static int get_payload(struct item_text *c, const struct item_text *line,
                       const struct item_text *rest, struct paxos_value *v, struct fault *f)
{
    const char *from = c->at;
    uint64_t lines = 0;
    struct item_text count = *rest;
    if (!item_number(&count, &lines) || count.at != count.end || !skip_entry(c, line, 'v'))
        return fault_rule(f, "paxos: an entry's lines are missing");
    if (paxos_is_noop(v))
        return lines == 0 ? 0 : fault_rule(f, "paxos: a no-op has lines");
    if (c->at - from > PAYLOAD_MAX)
        return fault_rule(f, "paxos: a record is longer than %d bytes", PAYLOAD_MAX);
    v->payload = payload_new(from, (size_t)(c->at - from));
    return v->payload == NULL ? fault_memory(f) : 0;
}

static int get_entry(struct item_text *c, char form, struct paxos_entry *e,
                     struct node_names *names, struct fault *f)
{
    struct item_text line, rest, word;
    if (!item_line(c, &line))
        return fault_rule(f, "paxos: entries are missing");
    rest = line;
    if (form == 'm') {
        if (!item_word(&rest, &word) || get_name(&word, names, &e->value.id.client, f) != 0 ||
            e->value.id.client == NODE_NONE || !item_number(&rest, &e->slot) || rest.at != rest.end)
            return fault_rule(f, "paxos: a member's line is not NAME NUMBER");
        return 0;
    }
    if (form == 'p' && !item_number(&rest, &e->slot))
        return fault_rule(f, "paxos: an entry has no slot");
    if (form == 'p' && get_ballot(&rest, true, names, &e->ballot, f) != 0)
        return -1;
    if (get_id(&rest, names, &e->value.id, f) != 0)
        return -1;
    return get_payload(c, &line, &rest, &e->value, f);
}

/* How many entries there are in c. */
static int count_entries(struct item_text c, char form, size_t *count, struct fault *f)
{
    struct item_text line;
    for (*count = 0; item_line(&c, &line); ++*count)
        if (!skip_entry(&c, &line, form))
            return fault_rule(f, "paxos: an entry does not tell how many lines it has, or lacks "
                                 "some");
    return 0;
}

/* The clients' lines, and the state. */
static int get_snapshot(struct item_text *c, struct paxos_item *x, struct node_names *names,
                        struct fault *f)
{
    struct item_text line;
    for (uint64_t i = 0; i < x->span; i++) {
        if (!item_line(c, &line))
            return fault_rule(f, "paxos: a snapshot's clients are missing");
        if (applied_parse(&x->applied, line.at, (size_t)(line.end - line.at), names, f) != 0)
            return -1;
    }
    if (c->end - c->at > PAYLOAD_MAX)
        return fault_rule(f, "paxos: a state is longer than %d bytes", PAYLOAD_MAX);
    x->state = payload_new(c->at, (size_t)(c->end - c->at));
    c->at = c->end;
    return x->state == NULL ? fault_memory(f) : 0;
}

static int get_head(struct item_text *line, struct paxos_item *x, struct node_names *names,
                    uint64_t *lines, struct fault *f)
{
    const struct paxos_form *form = &paxos_forms[x->head.kind];
    for (const char *field = form->fields; *field != '\0'; field++)
        if (get_field(line, *field, x, names, f) != 0)
            return -1;
    if (!item_number(line, lines) || line->at != line->end)
        return fault_rule(f, "paxos: %s: the number of lines that follow is missing", form->word);
    if (form->lines == 0 && *lines != 0)
        return fault_rule(f, "paxos: %s has no lines", form->word);
    return 0;
}

static int kind_of(const struct item_text *word)
{
    for (int kind = 0; kind < PAXOS_KINDS; kind++)
        if (item_is(word, paxos_forms[kind].word))
            return kind;
    return -1;
}

/* Cuts the lines that belong to an item from *all; an item without its entries. */
static struct paxos_item *get_first(struct item_text *all, struct item_text *body,
                                    struct node_names *names, struct fault *f)
{
    struct item_text line, word;
    if (!item_line(all, &line) || !item_word(&line, &word) || kind_of(&word) < 0) {
        fault_rule(f, "paxos: a line begins with none of its words");
        return NULL;
    }
    struct paxos_item head = {.head = {.kind = (uint32_t)kind_of(&word)}};
    uint64_t lines = 0;
    size_t count = 0;
    if (get_head(&line, &head, names, &lines, f) != 0)
        return NULL;
    if (!item_lines(all, lines, body)) {
        fault_rule(f, "paxos: %s is cut short", paxos_forms[head.head.kind].word);
        return NULL;
    }
    char form = paxos_forms[head.head.kind].lines;
    if (form != 'a' && count_entries(*body, form, &count, f) != 0)
        return NULL;
    struct paxos_item *x = paxos_item_new(head.head.kind, count);
    if (x == NULL) {
        fault_memory(f);
        return NULL;
    }
    head.head = x->head;
    head.count = count;
    *x = head;
    return x;
}

static int get_body(struct item_text *body, struct paxos_item *x, struct node_names *names,
                    struct fault *f)
{
    char form = paxos_forms[x->head.kind].lines;
    if (form == 'a')
        return get_snapshot(body, x, names, f);
    for (size_t i = 0; i < x->count; i++)
        if (get_entry(body, form, &x->entries[i], names, f) != 0)
            return -1;
    return 0;
}

struct engine_item *paxos_item_parse(const char *text, size_t n, size_t *used,
                                     struct node_names *names, struct fault *f)
{
    struct item_text all = {text, text + n}, body;
    struct paxos_item *x = get_first(&all, &body, names, f);
    if (x == NULL)
        return NULL;
    if (get_body(&body, x, names, f) != 0) {
        engine_item_unref(&x->head);
        return NULL;
    }
    *used = (size_t)(all.at - text);
    return &x->head;
}
