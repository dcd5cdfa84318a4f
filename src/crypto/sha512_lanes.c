#include "crypto/sha512_lanes.h"

#if defined(__x86_64__)

#include "crypto/ed25519_lanes.h"

#include <string.h>

enum { CHUNK = 128, ROUNDS = 80, WORDS = 16 };

static const uint64_t initial[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static const uint64_t constants[ROUNDS] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

/* --- Chunks of a text ------------------------------------------------------------------------- */

/* With a bit, and the length in 128 bits, behind the text. */
static size_t chunks_of(const struct sha512_text *t)
{
    return (SHA512_HEAD + t->len + 1 + 16 + CHUNK - 1) / CHUNK;
}

static void end_text(const struct sha512_text *t, uint8_t last[CHUNK])
{
    uint64_t bytes = SHA512_HEAD + t->len;
    last[CHUNK - 9] = (uint8_t)(bytes >> 61);
    for (int i = 0; i < 8; i++)
        last[CHUNK - 1 - i] = (uint8_t)(bytes << 3 >> 8 * i);
}

/* Chunk i, one of the text's: where it is, or where it is put together. */
static const uint8_t *chunk_of(const struct sha512_text *t, size_t i, uint8_t room[CHUNK])
{
    size_t from = i * CHUNK, all = SHA512_HEAD + t->len;
    size_t has = from < all ? all - from : 0;
    size_t head = i ? 0 : SHA512_HEAD;
    if (i && has >= CHUNK)
        return t->body + from - SHA512_HEAD;
    memset(room, 0, CHUNK);
    memcpy(room, t->head, head);
    size_t rest = (has < CHUNK ? has : CHUNK) - head;
    if (rest)
        memcpy(room + head, t->body + from + head - SHA512_HEAD, rest);
    if (from <= all && has < CHUNK)
        room[has] = 0x80;
    if (i + 1 == chunks_of(t))
        end_text(t, room);
    return room;
}

/* --- Compression ------------------------------------------------------------------------------ */

LANES_INLINE __m512i xor3(__m512i a, __m512i b, __m512i c)
{
    return _mm512_ternarylogic_epi64(a, b, c, 0x96);
}

#define ROTATED(x, a, b, c)                                                                        \
    xor3(_mm512_ror_epi64(x, a), _mm512_ror_epi64(x, b), _mm512_ror_epi64(x, c))
#define SHIFTED(x, a, b, c)                                                                        \
    xor3(_mm512_ror_epi64(x, a), _mm512_ror_epi64(x, b), _mm512_srli_epi64(x, c))

LANES_INLINE __m512i add3(__m512i a, __m512i b, __m512i c)
{
    return _mm512_add_epi64(_mm512_add_epi64(a, b), c);
}

/* One round, with s being a to h; 0xca chooses by its first operand, 0xe8 is the majority. */
LANES_INLINE void one_round(__m512i s[8], __m512i w, uint64_t k)
{
    __m512i choice = _mm512_ternarylogic_epi64(s[4], s[5], s[6], 0xca);
    __m512i majority = _mm512_ternarylogic_epi64(s[0], s[1], s[2], 0xe8);
    __m512i wk = _mm512_add_epi64(w, _mm512_set1_epi64((long long)k));
    __m512i t1 = add3(_mm512_add_epi64(s[7], wk), choice, ROTATED(s[4], 14, 18, 41));
    __m512i t2 = _mm512_add_epi64(majority, ROTATED(s[0], 28, 34, 39));
    s[7] = s[6];
    s[6] = s[5];
    s[5] = s[4];
    s[4] = _mm512_add_epi64(s[3], t1);
    s[3] = s[2];
    s[2] = s[1];
    s[1] = s[0];
    s[0] = _mm512_add_epi64(t1, t2);
}

LANES_INLINE __m512i next_word(const __m512i w[WORDS], int t)
{
    __m512i old = w[(t + 1) % WORDS], new = w[(t + 14) % WORDS];
    return _mm512_add_epi64(add3(w[t], w[(t + 9) % WORDS], SHIFTED(old, 1, 8, 7)),
                            SHIFTED(new, 19, 61, 6));
}

/* w is the chunk, a word a vector. Only the lanes in the mask change. */
LANES_TARGET static void compress(__m512i state[8], __m512i w[WORDS], __mmask8 lanes)
{
    __m512i s[8];
    for (int i = 0; i < 8; i++)
        s[i] = state[i];
    for (int t = 0; t < ROUNDS; t += WORDS) {
#pragma GCC unroll 16
        for (int i = 0; i < WORDS; i++) {
            one_round(s, w[i], constants[t + i]);
            w[i] = next_word(w, i);
        }
    }
    for (int i = 0; i < 8; i++)
        state[i] = _mm512_mask_add_epi64(state[i], lanes, state[i], s[i]);
}

LANES_INLINE __m512i big_endian(__m512i x)
{
    const __m512i order = _mm512_broadcast_i32x4(
        _mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    return _mm512_shuffle_epi8(x, order);
}

/* Words of the eight chunks. */
LANES_TARGET static void load(const uint8_t *const chunk[8], __m512i w[WORDS])
{
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 8; i++)
            w[8 * half + i] = big_endian(_mm512_loadu_si512(chunk[i] + half * CHUNK / 2));
        lanes_transpose(w + 8 * half);
    }
}

LANES_TARGET void sha512_lanes(const struct sha512_text text[8], uint64_t out[8][8])
{
    static const uint8_t nothing[CHUNK];
    uint8_t rooms[8][CHUNK];
    const uint8_t *chunk[8];
    __m512i state[8], w[WORDS];
    unsigned lanes = 1;
    for (int i = 0; i < 8; i++)
        state[i] = _mm512_set1_epi64((long long)initial[i]);
    for (size_t n = 0; lanes; n++) {
        lanes = 0;
        for (int i = 0; i < 8; i++) {
            bool has = n < chunks_of(&text[i]);
            lanes |= (unsigned)has << i;
            chunk[i] = has ? chunk_of(&text[i], n, rooms[i]) : nothing;
        }
        load(chunk, w);
        compress(state, w, (__mmask8)lanes);
    }
    for (int i = 0; i < 8; i++)
        _mm512_storeu_si512(out[i], big_endian(state[i]));
}

#else
typedef int sha512_lanes_are_not_for_this_processor;
#endif
