/* What members wish about accounts (block(5), "Members": admit): the weight that each should have.
 * Only members have wishes. */
#ifndef STATE_WISHES_H
#define STATE_WISHES_H

#include "record/field.h"
#include "state/state.h"

#define WISHES_MAX 16 /* of one member */

#define WISH_KIND 'w'       /* a wish; its key is the place of its entry */
#define WISH_COUNT_KIND 'c' /* how many a member has */

/* Whether a member has a wish about an account: 1 and its weight, 0, or -1 and trouble. */
int wish_get(struct state *s, const uint8_t member[ID_LEN], const uint8_t about[ID_LEN],
             int64_t *weight, struct fault *f);

/* Sets a wish; drops it, if there is one. 0, or -1 and trouble. */
int wish_put(struct state *s, const uint8_t member[ID_LEN], const uint8_t about[ID_LEN],
             int64_t weight, struct fault *f);
int wish_drop(struct state *s, const uint8_t member[ID_LEN], const uint8_t about[ID_LEN],
              struct fault *f);

/* How many wishes a member has. 0, or -1 and trouble. */
int wishes_count(struct state *s, const uint8_t member[ID_LEN], int64_t *count, struct fault *f);

/* Drops all wishes of a member, and all about it. 0, or -1 and trouble. */
int wishes_forget(struct state *s, const uint8_t member[ID_LEN], struct fault *f);

/* For entries.h: what a value says. 0, or -1: it is no wish. */
int wish_decode(const struct state_value *value, uint8_t member[ID_LEN], uint8_t about[ID_LEN],
                int64_t *weight);

#endif
