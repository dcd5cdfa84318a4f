/* Writes the text of items (pbft(1), MESSAGES). pbft_parse.c reads it. */
#include "base/hex.h"
#include "pbft/pbft_item.h"

/* The numbers of an item or a part. */
struct numbers {
    uint64_t view, seq, low, index, span;
    uint32_t node;
    bool flag;
    const struct pbft_digest *digest, *order;
};

static int put_number(struct buf *out, uint64_t n)
{
    return buf_add(out, " ", 1) != 0 || buf_add_number(out, (long long)n) != 0 ? -1 : 0;
}

static int put_word(struct buf *out, const char *word)
{
    return buf_add(out, " ", 1) != 0 || buf_add_string(out, word) != 0 ? -1 : 0;
}

static int put_digest(struct buf *out, const struct pbft_digest *d)
{
    return put_word(out, pbft_digest_is_null(d) ? "-" : hex32(d->bytes).text);
}

static int put_field(struct buf *out, char field, const struct numbers *x,
                     const struct node_names *names)
{
    switch (field) {
    case 'v':
        return put_number(out, x->view);
    case 's':
        return put_number(out, x->seq);
    case 'l':
        return put_number(out, x->low);
    case 'i':
        return put_number(out, x->index);
    case 'k':
        return put_number(out, x->span);
    case 'n':
        return put_word(out, node_names_text(names, x->node));
    case 'f':
        return put_word(out, x->flag ? "yes" : "no");
    case 'o':
        return put_digest(out, x->order);
    default:
        return put_digest(out, x->digest);
    }
}

static int put_head(struct buf *out, const struct pbft_form *form, const struct numbers *x,
                    const struct node_names *names)
{
    if (buf_add_string(out, form->word) != 0)
        return -1;
    for (const char *field = form->fields; *field != '\0'; field++)
        if (put_field(out, *field, x, names) != 0)
            return -1;
    return 0;
}

/* Each value as `NAME:SERIAL LINES` and the lines. */
static int put_batch(struct buf *out, const struct pbft_batch *b, const struct node_names *names)
{
    for (size_t i = 0; b != NULL && i < b->count; i++) {
        const struct pbft_value *v = &b->values[i];
        if (buf_add_string(out, node_names_text(names, v->id.client)) != 0 ||
            buf_add(out, ":", 1) != 0 || buf_add_number(out, (long long)v->id.serial) != 0 ||
            put_number(out, v->payload->lines) != 0 || buf_add(out, "\n", 1) != 0 ||
            buf_add(out, v->payload->text, v->payload->len) != 0)
            return -1;
    }
    return 0;
}

static uint64_t lines_of(const struct pbft_item *x);

/* How many lines follow a part's first one. */
static uint64_t part_lines(const struct pbft_part *p)
{
    return p->claim != NULL ? 1 + lines_of(p->claim) : pbft_batch_lines(p->batch);
}

/* How many lines follow an item's first one. */
static uint64_t lines_of(const struct pbft_item *x)
{
    uint64_t lines = pbft_batch_lines(x->batch) + x->applied.count;
    for (size_t i = 0; i < x->count; i++)
        lines += 1 + part_lines(&x->parts[i]);
    return lines + (x->state == NULL ? 0 : x->state->lines);
}

static int put_part(struct buf *out, const struct pbft_part *p, const struct node_names *names)
{
    const struct pbft_form *form = pbft_part_form(p->what);
    const struct numbers n = {
        .view = p->view, .seq = p->seq, .node = p->node, .digest = &p->digest, .order = &p->digest};
    if (put_head(out, form, &n, names) != 0 ||
        (form->lines != 0 && put_number(out, part_lines(p)) != 0) || buf_add(out, "\n", 1) != 0)
        return -1;
    return p->claim != NULL ? pbft_item_format(&p->claim->head, names, out)
                            : put_batch(out, p->batch, names);
}

static int put_snapshot(struct buf *out, const struct pbft_item *x, const struct node_names *names)
{
    return applied_format(&x->applied, names, out) != 0 ||
                   buf_add(out, x->state->text, x->state->len) != 0
               ? -1
               : 0;
}

int pbft_item_format(const struct engine_item *item, const struct node_names *names,
                     struct buf *out)
{
    const struct pbft_item *x = (const struct pbft_item *)item;
    const struct pbft_form *form = &pbft_forms[item->kind];
    const struct numbers n = {.view = x->view,
                              .seq = x->seq,
                              .low = x->low,
                              .index = x->index,
                              .span = x->span,
                              .node = x->node,
                              .flag = x->flag,
                              .digest = &x->digest,
                              .order = &x->order};
    if (put_head(out, form, &n, names) != 0 || put_number(out, lines_of(x)) != 0 ||
        buf_add(out, "\n", 1) != 0)
        return -1;
    for (size_t i = 0; i < x->count; i++)
        if (put_part(out, &x->parts[i], names) != 0)
            return -1;
    return form->lines == 'S' ? put_snapshot(out, x, names) : put_batch(out, x->batch, names);
}
