/* paxos: items out of any text are written again as they were; as messages, or as a log, they break
 * no node. */
#include "paxos/paxos.h"
#include "fed.h"

static void try(const char *text, size_t n, bool log)
{
    static const char *const settings[] = {"new=yes", "sticky=no"};
    struct fed x;
    struct fault f;
    fed_init(&x, &paxos_engine, 3);
    x.setup.settings = settings;
    x.setup.setting_count = log ? 1 : 2;
    x.engine = paxos_engine.make(&x.setup, &f);
    fed_text(&x, text, n, log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    try((const char *)data, n, false);
    try((const char *)data, n, true);
    return 0;
}
