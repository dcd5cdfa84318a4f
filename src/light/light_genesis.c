/* Reads the genesis block, which has its body, as a ledger would. */
#include "light/light_parts.h"

#include "chain/tree.h"
#include "record/types.h"

bool light_is_setup(const struct line *line)
{
    const struct record_type *type = record_type_of(line->text, line->len);
    return type && type->in_genesis;
}

/* Appends the line unchanged. A text that exceeds the size of any block stops growing: it is
 * refused anyway. 0, or -1 and trouble. */
static int keep_line(struct light *c, const struct line *line, struct fault *f)
{
    if (c->genesis.len > BLOCK_SIZE_MAX)
        return 0;
    if (buf_add(&c->genesis, line->text, line->len) ||
        (line->state == LINE_LONG && buf_add(&c->genesis, "x", 1)) ||
        (!line->cut && buf_add(&c->genesis, "\n", 1)))
        return fault_memory(f);
    return 0;
}

/* Reads the lines of the body after the header, as many as it counts, or as many as follow. 0, or
 * -1 and trouble. */
static int gather_body(struct light *c, int64_t count, struct fault *f)
{
    for (int64_t i = 0; i < count; i++) {
        int got = light_next_line(c, &c->held, f);
        if (got <= 0)
            return got;
        if (record_is(&block_type, c->held.text, c->held.len)) {
            c->has_held = true;
            return 0;
        }
        if (keep_line(c, &c->held, f))
            return -1;
    }
    return 0;
}

/* 0, or -1 and trouble. */
static int begin_finality(struct light *c, const struct member_set *first, struct fault *f)
{
    struct member_set copy = {0};
    if (light_copy_set(first, &copy))
        return fault_memory(f);
    light_finality_begin(c, &copy);
    return 0;
}

/* The members of a chain that has some. 1, or -1 and trouble. */
static int begin_members(struct light *c, const struct item *item, struct fault *f)
{
    struct member_set first = {0};
    int result = 0;
    if (!rules_members(&c->rules))
        return 1;
    for (size_t i = 0; i < item->count && result == 0; i++) {
        struct member m;
        const char *line = item->text + item->entries[i].at;
        if (item->entries[i].type == &member_type)
            result = member_parse(line, item->entries[i].len, &m, f) ||
                     member_set_add(&first, &m, f);
    }
    if (result == 0 && c->rules.finality)
        result = begin_finality(c, &first, f);
    if (result == 0 && c->chain.seal->rules.by_members)
        result = light_sealed_begin(c, item, &first, f);
    member_set_free(&first);
    return result ? -1 : 1;
}

/* Judges the genesis block by the rules of a ledger's. */
static int judge_item(struct light *c, const struct item *item, struct fault *f)
{
    struct tree tree;
    struct node node;
    if (item->broken) {
        *f = item->fault;
        return 0;
    }
    if (c->set && checkpoints_check(c->set, 0, item->id, f))
        return 0;
    if (tree_init(&tree, (struct store){.self = NULL}, f))
        return -1;
    int verdict = tree_check(&tree, item, -1, &node, f);
    if (verdict == TREE_GOOD)
        tree_drop(&tree);
    tree_free(&tree);
    if (verdict == TREE_GOOD)
        return light_anchor(c, item, node.supply, f) < 0 ? -1 : begin_members(c, item, f);
    return verdict < 0 ? -1 : 0;
}

int light_judge_genesis(struct light *c, uint64_t line, struct fault *f)
{
    struct batch batch = {0};
    int result = batch_parse(&batch, c->genesis.data, c->genesis.len, line, 0, f);
    if (!result)
        result = judge_item(c, &batch.items[0], f);
    batch_free(&batch);
    return result;
}

/* Whether the first genesis header is followed by its body or, like a proof's header, by something
 * else: 1 or 0, -1 and trouble. */
static int look_for_body(struct light *c, struct fault *f)
{
    int got = light_next_line(c, &c->held, f);
    c->has_held = got > 0;
    return got < 0 ? -1 : got && light_is_setup(&c->held);
}

/* The header that was kept before the reader continued. */
static int judge_copy(struct light *c, const uint8_t id[ID_LEN], struct fault *f)
{
    struct block b;
    if (block_parse(c->genesis.data, c->genesis.len - 1, &b, f))
        return 0;
    return light_judge_claim(c, &b, id, c->genesis.len, f);
}

/* A genesis header after the genesis block must be that block's own. */
static int judge_known(struct light *c, const uint8_t id[ID_LEN], struct fault *f)
{
    size_t n;
    int known = heads_find(&c->heads, id, &n, f);
    if (!known)
        fault_rule(f, "block: another chain's genesis");
    return known;
}

int light_take_genesis(struct light *c, const struct line *header, const struct block *b,
                       const uint8_t id[ID_LEN], struct span *text, struct fault *f)
{
    uint64_t line = header->number;
    if (c->has_genesis)
        return judge_known(c, id, f);
    if (c->mode == LIGHT_LOOSE)
        return light_judge_claim(c, b, id, header->size, f);
    c->genesis.len = 0;
    if (keep_line(c, header, f))
        return -1;
    if (c->mode == LIGHT_UNKNOWN) {
        int got = look_for_body(c, f);
        if (got < 0)
            return -1;
        c->mode = got ? LIGHT_WHOLE : LIGHT_LOOSE;
    }
    if (c->mode == LIGHT_WHOLE && gather_body(c, b->count, f))
        return -1;
    *text = (struct span){c->genesis.data, c->genesis.len - 1};
    return c->mode == LIGHT_WHOLE ? light_judge_genesis(c, line, f) : judge_copy(c, id, f);
}
