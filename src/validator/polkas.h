/* What a member's locks rest on: the prevotes of others, and the proposals that they are for, of
 * heights that are not over. Whoever is locked has to show them to the others: nothing else
 * releases those who want another block. */
#ifndef VALIDATOR_POLKAS_H
#define VALIDATOR_POLKAS_H

#include "bft/bft_vote.h"

/* All zero is an empty list that owns nothing. */
struct polkas {
    struct bft_vote *list;
    size_t count, cap;
    size_t saved; /* the first ones, which are on disk */
    size_t said;  /* the first ones, which are to be said to others: they were read from there */
};

/* Adds one, if it is new. 0, or -1: no memory. */
int polkas_add(struct polkas *p, const struct bft_vote *v);

/* Whether it is one that was read from the disk. */
bool polkas_is_said(const struct polkas *p, const struct bft_vote *v);

/* Removes those of lower heights, and this height's prevotes of earlier rounds: whoever is locked
 * in this round has newer ones to show, which release all that those would. */
void polkas_forget(struct polkas *p, uint64_t height, int32_t round);
void polkas_free(struct polkas *p);

#endif
