#include "base/hex.h"

#include <string.h>

/* Value of each digit plus one, so that all other bytes are 0. */
static const uint8_t value_plus_one[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

/* The two digits of every byte. */
static const char pairs[] = "000102030405060708090a0b0c0d0e0f"
                            "101112131415161718191a1b1c1d1e1f"
                            "202122232425262728292a2b2c2d2e2f"
                            "303132333435363738393a3b3c3d3e3f"
                            "404142434445464748494a4b4c4d4e4f"
                            "505152535455565758595a5b5c5d5e5f"
                            "606162636465666768696a6b6c6d6e6f"
                            "707172737475767778797a7b7c7d7e7f"
                            "808182838485868788898a8b8c8d8e8f"
                            "909192939495969798999a9b9c9d9e9f"
                            "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
                            "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
                            "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
                            "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
                            "e0e1e2e3e4e5e6e7e8e9eaebecedeeef"
                            "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

void hex_encode(char *out, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        memcpy(out + 2 * i, pairs + 2 * (size_t)bytes[i], 2);
}

typedef uint8_t digits16 __attribute__((vector_size(16)));
typedef uint16_t pairs8 __attribute__((vector_size(16)));
typedef uint8_t bytes8 __attribute__((vector_size(8)));

/* Sixteen digits at a time; sets bits in *bad if one is not a digit. */
static inline void decode_eight(uint8_t *out, const char *s, digits16 *bad)
{
    digits16 c, digit, letter, is_digit, is_letter;
    memcpy(&c, s, sizeof c);
    digit = c - '0';
    letter = c - 'a';
    is_digit = (digits16)(digit < 10);
    is_letter = (digits16)(letter < 6);
    *bad |= ~(is_digit | is_letter);
    pairs8 pair = (pairs8)((digit & is_digit) | ((letter + 10) & is_letter));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    pair = pair << 4 | pair >> 8;
#else
    pair = pair >> 4 | pair;
#endif
    bytes8 bytes = __builtin_convertvector(pair & 0xff, bytes8);
    memcpy(out, &bytes, sizeof bytes);
}

/* Validity is tested once, at the end, so the loops have no branches. */
bool hex_is(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
            return false;
    return true;
}

int hex_decode(uint8_t *out, const char *s, size_t n)
{
    digits16 bad = {0};
    unsigned worst = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        decode_eight(out + i, s + 2 * i, &bad);
    for (; i < n; i++) {
        unsigned high = value_plus_one[(uint8_t)s[2 * i]] - 1U;
        unsigned low = value_plus_one[(uint8_t)s[2 * i + 1]] - 1U;
        worst |= high | low;
        out[i] = (uint8_t)(high << 4 | low);
    }
    uint64_t halves[2];
    memcpy(halves, &bad, sizeof halves);
    return worst > 15 || halves[0] | halves[1] ? -1 : 0;
}

struct hex32 hex32(const uint8_t bytes[32])
{
    struct hex32 h;
    hex_encode(h.text, bytes, 32);
    h.text[64] = 0;
    return h;
}
