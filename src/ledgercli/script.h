/* verify -x: prints the script that explains a judgement (explain/explain.h). Only programs use
 * this: it exits on trouble. */
#ifndef LEDGERCLI_SCRIPT_H
#define LEDGERCLI_SCRIPT_H

#include "explain/explain.h"

/* All zero at first. */
struct script {
    bool wanted;
    struct explain *explain;
    const char *name; /* of the stream that is being explained */
};

/* A script is wanted. From now on, its reader ends with 2 if nothing else is printed, for example
 * because the next option is wrong. */
void script_ask(struct script *s);

/* Then, in this order: the beginning, with the time that the script takes for now (-1: the clock
 * when it is run); each stream, with each of its items after judge_item; and the end, which exits
 * with 0: whether the records are valid is for the script to say. */
void script_begin(struct script *s, int64_t now);
/* plain: name is a file that contains the records and nothing else, not a compressed one, so the
 * script can compare the records with it. */
void script_open(struct script *s, struct judge *j, struct ledger *against, const char *name,
                 bool plain);
void script_item(struct script *s, const struct item *item, int holds, const struct fault *why);
void script_close(struct script *s);
_Noreturn void script_end(struct script *s);

#endif
