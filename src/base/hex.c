#include "base/hex.h"

/* Value of each digit plus one, so that all other bytes are 0. */
static const uint8_t value_plus_one[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

void hex_encode(char *out, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
}

int hex_decode(uint8_t *out, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned high = value_plus_one[(uint8_t)s[2 * i]];
        unsigned low = value_plus_one[(uint8_t)s[2 * i + 1]];
        if (!high || !low)
            return -1;
        out[i] = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    return 0;
}

struct hex32 hex32(const uint8_t bytes[32])
{
    struct hex32 h;
    hex_encode(h.text, bytes, 32);
    h.text[64] = 0;
    return h;
}
