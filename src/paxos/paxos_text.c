/* Writes the text of items (paxos(1), MESSAGES). paxos_parse.c reads it. */
#include "paxos/paxos_item.h"

#include <stdio.h>
#include <string.h>

static int put_number(struct buf *out, uint64_t n)
{
    return buf_add(out, " ", 1) != 0 || buf_add_number(out, (long long)n) != 0 ? -1 : 0;
}

static int put_word(struct buf *out, const char *word)
{
    return buf_add(out, " ", 1) != 0 || buf_add_string(out, word) != 0 ? -1 : 0;
}

static int put_ballot(struct buf *out, const struct paxos_ballot *b, const struct node_names *names)
{
    if (b->round == PAXOS_ROUND_CHOSEN)
        return buf_add_string(out, " chosen -");
    return put_number(out, b->round) != 0 ||
                   put_word(out, b->node == NODE_NONE ? "-" : node_names_text(names, b->node)) != 0
               ? -1
               : 0;
}

static int put_field(struct buf *out, char field, const struct paxos_item *x,
                     const struct node_names *names)
{
    switch (field) {
    case 'b':
        return put_ballot(out, &x->ballot, names);
    case 's':
        return put_number(out, x->slot);
    case 'c':
        return put_number(out, x->chosen);
    case 'n':
        return put_number(out, x->number);
    case 'k':
        return put_number(out, x->span);
    case 'x':
        return put_number(out, x->nonce);
    case 'y':
        return put_number(out, x->other);
    default:
        return put_word(out, x->flag ? "yes" : "no");
    }
}

/* `ID LINES` and the lines. */
static int put_value(struct buf *out, const struct paxos_value *v, const struct node_names *names)
{
    if (paxos_is_noop(v))
        return buf_add_string(out, "- 0\n");
    if (buf_add_string(out, node_names_text(names, v->id.client)) != 0 ||
        buf_add(out, ":", 1) != 0 || buf_add_number(out, (long long)v->id.serial) != 0 ||
        put_number(out, v->payload->lines) != 0 || buf_add(out, "\n", 1) != 0)
        return -1;
    return buf_add(out, v->payload->text, v->payload->len);
}

static int put_entry(struct buf *out, char form, const struct paxos_entry *e,
                     const struct node_names *names)
{
    if (form == 'm')
        return buf_add_string(out, node_names_text(names, e->value.id.client)) != 0 ||
                       put_number(out, e->slot) != 0 || buf_add(out, "\n", 1) != 0
                   ? -1
                   : 0;
    if (form == 'p' && (buf_add_number(out, (long long)e->slot) != 0 ||
                        put_ballot(out, &e->ballot, names) != 0 || buf_add(out, " ", 1) != 0))
        return -1;
    return put_value(out, &e->value, names);
}

/* How many lines follow the first one. */
static uint64_t lines_of(const struct paxos_item *x)
{
    uint64_t lines = x->count;
    for (size_t i = 0; i < x->count; i++)
        lines += x->entries[i].value.payload == NULL ? 0 : x->entries[i].value.payload->lines;
    return lines + x->applied.count + (x->state == NULL ? 0 : x->state->lines);
}

int paxos_item_format(const struct engine_item *item, const struct node_names *names,
                      struct buf *out)
{
    const struct paxos_item *x = (const struct paxos_item *)item;
    const struct paxos_form *form = &paxos_forms[item->kind];
    if (buf_add_string(out, form->word) != 0)
        return -1;
    for (const char *field = form->fields; *field != '\0'; field++)
        if (put_field(out, *field, x, names) != 0)
            return -1;
    if (put_number(out, lines_of(x)) != 0 || buf_add(out, "\n", 1) != 0)
        return -1;
    for (size_t i = 0; i < x->count; i++)
        if (put_entry(out, form->lines, &x->entries[i], names) != 0)
            return -1;
    if (form->lines != 'a')
        return 0;
    return applied_format(&x->applied, names, out) != 0 ||
                   buf_add(out, x->state->text, x->state->len) != 0
               ? -1
               : 0;
}
