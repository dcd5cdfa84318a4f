/* Unsigned 256-bit numbers: targets and sums of work. */
#ifndef WORK_U256_H
#define WORK_U256_H

#include <stdint.h>

struct u256 {
    uint64_t word[4]; /* least significant first */
};

/* To and from 32 bytes, most significant first. */
struct u256 u256_read(const uint8_t bytes[32]);
void u256_write(struct u256 a, uint8_t bytes[32]);

/* Negative, 0 or positive, as a is below, equal to or above b. */
int u256_compare(struct u256 a, struct u256 b);

/* a + b, saturating at 2^256-1. */
struct u256 u256_add(struct u256 a, struct u256 b);

/* a - b; b is at most a. */
struct u256 u256_subtract(struct u256 a, struct u256 b);

/* a * factor * 2^shift, rounded down and saturating at 2^256-1; exact for every shift. */
struct u256 u256_scale(struct u256 a, uint32_t factor, int64_t shift);

/* a / b, rounded down; b is not zero. */
struct u256 u256_divide(struct u256 a, struct u256 b);

#endif
