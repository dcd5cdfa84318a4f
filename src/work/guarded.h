/* A search for a seal that another thread can stop: it regularly asks whether to go on. */
#ifndef WORK_GUARDED_H
#define WORK_GUARDED_H

#include "work/miner.h"

#include <stdbool.h>

struct mine_guard {
    int every; /* milliseconds between two calls */
    /* Whether the search should go on; called from the other thread. */
    bool (*go_on)(void *self);
    void *self;
};

/* As mine_search, with a guard, and with *watch set to zero first. */
int mine_search_guarded(const struct mine_job *job, int threads, struct mine_watch *watch,
                        const struct mine_guard *guard, uint64_t *nonce, struct fault *f);

#endif
