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

/* --- The rotation from the first height on ---------------------------------------------------- */

/* Blocks whose headers have another set than the ones before them, the last one first. */
struct changes {
    int64_t *list; /* their numbers */
    size_t count, cap;
};

/* Of the chain to the parent of this block. */
static int find_changes(struct tree *t, const struct node *block, struct changes *c,
                        struct fault *f)
{
    struct node node, before;
    if (tree_get(t, block->parent, &node, f))
        return -1;
    for (;; node = before) {
        bool first = node.parent < 0;
        if (!first && tree_get(t, node.parent, &before, f))
            return -1;
        if (!first && memcmp(node.target, before.target, TARGET_LEN) == 0)
            continue;
        if (ARRAY_RESERVE(c->list, c->cap, c->count + 1))
            return fault_memory(f);
        c->list[c->count++] = node.n;
        if (first)
            return 0;
    }
}

static void turn(struct bft_set *set, int64_t heights)
{
    for (; heights > 0; heights--)
        bft_rotation_turn(set, 1);
}

static int replay(struct tree *t, struct node_names *names, const struct changes *c, int64_t height,
                  struct bft_set *out, struct fault *f)
{
    struct bft_set *next = malloc(sizeof *next);
    int64_t done = 0; /* heights */
    int failed = 0;
    if (!next)
        return fault_memory(f);
    for (size_t i = c->count; i-- > 0 && !failed;) {
        struct node node;
        failed = tree_get(t, c->list[i], &node, f) || voters_after(t, names, &node, next, f);
        if (failed)
            break;
        turn(out, node.height - done);
        bft_rotation_follow(next, i == c->count - 1 ? NULL : out);
        *out = *next;
        done = node.height;
    }
    if (!failed)
        turn(out, height - done);
    free(next);
    return failed ? -1 : 0;
}

int voters_rotation(struct tree *t, struct node_names *names, const struct node *block,
                    struct bft_set *out, struct fault *f)
{
    struct changes c = {0};
    out->count = 0;
    int failed = find_changes(t, block, &c, f) || replay(t, names, &c, block->height, out, f);
    free(c.list);
    return failed ? -1 : 0;
}
