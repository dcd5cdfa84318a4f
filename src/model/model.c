#include "model/model.h"

#include "model/table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct sim_model *const sim_models[] = {
    &model_gossip,   &model_pull,  &model_first_spy, &model_mining, &model_selfish, &model_catchup,
    &model_kademlia, &model_chord, &model_flood,     &model_churn,  &model_eclipse, NULL};

const struct sim_model *sim_model_find(const char *name)
{
    for (const struct sim_model *const *m = sim_models; *m; m++)
        if (strcmp((*m)->name, name) == 0)
            return *m;
    return NULL;
}

int model_print(struct buf *out, struct fault *f, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return buf_add_string(out, text) ? fault_memory(f) : 0;
}

int model_nodes(const struct sim_model_setup *setup, uint64_t least, uint64_t most,
                uint64_t otherwise, uint32_t *nodes, struct fault *f)
{
    uint64_t count = setup->nodes ? setup->nodes : otherwise;
    if (count < least || count > most)
        return fault_rule(f, "-n %" PRIu64 ": it is from %" PRIu64 " to %" PRIu64, count, least,
                          most);
    *nodes = (uint32_t)count;
    return 0;
}

int sim_model_run(const struct sim_model *m, const struct sim_model_setup *setup, struct buf *out,
                  struct fault *f)
{
    if (model_print(out, f, "# netsim -s %" PRIu64, setup->seed) ||
        (setup->nodes && model_print(out, f, " -n %" PRIu64, setup->nodes)) ||
        model_print(out, f, " %s", m->name))
        return -1;
    for (size_t i = 0; i < setup->count; i++)
        if (model_print(out, f, " %.200s", setup->words[i]))
            return -1;
    return model_print(out, f, "\n") ? -1 : m->run(setup, out, f);
}
