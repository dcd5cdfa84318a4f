#include "record/state_entry.h"

#include "record/account.h"

#include <stdio.h>

enum kind { END, ACCOUNT, KEY, NUMBER };

/* The forms: a word, and the fields after it. */
static const struct form {
    const char *word;
    size_t named; /* how many of the fields name the entry, with the word */
    enum kind fields[4];
} forms[] = {
    {"account", 1, {ACCOUNT, NUMBER, NUMBER}},
    {"stake", 1, {KEY, NUMBER}},
    {"member", 1, {KEY, NUMBER}},
    {"unbonding", 2, {KEY, NUMBER, NUMBER}},
    {"wish", 2, {KEY, KEY, NUMBER}},
    {"accused", 1, {KEY}},
};

static const struct form *form_of(struct field word)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (field_is(word, forms[i].word))
            return &forms[i];
    return NULL;
}

static int check_field(struct field x, enum kind kind, const char *what, struct fault *f)
{
    struct account account;
    uint8_t key[ID_LEN];
    int64_t number;
    switch (kind) {
    case ACCOUNT:
        return account_field(x, what, &account, f);
    case KEY:
        return field_id(x, what, key, f);
    default:
        return field_number(x, what, &number, f);
    }
}

int state_entry_check(struct field entry, const char *what, size_t *named, struct fault *f)
{
    struct cursor c = {entry.text, entry.text + entry.len};
    const struct form *form = form_of(cursor_take_field(&c));
    size_t i = 0;
    char field[64];
    if (!form)
        return fault_rule(f, "%s: unknown kind of entry", what);
    snprintf(field, sizeof field, "%s: %s", what, form->word);
    for (; form->fields[i] != END; i++) {
        struct field x = cursor_take_field(&c);
        if (check_field(x, form->fields[i], field, f))
            return -1;
        if (i + 1 == form->named)
            *named = (size_t)(x.text + x.len - entry.text);
    }
    return c.text < c.end ? fault_rule(f, "%s: over %zu fields", field, i + 1) : 0;
}
