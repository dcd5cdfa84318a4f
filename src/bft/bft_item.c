#include "bft/bft_item.h"

#include "base/array.h"
#include "bft/bft.h"

#include <stdlib.h>

const struct bft_form bft_forms[BFT_KINDS] = {
    [BFT_PROPOSAL] = {"proposal", "p", "e"}, [BFT_VOTES] = {"votes", "", "v"},
    [BFT_DECIDED] = {"decided", "h", "ev"},  [BFT_FETCH] = {"fetch", "h", ""},
    [BFT_FORWARD] = {"forward", "", "E"},    [BFT_SNAPSHOT] = {"snapshot", "htmlc", "s"},
};

const char *const bft_step_words[] = {
    [BFT_PREVOTE] = "prevote", [BFT_PRECOMMIT] = "precommit", [BFT_PROPOSE] = "propose"};

struct bft_item *bft_item_new(enum bft_kind kind)
{
    struct bft_item *x = calloc(1, sizeof *x);
    if (x != NULL)
        x->head = (struct engine_item){.references = 1, .kind = kind, .type = &bft_engine};
    return x;
}

void bft_item_free(struct engine_item *item)
{
    struct bft_item *x = (struct bft_item *)item;
    for (size_t i = 0; i < x->entry_count; i++)
        payload_unref(x->entries[i].payload);
    payload_unref(x->state);
    applied_free(&x->applied);
    free(x->entries);
    free(x->votes);
    free(x->set);
    free(x);
}

int bft_item_add_entry(struct bft_item *x, struct proposal_id id, struct payload *payload)
{
    if (ARRAY_RESERVE(x->entries, x->entries_cap, x->entry_count + 1) != 0)
        return -1;
    x->entries[x->entry_count++] = (struct bft_entry){.id = id, .payload = payload_ref(payload)};
    return 0;
}

int bft_item_add_vote(struct bft_item *x, const struct bft_vote *v)
{
    if (ARRAY_RESERVE(x->votes, x->votes_cap, x->vote_count + 1) != 0)
        return -1;
    x->votes[x->vote_count++] = *v;
    return 0;
}
