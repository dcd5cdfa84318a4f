/* Shared by the files of ledger/overlay. */
#ifndef LEDGER_OVERLAY_PARTS_H
#define LEDGER_OVERLAY_PARTS_H

#include "chain/store_temp.h"
#include "ledger/held_blocks.h"
#include "ledger/overlay.h"

#include <sys/stat.h>

struct overlay {
    const char *path;
    bool has_chain, has_ledger;
    uint8_t chain[ID_LEN];
    struct ledger ledger;
    struct stat seen; /* the ledger's file when it was opened */
    struct store_temp *store;
    struct tree tree;
    struct held_blocks held;
    struct buf path_up; /* node numbers (int64_t) from the best tip down to the next block to give
                           out, which is last */
    uint64_t end;       /* where the next block would be if all were appended to the ledger */
};

#endif
