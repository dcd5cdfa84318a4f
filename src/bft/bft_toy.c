/* The host of an engine that has none: payloads are named by SHA-256, and a signature is the first
 * digits of the hash of what is signed and by whom. It tells honest nodes' votes from altered ones;
 * it does not stop a forger, of which a simulation has none that it did not make. */
#include "base/hex.h"
#include "bft/bft_vote.h"
#include "hash/sha256.h"

#include <stdio.h>
#include <string.h>

enum { TOY_DIGITS = 16 };

static void toy_digits(const struct bft_toy *toy, const struct bft_vote *v,
                       char out[TOY_DIGITS + 1])
{
    char text[512];
    uint8_t hash[SHA256_LEN];
    int n = snprintf(text, sizeof text, "%s %llu %d %d %d %s %s", toy->chain,
                     (unsigned long long)v->height, v->round, v->valid_round, (int)v->step,
                     hex32(v->value).text, node_names_text(toy->names, v->node));
    sha256(text, (size_t)n, hash);
    hex_encode(out, hash, TOY_DIGITS / 2);
    out[TOY_DIGITS] = '\0';
}

static int toy_sign(void *context, struct bft_vote *v, struct fault *f)
{
    (void)f;
    toy_digits(context, v, v->signature);
    return 0;
}

static bool toy_check(void *context, const struct bft_vote *v)
{
    char digits[TOY_DIGITS + 1];
    toy_digits(context, v, digits);
    return strcmp(digits, v->signature) == 0;
}

static void toy_name(void *context, struct proposal_id id, const struct payload *payload,
                     uint8_t value[BFT_VALUE_LEN])
{
    const struct bft_toy *toy = context;
    struct sha256 h;
    char words[NODE_NAME_MAX + 32];
    int n = snprintf(words, sizeof words, "%s:%llu\n", node_names_text(toy->names, id.client),
                     (unsigned long long)id.serial);
    sha256_init(&h);
    sha256_update(&h, words, (size_t)n);
    sha256_update(&h, payload->text, payload->len);
    sha256_final(&h, value);
}

void bft_toy_host(struct bft_host *host, struct bft_toy *toy)
{
    *host = (struct bft_host){
        .context = toy, .sign = toy_sign, .check = toy_check, .name = toy_name};
}
