/* Reads the text of items (pbft(1), MESSAGES), which is hostile. */
#include "base/num.h"
#include "pbft/pbft_item.h"
#include "pbft/pbft_words.h"

#include <string.h>

static int get_field(struct item_text *line, char field, struct pbft_item *x,
                     struct node_names *names, struct fault *f)
{
    switch (field) {
    case 'v':
        return pbft_get_number(line, &x->view, f);
    case 's':
        return pbft_get_number(line, &x->seq, f);
    case 'l':
        return pbft_get_number(line, &x->low, f);
    case 'i':
        return pbft_get_number(line, &x->index, f);
    case 'k':
        return pbft_get_number(line, &x->span, f);
    case 'n':
        return pbft_get_node(line, names, &x->node, f);
    case 'f':
        return pbft_get_flag(line, &x->flag, f);
    case 'o':
        return pbft_get_digest(line, &x->order, f);
    default:
        return pbft_get_digest(line, &x->digest, f);
    }
}

static int get_fields(struct item_text *line, const struct pbft_form *form, struct pbft_item *x,
                      struct node_names *names, struct fault *f)
{
    for (const char *field = form->fields; *field != '\0'; field++)
        if (get_field(line, *field, x, names, f) != 0)
            return -1;
    return 0;
}

/* --- Batches -------------------------------------------------------------------------------- */

/* NAME:SERIAL */
static int get_id(struct item_text *line, struct node_names *names, struct proposal_id *id,
                  struct fault *f)
{
    struct item_text word;
    if (!item_word(line, &word))
        return fault_rule(f, "pbft: a request has no id");
    return item_id(&word, names, "pbft", id, f);
}

static int get_value(struct item_text *c, struct node_names *names, struct pbft_value *v,
                     struct fault *f)
{
    struct item_text line, lines = {0};
    uint64_t count;
    if (!item_line(c, &line))
        return fault_rule(f, "pbft: a request is missing");
    if (get_id(&line, names, &v->id, f) != 0 || pbft_get_number(&line, &count, f) != 0)
        return -1;
    if (line.at != line.end || !item_lines(c, count, &lines))
        return fault_rule(f, "pbft: a request's lines are missing");
    if (pbft_is_read(v->id) && count != 0)
        return fault_rule(f, "pbft: a read has lines");
    if (lines.end - lines.at > PAYLOAD_MAX)
        return fault_rule(f, "pbft: a record is longer than %d bytes", PAYLOAD_MAX);
    v->payload = payload_new(lines.at, (size_t)(lines.end - lines.at));
    return v->payload == NULL ? fault_memory(f) : 0;
}

/* How many values there are in c; SIZE_MAX: it is cut short. */
static size_t count_values(struct item_text c)
{
    struct item_text line, lines;
    size_t count = 0;
    for (; item_line(&c, &line); count++) {
        const char *last = line.end;
        int64_t n;
        while (last > line.at && last[-1] != ' ')
            last--;
        if (number_parse(last, (size_t)(line.end - last), &n) != 0 ||
            !item_lines(&c, (uint64_t)n, &lines))
            return SIZE_MAX;
    }
    return count;
}

/* No lines are the null request, NULL. */
static int get_batch(struct item_text c, struct node_names *names, struct pbft_batch **out,
                     struct fault *f)
{
    size_t count = count_values(c);
    *out = NULL;
    if (count == SIZE_MAX)
        return fault_rule(f, "pbft: a request does not tell how many lines it has, or lacks some");
    if (count == 0)
        return 0;
    *out = pbft_batch_new(count);
    if (*out == NULL)
        return fault_memory(f);
    for (size_t i = 0; i < count; i++)
        if (get_value(&c, names, &(*out)->values[i], f) != 0)
            return -1;
    pbft_batch_seal(*out, names);
    return 0;
}

/* --- Parts ---------------------------------------------------------------------------------- */

static struct pbft_item *get_item(struct item_text *all, bool nested, struct node_names *names,
                                  struct fault *f);

static int get_claim(struct item_text body, struct node_names *names, struct pbft_part *p,
                     struct fault *f)
{
    p->claim = get_item(&body, true, names, f);
    if (p->claim == NULL)
        return -1;
    return body.at == body.end ? 0 : fault_rule(f, "pbft: more follows a view change");
}

/* Which parts a kind may have. A view change has no part V, so quotations do not nest. */
static bool fits(uint32_t kind, char what)
{
    static const char *const parts[PBFT_KINDS] = {[PBFT_VIEWCHANGE] = "cpqb",
                                                  [PBFT_NEWVIEW] = "vo",
                                                  [PBFT_DECIDED] = "d",
                                                  [PBFT_HELD] = "pqb"};
    return parts[kind] != NULL && strchr(parts[kind], what) != NULL;
}

static int get_part(struct item_text *c, uint32_t kind, struct node_names *names,
                    struct pbft_part *p, struct fault *f)
{
    struct item_text line, word, body = {0};
    struct pbft_item numbers = {.seq = 0};
    uint64_t lines = 0;
    if (!item_line(c, &line) || !item_word(&line, &word) || word.end - word.at != 1 ||
        pbft_part_form(*word.at) == NULL)
        return fault_rule(f, "pbft: a part begins with none of its letters");
    if (!fits(kind, *word.at))
        return fault_rule(f, "pbft: %s has no part %c", pbft_forms[kind].word, *word.at);
    const struct pbft_form *form = pbft_part_form(*word.at);
    if (get_fields(&line, form, &numbers, names, f) != 0 ||
        (form->lines != 0 && pbft_get_number(&line, &lines, f) != 0))
        return -1;
    if (line.at != line.end || !item_lines(c, lines, &body))
        return fault_rule(f, "pbft: a part is cut short, or has words too many");
    *p = (struct pbft_part){.what = form->word[0],
                            .seq = numbers.seq,
                            .view = numbers.view,
                            .node = numbers.node,
                            .digest = numbers.digest};
    if (form->lines == 'V')
        return get_claim(body, names, p, f);
    return form->lines == 'B' ? get_batch(body, names, &p->batch, f) : 0;
}

/* How many parts there are in c; SIZE_MAX: it is cut short. */
static size_t count_parts(struct item_text c)
{
    struct item_text line, body;
    size_t count = 0;
    for (; item_line(&c, &line); count++) {
        const struct pbft_form *form = line.at < line.end ? pbft_part_form(*line.at) : NULL;
        const char *last = line.end;
        int64_t n = 0;
        while (last > line.at && last[-1] != ' ')
            last--;
        if (form == NULL ||
            (form->lines != 0 && (number_parse(last, (size_t)(line.end - last), &n) != 0 ||
                                  !item_lines(&c, (uint64_t)n, &body))))
            return SIZE_MAX;
    }
    return count;
}

static int get_parts(struct item_text *body, struct pbft_item *x, struct node_names *names,
                     struct fault *f)
{
    for (size_t i = 0; i < x->count; i++)
        if (get_part(body, x->head.kind, names, &x->parts[i], f) != 0)
            return -1;
    return 0;
}

/* --- Items ---------------------------------------------------------------------------------- */

/* The clients' lines, and the state. */
static int get_snapshot(struct item_text *c, struct pbft_item *x, struct node_names *names,
                        struct fault *f)
{
    struct item_text line;
    for (uint64_t i = 0; i < x->span; i++) {
        if (!item_line(c, &line))
            return fault_rule(f, "pbft: a snapshot's clients are missing");
        if (applied_parse(&x->applied, line.at, (size_t)(line.end - line.at), names, f) != 0)
            return -1;
    }
    if (c->end - c->at > PAYLOAD_MAX)
        return fault_rule(f, "pbft: a state is longer than %d bytes", PAYLOAD_MAX);
    x->state = payload_new(c->at, (size_t)(c->end - c->at));
    return x->state == NULL ? fault_memory(f) : 0;
}

static int get_body(struct item_text *body, struct pbft_item *x, struct node_names *names,
                    struct fault *f)
{
    switch (pbft_forms[x->head.kind].lines) {
    case 'S':
        return get_snapshot(body, x, names, f);
    case 'B':
        return get_batch(*body, names, &x->batch, f);
    default:
        return get_parts(body, x, names, f);
    }
}

static int kind_of(const struct item_text *word)
{
    for (int kind = 0; kind < PBFT_KINDS; kind++)
        if (item_is(word, pbft_forms[kind].word))
            return kind;
    return -1;
}

/* The first line, and the lines that belong to it. */
static int get_head(struct item_text *all, struct pbft_item *head, struct item_text *body,
                    struct node_names *names, struct fault *f)
{
    struct item_text line, word;
    uint64_t lines;
    if (!item_line(all, &line) || !item_word(&line, &word) || kind_of(&word) < 0)
        return fault_rule(f, "pbft: a line begins with none of its words");
    head->head.kind = (uint32_t)kind_of(&word);
    const struct pbft_form *form = &pbft_forms[head->head.kind];
    if (get_fields(&line, form, head, names, f) != 0 || pbft_get_number(&line, &lines, f) != 0)
        return -1;
    if (line.at != line.end || (form->lines == 0 && lines != 0))
        return fault_rule(f, "pbft: %s has words or lines too many", form->word);
    return item_lines(all, lines, body) ? 0 : fault_rule(f, "pbft: %s is cut short", form->word);
}

static struct pbft_item *get_item(struct item_text *all, bool nested, struct node_names *names,
                                  struct fault *f)
{
    struct pbft_item head = {.seq = 0};
    struct item_text body = {0};
    size_t count = 0;
    if (get_head(all, &head, &body, names, f) != 0)
        return NULL;
    if (nested && head.head.kind != PBFT_VIEWCHANGE) {
        fault_rule(f, "pbft: what is quoted is no view change");
        return NULL;
    }
    if (pbft_forms[head.head.kind].lines == 'P' && (count = count_parts(body)) == SIZE_MAX) {
        fault_rule(f, "pbft: %s has a part that is cut short", pbft_forms[head.head.kind].word);
        return NULL;
    }
    struct pbft_item *x = pbft_item_new(head.head.kind, count);
    if (x == NULL) {
        fault_memory(f);
        return NULL;
    }
    head.head = x->head;
    head.count = count;
    *x = head;
    if (get_body(&body, x, names, f) != 0) {
        engine_item_unref(&x->head);
        return NULL;
    }
    return x;
}

/* Whatever has a digest of its own text gets it here, so none is believed. */
static int seal(struct pbft_item *x, const struct node_names *names, struct fault *f)
{
    for (size_t i = 0; i < x->count; i++)
        if (x->parts[i].claim != NULL && pbft_item_seal(x->parts[i].claim, names) != 0)
            return fault_memory(f);
    return (x->head.kind == PBFT_VIEWCHANGE || x->head.kind == PBFT_SNAPSHOT) &&
                   pbft_item_seal(x, names) != 0
               ? fault_memory(f)
               : 0;
}

struct engine_item *pbft_item_parse(const char *text, size_t n, size_t *used,
                                    struct node_names *names, struct fault *f)
{
    struct item_text all = {text, text + n};
    struct pbft_item *x = get_item(&all, false, names, f);
    if (x == NULL)
        return NULL;
    if (seal(x, names, f) != 0) {
        engine_item_unref(&x->head);
        return NULL;
    }
    *used = (size_t)(all.at - text);
    return &x->head;
}
