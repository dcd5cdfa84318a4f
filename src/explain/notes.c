/* Which block has changed an account last, in the state of an explained tree. */
#include "explain/parts.h"

#include <string.h>

/* In the state of an explained tree, this key has, for each account, the line of the block that
 * changed it last. It is undone and redone with the account, from block to block. */
#define NOTE_KIND 128 /* added to that of the account */

static struct state_key note_key(const struct account *id)
{
    struct state_key key = account_key(id);
    key.kind |= NOTE_KIND;
    return key;
}

static int note(struct tree *t, const struct account *id, int64_t line, struct fault *f)
{
    struct state_key key = note_key(id);
    struct state_value value = {.len = sizeof line};
    memcpy(value.bytes, &line, sizeof line);
    return state_put(t->state, &key, &value, f);
}

int explain_note(void *self, struct tree *t, const struct item *item, const struct node *node,
                 struct fault *f)
{
    (void)self;
    int64_t line = (int64_t)node->line;
    for (size_t i = 0; i < item->count; i++) {
        const struct entry *e = &item->entries[i];
        struct account a;
        for (struct touches at = {0}; e->type == &tx_type && tx_next_account(&e->tx, &at, &a);)
            if (note(t, &a, line, f))
                return -1;
        if (e->type != &tx_type && e->grant.amount && note(t, &e->grant.account, line, f))
            return -1;
    }
    return item->is_genesis ? 0 : note(t, &item->block.miner, line, f);
}

int explain_changed_at(struct explain *x, const struct account *id, int64_t *line, struct fault *f)
{
    struct state_value value = {0};
    struct state_key key = note_key(id);
    if (!x->about.against && state_get(x->tree->state, &key, &value, f))
        return -1;
    if (value.len == sizeof *line)
        memcpy(line, value.bytes, sizeof *line);
    return 0;
}
