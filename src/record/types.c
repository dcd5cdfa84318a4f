#include "record/types.h"

/* A type's row. Those that are read most come first. */
static const struct record_type *const types[] = {
    &tx_type,  &block_type, &peer_type, &checkpoint_type, &statement_type,
    &key_type, &proof_type, &rule_type, &grant_type,
};

enum { TYPES = sizeof types / sizeof *types };

const struct record_type *record_type_at(size_t i)
{
    return i < TYPES ? types[i] : NULL;
}

const struct record_type *record_type_of(const char *line, size_t len)
{
    for (size_t i = 0; i < TYPES; i++)
        if (line_is(line, len, types[i]->name))
            return types[i];
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
