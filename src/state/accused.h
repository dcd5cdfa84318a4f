/* Keys that were accused (block(5), "Members"): they are no members any more, for ever. */
#ifndef STATE_ACCUSED_H
#define STATE_ACCUSED_H

#include "record/field.h"
#include "state/state.h"

#define ACCUSED_KIND 'x'

/* 1 or 0, or -1 and trouble. */
int accused_is(struct state *s, const uint8_t key[ID_LEN], struct fault *f);
int accused_put(struct state *s, const uint8_t key[ID_LEN], struct fault *f);

#endif
