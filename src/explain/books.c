/* Accounts: what they had, how a block changes that, and where the script keeps it. */
#include "explain/parts.h"

#include "base/hex.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An account that a block names, as it is at this point of the explanation. */
struct party {
    struct account id;
    struct account_state account;
    int64_t left_at; /* the line of the block that changed it last; 0: none */
};

struct parties {
    struct party *list; /* by id, without duplicates */
    size_t count;
};

static int by_id(const void *a, const void *b)
{
    return account_compare(&((const struct party *)a)->id, &((const struct party *)b)->id);
}

/* Lists the accounts that its transactions touch, as many as fit; gives how many there are. */
static size_t list_touched(const struct item *item, struct party *list, size_t most)
{
    size_t n = 0;
    struct account a;
    for (size_t i = 0; i < item->count; i++)
        for (struct touches at = {0};
             item->entries[i].type == &tx_type && tx_next_account(&item->entries[i].tx, &at, &a);
             n++)
            if (n < most)
                list[n].id = a;
    return n;
}

/* All accounts that the block names. 0, or -1: no memory. */
static int gather(const struct item *item, struct parties *p)
{
    size_t n = list_touched(item, NULL, 0);
    p->list = calloc(n + 1, sizeof *p->list);
    if (!p->list)
        return -1;
    list_touched(item, p->list, n);
    p->list[n++].id = item->block.miner;
    qsort(p->list, n, sizeof *p->list, by_id);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || by_id(&p->list[i], &p->list[p->count - 1]))
            p->list[p->count++] = p->list[i];
    return 0;
}

static struct party *find(const struct parties *p, const struct account *id)
{
    struct party wanted = {.id = *id};
    return bsearch(&wanted, p->list, p->count, sizeof *p->list, by_id);
}

/* Its number in the script. */
static size_t number(const struct parties *p, const struct party *one)
{
    return (size_t)(one - p->list) + 1;
}

/* What each account has in the state and, in a whole ledger, since which block. */
static int look_up(struct explain *x, struct parties *p, struct fault *f)
{
    for (struct party *one = p->list; one < p->list + p->count; one++)
        if (account_get(x->tree->state, &one->id, &one->account, f) ||
            explain_changed_at(x, &one->id, &one->left_at, f))
            return -1;
    return 0;
}

static void open_book(struct explain *x, const struct parties *p, const struct party *one)
{
    size_t n = number(p, one);
    const struct account_state *a = &one->account;
    struct account_text id = account_text(&one->id);
    if (explain_has_members(x)) {
        explain_say(x, "# Account %zu is %s.\nlook_up %s\nbalance%zu=$balance next%zu=$next\n", n,
                    id.text, id.text, n, n);
        return;
    }
    explain_say(
        x, "# Account %zu is %s:\n# it has %" PRId64 ", and its next sequence number is %" PRId64,
        n, id.text, a->balance, a->seq);
    if (one->left_at)
        explain_say(x,
                    ", after the block of line %" PRId64 ".\n"
                    "read -r balance%zu next%zu <accounts/%s.%" PRId64 "\n"
                    "[ \"$balance%zu $next%zu\" = '%" PRId64 " %" PRId64
                    "' ] || trouble 'other books'\n",
                    one->left_at, n, n, id.text, one->left_at, n, n, a->balance, a->seq);
    else
        explain_say(x, ".\nbalance%zu=%" PRId64 " next%zu=%" PRId64 "\n", n, a->balance, n, a->seq);
}

static void open_books(struct explain *x, const struct parties *p)
{
    explain_say(x, "\n# What its accounts have after the parent.\n");
    for (const struct party *one = p->list; one < p->list + p->count; one++)
        open_book(x, p, one);
    explain_say(x, "fees=0\n");
}

/* The checks of a transaction before any money is moved. */
static void ask(struct explain *x, uint64_t line, const struct tx *tx, size_t from)
{
    explain_tx_of_chain(x, line, tx);
    explain_say(x, "# Its sequence number is account %zu's next.\n[ %" PRId64 " -eq \"$next%zu\" ]",
                from, tx->seq, from);
    explain_or_no(x, line, "tx: seq %" PRId64 ", expected", tx->seq);
    if (!tx->proof.policy.len)
        return;
    explain_say(x,
                "# Its branch is open from height %" PRId64 " on.\n[ %" PRId64 " -ge %" PRId64 " ]",
                tx->proof.after, x->item->block.height, tx->proof.after);
    explain_or_no(x, line, "tx: branch %u opens", tx->proof.branch);
}

/* Says what a transaction pays. */
static void announce(struct explain *x, const struct parties *p, uint64_t line, const struct tx *tx,
                     const struct party *from)
{
    struct move m;
    size_t at = 0;
    explain_say(x, "\n# Line %" PRIu64 ": account %zu has %" PRId64 " and pays", line,
                number(p, from), from->account.balance);
    while (tx_next_move(tx, &at, &m))
        explain_say(x, " account %zu %" PRId64 ",", number(p, find(p, &m.to)), m.amount);
    if (tx->has_sponsor)
        explain_say(x, " and account %zu, its sponsor,", number(p, find(p, &tx->sponsor)));
    else if (at)
        explain_say(x, " and");
    explain_say(x, " a fee of %" PRId64 ".\n", tx->fee);
}

/* Takes the fee, unless a sponsor pays it, and each payment from what FROM has. */
static void spend(struct explain *x, const struct parties *p, uint64_t line, const struct tx *tx,
                  struct party *from)
{
    struct move m;
    char rule[ACCOUNT_TEXT_MAX + 16];
    size_t a = number(p, from);
    int64_t fee = tx->has_sponsor ? 0 : tx->fee, left = from->account.balance - fee;
    snprintf(rule, sizeof rule, "tx: %s has ", account_text(&tx->from).text);
    explain_say(x, "# Account %zu has the fee, if it pays it, and each amount.\n", a);
    explain_say(x, "left=$((balance%zu - %" PRId64 "))\n[ \"$left\" -ge 0 ]", a, fee);
    explain_held_or_no(x, left >= 0, line, rule);
    for (size_t at = 0; !x->ended && tx_next_move(tx, &at, &m);) {
        explain_say(x, "[ %" PRId64 " -le \"$left\" ]", m.amount);
        explain_held_or_no(x, m.amount <= left, line, rule);
        if (account_equal(&m.to, &tx->from))
            continue;
        left -= m.amount;
        explain_say(x, "left=$((left - %" PRId64 "))\n", m.amount);
    }
    from->account = (struct account_state){left, from->account.seq + 1};
}

static void sponsor(struct explain *x, const struct parties *p, uint64_t line, const struct tx *tx)
{
    struct party *payer = tx->has_sponsor ? find(p, &tx->sponsor) : NULL;
    if (!payer || x->ended)
        return;
    size_t n = number(p, payer);
    explain_say(x,
                "# Its sponsor has the fee, before anybody is paid.\n[ %" PRId64
                " -le \"$balance%zu\" ]",
                tx->fee, n);
    explain_or_no(x, line, "tx: %s has ", account_text(&tx->sponsor).text);
    payer->account.balance -= tx->fee;
    explain_say(x, "balance%zu=$((balance%zu - %" PRId64 ")) # %" PRId64 "\n", n, n, tx->fee,
                payer->account.balance);
}

/* What the operation does besides paying. */
static void do_more(struct explain *x, uint64_t line, const struct tx *tx, size_t from,
                    const struct node *parent)
{
    if (!tx->operation->apply)
        return;
    explain_member_operation(x, line, tx, parent);
    explain_say(x, "balance%zu=$((left + earned_by_accusing))\n", from);
}

static void pay(struct explain *x, const struct parties *p, uint64_t line, const struct tx *tx,
                const struct node *parent)
{
    struct move m;
    struct party *from = find(p, &tx->from);
    size_t a = number(p, from);
    announce(x, p, line, tx, from);
    ask(x, line, tx, a);
    if (!x->ended)
        spend(x, p, line, tx, from);
    sponsor(x, p, line, tx);
    if (x->ended)
        return;
    explain_say(x, "balance%zu=$left next%zu=$((next%zu + 1)) # %" PRId64 " %" PRId64 "\n", a, a, a,
                from->account.balance, from->account.seq);
    for (size_t at = 0; tx_next_move(tx, &at, &m);) {
        struct party *to = find(p, &m.to);
        size_t b = number(p, to);
        if (to == from)
            continue;
        to->account.balance += m.amount;
        explain_say(x, "balance%zu=$((balance%zu + %" PRId64 ")) # %" PRId64 "\n", b, b, m.amount,
                    to->account.balance);
    }
    do_more(x, line, tx, a, parent);
    explain_say(x, "fees=$((fees + %" PRId64 "))\n", tx->fee);
}

static void reward(struct explain *x, const struct parties *p)
{
    const struct rules *r = &x->tree->rules;
    const struct block *b = &x->item->block;
    size_t miner = number(p, find(p, &b->miner));
    explain_say(x,
                "\n# The reward, %" PRId64 " at first, is halved every %" PRId64
                " blocks (0: never): now it is %" PRId64 ".\n"
                "halvings=0 earned=0\n"
                "[ \"$halving\" -eq 0 ] || halvings=$((%" PRId64 " / halving))\n"
                "[ \"$halvings\" -ge 63 ] || earned=$((reward >> halvings))\n",
                r->reward, r->halving, rules_reward(r, b->height), b->height);
    explain_say(x, "# It does not raise the supply over the largest number.\n"
                   "[ \"$earned\" -le $((9223372036854775807 - supply)) ]");
    explain_or_no(x, x->item->line, "block: supply is over 2^63-1");
    explain_say(x,
                "supply=$((supply + earned))\n# The miner, account %zu, gets it, and the fees.\n"
                "balance%zu=$((balance%zu + earned + fees))\n",
                miner, miner, miner);
}

/* Stores the state for the next block. A ledger that records are checked against has its own
 * state. */
static void close_books(struct explain *x, const struct parties *p, const struct node *parent)
{
    const struct item *item = x->item;
    if (x->about.against)
        return;
    explain_say(x, "\n# The books after it.\n");
    for (const struct party *one = p->list; one < p->list + p->count; one++)
        if (explain_has_members(x))
            explain_say(x, "put_account %s \"$balance%zu\" \"$next%zu\"\n",
                        account_text(&one->id).text, number(p, one), number(p, one));
        else
            explain_say(x, "put accounts/%s.%" PRIu64 " \"$balance%zu $next%zu\n\"\n",
                        account_text(&one->id).text, item->line, number(p, one), number(p, one));
    if (explain_has_members(x))
        explain_close_members(x, parent);
    explain_say(x, "put times.%s \"$(tail -n 10 times.%s)\n%" PRId64 "\n\"\n", hex32(item->id).text,
                hex32(parent->id).text, item->block.time);
    explain_say(x, "put block.%s \"%" PRId64 " %" PRId64 " $supply\n\"\n", hex32(item->id).text,
                item->block.height, item->block.time);
}

int explain_payments(struct explain *x, const struct node *parent, struct fault *f)
{
    const struct item *item = x->item;
    struct parties p = {0};
    if (gather(item, &p))
        return fault_memory(f);
    int result = tree_move(x->tree, parent, f) || look_up(x, &p, f) || explain_state(x, f) ? -1 : 0;
    if (result == 0) {
        explain_attests(x, parent);
        if (x->tree->rules.minstake)
            explain_say(x,
                        "\n# What is unbonding until this height returns.\nreturn_unbonded %" PRId64
                        "\n",
                        item->block.height);
        open_books(x, &p);
    }
    for (size_t i = 0; result == 0 && i < item->count && !x->ended; i++)
        if (item->entries[i].type == &tx_type)
            pay(x, &p, item->line + 1 + i, &item->entries[i].tx, parent);
    if (result == 0 && !x->ended) {
        reward(x, &p);
        close_books(x, &p, parent);
    }
    free(p.list);
    return result;
}
