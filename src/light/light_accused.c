/*
 * Accusations (tx(5), "accuse"), each with the proof that it is in a body, of a chain with work
 * whose members only an accusation changes: who is accused in a body at or below a final checkpoint
 * is no member after it. The evidence convicts by itself: whoever hides an accusation, or shows it,
 * changes nothing else.
 */
#include "light/light_parts.h"

#include "stream/jobs.h"

#include <string.h>

static struct light_accused *accused_by(const struct light *c, size_t *count)
{
    *count = c->finality.accused.len / sizeof(struct light_accused);
    return (struct light_accused *)(void *)c->finality.accused.data;
}

/* --- Who counts ------------------------------------------------------------------------------- */

static bool is_accused(const struct light *c, const uint8_t key[ID_LEN], size_t head)
{
    size_t count;
    const struct light_accused *all = accused_by(c, &count);
    for (size_t i = 0; i < count; i++)
        if (memcmp(all[i].key, key, ID_LEN) == 0 &&
            heads_is_ancestor(&c->heads, all[i].block, head))
            return true;
    return false;
}

const struct member *light_member(const struct light *c, const struct light_members *m,
                                  const uint8_t key[ID_LEN])
{
    const struct member *found = member_set_find(m->set, key);
    return found && m->are_first && is_accused(c, key, m->head) ? NULL : found;
}

bool light_two_thirds(const struct light *c, const struct light_members *m, int64_t weight)
{
    struct member_set those = {.weight = m->set->weight};
    size_t count;
    const struct light_accused *all = accused_by(c, &count);
    for (size_t i = 0; m->are_first && i < count; i++)
        if (heads_is_ancestor(&c->heads, all[i].block, m->head))
            those.weight -= member_set_find(m->set, all[i].key)->weight; /* once on a chain */
    return member_set_two_thirds(&those, weight);
}

/* --- The line --------------------------------------------------------------------------------- */

bool light_takes_accusations(const struct light *c)
{
    return c->finality.follows && !c->finality.changes && !c->sealed.by_members;
}

/* Who is accused, of attesting what excludes each other. 0, or -1 and a rule. */
static int read_key(const struct light *c, const struct tx *tx, uint8_t key[ID_LEN],
                    struct fault *f)
{
    struct operation_signature first;
    size_t at = 0;
    if (memcmp(tx->chain, head_at(&c->heads, 0)->id, ID_LEN))
        return fault_rule(f, "tx: another chain");
    if (strcmp(tx->operation->name, "accuse") != 0 || !tx->operation->signatures(tx, &at, &first))
        return fault_rule(f, "tx: not an accusation: blocks have no bodies here");
    if (!line_is(first.message.text, first.message.len, "attest"))
        return fault_rule(f, "tx: accuse: this chain has no such lines to accuse by");
    memcpy(key, first.key, ID_LEN);
    return member_set_find(&c->finality.first, key)
               ? 0
               : fault_rule(f, "tx: accuse: that key is no member");
}

static int check_signatures(const struct tx *tx, struct fault *f)
{
    struct sigjob jobs[TX_JOBS_MAX];
    struct job_bytes room[TX_JOBS_MAX];
    tx_jobs(tx, jobs, room);
    for (size_t i = 0; i < tx_job_count(tx); i++) {
        int valid = sigjob_check(&jobs[i], f);
        if (valid <= 0)
            return valid ? -1 : fault_rule(f, "tx: accuse: a signature is not valid");
    }
    return 0;
}

/* Notes that the key is accused in the body of this block. 0, or -1 and a fault. */
static int add(struct light *c, const uint8_t key[ID_LEN], size_t block, struct fault *f)
{
    struct light_accused a = {.block = (uint32_t)block};
    size_t count;
    const struct light_accused *all = accused_by(c, &count);
    memcpy(a.key, key, ID_LEN);
    for (size_t i = 0; i < count; i++) {
        if (memcmp(all[i].key, key, ID_LEN))
            continue;
        if (all[i].block == block)
            return 0;
        if (heads_is_ancestor(&c->heads, all[i].block, block) ||
            heads_is_ancestor(&c->heads, block, all[i].block))
            return fault_rule(f, "tx: accuse: that key is accused in another body of this chain");
    }
    c->unsure = count >= LIGHT_ACCUSED;
    if (c->unsure)
        return fault_rule(f, "tx: accuse: over %d accusations", LIGHT_ACCUSED);
    c->finality.counted++;
    return buf_add(&c->finality.accused, &a, sizeof a) ? fault_memory(f) : 0;
}

int light_accuse(struct light *c, const char *line, size_t len, size_t block, struct fault *f)
{
    struct tx tx;
    uint8_t key[ID_LEN];
    return tx_parse(line, len, &tx, f) || read_key(c, &tx, key, f) || check_signatures(&tx, f) ||
                   add(c, key, block, f)
               ? -1
               : 0;
}
