/* Settings of a model: words NAME=VALUE, and a table that says what each name takes. */
#ifndef MODEL_SETTINGS_H
#define MODEL_SETTINGS_H

#include "base/fault.h"

#include <stddef.h>
#include <stdint.h>

#define SETTING_ONE 1000000 /* what a decimal number 1 is stored as */

enum setting_kind {
    SETTING_END,
    SETTING_NUMBER,  /* a whole number */
    SETTING_DECIMAL, /* one with up to 6 digits after the point, in millionths */
    SETTING_WORD,    /* one of `words`, as its number among them */
};

/* A setting, whose value goes into a uint64_t at this offset of the model's struct. */
struct setting {
    const char *name;
    enum setting_kind kind;
    size_t at;
    uint64_t least, most;     /* in what it is stored as */
    const char *const *words; /* ended by NULL */
};

/* Stores the values of these words in *to. 0, or -1 and FAULT_RULE: a name that is not in the
 * table, one given twice, or a value out of bounds. */
int settings_take(const struct setting *table, const char *const *words, size_t count, void *to,
                  struct fault *f);

#endif
