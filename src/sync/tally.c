#include "sync/sync_parts.h"

#include <string.h>

/* A tip that is not here now may still come, from another peer. */
static int remember_lacking(struct tally *y, struct trial *t, const struct giver *g,
                            struct fault *f)
{
    if (g->puller.height == 0 && !g->bad)
        return 0;
    int has = trial_has(t, g->puller.tip, f);
    if (has)
        return has < 0 ? -1 : 0;
    return buf_add(&y->lacking, g->puller.tip, ID_LEN) ? fault_memory(f) : 0;
}

int tally_add(struct tally *y, struct trial *t, const struct giver *g, struct fault *f)
{
    if (!g->greeted)
        return 0;
    y->answered += giver_is_done(g) && !g->bad;
    return remember_lacking(y, t, g, f);
}

int tally_reached(const struct tally *y, struct trial *t, struct fault *f)
{
    int has = 1;
    for (size_t i = 0; i < y->lacking.len && has > 0; i += ID_LEN) {
        uint8_t tip[ID_LEN];
        memcpy(tip, y->lacking.data + i, ID_LEN);
        has = trial_has(t, tip, f);
    }
    return has;
}

void tally_free(struct tally *y)
{
    buf_free(&y->lacking);
}
