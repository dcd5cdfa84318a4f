/* Votes, proposals and attest lines that come by themselves, between members (block(5), "Seals").
 */
#ifndef JUDGE_MEMBER_LINE_H
#define JUDGE_MEMBER_LINE_H

#include "chain/tree.h"

/* How far from the best tip's height a vote or a proposal may be; a node that is further behind
 * needs blocks first. */
#define MEMBER_LINE_NEAR 64

/* The sets of members who may sign now, which lines that come at one best tip have in common. All
 * zero is new; member_lines_free empties it. A chain has lines of one kind, votes or attest lines.
 */
struct member_lines {
    uint8_t tip[ID_LEN];
    struct member_set sets[4];
    size_t count;
};
void member_lines_free(struct member_lines *m);

/* Whether it is such a line. */
bool is_member_line(const struct item *item);

/* Judges a line whose form, chain and signature are checked, against the best tip of its ledger:
 * whether the chain has such lines at all, whether its height is near (that of an attest line is a
 * checkpoint, from two below the tip to the next one), and whether its key is that of a member who
 * may sign there now. Lines of other types pass. The tree is moved to the best tip.
 * m is of this tree. 0, or -1 and a fault. */
int member_line_check(struct member_lines *m, struct tree *t, const struct item *item,
                      struct fault *f);

#endif
