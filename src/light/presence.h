/* Checks `present` and `absent` lines (state(5)): alone, they prove what a root holds. */
#ifndef LIGHT_PRESENCE_H
#define LIGHT_PRESENCE_H

#include "base/fault.h"
#include "record/state_proof.h"

/* Whether the path leads to the root that the line names and, of an absent line, ends where its
 * place would be. 0, or -1 and a rule. */
int presence_check(const struct state_proof *p, struct fault *f);

#endif
