#include "query/proving_state.h"

#include "base/hex.h"
#include "chain/tree_state.h"
#include "query/proving.h"
#include "record/state_proof.h"
#include "state/entries.h"

#include <string.h>

/* The height of the last block that holds a state line about this height or one before it; 0: none.
 */
static int64_t holder(const struct rules *r, const struct node *tip, int64_t height)
{
    int64_t last = height >= 0 && height < tip->height ? height + 1 : tip->height;
    return r->state ? last - last % r->state : 0;
}

/* The state line in that block, from the state: the tree is at its parent. */
static int put_line(struct ledger *l, const struct node *block, struct state_line *line,
                    struct buf *out, struct fault *f)
{
    struct proof p;
    struct buf text = {0};
    uint8_t id[ID_LEN];
    if (tree_state_line(&l->tree, line, f))
        return -1;
    if (state_line_format(line, &text))
        return fault_memory(f);
    sha256(text.data, text.len, id);
    int result = proving_make(l, block, id, &p, out, f);
    if (result == 0)
        result = fault_rule(f, "block: the ledger was changed: block %s has another state line",
                            hex32(block->id).text);
    else if (result > 0)
        result = proof_format(&p, out) || buf_add_string(out, "\n") ||
                         buf_add(out, text.data, text.len) || buf_add_string(out, "\n")
                     ? fault_memory(f)
                     : 0;
    buf_free(&text);
    return result;
}

/* The entry that the path ends in, if any. */
static int find_entry(struct ledger *l, const struct smt_path *path, char text[STATE_ENTRY_MAX],
                      struct state_proof *p, struct fault *f)
{
    struct state_value value;
    if (!path->has_leaf)
        return 0;
    if (state_get(l->tree.state, &path->leaf.key, &value, f))
        return -1;
    int len = entry_kind_of(path->leaf.key.kind)->line(&path->leaf.key, &value, text);
    if (len <= 0)
        return index_damage(l->index, f);
    p->entry = (struct field){text, (size_t)len};
    return 0;
}

static int put_presence(struct ledger *l, const struct state_key *key, const uint8_t root[ID_LEN],
                        struct buf *out, struct fault *f)
{
    struct state_proof p = {.present = false};
    struct smt_path path;
    char text[STATE_ENTRY_MAX];
    entry_place(key, p.place);
    if (tree_state_find(&l->tree, p.place, &path, f) || find_entry(l, &path, text, &p, f))
        return -1;
    memcpy(p.root, root, ID_LEN);
    p.depth = path.depth;
    memcpy(p.path, path.siblings, sizeof p.path);
    p.present = path.has_leaf && memcmp(path.leaf.place, p.place, ID_LEN) == 0;
    return state_proof_format(&p, out) || buf_add_string(out, "\n") ? fault_memory(f) : 0;
}

int proving_account(struct ledger *l, const struct node *tip, int64_t height,
                    const struct account *account, struct buf *out, struct fault *f)
{
    struct node block, parent;
    struct state_line line;
    struct state_key key = account_key(account);
    int64_t at = holder(&l->tree.rules, tip, height);
    if (at <= 0)
        return 0;
    if (tree_ancestor(&l->tree, tip, at, &block, f) ||
        tree_get(&l->tree, block.parent, &parent, f) || tree_move(&l->tree, &parent, f))
        return -1;
    return put_line(l, &block, &line, out, f) || put_presence(l, &key, line.root, out, f) ? -1 : 1;
}

/* The bytes of the blocks from the tip down to this height, if they are few enough: 1, 0, -1. */
static int measure(struct ledger *l, int64_t height, uint64_t *bytes, struct fault *f)
{
    struct node node = l->tree.best;
    *bytes = node.size;
    if (node.height - height > PROVING_BLOCKS)
        return 0;
    while (node.height > height && *bytes <= PROVING_BYTES) {
        if (tree_get(&l->tree, node.parent, &node, f))
            return -1;
        *bytes += node.size;
    }
    return *bytes <= PROVING_BYTES;
}

int proving_account_near(struct ledger *l, int64_t height, const struct account *account,
                         struct buf *out, uint64_t *read, struct fault *f)
{
    int64_t at = holder(&l->tree.rules, &l->tree.best, height);
    *read = 0;
    if (at <= 0 || at - 1 != height)
        return 0;
    int near = measure(l, at, read, f);
    return near > 0 ? proving_account(l, &l->tree.best, height, account, out, f) : near;
}
