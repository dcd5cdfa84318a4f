#include "explain/fields.h"

#include "base/num.h"
#include "slhdsa/slh_dsa.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN = 200 };

struct field explain_peek(const struct field_walk *w)
{
    struct cursor ahead = w->c;
    return cursor_take_field(&ahead);
}

bool explain_next(struct field_walk *w, const char *what, const char *rule)
{
    struct explain *x = w->x;
    if (x->ended)
        return false;
    w->field = cursor_take_field(&w->c);
    w->at++;
    explain_say(x, "# $%d, the %s: ", w->at, what);
    if (w->field.len == 0) {
        explain_say(x, "but the line ends here.\nfalse");
        explain_or_no(x, w->line, "%s", rule);
        return false;
    }
    explain_put(x, w->field.text, w->field.len < SHOWN ? w->field.len : SHOWN);
    explain_say(x, w->field.len > SHOWN ? " ...\n" : "\n");
    return true;
}

bool explain_held(struct field_walk *w, bool holds, const char *rule)
{
    explain_held_or_no(w->x, holds, w->line, rule);
    return !w->x->ended;
}

bool explain_passes(struct field_walk *w, const char *command, bool holds, const char *rule)
{
    char field[24];
    snprintf(field, sizeof field, w->at < 10 ? "\"$%d\"" : "\"${%d}\"", w->at);
    explain_say(w->x, command, field);
    return explain_held(w, holds, rule);
}

bool explain_word(struct field_walk *w, const char *word, const char *rule)
{
    char command[64];
    snprintf(command, sizeof command, "[ %%s = %s ]", word);
    return explain_next(w, "word that stands here", rule) &&
           explain_passes(w, command, field_is(w->field, word), rule);
}

bool explain_account(struct field_walk *w, const char *what, const char *rule)
{
    char quoted[80];
    struct account a;
    struct fault ignored;
    snprintf(quoted, sizeof quoted, "%s: '", rule);
    return explain_next(w, what, quoted) &&
           explain_passes(w, "is_account %s", account_field(w->field, "", &a, &ignored) == 0,
                          quoted);
}

bool explain_key(struct field_walk *w, const char *what, const char *rule, const char *policy_rule)
{
    return explain_account(w, what, rule) &&
           explain_passes(w, "is_key %s", *w->field.text != ACCOUNT_POLICY, policy_rule);
}

bool explain_number(struct field_walk *w, const char *what, const char *rule, int64_t *number)
{
    return explain_next(w, what, rule) &&
           explain_passes(w, "is_number %s", number_parse(w->field.text, w->field.len, number) == 0,
                          rule);
}

bool explain_text(struct field_walk *w, const char *what, const char *rule)
{
    struct fault ignored;
    return explain_next(w, what, rule) &&
           explain_passes(w, "is_text %s", field_text(w->field, "", &ignored) == 0, rule);
}

static bool is_hex(struct field x)
{
    for (size_t i = 0; i < x.len; i++)
        if (!memchr("0123456789abcdef", x.text[i], 16))
            return false;
    return true;
}

bool explain_hex(struct field_walk *w, const char *what, size_t digits, const char *rule)
{
    char command[64];
    snprintf(command, sizeof command, "is_hex %%s %zu %zu", digits, digits);
    return explain_next(w, what, rule) &&
           explain_passes(w, command, w->field.len == digits && is_hex(w->field), rule);
}

bool explain_signature_form(struct field_walk *w, struct field key, const char *what,
                            const char *rule)
{
    bool is_slh_dsa = key.len && *key.text == ACCOUNT_SLH_DSA;
    return explain_hex(w, what, is_slh_dsa ? SLH_DSA_HEX_LEN : 2 * SIGNATURE_LEN, rule);
}
