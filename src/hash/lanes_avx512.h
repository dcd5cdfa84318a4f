/* Sixteen lanes of 32 bits in AVX-512 vectors: all that sha256_vectors.h asks for. */
enum { LANES = 16 };
typedef __m512i lanes;
#define load(p) _mm512_load_si512(p)
#define store(p, x) _mm512_store_si512(p, x)
#define spread(x) _mm512_set1_epi32((int)(x))
#define add(x, y) _mm512_add_epi32(x, y)
#define or2(x, y) _mm512_or_si512(x, y)
#define shift(x, n) _mm512_srli_epi32(x, n)
#define left(x, n) _mm512_slli_epi32(x, n)
#define rotate(x, n) _mm512_ror_epi32(x, n)
#define xor3(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0x96)
#define choose(e, f, g) _mm512_ternarylogic_epi32(e, f, g, 0xca)
#define majority(a, b, c) _mm512_ternarylogic_epi32(a, b, c, 0xe8)
