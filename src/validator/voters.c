#include "validator/voters.h"

#include "base/array.h"
#include "base/hex.h"
#include "state/members.h"

#include <stdlib.h>
#include <string.h>

uint32_t voters_node(struct node_names *names, const uint8_t key[ID_LEN], struct fault *f)
{
    return node_names_add(names, hex32(key).text, 2 * ID_LEN, f);
}

void voters_key(const struct node_names *names, uint32_t node, uint8_t key[ID_LEN])
{
    if (hex_decode(key, node_names_text(names, node), ID_LEN))
        memset(key, 0, ID_LEN); /* no member's */
}

static int take_set(const struct member_set *set, struct node_names *names, struct bft_set *out,
                    struct fault *f)
{
    out->count = 0;
    for (size_t i = 0; i < set->count; i++) {
        uint32_t node = voters_node(names, set->list[i].key, f);
        if (node == NODE_NONE)
            return -1;
        out->list[out->count++] = (struct bft_member){.node = node, .weight = set->list[i].weight};
    }
    return 0;
}

int voters_after(struct tree *t, struct node_names *names, const struct node *parent,
                 struct bft_set *out, struct fault *f)
{
    struct member_set set = {0};
    int failed = tree_move(t, parent, f) ||
                 members_after(t->state, &t->rules, parent->height - 1, &set, f) ||
                 take_set(&set, names, out, f);
    member_set_free(&set);
    return failed ? -1 : 0;
}

/* --- The rotation ----------------------------------------------------------------------------- */

/* Blocks whose headers have another set than the ones before them, the last one first. */
struct changes {
    int64_t *list; /* their numbers */
    size_t count, cap;
};

/* Of the chain to the parent of this block, down to genesis or to the block with the number
 * `known`: 1 if that was found, 0, or -1 and trouble. */
static int find_changes(struct tree *t, const struct node *block, int64_t known, struct changes *c,
                        struct fault *f)
{
    struct node node, before;
    if (tree_get(t, block->parent, &node, f))
        return -1;
    for (;; node = before) {
        bool first = node.parent < 0, last = first || node.n == known;
        if (!first && tree_get(t, node.parent, &before, f))
            return -1;
        if (first || memcmp(node.target, before.target, TARGET_LEN)) {
            if (ARRAY_RESERVE(c->list, c->cap, c->count + 1))
                return fault_memory(f);
            c->list[c->count++] = node.n;
        }
        if (last)
            return !first;
    }
}

/* As voters_after; but the set is read where the store has it, as the state of a block that is long
 * ago takes all the journals since. */
static int read_set(struct tree *t, struct node_names *names, int64_t n, struct bft_set *out,
                    int64_t *height, struct fault *f)
{
    const struct member_set *set;
    struct node node;
    if (tree_get(t, n, &node, f))
        return -1;
    *height = node.height;
    int found = tree_stored_set(t, node.height > 0 ? node.target : node.set, &set, f);
    return found < 0 ? -1
           : found   ? take_set(set, names, out, f)
                     : voters_after(t, names, &node, out, f);
}

static void turn(struct bft_set *set, int64_t heights)
{
    for (; heights > 0; heights--)
        bft_rotation_turn(set, 1);
}

/* From where *r is, to this height. */
static int replay(struct tree *t, struct node_names *names, const struct changes *c, int64_t height,
                  struct voters_turns *r, struct fault *f)
{
    struct bft_set *next = calloc(1, sizeof *next);
    if (!next)
        return fault_memory(f);
    for (size_t i = c->count; i-- > 0;) {
        int64_t at;
        if (read_set(t, names, c->list[i], next, &at, f)) {
            free(next);
            return -1;
        }
        turn(&r->set, at - r->height);
        bft_rotation_follow(next, at == 0 ? NULL : &r->set);
        r->set = *next;
        r->height = at;
    }
    turn(&r->set, height - r->height);
    free(next);
    return 0;
}

int voters_rotation(struct tree *t, struct node_names *names, const struct node *block,
                    struct voters_turns *r, struct fault *f)
{
    struct changes c = {0};
    if (r->block == block->n)
        return 0;
    int found = find_changes(t, block, r->block, &c, f);
    if (found == 0)
        *r = (struct voters_turns){0};
    int failed = found < 0 || replay(t, names, &c, block->height, r, f);
    free(c.list);
    r->block = failed ? 0 : block->n;
    r->height = block->height;
    return failed ? -1 : 0;
}
