/* An engine (consensus/engine.h) as a process of the simulation: messages go by reference, and
 * are text only where another kind of process made them, or after a restart, when what the disk
 * kept is formatted and parsed again, so that the text form is tried too. */
#ifndef SIMPROCESS_ENGINE_PROCESS_H
#define SIMPROCESS_ENGINE_PROCESS_H

#include "simprocess/process.h"

/* All stays the caller's and lives as long as the process. The seed of the nth start is drawn from
 * setup->seed. NULL and *f as by type->make. */
struct sim_process *sim_engine_process_new(const struct engine_type *type,
                                           const struct engine_setup *setup, struct fault *f);

#endif
