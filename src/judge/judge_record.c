/* Judges records that are neither blocks nor transactions. */
#include "base/hex.h"
#include "judge/judge_parts.h"
#include "light/presence.h"
#include "query/proving.h"
#include "record/mark.h"

#include <string.h>

/* A signed record with checked form and signature: if it names a chain, that must be the ledger's.
 */
static int judge_signed(struct judge *j, const struct item *item, struct fault *f)
{
    const uint8_t *chain = item_chain(item);
    if (!chain || !j->against)
        return 1;
    if (memcmp(chain, j->against->tree.genesis.id, ID_LEN)) {
        fault_rule(f, "%s: another chain: %s", item->type->name, hex32(chain).text);
        return judge_refuse(item, f);
    }
    if (is_member_line(item) && ledger_refresh(j->against, f) < 0)
        return -1;
    if (member_line_check(&j->members, &j->against->tree, item, f) == 0)
        return 1;
    return f->kind == FAULT_RULE ? judge_refuse(item, f) : -1;
}

/* Only the header of its block can validate a proof. */
static int judge_proof(struct judge *j, const struct item *item, struct fault *f)
{
    struct proof p;
    if (proof_parse(item->text, item->size - 1, &p, f))
        return judge_refuse(item, f);
    if (j->mode != AGAINST)
        fault_rule(f, "proof: nothing is here to check it by: give its chain's headers (-H), or a "
                      "ledger (-l)");
    else if (ledger_refresh(j->against, f) >= 0 && proving_against(j->against, &p, f) == 0)
        return 1;
    return f->kind == FAULT_RULE ? judge_refuse(item, f) : -1;
}

/* What the root that it names holds; whose root that is, only headers can say. */
static int judge_presence(const struct item *item, struct fault *f)
{
    struct state_proof p;
    return state_proof_parse(item->text, item->size - 1, &p, f) || presence_check(&p, f)
               ? judge_refuse(item, f)
               : 1;
}

/* A record of an unknown type passes, except within PEM armor: a secret key that was named by
 * mistake must not be copied to an unexpected place. */
static int judge_unknown(struct judge *j, const struct item *item, size_t len, struct fault *f)
{
    enum armor_part part = armor_next(&j->armor, item->text, len);
    j->sum.known--;
    j->sum.unknown += part == ARMOR_NONE;
    j->follows = part == ARMOR_INSIDE;
    if (part == ARMOR_NONE)
        return 1;
    fault_rule(f, ARMOR_RULE);
    return judge_refuse(item, f);
}

int judge_record(struct judge *j, const struct item *item, struct fault *f)
{
    size_t len = item->size - 1;
    if (mark_is(item->text, len)) {
        j->sum.known--;
        return 1;
    }
    if (!item->type)
        return judge_unknown(j, item, len, f);
    if (item->type->fields)
        return judge_signed(j, item, f);
    if (item->type == &proof_type)
        return judge_proof(j, item, f);
    if (item->type == &present_type || item->type == &absent_type)
        return judge_presence(item, f);
    if (!item->type->alone) {
        fault_rule(f, "%s: stands outside of a genesis block", item->type->name);
        return judge_refuse(item, f);
    }
    return record_check(item->type, item->text, len, f) ? judge_refuse(item, f) : 1;
}
