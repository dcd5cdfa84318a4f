/* The table of engines, from which programs and the simulator find one by its name. */
#ifndef PROCESS_ENGINES_H
#define PROCESS_ENGINES_H

#include "consensus/engine.h"

/* The engine with this name, or NULL. */
const struct engine_type *engine_find(const char *name);

/* All of them, ended by NULL. */
extern const struct engine_type *const engine_types[];

#endif
