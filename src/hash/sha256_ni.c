#include "hash/sha256_ni.h"

#ifdef SHA256_NI

#include "hash/sha256_ni_lanes.h"

INLINE void load_and_run(struct halves *s, const uint8_t *const *chunk, size_t at, const int texts)
{
    __m128i w[SHA256_LANES][4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
#pragma GCC unroll 4
        for (int t = 0; t < texts; t++)
            w[t][i] = load_words(chunk[t] + at + 16 * i);
    }
    one_chunk(s, w, texts);
}

TARGET void sha256_ni_compress(uint32_t state[8], const uint8_t *chunks, size_t n)
{
    struct halves s = load_state(state);
    for (size_t i = 0; i < n; i++)
        load_and_run(&s, &chunks, SHA256_CHUNK * i, 1);
    store_state(s, state);
}

TARGET void sha256_ni_compress_lanes(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n)
{
    struct halves s[SHA256_LANES];
    for (int t = 0; t < SHA256_LANES; t++)
        s[t] = load_state(states[t]);
    for (size_t i = 0; i < n; i++)
        load_and_run(s, chunks, SHA256_CHUNK * i, SHA256_LANES);
    for (int t = 0; t < SHA256_LANES; t++)
        store_state(s[t], states[t]);
}

#else
typedef int sha256_ni_is_not_for_this_processor;
#endif
