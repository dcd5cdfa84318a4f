#include "base/hex.h"

/* Value of each digit plus one, so that all other bytes are 0. */
static const uint8_t value_plus_one[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

void hex_encode(char *out, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        /* '0' + d, and 39 more where d is over 9 */
        unsigned high = bytes[i] >> 4, low = bytes[i] & 15U;
        out[2 * i] = (char)('0' + high + (high > 9 ? 39 : 0));
        out[2 * i + 1] = (char)('0' + low + (low > 9 ? 39 : 0));
    }
}

/* One look at the end says whether all were digits, so that the loop has no branch in it. */
int hex_decode(uint8_t *out, const char *s, size_t n)
{
    unsigned worst = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned high = value_plus_one[(uint8_t)s[2 * i]] - 1U;
        unsigned low = value_plus_one[(uint8_t)s[2 * i + 1]] - 1U;
        worst |= high | low;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return worst > 15 ? -1 : 0;
}

struct hex32 hex32(const uint8_t bytes[32])
{
    struct hex32 h;
    hex_encode(h.text, bytes, 32);
    h.text[64] = 0;
    return h;
}
