/* The table of engines, from which programs and the simulator find one by its name. */
#ifndef PROCESS_ENGINES_H
#define PROCESS_ENGINES_H

#include "consensus/engine.h"

/* The engine with this name, or NULL: of all, or of a list that NULL ends. */
const struct engine_type *engine_find(const char *name);
const struct engine_type *engine_find_in(const struct engine_type *const *list, const char *name);

#endif
