#include "poh/reading.h"

#include "base/workers.h"

static int read_batches(struct poh_reading *x, struct batch *b)
{
    struct poh_claim claim;
    int got;
    while ((got = stream_next(x->in, b, &x->fault)) > 0)
        for (size_t i = 0; i < b->count; i++) {
            int took = poh_stamped_take(&x->stamped, &b->items[i], &claim, &x->fault);
            if (took < 0 || (took > 0 && !poh_checker_add(x->checker, &claim)))
                return -1;
        }
    return got < 0 ? -1 : poh_stamped_end(&x->stamped, &x->fault);
}

static void *read_claims(void *self)
{
    struct poh_reading *x = self;
    struct batch b = {0};
    x->got = read_batches(x, &b);
    batch_free(&b);
    poh_checker_close(x->checker);
    return NULL;
}

int poh_reading_begin(struct poh_reading *x, struct fault *f)
{
    return workers_start(&x->thread, 1, read_claims, x) == 1
               ? 0
               : fault_errno(f, "cannot start a thread");
}

int poh_reading_end(struct poh_reading *x)
{
    pthread_join(x->thread, NULL);
    return x->got;
}

void poh_reading_leave(struct poh_reading *x)
{
    pthread_detach(x->thread);
}
