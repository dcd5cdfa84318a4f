/* Writes the text of items (raft(1), MESSAGES). raft_parse.c reads it. */
#include "raft/raft_item.h"

const struct raft_form raft_forms[RAFT_KINDS] = {
    [RAFT_PREVOTE] = {"prevote", "til"},       [RAFT_VOTE] = {"vote", "tilf"},
    [RAFT_PREVOTED] = {"prevoted", "tf"},      [RAFT_VOTED] = {"voted", "tf"},
    [RAFT_APPEND] = {"append", "tilcrE"},      [RAFT_MATCHED] = {"matched", "tir"},
    [RAFT_UNMATCHED] = {"unmatched", "tihlr"}, [RAFT_SNAPSHOT] = {"snapshot", "tiloarP"},
    [RAFT_RECEIVED] = {"received", "tior"},    [RAFT_CAMPAIGN] = {"campaign", "t"},
    [RAFT_FORWARD] = {"forward", "E"},         [RAFT_READ] = {"read", "s"},
    [RAFT_READABLE] = {"readable", "sx"},      [RAFT_ORDER] = {"order", "P"},
    [RAFT_STATE] = {"state", "tnc"},           [RAFT_ENTRIES] = {"entries", "icE"},
    [RAFT_IMAGE] = {"image", "ilP"},
};

uint64_t *raft_item_number(struct raft_item *x, char letter)
{
    switch (letter) {
    case 't':
        return &x->term;
    case 'i':
    case 'x':
        return &x->index;
    case 'l':
        return &x->log_term;
    case 'c':
        return &x->commit;
    case 'r':
        return &x->round;
    case 'h':
        return &x->hint;
    case 'o':
        return &x->offset;
    case 'a':
        return &x->total;
    default:
        return &x->serial;
    }
}

static int put_number(struct buf *out, uint64_t n)
{
    return buf_add_number(out, (long long)n);
}

static uint64_t lines_of(const struct raft_item *x)
{
    uint64_t lines = x->count;
    for (uint32_t i = 0; i < x->count; i++)
        lines += x->entries[i].payload == NULL ? 0 : x->entries[i].payload->lines;
    return lines;
}

static int put_field(const struct raft_item *x, char letter, const struct node_names *names,
                     struct buf *out)
{
    struct raft_item *numbers = (struct raft_item *)(uintptr_t)x; /* only read */
    switch (letter) {
    case 'n':
        return buf_add_string(out, x->node == NODE_NONE ? "-" : node_names_text(names, x->node));
    case 'f':
        return buf_add_string(out, x->flag ? "yes" : "no");
    case 'E':
        return put_number(out, lines_of(x));
    case 'P':
        return put_number(out, x->payload->lines);
    case 'x':
        if (x->index == UINT64_MAX)
            return buf_add_string(out, "later");
        /* fallthrough */
    default:
        return put_number(out, *raft_item_number(numbers, letter));
    }
}

static int put_payload(const struct payload *p, struct buf *out)
{
    return p == NULL ? 0 : buf_add(out, p->text, p->len);
}

/* ` NAME:SERIAL LINES` */
static int put_record(const struct raft_entry *e, const struct node_names *names, struct buf *out)
{
    return buf_add_string(out, " record ") != 0 ||
                   buf_add_string(out, node_names_text(names, e->client)) != 0 ||
                   buf_add(out, ":", 1) != 0 || put_number(out, e->serial) != 0 ||
                   buf_add(out, " ", 1) != 0 || put_number(out, e->payload->lines) != 0 ||
                   buf_add(out, "\n", 1) != 0
               ? -1
               : 0;
}

static int put_entry(const struct raft_entry *e, const struct node_names *names, struct buf *out)
{
    if (put_number(out, e->term) != 0)
        return -1;
    if (e->kind == RAFT_RECORD) {
        if (put_record(e, names, out) != 0)
            return -1;
    } else if (buf_add_string(out, e->kind == RAFT_MEMBERS ? " members\n" : " nothing\n") != 0) {
        return -1;
    }
    return put_payload(e->payload, out);
}

int raft_item_format(const struct engine_item *item, const struct node_names *names,
                     struct buf *out)
{
    const struct raft_item *x = (const struct raft_item *)item;
    const struct raft_form *form = &raft_forms[item->kind];
    if (buf_add_string(out, form->word) != 0)
        return -1;
    for (const char *c = form->fields; *c != '\0'; c++)
        if (buf_add(out, " ", 1) != 0 || put_field(x, *c, names, out) != 0)
            return -1;
    if (buf_add(out, "\n", 1) != 0 || put_payload(x->payload, out) != 0)
        return -1;
    for (uint32_t i = 0; i < x->count; i++)
        if (put_entry(&x->entries[i], names, out) != 0)
            return -1;
    return 0;
}
