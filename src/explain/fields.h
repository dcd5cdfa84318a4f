/* Checks of a line's fields, one after the other, for lines whose fields depend on each other. */
#ifndef EXPLAIN_FIELDS_H
#define EXPLAIN_FIELDS_H

#include "explain/parts.h"

/* The fields of a line one after the other: the shell has the current one as its argument `at`. */
struct field_walk {
    struct explain *x;
    uint64_t line;
    struct cursor c;
    int at;
    struct field field;
};

/* The next field, which stays there; empty at the end. */
struct field explain_peek(const struct field_walk *w);

/* Goes on to the next field, and says what it is; if there is none, the rule is broken. false: the
 * script has no more checks, as for those that follow. */
bool explain_next(struct field_walk *w, const char *what, const char *rule);

/* Whether the current field passes this command, in which it is the one %s, as holds says, or
 * breaks the rule: one of several checks with the same rule. */
bool explain_passes(struct field_walk *w, const char *command, bool holds, const char *rule)
    __attribute__((format(printf, 2, 0)));

/* The same for any command: explain_say has written it. */
bool explain_held(struct field_walk *w, bool holds, const char *rule);

/* Each goes on to the next field, which is of that kind, or breaks the rule: for an account, the
 * rule is what comes before its text. */
bool explain_word(struct field_walk *w, const char *word, const char *rule);
bool explain_account(struct field_walk *w, const char *what, const char *rule);
bool explain_key(struct field_walk *w, const char *what, const char *rule, const char *policy_rule);
bool explain_number(struct field_walk *w, const char *what, const char *rule, int64_t *number);
bool explain_text(struct field_walk *w, const char *what, const char *rule);
bool explain_hex(struct field_walk *w, const char *what, size_t digits, const char *rule);

/* The form of a signature, which depends on the key's. */
bool explain_signature_form(struct field_walk *w, struct field key, const char *what,
                            const char *rule);

/* The proof of a policy, up to its last signature. */
bool explain_policy(struct field_walk *w);

#endif
