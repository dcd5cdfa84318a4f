#include "simprocess/engines.h"

#include "process/engines.h"
#include "simpeer/peer_engine.h"

#include <string.h>

/* A row for each engine that only the simulator runs. */
static const struct engine_type *const simulated[] = {
    &peer_engine,
    NULL,
};

const struct engine_type *sim_engine_find(const char *name)
{
    for (size_t i = 0; simulated[i] != NULL; i++)
        if (strcmp(simulated[i]->name, name) == 0)
            return simulated[i];
    return engine_find(name);
}
