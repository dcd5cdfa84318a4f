/* The members of a transaction's object. */
#include "export/json_parts.h"
#include "record/evidence.h"

static char *put_plain(char *p, const char *name, struct field x)
{
    return json_plain(json_name(p, name), x);
}

static struct cursor cursor_at(const struct tx *tx, struct piece of)
{
    const char *begin = tx->line + of.at;
    return (struct cursor){begin, begin + of.len};
}

/* A list of every `stride`-th field, from number `first` on. */
static char *put_every(const struct json *j, char *p, const char *name, enum form_kind kind,
                       struct cursor from, unsigned first, unsigned stride)
{
    p = json_name(p, name);
    *p++ = '[';
    for (unsigned i = 0; from.text < from.end; i++) {
        struct field x = cursor_take_field(&from);
        if (i % stride != first)
            continue;
        if (p[-1] != '[')
            *p++ = ',';
        p = kind == FORM_NUMBER ? json_number(j, p, x) : json_plain(p, x);
    }
    *p++ = ']';
    return p;
}

/* A record that is an argument: a run of fields. */
static struct field take_record(struct cursor *c)
{
    struct field record = cursor_take_field(c);
    const struct evidence_kind *kind = evidence_kind_of(record);
    for (unsigned i = 1; kind && i < kind->fields; i++) {
        struct field x = cursor_take_field(c);
        record.len = (size_t)(x.text + x.len - record.text);
    }
    return record;
}

/* The arguments of the operation: those that may be repeated as lists, the others one by one. */
static char *put_arguments(const struct json *j, char *p, const struct tx *tx)
{
    const struct operation *op = tx->operation;
    struct cursor c = cursor_at(tx, tx->words);
    size_t single = operation_arguments(op) - op->repeated;
    p = put_plain(p, "operation", cursor_take_field(&c));
    for (size_t i = 0; op->arguments[i].name; i++) {
        const struct argument *a = &op->arguments[i];
        enum form_kind kind = form_of_argument(a->kind);
        if (a->kind == ARGUMENT_LINE)
            p = put_plain(p, a->name, take_record(&c));
        else if (i < single)
            p = json_field(j, p, &(struct form_field){a->name, kind, false}, cursor_take_field(&c),
                           NULL);
        else
            p = put_every(j, p, a->plural ? a->plural : a->name, kind, c, (unsigned)(i - single),
                          op->repeated);
    }
    return p;
}

static char *put_proof(const struct json *j, char *p, const struct tx *tx)
{
    const struct tx_proof *proof = &tx->proof;
    char digits[NUMBER_MAX];
    struct field branch = {digits, (size_t)(put_number(digits, proof->branch) - digits)};
    if (!proof->policy.len)
        return p;
    p = put_plain(p, "policy", tx_field(tx, proof->policy));
    p = json_number(j, json_name(p, "branch"), branch);
    if (proof->preimage.len)
        p = put_plain(p, "preimage", tx_field(tx, proof->preimage));
    p = put_every(j, p, "signers", FORM_PLAIN, cursor_at(tx, proof->pairs), 0, 2);
    return put_every(j, p, "signatures", FORM_PLAIN, cursor_at(tx, proof->pairs), 1, 2);
}

char *json_tx(const struct json *j, char *p, const struct tx *tx)
{
    static const struct form_field first[] = {{"chain", FORM_PLAIN, false},
                                              {"from", FORM_PLAIN, false},
                                              {"seq", FORM_NUMBER, false},
                                              {"fee", FORM_NUMBER, false}};
    struct cursor c = {tx->line + strlen("tx "), tx->line + tx->len};
    size_t at = 0;
    struct tx_signature own;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        p = json_field(j, p, &first[i], cursor_take_field(&c), NULL);
    p = put_arguments(j, p, tx);
    if (tx->has_sponsor) {
        struct account_text sponsor = account_text(&tx->sponsor);
        p = put_plain(p, "sponsor", (struct field){sponsor.text, sponsor.len});
    }
    p = put_proof(j, p, tx);
    if (tx->from.form != ACCOUNT_POLICY && tx_next_signature(tx, &at, &own))
        p = put_plain(p, "signature", tx_field(tx, own.digits));
    if (tx->sponsor_signature.len)
        p = put_plain(p, "sponsor_signature", tx_field(tx, tx->sponsor_signature));
    return p;
}
