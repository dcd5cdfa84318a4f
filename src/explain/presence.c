/* Proofs that the state has an entry, or nothing at a place (state(5)): present, absent. */
#include "explain/fields.h"

#include "base/num.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 256, RULE_MAX = 64 };

/* The entries, and the kinds of their fields: the first so many, of which `named` tells, name it.
 */
static const struct entry_words {
    const char *word;
    size_t named;
    const char *kinds; /* a: an account; k: a key, 64 digits; n: a number */
} entry_forms[] = {
    {"account", 1, "ann"},   {"stake", 1, "kn"}, {"member", 1, "kn"},
    {"unbonding", 2, "knn"}, {"wish", 2, "kkn"}, {"accused", 1, "k"},
};

/* What the rules of such a line begin with. */
struct rule_words {
    char text[RULE_MAX];
};

static struct rule_words rule_of(const char *type, const char *rest)
{
    struct rule_words rule;
    snprintf(rule.text, sizeof rule.text, "%s: %s", type, rest);
    return rule;
}

/* What the rules about the fields of such an entry begin with. */
static struct rule_words rule_of_fields(const char *type, const struct entry_words *form)
{
    struct rule_words rule;
    snprintf(rule.text, sizeof rule.text, "%s: %s: ", type, form->word);
    return rule;
}

static bool take_path(struct field_walk *w, const char *type, int64_t *depth)
{
    if (!explain_hex(w, "root", 64, rule_of(type, "root: ").text) ||
        !explain_number(w, "depth: how many hashes follow", rule_of(type, "depth: ").text, depth) ||
        !explain_passes(w, "[ %s -le 256 ]", *depth <= DEPTH_MAX,
                        rule_of(type, "depth is over").text))
        return false;
    for (int64_t i = 0; i < *depth; i++)
        if (!explain_hex(w, "next hash", 64, rule_of(type, "hash: ").text))
            return false;
    return true;
}

static const struct entry_words *take_kind(struct field_walk *w, const char *type)
{
    struct rule_words rule = rule_of(type, "unknown kind of entry");
    const struct entry_words *form = NULL;
    if (!explain_next(w, "kind of entry", rule.text))
        return NULL;
    for (size_t i = 0; i < sizeof entry_forms / sizeof *entry_forms; i++)
        if (field_is(w->field, entry_forms[i].word))
            form = &entry_forms[i];
    return explain_passes(w, "is_one_of %s account stake member unbonding wish accused", form,
                          rule.text)
               ? form
               : NULL;
}

static bool take_field(struct field_walk *w, char kind, const struct rule_words *rule)
{
    int64_t ignored;
    if (kind == 'n')
        return explain_number(w, "number", rule->text, &ignored);
    if (kind == 'k')
        return explain_hex(w, "key", 64, rule->text);
    struct fault none;
    struct account account;
    return explain_next(w, "account", rule->text) &&
           explain_passes(w, "is_account %s", account_field(w->field, "", &account, &none) == 0,
                          rule->text);
}

static const struct entry_words *take_entry(struct field_walk *w, const char *type)
{
    const struct entry_words *form = take_kind(w, type);
    if (!form)
        return NULL;
    struct rule_words rule = rule_of_fields(type, form);
    for (const char *kind = form->kinds; *kind; kind++)
        if (!take_field(w, *kind, &rule))
            return NULL;
    explain_say(w->x, "# That is all.\n[ $# -eq %d ]", w->at);
    return explain_held(w, w->c.text >= w->c.end, rule.text) ? form : NULL;
}

/* $where and $node, where the path begins, of a line whose fields before the entry are skipped. */
static void say_start(struct explain *x, const struct entry_words *form, bool present)
{
    if (!form) {
        explain_say(x, "# Nothing is there: 64 zeros.\nnode=${zeros}0000\n");
        return;
    }
    explain_say(x,
                "# The hash of the entry, and its place: the hash of the fields that name it.\n"
                "node=$(hash_of \"$*\")\n%s=$(hash_of \"%s\")\n",
                present ? "where" : "other", form->named == 1 ? "$1 $2" : "$1 $2 $3");
}

/* The entry that an absent line shows is another one, on the way to the place. */
static bool say_other(struct field_walk *w, int64_t depth)
{
    struct explain *x = w->x;
    explain_say(x,
                "# Another place, which is the same in the first %d bits.\n"
                "[ \"$other\" != \"$where\" ]",
                (int)depth);
    explain_or_no(x, w->line, "absent: its entry is the one");
    explain_say(x, "agree_in %d \"$other\" \"$where\"", (int)depth);
    explain_or_no(x, w->line, "absent: its entry is not on the way");
    return !x->ended;
}

void explain_presence(struct explain *x, uint64_t line, const char *text, size_t len)
{
    struct field_walk w = {.x = x, .line = line, .c = {text, text + len}};
    bool present = *text == 'p';
    const char *type = present ? "present" : "absent";
    const struct entry_words *form = NULL;
    int64_t depth = 0;
    cursor_take_field(&w.c);
    w.at = 1;
    explain_say(x, "# Its fields are $1, $2 and so on.\nset -- $line\n");
    if (!take_path(&w, type, &depth) ||
        (!present && !explain_hex(&w, "place", 64, rule_of(type, "place: ").text)))
        return;
    int before = w.at;
    explain_say(x, "# What is left is the entry.\n");
    if (present) {
        explain_say(x, "[ $# -gt %d ]", before);
        explain_or_no(x, line, "present: no entry");
    }
    if (x->ended || (w.c.text < w.c.end && !(form = take_entry(&w, type))))
        return;
    explain_say(x,
                depth ? "root=$2 path=$(printf '%%s\\n' \"$line\" | cut -d ' ' -f 4-%d)\n"
                      : "root=$2 path=\n",
                (int)depth + 3);
    explain_say(x, present ? "shift %d\n" : "where=${%d}\n", before);
    if (!present)
        explain_say(x, "shift %d\n", before);
    say_start(x, form, present);
    if (!present && form && !say_other(&w, depth))
        return;
    explain_say(x, "# From there to the root, with one hash of the path after the other.\n"
                   "climb \"$where\" $path\n[ \"$node\" = \"$root\" ]");
    explain_or_no(x, line, "%s: its path does not lead", type);
}
