/* The inner loops of the miner, behind one table. */
#include "crypto/sha256.h"
#include "work/miner.h"

#include <string.h>

static int always(void)
{
    return 1;
}

static uint32_t read_word(const uint8_t bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool state_met(const uint32_t state[8], const uint8_t target[TARGET_LEN])
{
    for (int i = 0; i < 8; i++)
        if (state[i] != read_word(target + (size_t)4 * (size_t)i))
            return state[i] < read_word(target + (size_t)4 * (size_t)i);
    return true;
}

/* Adds 16 to the digits that end before end. */
static void add_sixteen(uint8_t *end)
{
    uint8_t *digit = end - 1; /* the last one stays */
    for (int i = 1; i < NONCE_DIGITS; i++) {
        digit--;
        if (*digit != 'f') {
            *digit = *digit == '9' ? 'a' : (uint8_t)(*digit + 1);
            return;
        }
        *digit = '0';
    }
}

/* Nonces go round 16 chunks, each of which is set for its next turn 15 compressions before that: a
 * byte that has only just been written holds up the wide loads of a compression by a third of its
 * time. */
enum { TURNS = 16 };

static void lay_chunks(const struct mine_job *job, uint64_t first,
                       uint8_t chunks[TURNS][SHA256_CHUNK])
{
    char digits[SEAL_DIGITS];
    for (unsigned i = 0; i < TURNS; i++) {
        mine_seal(NONCE_DIGITS, first + i, digits);
        memcpy(chunks[i], job->chunk, SHA256_CHUNK);
        memcpy(chunks[i] + job->nonce_at, digits, NONCE_DIGITS);
    }
}

static uint64_t portable_search(const struct mine_job *job, uint64_t first, uint64_t count)
{
    uint8_t chunks[TURNS][SHA256_CHUNK];
    uint32_t most = read_word(job->target);
    lay_chunks(job, first, chunks);
    for (uint64_t i = 0; i < count; i++) {
        uint8_t *chunk = chunks[i % TURNS];
        uint32_t state[8];
        memcpy(state, job->midstate, sizeof state);
        sha256_compress(state, chunk, 1);
        if (state[0] <= most && state_met(state, job->target))
            return i;
        add_sixteen(chunk + job->nonce_at + NONCE_DIGITS);
    }
    return count;
}

const struct mine_kernel mine_kernels[] = {
    {"portable", always, portable_search},
    {NULL, NULL, NULL},
};

const struct mine_kernel *mine_kernel_best(void)
{
    const struct mine_kernel *k = mine_kernels;
    while (!k->usable())
        k++; /* the last one always is */
    return k;
}
