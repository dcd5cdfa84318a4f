/* pbft: items out of any text are written again as they were; as messages, or as a log, they break
 * no node. */
#include "pbft/pbft.h"
#include "fed.h"

static void try(const char *text, size_t n, bool log)
{
    static const char *const settings[] = {"window=4", "checkpoint=1"};
    struct fed x;
    struct fault f;
    fed_init(&x, &pbft_engine, 4);
    x.setup.settings = settings;
    x.setup.setting_count = log ? 0 : 2;
    x.engine = pbft_engine.make(&x.setup, &f);
    fed_text(&x, text, n, log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    try((const char *)data, n, false);
    try((const char *)data, n, true);
    return 0;
}
