#include "record/operation.h"

const struct operation *operation_named(struct field name)
{
    for (const struct operation *const *op = operations; *op; op++)
        if (field_is(name, (*op)->name))
            return *op;
    return NULL;
}

size_t operation_arguments(const struct operation *op)
{
    size_t n = 0;
    while (op->arguments[n].name)
        n++;
    return n;
}

bool operation_takes(const struct operation *op, size_t arguments)
{
    size_t least = operation_arguments(op);
    if (op->arguments[0].kind == ARGUMENT_LINE)
        return arguments > least;
    return arguments == least ||
           (op->repeated && arguments > least && (arguments - least) % op->repeated == 0);
}
