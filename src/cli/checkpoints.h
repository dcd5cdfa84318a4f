/* The checkpoints that a program holds a ledger to: options -C and -n. Only programs use this: it
 * exits. */
#ifndef CLI_CHECKPOINTS_H
#define CLI_CHECKPOINTS_H

#include "ledger/guard.h"

#include <sys/stat.h>

struct cli_checkpoints {
    const char *path; /* NULL: there are none */
    size_t needed;
    struct stat file; /* when it was read last */
    struct checkpoints set;
    struct guard guard;
};

/* Reads the file that the -C argument names (NULL: none), where as many different keys must agree
 * as the -n argument says (NULL: 1). A key that contradicts itself is told on stderr. Exits with 2
 * where the file is none. */
void cli_checkpoints_open(struct cli_checkpoints *c, const char *path, const char *needed);

/* Reads it again where it has changed. Where it is broken by now, that is told, and what was read
 * before goes on to hold. */
void cli_checkpoints_refresh(struct cli_checkpoints *c);

void cli_checkpoints_close(struct cli_checkpoints *c);

/* Says on stderr how many of them lie above the tip, at this height, of the ledger at place, which
 * nothing there was held to. */
void cli_checkpoints_tell_above(const struct cli_checkpoints *c, const char *place, int64_t height);

/* The guard, or NULL. */
struct guard *cli_guard(struct cli_checkpoints *c);

#endif
