#include "ledgercli/words.h"

#include "base/hex.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/policy.h"
#include "cli/text.h"
#include "ledgercli/words_members.h"

#include <inttypes.h>
#include <string.h>

void words_account(const struct book *book, const char *what, const struct account *account)
{
    cli_put_format("%-8s %s\n", what, cli_account_words(book, account).text);
}

/* What a transaction does, as it stands in its line. */
static void put_words(struct field words)
{
    cli_put_format("text     ");
    cli_put(words.text, words.len);
    cli_put_format("\n");
}

static void put_field(const char *what, struct field x)
{
    cli_put_format("%-8s ", what);
    cli_put(x.text, x.len);
    cli_put_format("\n");
}

/* The branch of the policy that is proved, in words, its preimage, and who has signed. */
static void put_proof(const struct book *book, const struct tx *tx)
{
    struct policy p;
    struct fault ignored;
    struct buf words = {0};
    struct tx_signature s;
    struct field text = tx_field(tx, tx->proof.policy);
    if (!text.len || policy_parse(text.text, text.len, &p, &ignored))
        return;
    cli_memory(cli_policy_branch(book, &p.branches[tx->proof.branch], &words));
    cli_put_format("branch   %u: ", tx->proof.branch);
    cli_put(words.data, words.len);
    cli_put_format("\n");
    buf_free(&words);
    if (tx->proof.preimage.len)
        put_field("preimage", tx_field(tx, tx->proof.preimage));
    for (size_t at = 0; at < tx->proof.count && tx_next_signature(tx, &at, &s);)
        words_account(book, "signer", &s.by);
}

void words_tx(const struct book *book, const struct tx *tx, const uint8_t id[ID_LEN])
{
    const struct field words = tx_field(tx, tx->words);
    struct move m = {.memo = {"-", 1}};
    bool is_payment = strcmp(tx->operation->name, "pay") == 0;
    cli_put_format("%-8s %s\n", is_payment ? "payment" : tx->operation->name, hex32(id).text);
    words_account(book, "from", &tx->from);
    for (size_t at = 0; tx_next_move(tx, &at, &m);) {
        words_account(book, "to", &m.to);
        cli_put_format("amount   %" PRId64 "\n", m.amount);
    }
    cli_put_format("fee      %" PRId64 "\n", tx->fee);
    if (tx->has_sponsor)
        words_account(book, "sponsor", &tx->sponsor);
    cli_put_format("seq      %" PRId64 "\n", tx->seq);
    if (!field_is(m.memo, "-")) {
        cli_put_format("memo     ");
        cli_put_text(m.memo);
        cli_put_format("\n");
    }
    put_proof(book, tx);
    words_operation(book, tx);
    if (!tx->operation->moves || tx->operation->apply)
        put_words(words);
}

void words_entry(const struct book *book, const struct item *item, const struct entry *e)
{
    if (e->type == &tx_type) {
        words_tx(book, &e->tx, e->id);
    } else if (e->grant.amount) {
        cli_put_format("grant    %s\n", hex32(e->id).text);
        words_account(book, "to", &e->grant.account);
        cli_put_format("amount   %" PRId64 "\n", e->grant.amount);
    } else if (!words_member(book, item, e) && !words_signed(book, item, e)) {
        cli_put_format("%-8s %s\n", e->type->name, hex32(e->id).text);
        cli_put_format("text     %.*s\n", (int)e->len, item->text + e->at);
    }
}

/* A transaction in a line for each of its payments; one that makes none, in its own words. */
static void put_short(const struct book *book, const struct tx *tx, const uint8_t id[ID_LEN])
{
    struct move m;
    size_t at = 0;
    while (tx_next_move(tx, &at, &m))
        cli_put_format("  %.12s %s pays %s %" PRId64 "%s%s\n", hex32(id).text,
                       cli_account_words(book, &tx->from).text, cli_account_words(book, &m.to).text,
                       m.amount, tx->has_sponsor ? ", sponsor " : "",
                       tx->has_sponsor ? cli_account_words(book, &tx->sponsor).text : "");
    if (!tx->operation->moves) {
        cli_put_format("  %.12s %s ", hex32(id).text, cli_account_words(book, &tx->from).text);
        if (words_operation_short(book, tx))
            cli_put_format("\n");
        else
            put_words(tx_field(tx, tx->words));
    }
}

/* A line that is no transaction. */
static void put_line(const struct book *book, const struct item *item, const struct entry *e)
{
    cli_put_format("  %.12s ", hex32(e->id).text);
    if (e->grant.amount)
        cli_put_format("grants %s %" PRId64, cli_account_words(book, &e->grant.account).text,
                       e->grant.amount);
    else if (!words_signed_short(book, item, e))
        cli_put_format("%.*s", (int)e->len, item->text + e->at);
    cli_put_format("\n");
}

void words_body(const struct book *book, const struct item *item)
{
    for (size_t i = 0; i < item->count; i++) {
        const struct entry *e = &item->entries[i];
        if (e->type == &tx_type)
            put_short(book, &e->tx, e->id);
        else
            put_line(book, item, e);
    }
}
