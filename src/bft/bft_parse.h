/* For bft_parse*.c alone: words of the protocol in a hostile text. */
#ifndef BFT_BFT_PARSE_H
#define BFT_BFT_PARSE_H

#include "bft/bft_item.h"
#include "consensus/item_text.h"

/* The line's next word as a number of at most `most`. false: it is none. */
bool bft_next_number(struct item_text *line, int64_t most, int64_t *out);

/* Each 0, or -1 and *f. A height is from 1; a proposal is its signed words, without what follows;
 * a vote is a line, which is added to *x. */
int bft_parse_height(struct item_text *line, uint64_t *out, struct fault *f);
int bft_parse_proposal(struct item_text *line, struct bft_vote *v, struct node_names *names,
                       struct fault *f);
int bft_parse_vote(struct item_text *c, struct bft_item *x, struct node_names *names,
                   struct fault *f);

#endif
