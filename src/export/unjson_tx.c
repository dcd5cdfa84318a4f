/* The line of a transaction from its object. That it is one is checked afterwards. */
#include "export/unjson_parts.h"

#include <string.h>

static int put_word(struct reading *r, const char *word, struct buf *out)
{
    return buf_add(out, " ", 1) || buf_add_string(out, word) ? fault_memory(r->f) : 0;
}

/* The lists of these names, whose fields take turns. */
static int put_turns(struct reading *r, const char *const names[], unsigned lists, struct buf *out)
{
    struct cursor c[ARGUMENTS_MAX] = {{0}};
    struct field x;
    for (unsigned i = 0; i < lists; i++) {
        int there = unjson_use(r, names[i], FORM_LIST, &x);
        if (there <= 0)
            return there < 0 ? -1 : fault_rule(r->f, "json: %s is missing", names[i]);
        c[i] = (struct cursor){x.text, x.text + x.len};
    }
    while (c[0].text < c[0].end)
        for (unsigned i = 0; i < lists; i++) {
            x = cursor_take_field(&c[i]);
            if (x.len == 0)
                return fault_rule(r->f, "json: %s has fewer values than %s", names[i], names[0]);
            if (buf_add(out, " ", 1) || buf_add(out, x.text, x.len))
                return fault_memory(r->f);
        }
    for (unsigned i = 1; i < lists; i++)
        if (c[i].text < c[i].end)
            return fault_rule(r->f, "json: %s has more values than %s", names[i], names[0]);
    return 0;
}

/* A record that is an argument. */
static int put_record(struct reading *r, const char *name, struct buf *out)
{
    struct field x;
    int there = unjson_use(r, name, FORM_REST, &x);
    if (there <= 0)
        return there < 0 ? -1 : fault_rule(r->f, "json: %s is missing", name);
    return buf_add(out, " ", 1) || buf_add(out, x.text, x.len) ? fault_memory(r->f) : 0;
}

static int put_arguments(struct reading *r, struct buf *out)
{
    const char *names[ARGUMENTS_MAX];
    unsigned lists = 0;
    struct json_member *word = members_find(&r->members, "operation", strlen("operation"));
    const struct operation *op = word ? operation_named(member_value(&r->members, word)) : NULL;
    if (!op)
        op = operations[0];
    size_t single = operation_arguments(op) - op->repeated;
    for (size_t i = 0; op->arguments[i].name; i++) {
        const struct argument *a = &op->arguments[i];
        struct form_field field = {a->name, form_of_argument(a->kind), false};
        if (a->kind == ARGUMENT_LINE) {
            if (put_record(r, a->name, out))
                return -1;
        } else if (i >= single) {
            names[lists++] = a->plural ? a->plural : a->name;
        } else if (unjson_member(r, &field, out)) {
            return -1;
        }
    }
    return lists ? put_turns(r, names, lists, out) : 0;
}

/* Appends a word and the member that follows it, if there is one. 0, or -1 and a fault. */
static int put_after(struct reading *r, const char *word, const struct form_field *field,
                     struct buf *out)
{
    if (!members_find(&r->members, field->name, strlen(field->name)))
        return 0;
    return put_word(r, word, out) || unjson_member(r, field, out) ? -1 : 0;
}

static int put_proof(struct reading *r, struct buf *out)
{
    static const char *const pairs[] = {"signers", "signatures"};
    static const struct form_field branch = {"branch", FORM_NUMBER, false},
                                   preimage = {"preimage", FORM_PLAIN, false};
    struct field policy;
    int there = unjson_use(r, "policy", FORM_REST, &policy);
    if (there <= 0)
        return there;
    if (buf_add(out, " ", 1) || buf_add(out, policy.text, policy.len) || buf_add_string(out, " by"))
        return fault_memory(r->f);
    return unjson_member(r, &branch, out) || put_after(r, "show", &preimage, out) ||
                   put_turns(r, pairs, 2, out)
               ? -1
               : 0;
}

int unjson_tx(struct reading *r, struct buf *out)
{
    static const struct form_field first[] = {
        {"chain", FORM_PLAIN, false},     {"from", FORM_PLAIN, false},
        {"seq", FORM_NUMBER, false},      {"fee", FORM_NUMBER, false},
        {"operation", FORM_PLAIN, false}, {"sponsor", FORM_PLAIN, false},
        {"signature", FORM_PLAIN, true},  {"sponsor_signature", FORM_PLAIN, true}};
    enum { WORDS = 5, SPONSOR = WORDS, SIGNATURE, SPONSOR_SIGNATURE };
    for (int i = 0; i < WORDS; i++)
        if (unjson_member(r, &first[i], out))
            return -1;
    return put_arguments(r, out) || put_after(r, "sponsor", &first[SPONSOR], out) ||
                   put_proof(r, out) || unjson_member(r, &first[SIGNATURE], out) ||
                   unjson_member(r, &first[SPONSOR_SIGNATURE], out)
               ? -1
               : 0;
}
