#include "ledgercli/words_members.h"

#include "base/hex.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "ledgercli/words.h"
#include "record/attest.h"
#include "record/member.h"
#include "record/vote.h"

#include <inttypes.h>

static struct account_words named(const struct book *book, const uint8_t key[ID_LEN])
{
    struct account a = {.form = ACCOUNT_KEY};
    memcpy(a.id, key, ID_LEN);
    return cli_account_words(book, &a);
}

/* --- Operations ------------------------------------------------------------------------------- */

/* The form of the words was checked when the transaction was parsed. */
struct said {
    bool stakes, unstakes, admits, accuses;
    int64_t amount; /* or a weight */
    struct account about;
    struct field evidence; /* the type of the lines */
};

static bool read_words(const struct tx *tx, struct said *s)
{
    const struct field words = tx_field(tx, tx->words);
    struct cursor c = {words.text, words.text + words.len};
    struct field op = cursor_take_field(&c);
    struct operation_signature by;
    struct fault never;
    size_t at = 0;
    *s = (struct said){.stakes = field_is(op, "stake"),
                       .unstakes = field_is(op, "unstake"),
                       .admits = field_is(op, "admit"),
                       .accuses = field_is(op, "accuse"),
                       .about.form = ACCOUNT_KEY};
    if (s->stakes || s->unstakes)
        return cursor_take_number(&c, "", &s->amount, &never) == 0;
    if (s->admits)
        return cursor_take_id(&c, "", s->about.id, &never) == 0 &&
               cursor_take_number(&c, "", &s->amount, &never) == 0;
    if (!s->accuses || !tx->operation->signatures(tx, &at, &by))
        return false;
    s->evidence = cursor_take_field(&c);
    memcpy(s->about.id, by.key, ID_LEN);
    return true;
}

bool words_operation(const struct book *book, const struct tx *tx)
{
    struct said s;
    if (!read_words(tx, &s))
        return false;
    if (s.admits || s.accuses)
        words_account(book, s.admits ? "account" : "accused", &s.about);
    if (s.accuses)
        cli_put_format("signed   two %.*s lines that exclude each other\n", (int)s.evidence.len,
                       s.evidence.text);
    else
        cli_put_format("%-8s %" PRId64 "\n", s.admits ? "weight" : "amount", s.amount);
    return true;
}

bool words_operation_short(const struct book *book, const struct tx *tx)
{
    struct said s;
    if (!read_words(tx, &s))
        return false;
    struct account_words about = cli_account_words(book, &s.about);
    if (s.admits)
        cli_put_format("wants %s to have weight %" PRId64, about.text, s.amount);
    else if (s.accuses)
        cli_put_format("accuses %s of two %.*s lines", about.text, (int)s.evidence.len,
                       s.evidence.text);
    else
        cli_put_format("%s %" PRId64, s.stakes ? "stakes" : "unstakes", s.amount);
    return true;
}

/* --- Lines of a body -------------------------------------------------------------------------- */

/* One of these, parsed; NULL of the others. */
struct line_of {
    const struct record_type *type;
    struct vote vote;
    struct attest attest;
    struct member member;
};

static bool read_line(const struct item *item, const struct entry *e, struct line_of *of)
{
    const char *line = item->text + e->at;
    struct fault never;
    of->type = e->type;
    if (e->type == &vote_type)
        return vote_parse(line, e->len, &of->vote, &never) == 0;
    if (e->type == &attest_type)
        return attest_parse(line, e->len, &of->attest, &never) == 0;
    return e->type == &member_type && member_parse(line, e->len, &of->member, &never) == 0;
}

bool words_member(const struct book *book, const struct item *item, const struct entry *e)
{
    struct line_of of;
    if (e->type != &member_type || !read_line(item, e, &of))
        return false;
    cli_put_format("%-8s %s\naccount  %s\nweight   %" PRId64 "\n", e->type->name, hex32(e->id).text,
                   named(book, of.member.key).text, of.member.weight);
    return true;
}

bool words_signed(const struct book *book, const struct item *item, const struct entry *e)
{
    struct line_of of;
    if (e->type == &member_type || !read_line(item, e, &of))
        return false;
    const struct vote *v = &of.vote;
    const struct attest *a = &of.attest;
    bool votes = e->type == &vote_type;
    cli_put_format("%-8s %s\nby       %s\n", e->type->name, hex32(e->id).text,
                   named(book, votes ? v->line.signer : a->line.signer).text);
    if (votes)
        cli_put_format("for      %" PRId64 " %s\nround    %" PRId64 "\nstep     %.*s\n", v->height,
                       hex32(v->block).text, v->round, (int)v->step.len, v->step.text);
    else
        cli_put_format("target   %" PRId64 " %s\nsource   %" PRId64 " %s\n", a->target_height,
                       hex32(a->target).text, a->source_height, hex32(a->source).text);
    return true;
}

bool words_signed_short(const struct book *book, const struct item *item, const struct entry *e)
{
    struct line_of of;
    if (!read_line(item, e, &of))
        return false;
    const struct vote *v = &of.vote;
    const struct attest *a = &of.attest;
    if (of.type == &vote_type)
        cli_put_format("%s votes for %" PRId64 " %.12s in round %" PRId64,
                       named(book, v->line.signer).text, v->height, hex32(v->block).text, v->round);
    else if (of.type == &attest_type)
        cli_put_format("%s attests %" PRId64 " %.12s from %" PRId64 " %.12s",
                       named(book, a->line.signer).text, a->target_height, hex32(a->target).text,
                       a->source_height, hex32(a->source).text);
    else
        cli_put_format("member %s has weight %" PRId64, named(book, of.member.key).text,
                       of.member.weight);
    return true;
}
