#include "farm/keeper.h"

#include "base/hex.h"

void keeper_free(struct keeper *k)
{
    unsealed_free(&k->header);
    nonces_free(&k->seen);
    k->has_work = false;
}

static bool is_work(const struct keeper *k, const struct unsealed *header, const uint8_t *share)
{
    return k->has_work && header->header.len == k->header.header.len &&
           memcmp(header->header.data, k->header.header.data, header->header.len) == 0 &&
           memcmp(share, k->work.share, ID_LEN) == 0;
}

static void give_regions(struct keeper *k)
{
    for (size_t i = 0; i < k->count; i++) {
        struct member *m = &k->members[i];
        m->next = k->work.first + (uint64_t)i * k->region;
        m->last = m->next + k->region - 1;
        m->used_up = m->has_ticket = false;
    }
}

int keeper_begin(struct keeper *k, const struct ticket *t, struct fault *f)
{
    struct unsealed header;
    unsigned __int128 nonces = (unsigned __int128)(t->last - t->first) + 1;
    int result = unsealed_init(&header, &t->block, f);
    bool same = !result && is_work(k, &header, t->share);
    if (!result && !same && nonces < KEEPER_MEMBERS)
        result = fault_rule(f, "ticket: its range is under %d nonces", KEEPER_MEMBERS);
    if (result || same) {
        unsealed_free(&header);
        return result;
    }
    keeper_free(k);
    k->work = *t;
    k->header = header;
    k->has_work = true;
    k->over = false;
    k->region = (uint64_t)(nonces / KEEPER_MEMBERS);
    give_regions(k);
    return 1;
}

/* The member whose nonce it is, or NULL. */
static struct member *owner(const struct keeper *k, uint64_t nonce)
{
    if (nonce < k->work.first || (nonce - k->work.first) / k->region >= k->count)
        return NULL;
    return &k->members[(nonce - k->work.first) / k->region];
}

/* Who is credited with this nonce: what is no member's is the pool's own. */
static const uint8_t *credited(const struct keeper *k, uint64_t nonce)
{
    const struct member *m = owner(k, nonce);
    return m ? m->account : k->work.block.miner;
}

/* A block counts though the set be full: nothing comes after it. */
static int remember(struct keeper *k, uint64_t nonce, bool is_block, struct fault *f)
{
    int added = nonces_add(&k->seen, nonce);
    if (added < 0)
        return fault_memory(f);
    return added || is_block
               ? 0
               : fault_rule(f, "share: over %d of one block: they are too easy", NONCES_MAX);
}

/* The nonce of a share of this work, or of the same header's at another share: 0, or -1 and a rule.
 */
static int nonce_of(const struct keeper *k, const struct share *s, uint64_t *nonce, struct fault *f)
{
    if (!k->has_work || !unsealed_is(&k->header, &s->header))
        return fault_rule(f, "share: stale: not of the work that is given out");
    if (unsealed_nonce(&k->header, s->block.seal, nonce))
        return fault_rule(f, "share: its seal does not have a nonce's form");
    return 0;
}

int keeper_recall(struct keeper *k, const struct share *s, struct fault *f)
{
    struct fault ignored;
    uint64_t nonce = 0;
    uint8_t id[ID_LEN];
    if (nonce_of(k, s, &nonce, &ignored) || nonces_has(&k->seen, nonce))
        return 0;
    struct member *m = owner(k, nonce);
    if (m && !m->used_up && nonce >= m->next) {
        m->used_up = nonce == m->last;
        m->next = nonce + !m->used_up;
    }
    unsealed_id(&k->header, nonce, id);
    bool is_block = target_met(id, k->work.block.target);
    k->over |= is_block;
    return remember(k, nonce, is_block, f);
}

bool keeper_ticket(struct keeper *k, size_t member, struct ticket *t)
{
    struct member *m = &k->members[member];
    if (k->over || m->used_up)
        return false;
    *t = k->work;
    memcpy(t->worker, m->account, ID_LEN);
    t->first = m->next;
    t->last = m->last - m->next < k->range ? m->last : m->next + (k->range - 1);
    m->used_up = t->last == m->last;
    m->next = t->last + !m->used_up;
    m->has_ticket = true;
    m->ticket_first = t->first;
    m->ticket_last = t->last;
    return true;
}

int keeper_share(struct keeper *k, const struct share *s, bool *is_block, struct fault *f)
{
    uint64_t nonce = 0;
    uint8_t id[ID_LEN];
    if (nonce_of(k, s, &nonce, f))
        return -1;
    if (memcmp(s->share, k->work.share, ID_LEN))
        return fault_rule(f, "share: its share is not that of the work: %s", hex32(s->share).text);
    const uint8_t *account = credited(k, nonce);
    if (memcmp(account, s->worker, ID_LEN))
        return fault_rule(f, "share: another's: its nonce is %s", hex32(account).text);
    if (nonces_has(&k->seen, nonce))
        return fault_rule(f, "share: sent before");
    unsealed_id(&k->header, nonce, id);
    if (!target_met(id, k->work.share))
        return fault_rule(f, "share: its id is over its share: %s", hex32(id).text);
    if (k->over)
        return fault_rule(f, "share: stale: the block was found");
    *is_block = target_met(id, k->work.block.target);
    if (remember(k, nonce, *is_block, f))
        return -1;
    k->over = *is_block;
    return 0;
}

bool keeper_block(const struct keeper *k, const struct block *b, const struct field *header,
                  struct share *s)
{
    uint64_t nonce = 0;
    struct fault ignored;
    *s = (struct share){.block = *b, .header = *header};
    memcpy(s->share, k->work.share, ID_LEN);
    if (nonce_of(k, s, &nonce, &ignored) || k->over)
        return false;
    memcpy(s->worker, credited(k, nonce), ID_LEN);
    return true;
}

int keeper_withheld(struct keeper *k, uint64_t nonce, char seal[SEAL_DIGITS], struct share *s,
                    struct fault *f)
{
    *s = (struct share){.block = k->work.block};
    mine_seal(k->header.seal_len, nonce, seal);
    s->block.seal = (struct field){seal, k->header.seal_len};
    memcpy(s->share, k->work.share, ID_LEN);
    memcpy(s->worker, k->work.block.miner, ID_LEN);
    k->over = true;
    return remember(k, nonce, true, f);
}

static int wrong(struct fault *f, const char *why)
{
    fault_rule(f, "exhausted: %s", why);
    return KEEPER_WRONG;
}

/* What a receipt for a member's own ticket says with its best id. */
static int judge_best(struct keeper *k, const struct receipt *r, struct fault *f)
{
    uint8_t id[ID_LEN];
    if (unsealed_check(&k->header, r, id, f))
        return target_met(id, k->work.block.target) ? KEEPER_WITHHELD : KEEPER_WRONG;
    if (!target_met(id, k->work.share) || nonces_has(&k->seen, r->best))
        return KEEPER_DONE;
    fault_rule(f, "exhausted: its best is a share that was not sent");
    return KEEPER_UNSENT;
}

int keeper_receipt(struct keeper *k, const struct receipt *r, size_t *member, struct fault *f)
{
    const struct ticket *t = &r->ticket;
    struct unsealed header;
    int failed = unsealed_init(&header, &t->block, f);
    bool ours = !failed && is_work(k, &header, t->share) && !k->over;
    unsealed_free(&header);
    if (failed)
        return -1;
    if (!ours)
        return KEEPER_OLD;
    struct member *m = owner(k, t->first);
    if (!m || memcmp(m->account, t->worker, ID_LEN))
        return wrong(f, "another's: these nonces are not his");
    if (!m->has_ticket || t->first != m->ticket_first || t->last != m->ticket_last)
        return wrong(f, "not of the ticket that he has");
    *member = (size_t)(m - k->members);
    int verdict = judge_best(k, r, f);
    m->has_ticket = verdict == KEEPER_WRONG;
    return verdict;
}
