/* Who named which candidate of a lookup, and what came of that: a part of the lookup, for the files
 * lookup*.c only. */
#ifndef LOOKUP_LOOKUP_NAMED_H
#define LOOKUP_LOOKUP_NAMED_H

#include "lookup/lookup.h"

/* Where the id is among the candidates, or would be. */
size_t lookup_place(const struct lookup *l, const struct node_id *id);

/* Notes who named it; NULL: we knew it. */
void lookup_note_namer(struct lookup_candidate *c, const struct node_id *namer);

/* Whether nobody has asked this candidate, and all who named it have been charged too often. */
bool lookup_is_doubted(const struct lookup *l, size_t i);

/* This candidate has not answered in time: those who named it are charged with it, once. */
void lookup_charge(struct lookup *l, struct lookup_candidate *c);

/* It has answered: those who named it are credited; if it was late, only those who were charged
 * with it, who are so no longer. */
void lookup_credit(struct lookup *l, const struct lookup_candidate *c);

#endif
