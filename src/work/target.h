/*
 * Proof of work: targets, their work, and their adjustment by ASERT (block(5), "Difficulty" and
 * "Work"; the algorithm is Bitcoin Cash's aserti3-2d, with the rounding of block(5)).
 */
#ifndef WORK_TARGET_H
#define WORK_TARGET_H

#include "work/u256.h"

#include <stdbool.h>
#include <stdint.h>

#define TARGET_LEN 32

/* The anchor of ASERT. */
struct asert {
    uint8_t target[TARGET_LEN];      /* of the genesis block */
    int64_t time, spacing, halflife; /* of the genesis block; then the chain's rules */
};

/* The target of the block after the one with this height and time. Exact for all heights and times
 * from 0 to 2^63-1, spacings from 1 and half-lives from 0. */
void target_next(const struct asert *a, int64_t height, int64_t time, uint8_t out[TARGET_LEN]);

/* The work of a block: floor(2^256 / (target + 1)); the target is not zero. */
struct u256 target_work(const uint8_t target[TARGET_LEN]);

/* Whether this id is a proof of work for this target. */
bool target_met(const uint8_t id[TARGET_LEN], const uint8_t target[TARGET_LEN]);

#endif
