#include "farm/pool_work.h"

#include "base/hex.h"

void pool_work_free(struct pool_work *w)
{
    unsealed_free(&w->header);
    nonces_free(&w->seen);
    w->has_work = false;
}

static bool is_work(const struct pool_work *w, const struct unsealed *header, const uint8_t *share)
{
    return w->has_work && header->header.len == w->header.header.len &&
           memcmp(header->header.data, w->header.header.data, header->header.len) == 0 &&
           memcmp(share, w->work.share, ID_LEN) == 0;
}

static void give_regions(struct pool_work *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct pool_member *m = &w->members[i];
        m->next = w->work.first + (uint64_t)i * w->region;
        m->last = m->next + w->region - 1;
        m->used_up = m->has_ticket = false;
    }
}

int pool_work_begin(struct pool_work *w, const struct ticket *t, struct fault *f)
{
    struct unsealed header;
    unsigned __int128 nonces = (unsigned __int128)(t->last - t->first) + 1;
    int result = unsealed_init(&header, &t->block, f);
    bool same = !result && is_work(w, &header, t->share);
    if (!result && !same && nonces < POOL_WORK_MEMBERS)
        result = fault_rule(f, "ticket: its range is under %d nonces", POOL_WORK_MEMBERS);
    if (result || same) {
        unsealed_free(&header);
        return result;
    }
    pool_work_free(w);
    w->work = *t;
    w->header = header;
    w->has_work = true;
    w->over = false;
    w->region = (uint64_t)(nonces / POOL_WORK_MEMBERS);
    give_regions(w);
    return 1;
}

/* The member that has this nonce, or NULL. */
static struct pool_member *owner(const struct pool_work *w, uint64_t nonce)
{
    if (nonce < w->work.first || (nonce - w->work.first) / w->region >= w->count)
        return NULL;
    return &w->members[(nonce - w->work.first) / w->region];
}

/* The account credited with this nonce: the pool's own if no member has it. */
static const struct account *credited(const struct pool_work *w, uint64_t nonce)
{
    const struct pool_member *m = owner(w, nonce);
    return m ? &m->account : &w->work.block.miner;
}

/* A block counts even if the set is full: it is the last share of its work. */
static int remember(struct pool_work *w, uint64_t nonce, bool is_block, struct fault *f)
{
    int added = nonces_add(&w->seen, nonce);
    if (added < 0)
        return fault_memory(f);
    return added || is_block
               ? 0
               : fault_rule(f, "share: over %d of one block: they are too easy", NONCES_MAX);
}

/* The nonce of a share of this work, or of the same header with another share target: 0, or -1 and
 * a rule. */
static int nonce_of(const struct pool_work *w, const struct share *s, uint64_t *nonce,
                    struct fault *f)
{
    if (!w->has_work || !unsealed_is(&w->header, &s->header))
        return fault_rule(f, "share: stale: not of the work that is given out");
    if (unsealed_nonce(&w->header, s->block.seal, nonce))
        return fault_rule(f, "share: its seal does not have a nonce's form");
    return 0;
}

int pool_work_recall(struct pool_work *w, const struct share *s, struct fault *f)
{
    struct fault ignored;
    uint64_t nonce = 0;
    uint8_t id[ID_LEN];
    if (nonce_of(w, s, &nonce, &ignored) || nonces_has(&w->seen, nonce))
        return 0;
    struct pool_member *m = owner(w, nonce);
    if (m && !m->used_up && nonce >= m->next) {
        m->used_up = nonce == m->last;
        m->next = nonce + !m->used_up;
    }
    unsealed_id(&w->header, nonce, id);
    bool is_block = target_met(id, w->work.block.target);
    w->over |= is_block;
    return remember(w, nonce, is_block, f);
}

bool pool_work_ticket(struct pool_work *w, size_t member, struct ticket *t)
{
    struct pool_member *m = &w->members[member];
    if (w->over || m->used_up)
        return false;
    *t = w->work;
    t->worker = m->account;
    t->first = m->next;
    t->last = m->last - m->next < w->range ? m->last : m->next + (w->range - 1);
    m->used_up = t->last == m->last;
    m->next = t->last + !m->used_up;
    m->has_ticket = true;
    m->ticket_first = t->first;
    m->ticket_last = t->last;
    return true;
}

int pool_work_share(struct pool_work *w, const struct share *s, bool *is_block, struct fault *f)
{
    uint64_t nonce = 0;
    uint8_t id[ID_LEN];
    if (nonce_of(w, s, &nonce, f))
        return -1;
    if (memcmp(s->share, w->work.share, ID_LEN))
        return fault_rule(f, "share: its share is not that of the work: %s", hex32(s->share).text);
    const struct account *account = credited(w, nonce);
    if (!account_equal(account, &s->worker))
        return fault_rule(f, "share: another's: its nonce is %s", account_text(account).text);
    if (nonces_has(&w->seen, nonce))
        return fault_rule(f, "share: sent before");
    unsealed_id(&w->header, nonce, id);
    if (!target_met(id, w->work.share))
        return fault_rule(f, "share: its id is over its share: %s", hex32(id).text);
    if (w->over)
        return fault_rule(f, "share: stale: the block was found");
    *is_block = target_met(id, w->work.block.target);
    if (remember(w, nonce, *is_block, f))
        return -1;
    w->over = *is_block;
    return 0;
}

bool pool_work_block(const struct pool_work *w, const struct block *b, const struct field *header,
                     struct share *s)
{
    uint64_t nonce = 0;
    struct fault ignored;
    *s = (struct share){.block = *b, .header = *header};
    memcpy(s->share, w->work.share, ID_LEN);
    if (nonce_of(w, s, &nonce, &ignored) || w->over)
        return false;
    s->worker = *credited(w, nonce);
    return true;
}

int pool_work_withheld(struct pool_work *w, uint64_t nonce, char seal[SEAL_DIGITS], struct share *s,
                       struct fault *f)
{
    *s = (struct share){.block = w->work.block};
    mine_seal(w->header.seal_len, nonce, seal);
    s->block.seal = (struct field){seal, w->header.seal_len};
    memcpy(s->share, w->work.share, ID_LEN);
    s->worker = w->work.block.miner;
    w->over = true;
    return remember(w, nonce, true, f);
}

static int wrong(struct fault *f, const char *why)
{
    fault_rule(f, "exhausted: %s", why);
    return POOL_WORK_WRONG;
}

/* Judges the best id in a receipt for a member's own ticket. */
static int judge_best(struct pool_work *w, const struct receipt *r, struct fault *f)
{
    uint8_t id[ID_LEN];
    if (unsealed_check(&w->header, r, id, f))
        return target_met(id, w->work.block.target) ? POOL_WORK_WITHHELD : POOL_WORK_WRONG;
    if (!target_met(id, w->work.share) || nonces_has(&w->seen, r->best))
        return POOL_WORK_DONE;
    fault_rule(f, "exhausted: its best is a share that was not sent");
    return POOL_WORK_UNSENT;
}

int pool_work_receipt(struct pool_work *w, const struct receipt *r, size_t *member, struct fault *f)
{
    const struct ticket *t = &r->ticket;
    struct unsealed header;
    int failed = unsealed_init(&header, &t->block, f);
    bool ours = !failed && is_work(w, &header, t->share) && !w->over;
    unsealed_free(&header);
    if (failed)
        return -1;
    if (!ours)
        return POOL_WORK_OLD;
    struct pool_member *m = owner(w, t->first);
    if (!m || !account_equal(&m->account, &t->worker))
        return wrong(f, "another's: these nonces belong to another member");
    if (!m->has_ticket || t->first != m->ticket_first || t->last != m->ticket_last)
        return wrong(f, "not for the last ticket of its member");
    *member = (size_t)(m - w->members);
    int verdict = judge_best(w, r, f);
    m->has_ticket = verdict == POOL_WORK_WRONG;
    return verdict;
}
