/* The members of a chain, where the tree of blocks needs to know them: who may seal and who votes.
 */
#include "chain/tree_parts.h"

#include "state/members.h"

#include <string.h>

/* A header alone is not worth moving the state over more blocks than this. */
enum { NEAR = 100 };

/* So many nodes before a block are searched for others by its MINER. */
enum { PASSED_BEFORE = 1024 };

/* Blocks of one MINER upon one parent that a node passes on. */
enum { PASSED_UPON_ONE = 2 };

static bool by_members(const struct tree *t)
{
    return t->anchor.seal->rules.by_members;
}

/* --- Sets ------------------------------------------------------------------------------------- */

/* The set with this root, among those used recently; or NULL. */
static const struct member_set *find_set(const struct tree *t, const uint8_t root[ID_LEN])
{
    for (size_t i = 0; i < TREE_SETS; i++)
        if (t->sets[i].set.count && memcmp(t->sets[i].root, root, ID_LEN) == 0)
            return &t->sets[i].set;
    return NULL;
}

/* Takes over the set. */
static const struct member_set *keep_set(struct tree *t, const struct member_set *set,
                                         const uint8_t root[ID_LEN])
{
    size_t i = t->next_set++ % TREE_SETS;
    member_set_free(&t->sets[i].set);
    t->sets[i].set = *set;
    memcpy(t->sets[i].root, root, ID_LEN);
    return &t->sets[i].set;
}

void tree_forget_members(struct tree *t)
{
    for (size_t i = 0; i < TREE_SETS; i++)
        member_set_free(&t->sets[i].set);
}

int tree_stored_set(struct tree *t, const uint8_t root[ID_LEN], const struct member_set **out,
                    struct fault *f)
{
    struct member_set set = {0};
    uint8_t own[ID_LEN];
    *out = find_set(t, root);
    if (*out || !t->store.get_set)
        return *out != NULL;
    int found = t->store.get_set(t->store.self, root, &set, f);
    if (found > 0)
        member_set_root(&set, own);
    if (found <= 0 || memcmp(own, root, ID_LEN)) {
        member_set_free(&set);
        return found > 0 ? t->store.damage(t->store.self, f) : found;
    }
    *out = keep_set(t, &set, root);
    return 1;
}

/* The set with this root, which are the members after the block at this height: on the chain to
 * node, and at most two below it. 0, or -1 and trouble. */
static int get_set(struct tree *t, const uint8_t root[ID_LEN], const struct node *node,
                   int64_t height, const struct member_set **out, struct fault *f)
{
    struct member_set set = {0};
    uint8_t own[ID_LEN];
    int found = tree_stored_set(t, root, out, f);
    if (found)
        return found < 0 ? -1 : 0;
    if (tree_move(t, node, f) || members_after(t->state, &t->rules, height, &set, f))
        return -1;
    member_set_root(&set, own);
    if (memcmp(own, root, ID_LEN)) {
        member_set_free(&set);
        return t->store.damage(t->store.self, f);
    }
    *out = keep_set(t, &set, root);
    return 0;
}

int tree_voters(struct tree *t, const struct node *block, const struct member_set **out,
                struct fault *f)
{
    struct node parent;
    return tree_get(t, block->parent, &parent, f) ||
                   get_set(t, parent.target, block, block->height - 2, out, f)
               ? -1
               : 0;
}

int tree_follow_members(struct tree *t, const struct rules *r, struct node *new, struct fault *f)
{
    struct member_set set = {0};
    memset(new->set, 0, sizeof new->set);
    if (!rules_seal(r->seal)->by_members)
        return 0;
    if (members_after(t->state, r, new->height, &set, f))
        return -1;
    member_set_root(&set, new->set);
    if (find_set(t, new->set))
        member_set_free(&set);
    else
        keep_set(t, &set, new->set);
    return 0;
}

int tree_store_set(struct tree *t, const struct node *new, struct fault *f)
{
    const struct member_set *set = find_set(t, new->set);
    bool same = new->height > 0 && memcmp(new->set, new->target, ID_LEN) == 0;
    return by_members(t) && t->store.add_set && set && !same
               ? t->store.add_set(t->store.self, new->set, set, f)
               : 0;
}

/* --- Headers ---------------------------------------------------------------------------------- */

/* How many blocks before one after parent this account sealed the last, if it is among so many. 0,
 * or -1 and trouble. */
static int sealed_lately(struct tree *t, const struct node *parent, const struct account *miner,
                         int64_t blocks, int64_t *out, struct fault *f)
{
    struct node node = *parent;
    *out = 0;
    for (int64_t i = 1; i <= blocks && node.height > 0; i++) {
        if (account_equal(&node.miner, miner)) {
            *out = i;
            return 0;
        }
        if (tree_get(t, node.parent, &node, f))
            return -1;
    }
    return 0;
}

static bool is_near(const struct tree *t, const struct node *node)
{
    int64_t up = node->height - t->at.height;
    return up <= NEAR && up >= -NEAR;
}

bool tree_has_sealers(const struct tree *t, const struct node *parent)
{
    return !by_members(t) || find_set(t, parent->target);
}

int tree_ancestry(struct tree *t, const struct node *parent, const struct block *b, bool far,
                  struct ancestry *a, struct fault *f)
{
    *a = (struct ancestry){.rules = &t->rules,
                           .anchor = &t->anchor,
                           .height = parent->height,
                           .time = parent->time,
                           .next_set = parent->set};
    if (!by_members(t))
        return 1;
    if (!far && !tree_has_sealers(t, parent) && !is_near(t, parent))
        return 0;
    if (get_set(t, parent->target, parent, parent->height - 1, &a->sealers, f))
        return -1;
    return b && sealed_lately(t, parent, &b->miner, seal_apart(a), &a->lately, f) ? -1 : 1;
}

/* How many of the blocks before this one stand upon its parent, too, and are by its MINER. */
static int count_before(struct tree *t, const struct node *node, int *count, struct fault *f)
{
    struct node other;
    *count = 0;
    for (int64_t n = node->n - 1; n > node->parent && n >= node->n - PASSED_BEFORE; n--) {
        if (tree_get(t, n, &other, f))
            return -1;
        *count += other.parent == node->parent && account_equal(&other.miner, &node->miner);
    }
    return 0;
}

int tree_passes_on(struct tree *t, const uint8_t id[ID_LEN], struct fault *f)
{
    struct node node;
    int before;
    if (!by_members(t))
        return 1;
    int found = tree_find(t, id, &node, f);
    if (found <= 0)
        return found;
    return count_before(t, &node, &before, f) ? -1 : before < PASSED_UPON_ONE;
}
