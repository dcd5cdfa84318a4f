#include "ledger/prefix.h"

#include "base/hex.h"
#include "index/lookup.h"
#include "ledger/body_lines.h"

#include <string.h>

int prefix_parse(const char *digits, struct prefix *p, struct fault *f)
{
    char low[2 * ID_LEN + 1], high[2 * ID_LEN + 1];
    size_t n = strlen(digits);
    if (n > 2 * ID_LEN || strspn(digits, "0123456789abcdef") != n)
        return fault_rule(f, "'%.80s' is not %d to 64 lowercase hex digits", digits, PREFIX_LEAST);
    if (n < PREFIX_LEAST)
        return fault_rule(f, "'%s' is shorter than %d digits", digits, PREFIX_LEAST);
    memset(low, '0', 2 * ID_LEN);
    memset(high, 'f', 2 * ID_LEN);
    memcpy(low, digits, n);
    memcpy(high, digits, n);
    hex_decode(p->low, low, ID_LEN);
    hex_decode(p->high, high, ID_LEN);
    p->whole = n == 2 * ID_LEN;
    return 0;
}

bool prefix_has(const struct prefix *p, const uint8_t id[ID_LEN])
{
    return memcmp(id, p->low, ID_LEN) >= 0 && memcmp(id, p->high, ID_LEN) <= 0;
}

static void add(struct prefix_ids *found, const uint8_t id[ID_LEN], bool is_block)
{
    if (found->count < PREFIX_SHOWN) {
        memcpy(found->ids[found->count], id, ID_LEN);
        found->is_block[found->count] = is_block;
    }
    found->count++;
}

static int add_block(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    (void)f;
    add(self, id, true);
    return 0;
}

static int add_record(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    (void)f;
    add(self, id, false);
    return 0;
}

/* Rules and grants are in no table. */
static int find_in_genesis(struct ledger *l, const struct prefix *p, struct prefix_ids *found,
                           struct fault *f)
{
    struct batch b = {0};
    int result = ledger_read_item(l, &l->tree.genesis, &b, f);
    for (size_t i = 0; !result && i < b.items[0].count; i++)
        if (prefix_has(p, b.items[0].entries[i].id))
            add(found, b.items[0].entries[i].id, false);
    batch_free(&b);
    return result;
}

/* Those of votes, attests and state lines, which are in no table either. */
struct search {
    const struct prefix *p;
    struct prefix_ids *found;
};

/* One line may stand in several blocks. */
static int look_at_line(void *self, const struct node *node, const struct item *item,
                        const struct entry *e, struct fault *f)
{
    const struct search *s = self;
    struct prefix_ids *found = s->found;
    (void)node, (void)item, (void)f;
    if (!prefix_has(s->p, e->id))
        return 0;
    for (int i = 0; i < found->count && i < PREFIX_SHOWN; i++)
        if (memcmp(found->ids[i], e->id, ID_LEN) == 0)
            return 0;
    add(found, e->id, false);
    return s->p->whole || found->count > PREFIX_SHOWN;
}

int prefix_find(struct ledger *l, const struct prefix *p, enum prefix_of of,
                struct prefix_ids *found, struct fault *f)
{
    *found = (struct prefix_ids){0};
    if ((of & PREFIX_BLOCKS) && index_ids(l->index, INDEX_BLOCK_IDS, p->low, p->high,
                                          PREFIX_SHOWN + 1, add_block, found, f))
        return -1;
    if (!(of & PREFIX_RECORDS))
        return 0;
    if (index_ids(l->index, INDEX_TX_IDS, p->low, p->high, PREFIX_SHOWN + 1, add_record, found, f))
        return -1;
    if (find_in_genesis(l, p, found, f))
        return -1;
    struct search s = {p, found};
    return found->count || body_lines_each(l, look_at_line, &s, f) >= 0 ? 0 : -1;
}
