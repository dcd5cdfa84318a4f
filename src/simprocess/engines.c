#include "simprocess/engines.h"

#include "process/engines.h"
#include "simpeer/peer_engine.h"

/* A row for each engine that only the simulator runs. */
static const struct engine_type *const simulated[] = {
    &peer_engine,
    NULL,
};

const struct engine_type *sim_engine_find(const char *name)
{
    const struct engine_type *found = engine_find_in(simulated, name);
    return found != NULL ? found : engine_find(name);
}
