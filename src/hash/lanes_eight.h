/* Eight lanes of 32 bits in a vector of AVX2, for sha256_vectors.h and what goes with it. The
 * including file defines the rest: as lanes_avx2.h does, or what later processors do better. */
enum { LANES = 8 };
typedef __m256i lanes;
#define load(p) _mm256_load_si256((const __m256i *)(const void *)(p))
#define store(p, x) _mm256_store_si256((__m256i *)(void *)(p), x)
#define spread(x) _mm256_set1_epi32((int)(x))
#define add(x, y) _mm256_add_epi32(x, y)
#define or2(x, y) _mm256_or_si256(x, y)
#define shift(x, n) _mm256_srli_epi32(x, n)
#define left(x, n) _mm256_slli_epi32(x, n)
