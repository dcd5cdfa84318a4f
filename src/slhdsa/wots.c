#include "slhdsa/wots.h"

#include <string.h>

/* The digits of a value and of its checksum: how far along each chain its signature is (algorithm
 * 7, lines 1 to 7). */
static void digits_of(const uint8_t value[SLH_N], uint8_t digits[SLH_CHAINS])
{
    unsigned sum = 0;
    for (int i = 0; i < SLH_DIGITS; i++) {
        digits[i] = i % 2 ? value[i / 2] & 15 : value[i / 2] >> 4;
        sum += SLH_STEPS - digits[i];
    }
    for (int i = SLH_CHAINS; i-- > SLH_DIGITS; sum >>= 4)
        digits[i] = sum & 15;
}

/* --- Chains of different lengths -------------------------------------------------------------- */

enum { ALL_CHAINS = SLH_WOTS_MAX * SLH_CHAINS };

/* Chains, sorted: those that begin first, since they have the most steps to go, come first. All end
 * together. */
struct chains {
    struct slh_block blocks[ALL_CHAINS];
    size_t place[ALL_CHAINS];    /* of each chain, in the caller's order */
    size_t begun[SLH_STEPS + 1]; /* how many begin at this step, or before it */
};

/* begins: the step at which each chain begins. */
static void sort_chains(struct chains *c, const uint8_t *begins, size_t n)
{
    size_t next[SLH_STEPS + 1];
    memset(c->begun, 0, sizeof c->begun);
    for (size_t i = 0; i < n; i++)
        c->begun[begins[i]]++;
    for (int step = 1; step <= SLH_STEPS; step++)
        c->begun[step] += c->begun[step - 1];
    memcpy(next, c->begun, sizeof next);
    for (size_t i = n; i-- > 0;)
        c->place[i] = --next[begins[i]];
}

static size_t begun_before(const struct chains *c, int step, size_t last)
{
    return c->begun[step] < last ? c->begun[step] : last;
}

/* Walks the chains from `first` up to `last` to their ends: at each step, those that have begun. */
static void walk_group(struct chains *c, size_t first, size_t last)
{
    for (int step = 0, next; step < SLH_STEPS; step = next) {
        size_t begun = begun_before(c, step, last);
        for (next = step + 1; next < SLH_STEPS && begun_before(c, next, last) == begun; next++)
            ;
        if (begun > first)
            slh_walk(c->blocks + first, begun - first, next - step);
    }
}

/* Many chains are walked in groups that begin almost together, since many steps of the same blocks
 * take less time each. */
static void walk_chains(struct chains *c, size_t n)
{
    const size_t group = n > SLH_CHAINS ? 16 : n;
    for (size_t i = 0; i < n; i += group)
        walk_group(c, i, n - i < group ? n : i + group);
}

/* --- Verifying -------------------------------------------------------------------------------- */

static struct slh_address address_of(const struct slh_leaf *l, enum slh_kind kind)
{
    return (struct slh_address){l->layer, l->tree, kind, l->pair, 0, 0};
}

static void make_blocks(struct chains *c, const struct slh_wots *w, const uint8_t *digits,
                        const size_t *place)
{
    struct slh_address a = address_of(&w->leaf, SLH_WOTS_HASH);
    for (uint32_t i = 0; i < SLH_CHAINS; i++) {
        a.second = i;
        a.third = digits[i];
        slh_block_make(&c->blocks[place[i]], w->leaf.midstate, &a, w->signature + SLH_N * i, SLH_N);
    }
}

static void compress_tops(struct chains *c, const struct slh_wots *signatures, size_t n)
{
    struct slh_long texts[SLH_WOTS_MAX];
    uint8_t *outs[SLH_WOTS_MAX];
    for (size_t s = 0; s < n; s++) {
        const struct slh_leaf *leaf = &signatures[s].leaf;
        struct slh_address a = address_of(leaf, SLH_WOTS_PK);
        uint8_t *values = slh_long_begin(&texts[s], leaf->midstate, &a, SLH_CHAINS);
        for (size_t i = 0; i < SLH_CHAINS; i++)
            memcpy(values + SLH_N * i, slh_value(&c->blocks[c->place[SLH_CHAINS * s + i]]), SLH_N);
        outs[s] = signatures[s].node;
    }
    slh_long_hash(texts, n, SLH_CHAINS, outs);
}

void slh_wots_climb(const struct slh_wots *signatures, size_t n)
{
    uint8_t digits[ALL_CHAINS] = {0};
    struct chains c;
    for (size_t s = 0; s < n; s++)
        digits_of(signatures[s].node, digits + SLH_CHAINS * s);
    sort_chains(&c, digits, n * SLH_CHAINS);
    for (size_t s = 0; s < n; s++)
        make_blocks(&c, &signatures[s], digits + SLH_CHAINS * s, c.place + SLH_CHAINS * s);
    walk_chains(&c, n * SLH_CHAINS);
    compress_tops(&c, signatures, n);
}

/* --- Signing ---------------------------------------------------------------------------------- */

/* Makes a block of which one step of PRF makes the secret of chain i, as again_secret does of a
 * block that has walked another chain of the same leaf. */
static void make_secret(struct slh_block *b, const struct slh_leaf *leaf, const uint8_t seed[SLH_N],
                        uint32_t i)
{
    struct slh_address a = address_of(leaf, SLH_WOTS_PRF);
    a.second = i;
    slh_block_make(b, leaf->midstate, &a, seed, SLH_N);
}

static void again_secret(struct slh_block *b, const uint8_t seed[SLH_N], uint8_t i)
{
    b->text[SLH_KIND_AT] = SLH_WOTS_PRF;
    b->text[SLH_CHAIN_AT] = i;
    b->text[SLH_HASH_AT] = 0;
    memcpy(slh_value(b), seed, SLH_N);
}

/* Prepares the chain's own steps. */
static void start_chain(struct slh_block *b)
{
    b->text[SLH_KIND_AT] = SLH_WOTS_HASH;
    b->text[SLH_HASH_AT] = 0;
}

void slh_wots_sign(const struct slh_leaf *leaf, const uint8_t seed[SLH_N],
                   const uint8_t value[SLH_N], uint8_t *signature)
{
    uint8_t digits[SLH_CHAINS], begins[SLH_CHAINS];
    struct chains c;
    digits_of(value, digits);
    for (int i = 0; i < SLH_CHAINS; i++)
        begins[i] = SLH_STEPS - digits[i];
    sort_chains(&c, begins, SLH_CHAINS);
    for (uint32_t i = 0; i < SLH_CHAINS; i++)
        make_secret(&c.blocks[c.place[i]], leaf, seed, i);
    slh_walk(c.blocks, SLH_CHAINS, 1);
    for (int i = 0; i < SLH_CHAINS; i++)
        start_chain(&c.blocks[i]);
    walk_chains(&c, SLH_CHAINS);
    for (int i = 0; i < SLH_CHAINS; i++)
        memcpy(signature + SLH_N * i, slh_value(&c.blocks[c.place[i]]), SLH_N);
}

void slh_wots_leaves(const struct slh_leaf *first, const uint8_t seed[SLH_N], uint8_t *nodes)
{
    struct slh_block blocks[SLH_LEAVES_TOGETHER];
    struct slh_long tops[SLH_LEAVES_TOGETHER];
    uint8_t *values[SLH_LEAVES_TOGETHER], *outs[SLH_LEAVES_TOGETHER];
    struct slh_leaf leaf = *first;
    for (int l = 0; l < SLH_LEAVES_TOGETHER; l++, leaf.pair++) {
        struct slh_address a = address_of(&leaf, SLH_WOTS_PK);
        values[l] = slh_long_begin(&tops[l], leaf.midstate, &a, SLH_CHAINS);
        outs[l] = nodes + SLH_N * l;
        make_secret(&blocks[l], &leaf, seed, 0);
    }
    for (int i = 0; i < SLH_CHAINS; i++) {
        for (int l = 0; l < SLH_LEAVES_TOGETHER; l++)
            again_secret(&blocks[l], seed, (uint8_t)i);
        slh_walk(blocks, SLH_LEAVES_TOGETHER, 1);
        for (int l = 0; l < SLH_LEAVES_TOGETHER; l++)
            start_chain(&blocks[l]);
        slh_walk(blocks, SLH_LEAVES_TOGETHER, SLH_STEPS);
        for (int l = 0; l < SLH_LEAVES_TOGETHER; l++)
            memcpy(values[l] + SLH_N * i, slh_value(&blocks[l]), SLH_N);
    }
    slh_long_hash(tops, SLH_LEAVES_TOGETHER, SLH_CHAINS, outs);
    explicit_bzero(blocks, sizeof blocks);
}
