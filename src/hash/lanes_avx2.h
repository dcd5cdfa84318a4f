/* Eight lanes in AVX2 vectors: all that sha256_vectors.h asks for. */
#include "hash/lanes_eight.h"

#define rotate(x, n) _mm256_or_si256(_mm256_srli_epi32(x, n), _mm256_slli_epi32(x, 32 - (n)))
#define xor3(x, y, z) _mm256_xor_si256(_mm256_xor_si256(x, y), z)
#define choose(e, f, g) _mm256_xor_si256(g, _mm256_and_si256(e, _mm256_xor_si256(f, g)))
#define majority(a, b, c)                                                                          \
    _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b)))
