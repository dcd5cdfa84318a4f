/* bft: items out of any text are written again as they were; as messages, or as a log, they break
 * no node. */
#include "bft/bft.h"
#include "bft/bft_vote.h"
#include "fed.h"

/* Every signature holds, and a payload is named by its first character, so that a fuzzer can make
 * votes and proposals. */
static bool check(void *context, const struct bft_vote *v)
{
    (void)context;
    return v->signature[0] != 'x';
}

static int sign(void *context, struct bft_vote *v, struct fault *f)
{
    (void)context;
    (void)f;
    strcpy(v->signature, "s");
    return 0;
}

static void name(void *context, struct proposal_id id, const struct payload *payload,
                 uint8_t value[BFT_VALUE_LEN])
{
    (void)context;
    (void)id;
    memset(value, payload->len > 0 ? payload->text[0] | 1 : 1, BFT_VALUE_LEN);
}

static void try(const char *text, size_t n, bool log)
{
    static const struct bft_host host = {.sign = sign, .check = check, .name = name};
    static const char *const settings[] = {"timeout=20", "forward=no"};
    struct fed x;
    struct fault f;
    fed_init(&x, &bft_engine, 3);
    x.setup.settings = settings;
    x.setup.setting_count = log ? 1 : 2;
    x.engine = bft_new(&x.setup, &host, &f);
    fed_text(&x, text, n, log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    try((const char *)data, n, false);
    try((const char *)data, n, true);
    return 0;
}
