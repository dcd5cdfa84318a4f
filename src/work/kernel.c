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

/* Counts the digits that end before end up by one. */
static void count_up(uint8_t *end)
{
    for (int i = 0; i < NONCE_DIGITS; i++) {
        uint8_t *digit = --end;
        if (*digit != 'f') {
            *digit = *digit == '9' ? 'a' : (uint8_t)(*digit + 1);
            return;
        }
        *digit = '0';
    }
}

static uint64_t portable_search(const struct mine_job *job, uint64_t first, uint64_t count)
{
    uint8_t chunk[SHA256_CHUNK];
    char digits[SEAL_DIGITS];
    mine_seal(NONCE_DIGITS, first, digits);
    memcpy(chunk, job->chunk, sizeof chunk);
    memcpy(chunk + job->nonce_at, digits, NONCE_DIGITS);
    uint32_t most = read_word(job->target);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t state[8];
        memcpy(state, job->midstate, sizeof state);
        sha256_compress(state, chunk, 1);
        if (state[0] <= most && state_met(state, job->target))
            return i;
        count_up(chunk + job->nonce_at + NONCE_DIGITS);
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
