/* Checks an inclusion proof, proof(5), against the header of its block. */
#ifndef LIGHT_INCLUSION_H
#define LIGHT_INCLUSION_H

#include "base/fault.h"
#include "record/proof.h"

/* Whether the proof is valid for a block with this root and count of lines (RFC 9162, 2.1.3.2). 0,
 * or -1 and a rule. */
int inclusion_check(const struct proof *p, const uint8_t root[ID_LEN], int64_t count,
                    struct fault *f);

#endif
