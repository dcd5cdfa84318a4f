#include "record/types.h"

/* The table: a row a type, which is all that names it here. Those that are read most come first. */
#define TYPES                                                                                      \
    TYPE(tx)                                                                                       \
    TYPE(block)                                                                                    \
    TYPE(peer)                                                                                     \
    TYPE(checkpoint)                                                                               \
    TYPE(vote)                                                                                     \
    TYPE(proposal)                                                                                 \
    TYPE(attest)                                                                                   \
    TYPE(statement)                                                                                \
    TYPE(key)                                                                                      \
    TYPE(policy)                                                                                   \
    TYPE(proof)                                                                                    \
    TYPE(rule)                                                                                     \
    TYPE(member)                                                                                   \
    TYPE(grant)                                                                                    \
    TYPE(state)                                                                                    \
    TYPE(present)                                                                                  \
    TYPE(absent)

#define TYPE(name) extern const struct record_type name##_type;
TYPES
#undef TYPE

#define TYPE(name) &name##_type,
static const struct record_type *const rows[] = {TYPES};

enum { ROWS = sizeof rows / sizeof *rows };

const struct record_type *record_type_at(size_t i)
{
    return i < ROWS ? rows[i] : NULL;
}

const struct record_type *record_type_of(const char *line, size_t len)
{
    for (size_t i = 0; i < ROWS; i++)
        if (line_is(line, len, rows[i]->name))
            return rows[i];
    return NULL;
}

int record_check(const struct record_type *type, const char *line, size_t len, struct fault *f)
{
    struct signed_line s;
    return type->fields ? signed_parse(type, line, len, &s, NULL, f) : type->check(line, len, f);
}

bool record_may_travel(const struct record_type *type)
{
    return type->alone && (type->fields || type->gossiped);
}
