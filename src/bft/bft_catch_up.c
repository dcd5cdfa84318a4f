/* A node that is behind asks for what was decided. A decision proves itself: it has the precommits
 * of a quorum of the members of its height (T16), so it may come from anybody. */
#include "base/chance.h"
#include "bft/bft_parts.h"

#include <string.h>

#define ANSWER_HEIGHTS 64       /* in answer to one question, at most */
#define ANSWER_BYTES (1U << 20) /* of payloads, unless the first has more */
#define IDLE_RESENDS 10         /* a node asks now and then, though nothing is heard */

/* One precommit after another, each of another member. false: it does not count. */
static bool count_commit(struct bft *b, const struct bft_item *x, const struct bft_vote *v,
                         bool *voted, int64_t *sum)
{
    size_t place = bft_set_find(&b->members, v->node);
    if (place == BFT_MEMBERS_MAX || voted[place] || v->step != BFT_PRECOMMIT ||
        v->height != x->height || v->round != x->votes[0].round ||
        !bft_value_equal(v->value, x->votes[0].value) || !b->host.check(b->host.context, v))
        return false;
    voted[place] = true;
    *sum += b->members.list[place].weight;
    return true;
}

bool bft_commit_valid(struct bft *b, const struct bft_item *x)
{
    bool voted[BFT_MEMBERS_MAX] = {false};
    uint8_t value[BFT_VALUE_LEN];
    int64_t sum = 0;
    const struct bft_entry *e = &x->entries[0];
    if (x->entry_count != 1 || x->vote_count == 0 || x->vote_count > b->members.count)
        return !BFT_KEEPS(&b->set, 16) && x->entry_count == 1;
    b->host.name(b->host.context, e->id, e->payload, value);
    if (!bft_value_equal(value, x->votes[0].value))
        return false;
    for (size_t i = 0; i < x->vote_count; i++)
        if (!count_commit(b, x, &x->votes[i], voted, &sum))
            return !BFT_KEEPS(&b->set, 16);
    return bft_set_quorum(&b->members, sum) || !BFT_KEEPS(&b->set, 16);
}

void bft_is_ahead(struct bft *b, uint32_t from, uint64_t height)
{
    if (height <= b->ahead)
        return;
    b->ahead = height;
    b->ahead_node = from;
    /* What decides this height may be on its way: a moment's patience. */
    int64_t soon = b->now + (height > b->height + 1 ? 1 : b->set.resend / 2 + 1);
    if (soon < b->fetch)
        b->fetch = soon;
}

/* Whom to ask: as often whoever is said to be ahead as anybody, for a liar is ahead of all. */
static uint32_t whom(struct bft *b)
{
    uint64_t draw = chance_below(&b->chance, 2 * b->members.count);
    return b->ahead > b->height && draw < b->members.count
               ? b->ahead_node
               : b->members.list[draw % b->members.count].node;
}

void bft_fetch_due(struct bft *b)
{
    if (b->now < b->fetch)
        return;
    struct bft_item *x = bft_make(b, BFT_FETCH);
    if (x != NULL)
        x->height = b->height;
    bft_send(b, whom(b), x);
    b->ahead = 0;
    b->fetch = b->now + IDLE_RESENDS * b->set.resend;
}

void bft_on_fetch(struct bft *b, uint32_t from, uint64_t height)
{
    struct ration *r = &b->rations[bft_set_find(&b->members, from)];
    size_t bytes = 0;
    if (height > b->height)
        bft_is_ahead(b, from, height);
    if (height <= b->decided_base || height >= b->height ||
        !ration_is_left(r, b->now, b->set.resend))
        return;
    size_t at = (size_t)(height - b->decided_base) - 1;
    for (size_t n = 0; n < ANSWER_HEIGHTS && at < b->decided_count; n++, at++) {
        bytes += b->decided[at]->entries[0].payload->len;
        if (n > 0 && bytes > ANSWER_BYTES)
            break;
        r->bytes += b->decided[at]->entries[0].payload->len +
                    b->decided[at]->vote_count * sizeof *b->decided[at]->votes;
        bft_send(b, from, bft_item_share(b->decided[at]));
    }
}

/* Two decisions of one height: more than a third of the weight has lied. Nothing is said
 * of heights that had other members than this one. */
static void compare(struct bft *b, const struct bft_item *x)
{
    if (x->height < b->same_since || x->height <= b->decided_base || x->vote_count == 0)
        return;
    const struct bft_item *mine = b->decided[x->height - b->decided_base - 1];
    if (mine->vote_count == 0 || bft_value_equal(mine->votes[0].value, x->votes[0].value) ||
        !bft_commit_valid(b, x))
        return;
    bft_note(b, "fork %llu", (unsigned long long)x->height);
}

void bft_on_decided(struct bft *b, uint32_t from, struct bft_item *x)
{
    if (x->height > b->height) {
        bft_is_ahead(b, from, x->height);
    } else if (x->height < b->height) {
        compare(b, x);
    } else if (bft_commit_valid(b, x)) {
        bft_decide(b, bft_item_share(x));
        bft_is_ahead(b, from, x->height + 1);
    } else {
        bft_note(b, "reject decided %s", node_names_text(b->names, from));
    }
}
