/* What the seals have in common under which members of the chain seal its blocks (block(5), "sign
 * and bft"). */
#ifndef SEAL_BY_MEMBERS_H
#define SEAL_BY_MEMBERS_H

#include "seal/seal.h"

/* The functions of struct seal: SEAL is MINER's signature; TARGET is the set after the parent,
 * MINER is a member of the set in the parent's header, and TIME a spacing after the parent's. */
int by_members_alone(const struct block *b, const uint8_t id[ID_LEN], struct fault *f);
int by_members_check(const struct ancestry *a, const struct block *b, struct fault *f);
void by_members_next(const struct ancestry *a, uint8_t target[TARGET_LEN]);

/* MINER as a member of the set in the parent's header; NULL: it is none. */
const struct member *by_members_miner(const struct ancestry *a, const struct block *b);

#endif
