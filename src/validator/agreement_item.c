/* The engine's items, made from lines and from the ledger. */
#include "base/hex.h"
#include "validator/agreement_parts.h"

#include <stdlib.h>
#include <string.h>

struct payload *agreement_payload(const uint8_t block[ID_LEN])
{
    char line[2 * ID_LEN + 1];
    memcpy(line, hex32(block).text, 2 * ID_LEN);
    line[2 * ID_LEN] = '\n';
    return payload_new(line, sizeof line);
}

int agreement_payload_block(const struct payload *payload, uint8_t block[ID_LEN])
{
    return payload->len == 2 * ID_LEN + 1 ? hex_decode(block, payload->text, ID_LEN) : -1;
}

struct proposal_id agreement_proposal_id(const struct agreement *a, uint64_t height)
{
    return (struct proposal_id){.client = a->other, .serial = height};
}

struct bft_item *agreement_vote_item(const struct bft_vote *v)
{
    struct bft_item *x = bft_item_new(BFT_VOTES);
    if (x && bft_item_add_vote(x, v) == 0)
        return x;
    if (x)
        engine_item_unref(&x->head);
    return NULL;
}

static int add_block(const struct agreement *a, struct bft_item *x, uint64_t height,
                     const uint8_t block[ID_LEN])
{
    struct payload *payload = agreement_payload(block);
    int failed = !payload || bft_item_add_entry(x, agreement_proposal_id(a, height), payload);
    payload_unref(payload);
    return failed ? -1 : 0;
}

struct bft_item *agreement_proposal_item(const struct agreement *a, const struct bft_vote *v)
{
    struct bft_item *x = bft_item_new(BFT_PROPOSAL);
    if (!x)
        return NULL;
    x->vote = *v;
    if (add_block(a, x, v->height, v->value) == 0)
        return x;
    engine_item_unref(&x->head);
    return NULL;
}

int agreement_child(struct agreement *a, const struct node *block, struct node *child,
                    struct fault *f)
{
    struct tree *t = &a->config.ledger->tree;
    return tree_ancestor(t, &t->best, block->height + 1, child, f);
}

static int add_vote(struct agreement *a, struct bft_item *x, const struct item *item,
                    const struct entry *e, struct fault *f)
{
    struct bft_vote v;
    uint8_t key[ID_LEN];
    if (vote_line_read(item->text + e->at, e->len, a->chain, &v, key, f))
        return -1;
    v.node = voters_node(a->names, key, f);
    if (v.node == NODE_NONE)
        return -1;
    return bft_item_add_vote(x, &v) ? fault_memory(f) : 0;
}

struct bft_item *agreement_ledger_decision(struct agreement *a, const struct node *block,
                                           const struct node *child, struct fault *f)
{
    struct batch b = {0};
    struct bft_item *x = bft_item_new(BFT_DECIDED);
    if (!x) {
        fault_memory(f);
        return NULL;
    }
    x->height = (uint64_t)block->height;
    int failed = ledger_read_item(a->config.ledger, child, &b, f);
    if (!failed && add_block(a, x, x->height, block->id))
        failed = fault_memory(f);
    for (size_t i = 0; !failed && i < b.items[0].signed_count; i++)
        failed = add_vote(a, x, &b.items[0], &b.items[0].entries[i], f);
    batch_free(&b);
    if (!failed)
        return x;
    engine_item_unref(&x->head);
    return NULL;
}

struct signer {
    uint8_t key[ID_LEN];
    const struct bft_vote *vote;
};

static int by_key(const void *a, const void *b)
{
    return memcmp(((const struct signer *)a)->key, ((const struct signer *)b)->key, ID_LEN);
}

int agreement_set_commit(struct agreement *a, const struct bft_vote *votes, size_t n)
{
    struct signer *all = calloc(n + 1, sizeof *all);
    int failed = all ? 0 : -1;
    a->commit.len = 0;
    for (size_t i = 0; i < n && !failed; i++) {
        voters_key(a->names, votes[i].node, all[i].key);
        all[i].vote = &votes[i];
    }
    if (!failed)
        qsort(all, n, sizeof *all, by_key);
    for (size_t i = 0; i < n && !failed; i++)
        failed = vote_line_put(all[i].vote, a->chain, all[i].key, &a->commit);
    free(all);
    return failed;
}
