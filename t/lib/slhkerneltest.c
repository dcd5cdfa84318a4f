/*
 * The kernels that hash for SLH-DSA.
 *
 *     slhkerneltest names      each kernel, and "usable" or "not here"
 *     slhkerneltest compare    every kernel does what the portable one does, and any number of
 * blocks or texts is what each of them is alone
 */
#include "base/processor.h"
#include "random.h"
#include "slhdsa/kernels.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

static void names(void)
{
    for (const struct slh_kernel *k = slh_kernels; k->name; k++)
        printf("%s %s\n", k->name, processor_has(k->needs) ? "usable" : "not here");
}

enum { BLOCKS = 3 * SLH_LANES_MAX };

/* Random blocks of two keys, that stand in the middle of chains. */
static void make_blocks(struct slh_block *blocks, size_t n, uint64_t *seed)
{
    static uint32_t midstates[2][8];
    uint8_t bytes[2 * SLH_N];
    fill((uint8_t *)midstates, sizeof midstates, seed);
    for (size_t i = 0; i < n; i++) {
        struct slh_address a = {(uint8_t)chance_next(seed),
                                chance_next(seed),
                                SLH_TREE,
                                (uint32_t)chance_next(seed),
                                (uint32_t)chance_next(seed),
                                (uint32_t)chance_next(seed) % 5};
        fill(bytes, sizeof bytes, seed);
        slh_block_make(&blocks[i], midstates[chance_next(seed) % 2], &a, bytes,
                       SLH_N * (1 + chance_next(seed) % 2));
    }
}

static const struct slh_kernel *portable(void)
{
    const struct slh_kernel *k = slh_kernels;
    while (strcmp(k->name, "portable") != 0)
        k++;
    return k;
}

static void same_walks(const struct slh_kernel *k, uint64_t *seed)
{
    struct slh_block blocks[SLH_LANES_MAX], want[SLH_LANES_MAX];
    for (int steps = 0; steps <= SLH_STEPS; steps++) {
        make_blocks(blocks, SLH_LANES_MAX, seed);
        memcpy(want, blocks, sizeof want);
        k->walk(blocks, steps);
        for (size_t i = 0; i < k->lanes; i++)
            portable()->walk(&want[i], steps);
        for (size_t i = 0; i < SLH_LANES_MAX; i++)
            if (memcmp(blocks[i].text, want[i].text, sizeof want[i].text) != 0)
                errx(1, "%s: lane %zu differs after %d steps", k->name, i, steps);
    }
}

static void same_compressions(const struct slh_kernel *k, uint64_t *seed)
{
    static uint8_t texts[SLH_LANES_MAX][SLH_LONG];
    uint32_t states[SLH_LANES_MAX][8], want[SLH_LANES_MAX][8];
    const uint8_t *chunks[SLH_LANES_MAX];
    for (size_t n = 0; n <= SLH_LONG / SHA256_CHUNK; n++) {
        fill((uint8_t *)states, sizeof states, seed);
        memcpy(want, states, sizeof want);
        for (size_t i = 0; i < SLH_LANES_MAX; i++) {
            fill(texts[i], SLH_LONG, seed);
            chunks[i] = texts[i];
        }
        k->compress(states, chunks, n);
        for (size_t i = 0; i < k->lanes; i++)
            portable()->compress(&want[i], &chunks[i], n);
        if (memcmp(states, want, sizeof want) != 0)
            errx(1, "%s: %zu chunks differ", k->name, n);
    }
}

/* slh_walk and slh_long_hash divide any number among the kernels. */
static void every_number(uint64_t *seed)
{
    static struct slh_block blocks[BLOCKS + 1], want[BLOCKS + 1];
    for (size_t n = 0; n <= BLOCKS; n++) {
        make_blocks(blocks, BLOCKS + 1, seed);
        memcpy(want, blocks, sizeof want);
        slh_walk(blocks, n, 2);
        for (size_t i = 0; i < n; i++)
            portable()->walk(&want[i], 2);
        for (size_t i = 0; i <= BLOCKS; i++)
            if (memcmp(blocks[i].text, want[i].text, sizeof want[i].text) != 0)
                errx(1, "%zu blocks: the one at %zu differs", n, i);
    }
}

static void every_number_of_texts(uint64_t *seed)
{
    static struct slh_long texts[BLOCKS];
    static uint8_t values[BLOCKS][SLH_N], want[SLH_N];
    uint8_t *outs[BLOCKS], *alone = want;
    uint32_t midstate[8];
    struct slh_address a = {1, 2, SLH_WOTS_PK, 3, 4, 5};
    fill((uint8_t *)midstate, sizeof midstate, seed);
    for (size_t i = 0; i < BLOCKS; i++) {
        fill(slh_long_begin(&texts[i], midstate, &a, SLH_CHAINS), SLH_CHAINS * SLH_N, seed);
        outs[i] = values[i];
    }
    for (size_t n = 1; n <= BLOCKS; n++) {
        memset(values, 0, sizeof values);
        slh_long_hash(texts, n, SLH_CHAINS, outs);
        for (size_t i = 0; i < n; i++) {
            slh_long_hash(&texts[i], 1, SLH_CHAINS, &alone);
            if (memcmp(values[i], want, SLH_N) != 0)
                errx(1, "%zu texts: the one at %zu differs", n, i);
        }
    }
}

static void kernels(void)
{
    uint64_t seed = 1;
    for (const struct slh_kernel *k = slh_kernels; k->name; k++) {
        if (!processor_has(k->needs))
            continue;
        for (int i = 0; i < 20; i++) {
            same_walks(k, &seed);
            same_compressions(k, &seed);
        }
    }
    every_number(&seed);
    every_number_of_texts(&seed);
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    if (strcmp(what, "names") == 0)
        names();
    else if (strcmp(what, "compare") == 0)
        kernels();
    else
        errx(2, "see the head of slhkerneltest.c");
    return 0;
}
