/* Shared by the files of netcli/view. */
#ifndef NETCLI_VIEW_PARTS_H
#define NETCLI_VIEW_PARTS_H

#include "ledger/ledger.h"
#include "netcli/view.h"

struct ledger_view {
    const char *path;
    bool has_chain, is_open, tried;
    uint8_t chain[ID_LEN];
    struct ledger ledger;
    struct ledger_view_times times;
    int64_t next;       /* when opening may be tried next, by times.now */
    uint64_t balances;  /* proved */
    int64_t looked;     /* when `holds` last looked at the file */
    int last;           /* the result of the last try, 0 or -1, */
    struct fault fault; /* and why */
};

/* Brings v->ledger up to date: 1; 0 if there is none yet; -1 and trouble. */
int ledger_view_look(struct ledger_view *v, struct fault *f);

/* Whether the block with this id is on the best chain: 1 and its height, 0, or -1. */
int ledger_view_on_chain(struct ledger *l, const uint8_t id[ID_LEN], int64_t *height,
                         struct fault *f);

/* --- view_light.c: functions of struct view (gossip/view.h) ----------------------------------- */

int64_t ledger_view_headers(void *self, int64_t height, int64_t count, struct buf *out,
                            struct fault *f);
int ledger_view_end(void *self, int64_t *height, uint8_t id[ID_LEN], struct fault *f);
int ledger_view_jump(void *self, int64_t height, struct buf *out, struct fault *f);
int ledger_view_prove(void *self, const uint8_t id[ID_LEN], struct buf *out, uint64_t *read,
                      struct fault *f);
int64_t ledger_view_attests(void *self, int64_t height, int64_t count, struct buf *out,
                            uint64_t *read, struct fault *f);
int ledger_view_balance(void *self, const struct account *account, int64_t height, struct buf *out,
                        uint64_t *read, struct fault *f);

#endif
