/* Words of the protocol in a hostile text, for pbft_parse.c. */
#ifndef PBFT_PBFT_WORDS_H
#define PBFT_PBFT_WORDS_H

#include "consensus/item_text.h"
#include "pbft/pbft_batch.h"

/* Each reads the line's next word: a number; a node's name, which is added if it is new; yes or no;
 * a digest, of which - is the null request's. 0, or -1 and *f: FAULT_RULE, or trouble. */
int pbft_get_number(struct item_text *line, uint64_t *out, struct fault *f);
int pbft_get_node(struct item_text *line, struct node_names *names, uint32_t *out, struct fault *f);
int pbft_get_flag(struct item_text *line, bool *out, struct fault *f);
int pbft_get_digest(struct item_text *line, struct pbft_digest *out, struct fault *f);

#endif
