/* Compares each kernel's chains with hashing the digits step by step. `names`: which there are, and
 * whether they run here. Prints differences, and is silent otherwise. */
#include "base/hex.h"
#include "base/processor.h"
#include "poh/chain.h"
#include "random.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct poh_hash step(const struct poh_hash *h)
{
    char digits[8 * 8 + 1];
    uint8_t out[SHA256_LEN];
    for (size_t i = 0; i < 8; i++)
        snprintf(digits + 8 * i, 9, "%08x", (unsigned)h->words[i]);
    sha256(digits, 64, out);
    return poh_hash_of(out);
}

/* As many different chains as it has lanes, by so many steps. */
static void compare(const struct poh_kernel *k, uint64_t n, uint64_t *seed)
{
    struct poh_hash got[POH_LANES_MAX], want[POH_LANES_MAX];
    fill((uint8_t *)got, sizeof got, seed);
    memcpy(want, got, sizeof want);
    k->steps(got, n);
    for (int lane = 0; lane < k->lanes; lane++) {
        for (uint64_t i = 0; i < n; i++)
            want[lane] = step(&want[lane]);
        if (!poh_hash_equal(&got[lane], &want[lane]))
            errx(1, "%s: chain %d differs after %d steps", k->name, lane, (int)n);
    }
    if (memcmp(got + k->lanes, want + k->lanes, (size_t)(POH_LANES_MAX - k->lanes) * sizeof *got) !=
        0)
        errx(1, "%s: writes beyond its chains", k->name);
}

/* Any number of chains together, by the kernels that are best for it. */
static void together(uint64_t *seed)
{
    struct poh_choice c;
    struct fault f;
    if (poh_choose(&c, &f))
        errx(2, "%s", f.text);
    for (int count = 0; count <= POH_LANES_MAX; count++) {
        struct poh_hash got[POH_LANES_MAX + 1], want[POH_LANES_MAX + 1];
        fill((uint8_t *)got, sizeof got, seed);
        memcpy(want, got, sizeof want);
        for (int i = 0; i < count; i++)
            want[i] = step(&want[i]);
        poh_run(&c, got, count, 1);
        if (memcmp(got, want, sizeof want) != 0)
            errx(1, "%d chains together differ", count);
    }
}

int main(int argc, char **argv)
{
    bool names = argc > 1 && strcmp(argv[1], "names") == 0;
    uint64_t seed = 1;
    for (const struct poh_kernel *k = poh_kernels; k->name; k++) {
        bool usable = processor_has(k->needs);
        if (names)
            printf("%s %s\n", k->name, usable ? "usable" : "not here");
        for (uint64_t n = 0; !names && usable && n < 40; n++)
            compare(k, n < 30 ? n : 20 * n, &seed);
    }
    if (!names)
        together(&seed);
    return 0;
}
