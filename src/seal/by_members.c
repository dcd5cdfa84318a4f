#include "seal/by_members.h"

#include "base/hex.h"
#include "crypto/ed25519.h"

#include <inttypes.h>
#include <string.h>

int by_members_alone(const struct block *b, const uint8_t id[ID_LEN], struct fault *f)
{
    char text[BLOCK_SIGNED_MAX];
    uint8_t signature[SIGNATURE_LEN];
    (void)id;
    if (b->miner.form != ACCOUNT_KEY)
        return fault_rule(f, "block: miner is no Ed25519 key, and so no member");
    if (field_signature(b->seal, "block: seal", signature, f) || ed25519_load(f))
        return -1;
    switch (ed25519_check(b->miner.id, signature, text, block_signed_text(b, text))) {
    case 1:
        return 0;
    case 0:
        return fault_rule(f, "block: seal is not its miner's signature");
    default:
        return fault_memory(f);
    }
}

const struct member *by_members_miner(const struct ancestry *a, const struct block *b)
{
    return b->miner.form == ACCOUNT_KEY ? member_set_find(a->sealers, b->miner.id) : NULL;
}

int by_members_check(const struct ancestry *a, const struct block *b, struct fault *f)
{
    if (!a->sealers || !a->next_set)
        return fault_trouble(f, "the members who may seal after this block are not known here");
    if (memcmp(b->target, a->next_set, ID_LEN))
        return fault_rule(f, "block: target should be %s, the set of members after its parent",
                          hex32(a->next_set).text);
    if (!by_members_miner(a, b))
        return fault_rule(f, "block: miner is no member of the set in its parent's header");
    if (b->time - a->time >= a->rules->spacing)
        return 0;
    return fault_rule(f,
                      "block: time %" PRId64 " is not %" PRId64 " s after its parent's, %" PRId64,
                      b->time, a->rules->spacing, a->time);
}

void by_members_next(const struct ancestry *a, uint8_t target[TARGET_LEN])
{
    memcpy(target, a->next_set, TARGET_LEN);
}
