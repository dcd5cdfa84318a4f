#include "sync/sync_parts.h"

#include <string.h>

/* A tip that is missing now may still arrive from another peer. */
static int remember_lacking(struct claims *y, struct overlay *t, const struct sync_peer *p,
                            struct fault *f)
{
    if (p->puller.height == 0 && !p->base.bad)
        return 0;
    int has = overlay_has(t, p->puller.tip, f);
    if (has)
        return has < 0 ? -1 : 0;
    return buf_add(&y->lacking, p->puller.tip, ID_LEN) ? fault_memory(f) : 0;
}

int claims_add(struct claims *y, struct overlay *t, const struct sync_peer *p, struct fault *f)
{
    if (!p->base.greeted)
        return 0;
    y->answered += sync_peer_is_done(p) && !p->base.bad;
    return remember_lacking(y, t, p, f);
}

int claims_reached(const struct claims *y, struct overlay *t, struct fault *f)
{
    int has = 1;
    for (size_t i = 0; i < y->lacking.len && has > 0; i += ID_LEN) {
        uint8_t tip[ID_LEN];
        memcpy(tip, y->lacking.data + i, ID_LEN);
        has = overlay_has(t, tip, f);
    }
    return has;
}

void claims_free(struct claims *y)
{
    buf_free(&y->lacking);
}
