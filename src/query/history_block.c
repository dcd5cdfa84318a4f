/* The events of an account in one block. */
#include "query/history_parts.h"

#include "base/num.h"
#include "hash/merkle.h"

#include <string.h>

/* --- Events ----------------------------------------------------------------------------------- */

/* What an event adds to the balance. */
static int64_t change_of(const struct event *e)
{
    switch (e->kind) {
    case EVENT_OUT:
    case EVENT_STAKE:
        return -e->amount - e->fee;
    case EVENT_SELF:
    case EVENT_SPONSOR:
    case EVENT_UNSTAKE:
        return -e->fee;
    case EVENT_ACCUSE:
        return e->amount - e->fee;
    case EVENT_REWARD:
        return e->amount + e->fee;
    case EVENT_SLASH:
        return 0;
    case EVENT_GRANT:
    case EVENT_IN:
    case EVENT_RETURN:
    case EVENT_OTHER:
        break;
    }
    return e->amount;
}

int history_give(struct history_run *r, struct event *e, struct fault *f)
{
    int64_t change = change_of(e);
    bool back = r->h->newest_first;
    if (r->sum)
        return __builtin_add_overflow(*r->sum, change, r->sum) ? index_damage(r->l->index, f) : 0;
    e->block = &r->header;
    e->block_id = r->at.node.id;
    e->balance = r->balance;
    if (__builtin_add_overflow(r->balance, back ? -change : change, &r->balance) ||
        (r->balance < 0 && !r->has_effects))
        return index_damage(r->l->index, f);
    if (!back)
        e->balance = r->balance;
    if (r->header.time < r->h->since || r->header.time > r->h->until)
        return 0;
    if (r->each(r->self, e, f))
        return -1;
    return ++r->given == r->h->count;
}

int history_give_reward(struct history_run *r, int64_t earned, struct fault *f)
{
    struct event e = {.kind = EVENT_REWARD, .line = r->at.node.line};
    e.amount = rules_reward(&r->l->tree.rules, r->at.node.height);
    e.fee = earned - e.amount;
    if (e.fee < 0 || !account_equal(&r->header.miner, &r->h->account))
        return index_damage(r->l->index, f);
    return history_give(r, &e, f);
}

/* --- Blocks --------------------------------------------------------------------------------- */

int history_enter(struct history_run *r, int64_t n, bool whole, struct fault *f)
{
    r->text.len = 0;
    r->has_effects = false;
    if (index_block(r->l->index, n, &r->at, f) ||
        ledger_read(r->l, &r->at.node, !whole, &r->text, f))
        return -1;
    const char *end = memchr(r->text.data, '\n', r->text.len);
    return block_parse(r->text.data, (size_t)(end - r->text.data), &r->header, f);
}

const char *history_next_line(const struct buf *text, size_t *at, bool back, size_t *len)
{
    const char *line, *end;
    if (back) {
        end = text->data + *at - 1;
        line = memrchr(text->data, '\n', *at - 1);
        line = line ? line + 1 : text->data;
        *at = (size_t)(line - text->data);
    } else {
        line = text->data + *at;
        end = memchr(line, '\n', text->len - *at);
        *at = (size_t)(end + 1 - text->data);
    }
    *len = (size_t)(end - line);
    return line;
}

int history_check_root(struct history_run *r, struct fault *f)
{
    struct merkle m;
    uint8_t id[SHA256_LEN];
    size_t at = (size_t)((const char *)memchr(r->text.data, '\n', r->text.len) - r->text.data) + 1;
    merkle_init(&m);
    while (at < r->text.len && memchr(r->text.data + at, '\n', r->text.len - at)) {
        size_t len;
        const char *line = history_next_line(&r->text, &at, false, &len);
        sha256(line, len, id);
        merkle_add(&m, id);
    }
    merkle_root(&m, id);
    if (at == r->text.len && m.count == (uint64_t)r->header.count &&
        memcmp(id, r->header.root, SHA256_LEN) == 0)
        return 0;
    fault_rule(f, "block: the ledger was changed: root does not match the lines");
    f->line = r->at.node.line;
    return -1;
}

/* The current block's transactions that involve the account, from its bytes. */
static int give_body(struct history_run *r, struct fault *f)
{
    bool back = r->h->newest_first;
    size_t len, at = back ? r->text.len : 0;
    int64_t count = r->header.count;
    if (!back)
        history_next_line(&r->text, &at, false, &len);
    for (int64_t i = 0; i < count; i++) {
        struct event e = {.line = r->at.node.line + 1 + (uint64_t)(back ? count - 1 - i : i)};
        const char *line = history_next_line(&r->text, &at, back, &len);
        bool is_tx = record_is(&tx_type, line, len);
        int result = is_tx ? history_give_line(r, line, len, NULL, &e, f) : 0;
        if (result)
            return result;
    }
    return 0;
}

static int maybe_reward(struct history_run *r, struct fault *f)
{
    if (r->at.node.earned == 0 || !account_equal(&r->header.miner, &r->h->account))
        return 0;
    return history_give_reward(r, r->at.node.earned, f);
}

static int maybe_return(struct history_run *r, struct fault *f)
{
    struct event e = {.kind = EVENT_RETURN, .line = r->at.node.line};
    if (r->has_effects && history_returned(r, &e.amount, f))
        return -1;
    return e.amount ? history_give(r, &e, f) : 0;
}

/* All events of the current block, from its bytes and its journal, except another effect. */
static int give_known(struct history_run *r, struct fault *f)
{
    bool back = r->h->newest_first;
    int result = back ? maybe_reward(r, f) : maybe_return(r, f);
    if (result == 0)
        result = give_body(r, f);
    if (result == 0)
        result = back ? maybe_return(r, f) : maybe_reward(r, f);
    return result;
}

/* What the current block did to the account, as its journal has it, less the sum of its events. */
static int find_rest(struct history_run *r, int64_t *rest, struct fault *f)
{
    struct index *ix = r->l->index;
    struct account_state before = {.balance = r->balance}, after = before;
    int64_t sum = 0;
    r->sum = &sum;
    int result = give_known(r, f);
    r->sum = NULL;
    if (result)
        return -1;
    if (index_account_change(ix, &r->h->account, r->at.node.n, &before, &after, f) < 0)
        return -1;
    return r->balance != (r->h->newest_first ? after : before).balance ||
                   __builtin_sub_overflow(after.balance - before.balance, sum, rest) ||
                   *rest == INT64_MIN
               ? index_damage(ix, f)
               : 0;
}

static int give_rest(struct history_run *r, int64_t rest, struct fault *f)
{
    struct event e = {.kind = EVENT_OTHER, .line = r->at.node.line, .amount = rest};
    return rest ? history_give(r, &e, f) : 0;
}

static int enter_effects(struct history_run *r, int64_t n, struct fault *f)
{
    const struct store *store = &r->l->tree.store;
    r->has_effects = true;
    r->journal.len = 0;
    return store->journal(store->self, n, &r->journal, f);
}

/* What another effect added may have been spent in the same block, so it comes first. */
int history_give_block(struct history_run *r, int64_t n, struct fault *f)
{
    int64_t rest = 0;
    if (history_enter(r, n, true, f) || history_check_root(r, f))
        return -1;
    int has_effects = index_has_effects(r->l->index, &r->h->account, n, f);
    if (has_effects < 0 || (has_effects && enter_effects(r, n, f)) ||
        (has_effects && find_rest(r, &rest, f)))
        return -1;
    int64_t first = (rest > 0) != r->h->newest_first ? rest : 0;
    int result = give_rest(r, first, f);
    if (result == 0)
        result = give_known(r, f);
    if (result == 0)
        result = give_rest(r, rest - first, f);
    return result;
}
