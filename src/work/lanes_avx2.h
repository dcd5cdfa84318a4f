/* What kernel_lanes.h needs for a schedule, in AVX2: eight lanes. */
enum { LANES = 8 };
typedef __m256i lanes;
#define load(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define spread(p) _mm256_set1_epi32((int)*(p))
#define add(x, y) _mm256_add_epi32(x, y)
#define or2(x, y) _mm256_or_si256(x, y)
#define shift(x, n) _mm256_srli_epi32(x, n)
#define rotate(x, n) _mm256_or_si256(_mm256_srli_epi32(x, n), _mm256_slli_epi32(x, 32 - (n)))
#define xor3(x, y, z) _mm256_xor_si256(_mm256_xor_si256(x, y), z)
