/* bft: any member seals, and two thirds of the members' weight agree on each block in votes, which
 * stand in the body of the next (block(5); Buchman, Kwon, Milosevic: "The latest gossip on BFT
 * consensus", 2018). The votes are checked where the tree of blocks is: chain/tree_votes.h. */
#include "seal/by_members.h"

static struct u256 weight(const struct ancestry *a, const struct block *b)
{
    (void)a;
    (void)b;
    return (struct u256){{1}};
}

const struct seal seal_bft = {
    .rules = {.name = "bft", .by_members = true},
    .least = SEAL_MAX,
    .most = SEAL_MAX,
    .has_votes = true,
    .spacings_ahead = 12,
    .seconds_ahead = 60,
    .alone = by_members_alone,
    .check = by_members_check,
    .next = by_members_next,
    .weight = weight,
};
