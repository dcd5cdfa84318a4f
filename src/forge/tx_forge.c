#include "forge/tx_forge_parts.h"

#include "base/chance.h"
#include "base/num.h"
#include "state/apply.h"
#include "state/pay.h"

#include <inttypes.h>
#include <string.h>

enum { FAR_AHEAD = 1000000, NUMBER_DIGITS = 19 };

int forge_put_payment(const struct tx *tx, const struct move *m, struct forgery *out,
                      struct fault *f)
{
    struct buf words = {0};
    int result = pay_words(m, &words)
                     ? fault_memory(f)
                     : forge_put_words(tx, (struct field){words.data, words.len}, out, f);
    buf_free(&words);
    return result;
}

int forge_payment_of(const struct tx *tx, const char *kind, struct move *m, struct fault *f)
{
    size_t at = 0;
    return tx_next_move(tx, &at, m) ? 0 : fault_rule(f, "%s: it pays nobody", kind);
}

/* --- Kinds ------------------------------------------------------------------------------------ */

static int forge_signature(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                           struct forgery *out, struct fault *f)
{
    (void)sender;
    fault_rule(&out->rule, "tx: bad signature");
    return forge_put_signed(g, tx, out, f);
}

/* So far ahead that no honest transaction of the same run reaches it. */
static int forge_sequence(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                          struct forgery *out, struct fault *f)
{
    int64_t ahead = FAR_AHEAD + (int64_t)chance_below(&g->chance, FAR_AHEAD);
    if (sender->spent)
        tx->seq = (int64_t)chance_below(&g->chance, (uint64_t)sender->spent);
    else if (number_add(tx->seq, ahead, &tx->seq))
        return fault_rule(f, "sequence: the sequence numbers end at 2^63-1");
    fault_rule(&out->rule, "tx: seq %" PRId64 ", expected", tx->seq);
    return forge_put_unsigned(tx, out, f);
}

/* A little more than the sender has or, one time in four, so much that the sum with the fee is over
 * 2^63-1. */
static int forge_amount(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                        struct forgery *out, struct fault *f)
{
    struct move m = {.amount = 0};
    int64_t more = 1 + (int64_t)chance_below(&g->chance, (uint64_t)sender->most / 10 + 1);
    bool over = chance_below(&g->chance, 4) == 0;
    int64_t least = sender->most > tx->fee ? sender->most - tx->fee : 0;
    if (forge_payment_of(tx, "amount", &m, f))
        return -1;
    if (over || number_add(least, more, &m.amount))
        m.amount = INT64_MAX;
    if (over && tx->fee > 1)
        m.amount -= (int64_t)chance_below(&g->chance, (uint64_t)tx->fee);
    if (tx->fee == 0 && m.amount == sender->most)
        return fault_rule(f, "amount: the sender has all that there can be");
    fault_rule(&out->rule, "tx: %s has", account_text(&tx->from).text);
    return forge_put_payment(tx, &m, out, f);
}

/* The sender pays the same amount to itself. */
static int forge_double_spend(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                              struct forgery *out, struct fault *f)
{
    struct move m = {.amount = 0};
    (void)g, (void)sender;
    if (forge_payment_of(tx, "double-spend", &m, f))
        return -1;
    if (account_equal(&m.to, &tx->from))
        m.amount += m.amount < INT64_MAX ? 1 : -1;
    m.to = tx->from;
    out->follows = true;
    fault_rule(&out->rule, "tx: seq %" PRId64 " is spent twice", tx->seq);
    return forge_put_payment(tx, &m, out, f);
}

/* A completely different id or, equally often, one with a single digit changed. */
static int forge_other_chain(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                             struct forgery *out, struct fault *f)
{
    uint8_t chain[ID_LEN];
    (void)sender;
    memcpy(chain, tx->chain, ID_LEN);
    if (chance_below(&g->chance, 2))
        tx->chain[chance_below(&g->chance, ID_LEN)] ^= (uint8_t)(1 << chance_below(&g->chance, 8));
    else
        for (int i = 0; i < ID_LEN; i++)
            tx->chain[i] = (uint8_t)chance_next(&g->chance);
    apply_check(chain, &(struct rules){0}, tx, &out->rule);
    return forge_put_unsigned(tx, out, f);
}

/* Under the least fee or, if that depends on the length of the line, one under it. */
static int forge_fee(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                     struct forgery *out, struct fault *f)
{
    const struct rules *r = &g->ledger->tree.rules;
    int64_t least;
    (void)sender;
    if (r->minfee == 0 && r->bytefee == 0)
        return fault_rule(f, "fee: in this chain, no fee is too small");
    if (r->bytefee == 0)
        tx->fee = r->minfee - 1 - (int64_t)chance_below(&g->chance, (uint64_t)r->minfee / 10 + 1);
    else if (rules_fee(r, tx_signed_length(tx), &least))
        return fault_rule(f, "fee: the least fee is over 2^63-1");
    else
        tx->fee = least - 1 - NUMBER_DIGITS * r->bytefee; /* however few digits it has */
    tx->fee = tx->fee < 0 ? 0 : tx->fee;
    if (r->bytefee)
        fault_rule(&out->rule, "tx: fee %" PRId64 " is under the minimum of", tx->fee);
    else
        apply_check(tx->chain, r, tx, &out->rule);
    return forge_put_unsigned(tx, out, f);
}

/* --- All kinds -------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    bool needs_ledger;
    forge_it *make;
} kinds[] = {
    [FORGE_SIGNATURE] = {"signature", false, forge_signature},
    [FORGE_SEQUENCE] = {"sequence", true, forge_sequence},
    [FORGE_AMOUNT] = {"amount", true, forge_amount},
    [FORGE_DOUBLE_SPEND] = {"double-spend", false, forge_double_spend},
    [FORGE_OTHER_CHAIN] = {"other-chain", false, forge_other_chain},
    [FORGE_FORM] = {"form", false, forge_form},
    [FORGE_FEE] = {"fee", true, forge_fee},
    [FORGE_REPLAY] = {"replay", true, forge_replay},
    [FORGE_ACCOUNT] = {"account", true, forge_account},
    [FORGE_BATCH] = {"batch", false, forge_batch},
    [FORGE_SPONSOR] = {"sponsor", false, forge_sponsor},
    [FORGE_PROOF] = {"proof", false, forge_proof},
    [FORGE_EARLY] = {"early", true, forge_early},
    [FORGE_ACCUSE] = {"accuse", false, forge_accuse},
    [FORGE_ANY] = {"any", false, NULL},
};

int forge_named(const char *name)
{
    for (int kind = 0; kind <= FORGE_ANY; kind++)
        if (strcmp(kinds[kind].name, name) == 0)
            return kind;
    return -1;
}

const char *forge_name(enum forge_kind kind)
{
    return kinds[kind].name;
}

bool forge_needs_ledger(enum forge_kind kind)
{
    return kinds[kind].needs_ledger;
}

static int make_one(struct forger *g, enum forge_kind kind, const struct tx *honest,
                    const struct forge_sender *sender, struct forgery *out, struct fault *f)
{
    struct tx tx = *honest;
    struct buf line = out->line;
    line.len = 0;
    *out = (struct forgery){.kind = kind, .line = line};
    if (kinds[kind].make(g, &tx, sender, out, f))
        return -1;
    out->message_len = out->line.len;
    while (out->whole && out->line.data[--out->message_len] != ' ')
        ;
    return 0;
}

int forge_make(struct forger *g, enum forge_kind kind, const struct tx *honest,
               const struct forge_sender *sender, struct forgery *out, struct fault *f)
{
    if (kind != FORGE_ANY)
        return make_one(g, kind, honest, sender, out, f);
    uint64_t first = chance_below(&g->chance, FORGE_KINDS);
    for (uint64_t i = 0; i < FORGE_KINDS; i++) {
        enum forge_kind one = (enum forge_kind)((first + i) % FORGE_KINDS);
        if (kinds[one].needs_ledger && !g->ledger)
            continue;
        if (make_one(g, one, honest, sender, out, f) == 0)
            return 0;
        if (f->kind != FAULT_RULE)
            return -1;
    }
    return -1;
}
