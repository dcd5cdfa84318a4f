#include "process/engines.h"

#include "paxos/paxos.h"
#include "raft/raft.h"

#include <string.h>

const struct engine_type *const engine_types[] = {
    &paxos_engine,
    &raft_engine,
    NULL,
};

const struct engine_type *engine_find(const char *name)
{
    for (size_t i = 0; engine_types[i] != NULL; i++)
        if (strcmp(engine_types[i]->name, name) == 0)
            return engine_types[i];
    return NULL;
}
