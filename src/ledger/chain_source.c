#include "ledger/chain_source.h"

#include <errno.h>
#include <string.h>

static int next_block(struct chain_source *c)
{
    struct node node;
    c->text.len = c->at = 0;
    int found = index_at_height(c->ledger->index, c->height++, &node, &c->fault);
    if (!found)
        fault_trouble(&c->fault, "%s: changed while it was read", c->ledger->path);
    return found <= 0 ? -1 : ledger_read(c->ledger, &node, false, &c->text, &c->fault);
}

static ptrdiff_t read_some(void *self, void *out, size_t n)
{
    struct chain_source *c = self;
    if (c->at == c->text.len && c->height > c->ledger->tree.best.height)
        return 0;
    if (c->at == c->text.len && next_block(c)) {
        errno = EIO;
        return -1;
    }
    size_t left = c->text.len - c->at;
    if (n > left)
        n = left;
    memcpy(out, c->text.data + c->at, n);
    c->at += n;
    return (ptrdiff_t)n;
}

struct source chain_source_open(struct chain_source *c, struct ledger *l)
{
    *c = (struct chain_source){.ledger = l};
    return (struct source){.read = read_some, .self = c};
}

void chain_source_free(struct chain_source *c)
{
    buf_free(&c->text);
}
