/* The table of the miner's inner loops, and what those that work in runs share. */
#include "work/kernel.h"

#include "base/processor.h"
#include "hash/sha256.h"

#include <string.h>

static uint32_t read_word(const uint8_t bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* --- portable: one attempt at a time --- */

static bool state_met(const uint32_t state[8], const uint8_t target[TARGET_LEN])
{
    for (int i = 0; i < 8; i++)
        if (state[i] != read_word(target + (size_t)4 * (size_t)i))
            return state[i] < read_word(target + (size_t)4 * (size_t)i);
    return true;
}

/* Adds 16 to the hex number that ends before end. */
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

/* Nonces go round 16 chunks, and each chunk is set for its next turn 15 compressions in advance: a
 * byte written just before would delay the compression's wide loads by a third of its time. */
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

uint64_t mine_search_portable(const struct mine_job *job, uint64_t first, uint64_t count)
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

/* --- runs --- */

static uint32_t rotate(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static uint32_t sigma0(uint32_t x)
{
    return rotate(x, 7) ^ rotate(x, 18) ^ x >> 3;
}

static uint32_t sigma1(uint32_t x)
{
    return rotate(x, 17) ^ rotate(x, 19) ^ x >> 10;
}

/* FIPS 180-4, 6.2.2, step 3. */
static void one_round(uint32_t s[8], uint32_t wk)
{
    uint32_t a = s[0], b = s[1], c = s[2], e = s[4];
    uint32_t t1 = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                  ((e & s[5]) ^ (~e & s[6])) + wk;
    uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    memmove(s + 1, s, 7 * sizeof *s);
    s[4] += t1;
    s[0] = t1 + t2;
}

/* The words of the schedule without what depends on word v: v, and every word that depends on it,
 * count as 0. */
static void lay_schedule(struct mine_run *run, const uint8_t chunk[SHA256_CHUNK])
{
    uint32_t w[64] = {0};
    uint64_t reached = mine_reached(run->v);
    for (int t = 0; t < 64; t++) {
        uint32_t sum = t < 16 ? read_word(chunk + (size_t)4 * (size_t)t)
                              : w[t - 16] + sigma0(w[t - 15]) + w[t - 7] + sigma1(w[t - 2]);
        run->fixed[t] = sum;
        run->fixed_k[t] = sum + sha256_constants[t];
        w[t] = reached >> t & 1 ? 0 : sum;
    }
}

/* What all attempts share that have the upper twelve digits of this nonce. */
static void lay_run(struct mine_run *run, const struct mine_job *job, uint64_t nonce)
{
    uint8_t chunk[SHA256_CHUNK];
    char digits[SEAL_DIGITS];
    mine_seal(NONCE_DIGITS, nonce, digits);
    memcpy(chunk, job->chunk, sizeof chunk);
    memcpy(chunk + job->nonce_at, digits, NONCE_DIGITS - 4);
    memset(chunk + job->nonce_at + NONCE_DIGITS - 4, 0, 4);
    run->v = (int)(job->nonce_at + NONCE_DIGITS) / 4 - 1;
    run->first = job->midstate[0];
    run->most = read_word(job->target);
    lay_schedule(run, chunk);
    memcpy(run->state, job->midstate, sizeof run->state);
    for (int t = 0; t < (run->v & ~1); t++) {
        one_round(run->state, run->fixed_k[t]);
        if (t == (run->v & ~3) - 1)
            memcpy(run->by_four, run->state, sizeof run->by_four);
    }
}

/* How many of the nonces from this one on the kernel gets in one call, or the portable one, if this
 * kernel cannot begin or end there. */
static uint64_t next_part(uint64_t nonce, uint64_t left, bool *whole_steps)
{
    uint64_t within = nonce % RUN_STEP, run = RUN_NONCES - nonce % RUN_NONCES;
    *whole_steps = within == 0 && left >= RUN_STEP;
    if (*whole_steps)
        return run < left ? run : left - left % RUN_STEP;
    return RUN_STEP - within < left ? RUN_STEP - within : left;
}

/* Searches part of a run, in whole steps, up to the first candidate: *part then ends with that one,
 * if there is one. */
static bool find_candidate(const struct mine_job *job, uint64_t nonce, uint64_t *part,
                           mine_scan *scan)
{
    struct mine_run run;
    lay_run(&run, job, nonce);
    uint32_t at = scan(&run, (uint32_t)(nonce % RUN_NONCES), (uint32_t)*part);
    bool found = at < *part;
    if (found)
        *part = at + 1;
    return found;
}

uint64_t mine_search_runs(const struct mine_job *job, uint64_t first, uint64_t count,
                          mine_scan *scan)
{
    for (uint64_t done = 0, part; done < count; done += part) {
        bool whole_steps;
        part = next_part(first + done, count - done, &whole_steps);
        uint64_t untried = 0; /* how many of this part have not been tried yet */
        if (!whole_steps)
            untried = part;
        else if (find_candidate(job, first + done, &part, scan))
            untried = 1;
        uint64_t known = part - untried;
        uint64_t at = mine_search_portable(job, first + done + known, untried);
        if (at < untried)
            return done + known + at;
    }
    return count;
}

/* --- the table --- */

/* 8 ms on a processor that makes only a million attempts a second */
enum { PORTABLE_CHUNK = 8192 };

const struct mine_kernel mine_kernels[] = {
#if defined(__aarch64__)
    {"armv8", PROCESSOR_SHA, 0, mine_armv8_search, RUN_NONCES},
#endif
#if defined(__x86_64__)
    {"sha-ni+avx512", PROCESSOR_SHA | PROCESSOR_AVX512, PROCESSOR_MIXES_SHA,
     mine_shani_avx512_search, RUN_NONCES},
    {"avx512", PROCESSOR_AVX512, 0, mine_avx512_search, RUN_NONCES},
    {"sha-ni", PROCESSOR_SHA, 0, mine_shani_search, RUN_NONCES},
    {"avx2", PROCESSOR_AVX2, 0, mine_avx2_search, RUN_NONCES},
#endif
    {"portable", 0, 0, mine_search_portable, PORTABLE_CHUNK},
    {NULL, 0, 0, NULL, 0},
};
