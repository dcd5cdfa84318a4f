/* Writes the text of items (netsim(1), Tendermint). bft_parse.c reads it. */
#include "base/hex.h"
#include "bft/bft_item.h"

#include <stdio.h>
#include <string.h>

static int put_number(struct buf *out, int64_t n)
{
    return buf_add(out, " ", 1) != 0 || buf_add_number(out, n) != 0 ? -1 : 0;
}

static int put_word(struct buf *out, const char *word)
{
    return buf_add(out, " ", 1) != 0 || buf_add_string(out, word) != 0 ? -1 : 0;
}

static int put_node(struct buf *out, uint32_t node, const struct node_names *names)
{
    return put_word(out, node_names_text(names, node));
}

/* ` ROUND VALIDROUND` of a proposal, ` ROUND STEP` of a vote, and what they have in common. */
static int put_vote(struct buf *out, const struct bft_vote *v, const struct node_names *names)
{
    if (put_number(out, v->round) != 0)
        return -1;
    if (v->step != BFT_PROPOSE ? put_word(out, bft_step_words[v->step]) != 0
        : v->valid_round < 0   ? put_word(out, "-") != 0
                               : put_number(out, v->valid_round) != 0)
        return -1;
    return put_word(out, hex32(v->value).text) != 0 || put_node(out, v->node, names) != 0 ||
                   put_word(out, v->signature) != 0
               ? -1
               : 0;
}

static int put_field(struct buf *out, char field, const struct bft_item *x,
                     const struct node_names *names)
{
    switch (field) {
    case 'p':
        return put_number(out, (int64_t)x->vote.height) != 0 || put_vote(out, &x->vote, names) != 0
                   ? -1
                   : 0;
    case 't':
        return put_number(out, (int64_t)x->set_height);
    case 'm':
        return put_number(out, x->set == NULL ? 0 : (int64_t)x->set->count);
    case 'l':
        return put_number(out, x->set == NULL ? 0 : (int64_t)x->set->turn);
    case 'c':
        return put_number(out, (int64_t)x->applied.count);
    default:
        return put_number(out, (int64_t)x->height);
    }
}

/* `NAME:SERIAL LINES` and the lines. */
static int put_entry(struct buf *out, const struct bft_entry *e, const struct node_names *names)
{
    if (buf_add_string(out, node_names_text(names, e->id.client)) != 0 ||
        buf_add(out, ":", 1) != 0 || buf_add_number(out, (long long)e->id.serial) != 0 ||
        put_number(out, e->payload->lines) != 0 || buf_add(out, "\n", 1) != 0)
        return -1;
    return buf_add(out, e->payload->text, e->payload->len);
}

/* `HEIGHT ROUND STEP VALUE NAME SIGNATURE` */
static int put_vote_line(struct buf *out, const struct bft_vote *v, const struct node_names *names)
{
    return buf_add_number(out, (long long)v->height) != 0 || put_vote(out, v, names) != 0 ||
                   buf_add(out, "\n", 1) != 0
               ? -1
               : 0;
}

/* `NAME WEIGHT PRIORITY` */
static int put_member(struct buf *out, const struct bft_member *m, const struct node_names *names)
{
    return buf_add_string(out, node_names_text(names, m->node)) != 0 ||
                   put_number(out, m->weight) != 0 ||
                   put_number(out, m->priority < -INT64_MAX ? -INT64_MAX : m->priority) != 0 ||
                   buf_add(out, "\n", 1) != 0
               ? -1
               : 0;
}

static int put_snapshot(struct buf *out, const struct bft_item *x, const struct node_names *names)
{
    for (size_t i = 0; x->set != NULL && i < x->set->count; i++)
        if (put_member(out, &x->set->list[i], names) != 0)
            return -1;
    return applied_format(&x->applied, names, out) != 0 ||
                   buf_add(out, x->state->text, x->state->len) != 0
               ? -1
               : 0;
}

/* How many lines follow the first one. */
static int64_t lines_of(const struct bft_item *x)
{
    size_t lines = x->entry_count + x->vote_count + x->applied.count;
    for (size_t i = 0; i < x->entry_count; i++)
        lines += x->entries[i].payload->lines;
    lines += x->set == NULL ? 0 : x->set->count;
    lines += x->state == NULL ? 0 : x->state->lines;
    return (int64_t)lines;
}

int bft_item_format(const struct engine_item *item, const struct node_names *names, struct buf *out)
{
    const struct bft_item *x = (const struct bft_item *)item;
    const struct bft_form *form = &bft_forms[item->kind];
    if (buf_add_string(out, form->word) != 0)
        return -1;
    for (const char *field = form->fields; *field != '\0'; field++)
        if (put_field(out, *field, x, names) != 0)
            return -1;
    if (put_number(out, lines_of(x)) != 0 || buf_add(out, "\n", 1) != 0)
        return -1;
    if (form->lines[0] == 's')
        return put_snapshot(out, x, names);
    for (size_t i = 0; i < x->entry_count; i++)
        if (put_entry(out, &x->entries[i], names) != 0)
            return -1;
    for (size_t i = 0; i < x->vote_count; i++)
        if (put_vote_line(out, &x->votes[i], names) != 0)
            return -1;
    return 0;
}
