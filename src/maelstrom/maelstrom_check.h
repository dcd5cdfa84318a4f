/*
 * Whether what clients were answered is right. A verdict is one line, which names the operation at
 * fault and what was expected. All give 0; or -1 and *f: a rule, the verdict; or trouble.
 */
#ifndef MAELSTROM_MAELSTROM_CHECK_H
#define MAELSTROM_MAELSTROM_CHECK_H

#include "base/fault.h"
#include "maelstrom/maelstrom_history.h"

typedef int maelstrom_check(const struct maelstrom_history *h, struct fault *f);

/* Something was answered; and of each kind of operation that was tried five times or more, one. */
int maelstrom_check_answered(const struct maelstrom_history *h, struct fault *f);

/* The same comes back. */
int maelstrom_check_echo(const struct maelstrom_history *h, struct fault *f);

/* No id is given twice. */
int maelstrom_check_ids(const struct maelstrom_history *h, struct fault *f);

/* Nothing is read that was not added before, nor twice. */
int maelstrom_check_set(const struct maelstrom_history *h, struct fault *f);

/* The last read of each node has all whose adding was acknowledged. */
int maelstrom_check_set_last(const struct maelstrom_history *h, struct fault *f);

/* No read is beyond what could have been added until then. */
int maelstrom_check_counter(const struct maelstrom_history *h, struct fault *f);

/* The last read of each node is the sum of what was acknowledged and of some of those of which
 * nobody knows. */
int maelstrom_check_counter_last(const struct maelstrom_history *h, struct fault *f);

/* Each key is linearizable, as a register with compare-and-set (history/history.h). */
int maelstrom_check_kv(const struct maelstrom_history *h, struct fault *f);

#endif
