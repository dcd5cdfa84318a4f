#include "farm/unsealed.h"

#include "base/hex.h"

#include <endian.h>
#include <inttypes.h>

int unsealed_init(struct unsealed *u, const struct block *b, struct fault *f)
{
    struct block unsealed = *b;
    struct mine_job job;
    *u = (struct unsealed){0};
    unsealed.seal.len = 0;
    if (block_format(&unsealed, &u->header))
        return fault_memory(f);
    if (mine_job_init(&job, u->header.data, u->header.len, b->target, &u->seal_len))
        return fault_trouble(f, "no seal fits this header");
    return 0;
}

void unsealed_free(struct unsealed *u)
{
    buf_free(&u->header);
}

bool unsealed_is(const struct unsealed *u, const struct field *header)
{
    size_t n = u->header.len;
    return header->len > n && memcmp(header->text, u->header.data, n) == 0;
}

void unsealed_id(const struct unsealed *u, uint64_t nonce, uint8_t id[ID_LEN])
{
    sweep_id(u->header.data, u->header.len, u->seal_len, nonce, id);
}

int unsealed_nonce(const struct unsealed *u, struct field seal, uint64_t *nonce)
{
    char again[SEAL_DIGITS];
    if (seal.len != u->seal_len ||
        hex_decode((uint8_t *)nonce, seal.text + seal.len - NONCE_DIGITS, sizeof *nonce))
        return -1;
    *nonce = be64toh(*nonce);
    mine_seal(u->seal_len, *nonce, again);
    return memcmp(again, seal.text, seal.len) ? -1 : 0;
}

int unsealed_seal(const struct unsealed *u, uint64_t nonce, struct buf *out)
{
    char seal[SEAL_DIGITS];
    mine_seal(u->seal_len, nonce, seal);
    return buf_add(out, u->header.data, u->header.len) || buf_add(out, seal, u->seal_len) ? -1 : 0;
}

int unsealed_share(const struct unsealed *u, const struct ticket *t, uint64_t nonce,
                   struct buf *out)
{
    struct share s = {.block = t->block};
    char seal[SEAL_DIGITS];
    mine_seal(u->seal_len, nonce, seal);
    s.block.seal = (struct field){seal, u->seal_len};
    memcpy(s.share, t->share, sizeof s.share);
    memcpy(&s.worker, &t->worker, sizeof s.worker);
    return share_format(&s, out);
}

/* The lowest id of the nonces first to last, as a multiple of its expected value: 1 on average,
 * over x with probability e^-x. */
static double luck_of(uint64_t first, uint64_t last, const uint8_t id[ID_LEN])
{
    uint64_t high, low;
    memcpy(&high, id, sizeof high);
    memcpy(&low, id + sizeof high, sizeof low);
    double of_one = (double)be64toh(high) * 0x1p-64 + (double)be64toh(low) * 0x1p-128;
    return ((double)(last - first) + 1) * of_one;
}

int unsealed_check(const struct unsealed *u, const struct receipt *r, uint8_t id[ID_LEN],
                   struct fault *f)
{
    const struct ticket *t = &r->ticket;
    unsealed_id(u, r->best, id);
    if (target_met(id, t->block.target))
        return fault_rule(f, "exhausted: its best nonce is a seal of the block: %s",
                          hex32(id).text);
    double luck = luck_of(t->first, t->last, id);
    if (luck > UNSEALED_DOUBT)
        return fault_rule(f, "exhausted: its best is %.0f times what %" PRIu64 " nonces give", luck,
                          t->last - t->first + 1);
    return 0;
}
