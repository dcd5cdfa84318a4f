/* Shared by the files that judge Maelstrom's workloads. */
#ifndef MAELSTROM_MAELSTROM_CHECK_PARTS_H
#define MAELSTROM_MAELSTROM_CHECK_PARTS_H

#include "maelstrom/maelstrom_history.h"

/* An operation, and a value, in words for a verdict: short, whatever the node wrote. */
struct maelstrom_op_text {
    char text[120];
};
struct maelstrom_value_text {
    char text[48];
};
struct maelstrom_op_text maelstrom_op_words(const struct maelstrom_op *op);
struct maelstrom_value_text maelstrom_value_words(const json_t *value);

/* The highest number of a node that was asked. */
uint32_t maelstrom_nodes(const struct maelstrom_history *h);

/* The last of a node's reads after the faults that was answered; NULL: it was not asked. 0, or -1
 * and a rule: it was asked, and never answered. */
int maelstrom_last_read(const struct maelstrom_history *h, uint32_t node,
                        const struct maelstrom_op **op, struct fault *f);

#endif
