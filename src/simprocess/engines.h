/* Engines by name: those of consensus/engine.h, and those that only the simulator runs. */
#ifndef SIMPROCESS_ENGINES_H
#define SIMPROCESS_ENGINES_H

#include "consensus/engine.h"

/* The engine with this name, or NULL. */
const struct engine_type *sim_engine_find(const char *name);

#endif
