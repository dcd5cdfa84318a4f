#include "simprocess/process.h"

#include "simprocess/child_process.h"
#include "simprocess/engine_process.h"
#include "simprocess/engines.h"

struct sim_process *sim_process_new(const char *const *words, size_t count,
                                    struct engine_setup *setup, int silence, struct fault *f)
{
    const struct engine_type *engine = sim_engine_find(words[0]);
    if (engine == NULL)
        return child_process_new(words, count, setup, silence, f);
    setup->settings = words + 1;
    setup->setting_count = count - 1;
    return sim_engine_process_new(engine, setup, f);
}
