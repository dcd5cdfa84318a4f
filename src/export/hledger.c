#include "export/hledger.h"

#include "export/accounts.h"

#include <stdlib.h>
#include <time.h>

/* A posting with a name, a number, a commodity and separators; a description line. */
enum {
    POSTING_MAX = ACCOUNT_TEXT_MAX + 2 * (NUMBER_MAX + TEXT_FORM_MAX) + 64,
    HEAD_MAX = 2 * ID_LEN + ACCOUNT_TEXT_MAX + TEXT_FORM_MAX + 3 * NUMBER_MAX + 128,
    DATE_MAX = 10,
    TIME_MAX = 20,
};

/* The last second of a year with four digits. */
#define TIME_LAST INT64_C(253402300799)

struct hledger {
    const struct book *book;
    struct chain chain;
    struct state *state;
    int64_t latest;               /* the latest time of a block so far, TIME_LAST at most */
    char date[DATE_MAX + 1];      /* its day */
    char when[TIME_MAX + 1];      /* the block's own time */
    char unit[TEXT_FORM_MAX + 4]; /* the text after an amount: a space and the commodity */
    struct buf journal;           /* the state's argument, which is ignored */
    int64_t supply;
};

/* The context of a loop over the state's accounts. */
struct writing {
    const struct hledger *h;
    struct buf *out;
    size_t count;
};

struct hledger *hledger_new(const struct book *book)
{
    struct hledger *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->book = book;
    h->state = state_new((struct state_backing){0});
    if (h->state)
        return h;
    free(h);
    return NULL;
}

void hledger_free(struct hledger *h)
{
    if (!h)
        return;
    state_free(h->state);
    buf_free(&h->journal);
    free(h);
}

/* --- Lines ---------------------------------------------------------------------------------- */

static void set_date(struct hledger *h, int64_t time)
{
    time_t seconds = (time_t)(time < TIME_LAST ? time : TIME_LAST);
    struct tm tm;
    if (seconds == time && gmtime_r(&seconds, &tm))
        strftime(h->when, sizeof h->when, "%Y-%m-%dT%H:%M:%SZ", &tm);
    else
        *put_number(h->when, time) = 0;
    if (seconds > h->latest)
        h->latest = seconds;
    seconds = (time_t)h->latest;
    if (gmtime_r(&seconds, &tm))
        strftime(h->date, sizeof h->date, "%Y-%m-%d", &tm);
}

/* The chain's name in its text form, quoted, since it may have characters that commodities
 * otherwise may not. To hledger, AUTO means a missing amount, even in quotes; no text form has %41.
 */
static void set_unit(struct hledger *h)
{
    const char *name = h->chain.rules.name;
    char *p = put_string(put(h->unit, " \"", 2), strcmp(name, "AUTO") == 0 ? "%41UTO" : name);
    put(p, "\"", 2); /* and its NUL */
}

/* A memo as people read it, if a description can hold it and it cannot be mistaken for the text
 * form of another; otherwise in its text form. */
static char *put_memo(char *p, struct field memo)
{
    char bytes[TEXT_MAX];
    size_t n = text_decode(memo, bytes);
    bool plain = n > 0 && bytes[0] != ' ' && bytes[n - 1] != ' ';
    for (size_t i = 0; plain && i < n; i++)
        plain = bytes[i] >= 0x20 && bytes[i] < 0x7f && !strchr(";|%", bytes[i]) &&
                !(bytes[i] == ' ' && bytes[i + 1] == ' ');
    return plain ? put(p, bytes, n) : put(p, memo.text, memo.len);
}

/* DATE * (CODE) PAYEE | NOTE; with an empty memo the payee alone, with memo NULL "block HEIGHT". */
static char *put_head(char *p, const struct hledger *h, const uint8_t code[ID_LEN],
                      const struct account *payee, const struct field *memo)
{
    p = put_string(p, h->date);
    p = put(p, " * (", 4);
    p = put_id(p, code);
    p = put(p, ") ", 2);
    p = memo || h->chain.height > 0 ? put_account(p, h->book, payee) : put_string(p, "genesis");
    if (!memo) {
        p = put_string(p, " | block ");
        p = put_number(p, h->chain.height);
    } else if (!field_is(*memo, "-")) {
        p = put(p, " | ", 3);
        p = put_memo(p, *memo);
    }
    p = put_string(p, "  ; height:");
    p = put_number(p, h->chain.height);
    p = put_string(p, ", time:");
    p = put_string(p, h->when);
    *p++ = '\n';
    return p;
}

static char *put_amount(char *p, const struct hledger *h, int64_t amount)
{
    return put_string(put_number(p, amount), h->unit);
}

static char *put_name(char *p, const struct hledger *h, const struct account *id)
{
    return put_account(put_string(p, "    accounts:"), h->book, id);
}

static char *put_posting(char *p, const struct hledger *h, const struct account *id, int64_t amount)
{
    p = put(put_name(p, h, id), "  ", 2);
    p = put_amount(p, h, amount);
    *p++ = '\n';
    return p;
}

/* One of the accounts that belong to nobody. */
static char *put_equity(char *p, const struct hledger *h, const char *name, int64_t amount)
{
    if (amount == 0)
        return p;
    p = put_string(put_string(p, "    equity:"), name);
    p = put_amount(put(p, "  ", 2), h, amount);
    *p++ = '\n';
    return p;
}

/* The balance, at its end, of an account that a block has touched. */
static int put_assertion(void *self, const struct state_key *key, const struct state_value *value,
                         struct fault *f)
{
    struct writing *w = self;
    struct account id;
    struct account_state a;
    if (!account_of_state(key, &id))
        return 0;
    if (account_decode(value, &a))
        return fault_trouble(f, "broken account in the state");
    if (buf_reserve(w->out, POSTING_MAX))
        return fault_memory(f);
    char *p = put(put_name(w->out->data + w->out->len, w->h, &id), "  ", 2);
    p = put_amount(p, w->h, 0);
    p = put_amount(put(p, " = ", 3), w->h, a.balance);
    *p++ = '\n';
    w->out->len = (size_t)(p - w->out->data);
    w->count++;
    return 0;
}

/* --- Transactions --------------------------------------------------------------------------- */

/* One of many payments, to FROM itself: together they may be more than it had, or than a number
 * holds, and so each is taken from FROM by a posting of its own. */
static bool is_circular(const struct tx *tx, const struct move *m)
{
    return tx->operation->repeated && account_equal(&m->to, &tx->from);
}

/* What FROM pays, and a sponsor. */
static char *put_spent(char *p, const struct hledger *h, const struct tx *tx)
{
    struct move m;
    int64_t spent = tx->has_sponsor ? 0 : tx->fee;
    for (size_t at = 0; tx_next_move(tx, &at, &m);)
        if (!is_circular(tx, &m))
            spent += m.amount;
    p = put_posting(p, h, &tx->from, -spent);
    return tx->has_sponsor ? put_posting(p, h, &tx->sponsor, -tx->fee) : p;
}

/* A transaction of the journal: its head, with the first payee and the memo; what FROM pays; what
 * others get. */
static int put_tx(struct hledger *h, const struct entry *e, struct buf *out, struct fault *f)
{
    const struct field none = {"-", 1};
    const struct tx *tx = &e->tx;
    struct move m = {.to = tx->from, .memo = none}, next;
    size_t at = 0;
    tx_next_move(tx, &at, &m);
    if (buf_reserve(out, HEAD_MAX + 3 * POSTING_MAX))
        return fault_memory(f);
    char *p = put_head(out->data + out->len, h, e->id, &m.to, &m.memo);
    out->len = (size_t)(put_spent(p, h, tx) - out->data);
    for (at = 0; tx_next_move(tx, &at, &next);) {
        if (buf_reserve(out, 3 * POSTING_MAX))
            return fault_memory(f);
        p = out->data + out->len;
        if (is_circular(tx, &next))
            p = put_posting(p, h, &tx->from, -next.amount);
        out->len = (size_t)(put_posting(p, h, &next.to, next.amount) - out->data);
    }
    p = put_equity(out->data + out->len, h, "fees", tx->fee);
    *p++ = '\n';
    out->len = (size_t)(p - out->data);
    return 0;
}

static int put_grant(struct hledger *h, const struct entry *e, struct buf *out, struct fault *f)
{
    const struct field none = {"-", 1};
    if (buf_reserve(out, HEAD_MAX + 3 * POSTING_MAX))
        return fault_memory(f);
    char *p = put_head(out->data + out->len, h, e->id, &e->grant.account, &none);
    p = put_posting(p, h, &e->grant.account, e->grant.amount);
    p = put_equity(p, h, "genesis", -e->grant.amount);
    *p++ = '\n';
    out->len = (size_t)(p - out->data);
    return 0;
}

/* Applies the block's lines and writes a transaction for each. */
static int put_entries(struct hledger *h, const struct item *item, struct buf *out, struct fault *f)
{
    const struct apply_context in = {.state = h->state,
                                     .chain = h->chain.genesis,
                                     .rules = &h->chain.rules,
                                     .height = item->block.height,
                                     .time = item->block.time,
                                     .supply = &h->supply};
    int64_t fees = 0;
    for (size_t i = 0; i < item->count; i++) {
        const struct entry *e = &item->entries[i];
        if (e->type != &tx_type && e->grant.amount == 0) /* a rule */
            continue;
        if (e->type == &tx_type
                ? apply_tx(&in, &e->tx, &fees, f)
                : apply_grant(h->state, &e->grant.account, e->grant.amount, &h->supply, f)) {
            f->line = item->line + 1 + i;
            return -1;
        }
        if (e->type == &tx_type ? put_tx(h, e, out, f) : put_grant(h, e, out, f))
            return -1;
    }
    return 0;
}

/* The block's own transaction: its miner's earnings, and the balances of all accounts that the
 * block has touched. (These are all the dirty ones, as each block ends by going through them.) */
static int put_block(struct hledger *h, const struct item *item, struct buf *out, struct fault *f)
{
    const struct chain *c = &h->chain;
    struct writing w = {h, out, 0};
    size_t begin = out->len;
    int64_t earned = c->reward + c->fees;
    if (buf_reserve(out, HEAD_MAX + 3 * POSTING_MAX))
        return fault_memory(f);
    char *p = put_head(out->data + out->len, h, item->id, &item->block.miner, NULL);
    if (earned > 0)
        p = put_posting(p, h, &item->block.miner, earned);
    p = put_equity(p, h, "rewards", -c->reward);
    p = put_equity(p, h, "fees", -c->fees);
    out->len = (size_t)(p - out->data);
    if (state_flush(h->state, put_assertion, &w, f))
        return -1;
    if (w.count == 0)
        out->len = begin;
    return w.count && buf_add(out, "\n", 1) ? fault_memory(f) : 0;
}

static int put_preamble(struct hledger *h, struct buf *out, struct fault *f)
{
    if (buf_reserve(out, 512 + 2 * TEXT_FORM_MAX))
        return fault_memory(f);
    set_unit(h);
    char *p = put_string(out->data + out->len, "; chain ");
    p = put_id(p, h->chain.genesis);
    p = put_string(p, "\n\n");
    p = put_string(put_string(p, "commodity 1000."), h->unit);
    *p++ = '\n';
    p = put_string(p, "account accounts  ; type:A\naccount equity  ; type:E\n"
                      "account equity:genesis\naccount equity:rewards\naccount equity:fees\n\n");
    out->len = (size_t)(p - out->data);
    return 0;
}

int hledger_put(struct hledger *h, const struct item *item, struct buf *out, struct fault *f)
{
    const struct chain *c = &h->chain;
    if (chain_take(&h->chain, item, f))
        return -1;
    if (rules_members(&c->rules))
        return fault_trouble(f, "hledger: journals of chains with members are not written yet: "
                                "take json or tsv");
    if (item->is_genesis && put_preamble(h, out, f))
        return -1;
    h->journal.len = 0;
    set_date(h, item->block.time);
    state_begin(h->state);
    if (put_entries(h, item, out, f))
        return -1;
    if (!item->is_genesis &&
        apply_reward(h->state, &c->rules, c->height, &item->block.miner, c->fees, &h->supply, f)) {
        f->line = item->line;
        return -1;
    }
    return put_block(h, item, out, f) || state_commit(h->state, &h->journal, f) ? -1 : 0;
}

static int put_declared(void *self, const struct state_key *key, const struct state_value *value,
                        struct fault *f)
{
    struct writing *w = self;
    struct account id;
    (void)value;
    if (!account_of_state(key, &id))
        return 0;
    if (buf_reserve(w->out, POSTING_MAX))
        return fault_memory(f);
    char *p = put_string(w->out->data + w->out->len, "account accounts:");
    p = put_account(p, w->h->book, &id);
    *p++ = '\n';
    w->out->len = (size_t)(p - w->out->data);
    return 0;
}

int hledger_end(struct hledger *h, struct buf *out, struct fault *f)
{
    struct writing w = {h, out, 0};
    return account_loaded(h->state, put_declared, &w, f);
}
