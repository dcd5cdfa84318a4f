#include "crypto/slh_dsa_wots.h"

#include <string.h>

void slh_wots_digits(const uint8_t value[SLH_N], uint8_t digits[SLH_CHAINS])
{
    unsigned sum = 0;
    for (int i = 0; i < SLH_DIGITS; i++) {
        digits[i] = i % 2 ? value[i / 2] & 15 : value[i / 2] >> 4;
        sum += SLH_STEPS - digits[i];
    }
    for (int i = SLH_CHAINS; i-- > SLH_DIGITS; sum >>= 4)
        digits[i] = sum & 15;
}

enum { ALL_CHAINS = SLH_WOTS_MAX * SLH_CHAINS };

/* The chains of several signatures, sorted: those with the most steps to go come first. */
struct chains {
    struct slh_block blocks[ALL_CHAINS];
    size_t place[ALL_CHAINS];    /* of each chain, in the order of the signatures */
    size_t begun[SLH_STEPS + 1]; /* how many chains begin at this digit, or before it */
};

static void sort_chains(struct chains *c, const uint8_t *digits, size_t n)
{
    memset(c->begun, 0, sizeof c->begun);
    for (size_t i = 0; i < n; i++)
        c->begun[digits[i]]++;
    for (int d = 1; d <= SLH_STEPS; d++)
        c->begun[d] += c->begun[d - 1];
    size_t next[SLH_STEPS + 1];
    memcpy(next, c->begun, sizeof next);
    for (size_t i = n; i-- > 0;)
        c->place[i] = --next[digits[i]];
}

static void make_blocks(struct chains *c, const struct slh_wots *w, const uint8_t *digits,
                        const size_t *place)
{
    struct slh_address a = {w->layer, w->tree, SLH_WOTS_HASH, w->pair, 0, 0};
    for (uint32_t i = 0; i < SLH_CHAINS; i++) {
        a.second = i;
        a.third = digits[i];
        slh_block_make(&c->blocks[place[i]], w->midstate, &a, w->signature + SLH_N * i, SLH_N);
    }
}

/* Walks all chains to their ends: at each step, those that have begun. */
static void walk_chains(struct chains *c)
{
    for (int d = 0, next; d < SLH_STEPS; d = next) {
        for (next = d + 1; next < SLH_STEPS && c->begun[next] == c->begun[d]; next++)
            ;
        slh_walk(c->blocks, c->begun[d], next - d);
    }
}

static void compress_tops(struct chains *c, const struct slh_wots *signatures, size_t n)
{
    struct slh_long texts[SLH_WOTS_MAX];
    uint8_t *outs[SLH_WOTS_MAX];
    for (size_t s = 0; s < n; s++) {
        const struct slh_wots *w = &signatures[s];
        struct slh_address a = {w->layer, w->tree, SLH_WOTS_PK, w->pair, 0, 0};
        uint8_t *values = slh_long_begin(&texts[s], w->midstate, &a, SLH_CHAINS);
        for (size_t i = 0; i < SLH_CHAINS; i++)
            memcpy(values + SLH_N * i, slh_value(&c->blocks[c->place[SLH_CHAINS * s + i]]), SLH_N);
        outs[s] = w->node;
    }
    slh_long_hash(texts, n, SLH_CHAINS, outs);
}

void slh_wots_climb(const struct slh_wots *signatures, size_t n)
{
    uint8_t digits[ALL_CHAINS];
    struct chains c;
    for (size_t s = 0; s < n; s++)
        slh_wots_digits(signatures[s].node, digits + SLH_CHAINS * s);
    sort_chains(&c, digits, n * SLH_CHAINS);
    for (size_t s = 0; s < n; s++)
        make_blocks(&c, &signatures[s], digits + SLH_CHAINS * s, c.place + SLH_CHAINS * s);
    walk_chains(&c);
    compress_tops(&c, signatures, n);
}
