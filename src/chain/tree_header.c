/* The headers of blocks, judged after their parents. */
#include "chain/choice.h"
#include "chain/tree_parts.h"
#include "seal/header.h"

int tree_weight(struct tree *t, const struct node *parent, const struct block *b,
                struct u256 *weight, struct fault *f)
{
    struct ancestry a;
    int known = tree_ancestry(t, parent, NULL, false, &a, f);
    if (known >= 0)
        *weight = known ? header_weight(&a, b) : (struct u256){{BY_MEMBERS_WEIGHT_MAX}};
    return known < 0 ? -1 : 0;
}

int tree_would_lead(struct tree *t, const struct node *parent, const struct block *b,
                    struct fault *f)
{
    struct tip_choice c = tree_choice(t);
    struct u256 weight;
    if (tree_weight(t, parent, b, &weight, f))
        return -1;
    return choice_beats(&c, t, parent, u256_add(parent->work, weight), f);
}

void tree_next(const struct tree *t, int64_t height, int64_t time, uint8_t target[TARGET_LEN])
{
    struct ancestry a = {.rules = &t->rules, .anchor = &t->anchor, .height = height, .time = time};
    t->anchor.seal->next(&a, target);
}

/* Checks the header of a block after this parent. 1, 0: the members are not at hand, -1. */
static int check_header(struct tree *t, const struct block *b, const uint8_t id[ID_LEN],
                        const struct node *parent, int64_t now, bool far, struct fault *f)
{
    struct ancestry a;
    int known = tree_ancestry(t, parent, b, far, &a, f);
    if (known <= 0)
        return known;
    a.count = tree_times(t, parent, a.times, f);
    return a.count < 0 || header_check(&a, b, id, now, f) ? -1 : 1;
}

/* 1 it is valid, 0: its parent is not in the tree, -1 and a fault. */
int tree_judge_header(struct tree *t, const struct block *b, const uint8_t id[ID_LEN], int64_t now,
                      bool far, struct node *parent, struct fault *f)
{
    if (block_is_genesis(b))
        return fault_rule(f, "block: another chain's genesis");
    int found = tree_find(t, b->prev, parent, f);
    if (found <= 0)
        return found < 0 ? -1 : header_form(t->anchor.seal, b, f);
    /* Only what is signed is worth moving the state for. */
    if (!tree_has_sealers(t, parent) && header_alone(t->anchor.seal, b, id, f))
        return -1;
    return check_header(t, b, id, parent, now, far, f);
}

int tree_header(struct tree *t, const struct block *b, const uint8_t id[ID_LEN], int64_t now,
                struct fault *f)
{
    struct node parent;
    int holds = tree_judge_header(t, b, id, now, false, &parent, f);
    return holds ? holds : header_alone(t->anchor.seal, b, id, f);
}
