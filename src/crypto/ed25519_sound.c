/* Which points Ed25519 keys may be. In a file of its own: whoever asks needs no kernels. */
#include "crypto/ed25519.h"

#include <string.h>

/* y of the points of order 1, 2, 4 and 8, without the sign bit, except small numbers and p - 1. */
static const uint8_t small_order[2][32] = {
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

/* Whether bytes 1 to 30 are all x, and the last one is x or x without its sign bit. */
static bool middle_is(const uint8_t point[32], uint8_t x)
{
    for (int i = 1; i < 31; i++)
        if (point[i] != x)
            return false;
    return (point[31] & 0x7f) == (x & 0x7f);
}

/* p is 2^255 - 19, in bytes 0xed 0xff ... 0xff 0x7f. Numbers from p on, and p - 1 (of order 2),
 * begin with 0xec or more. 0 (of order 4) and 1 (of order 1) are the two least numbers. */
bool ed25519_sound(const uint8_t point[32])
{
    if ((point[0] >= 0xec && middle_is(point, 0xff)) || (point[0] <= 1 && middle_is(point, 0)))
        return false;
    for (int i = 0; i < 2; i++)
        if (memcmp(point, small_order[i], 31) == 0 && (point[31] & 0x7f) == small_order[i][31])
            return false;
    return true;
}
