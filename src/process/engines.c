#include "process/engines.h"

#include "bft/bft.h"
#include "paxos/paxos.h"
#include "pbft/pbft.h"
#include "raft/raft.h"

#include <string.h>

static const struct engine_type *const engine_types[] = {
    &paxos_engine, &pbft_engine, &raft_engine, &bft_engine, NULL,
};

const struct engine_type *engine_find_in(const struct engine_type *const *list, const char *name)
{
    while (*list != NULL && strcmp((*list)->name, name) != 0)
        list++;
    return *list;
}

const struct engine_type *engine_find(const char *name)
{
    return engine_find_in(engine_types, name);
}
