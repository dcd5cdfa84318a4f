/* Writes the transactions that a program makes, unsigned: with the least fee for their length, the
 * policy of an account that has one, and forgeries among them if they are asked for. Only programs
 * use this: it prints and exits. */
#ifndef TXCLI_TXWRITER_H
#define TXCLI_TXWRITER_H

#include "mempool/senders.h"
#include "txcli/forgery.h"
#include "txcli/showing.h"

struct cli_txwriter {
    struct senders senders;
    struct showing showing; /* of policies */
    struct cli_forgery forgery;
    const struct rules *allowed; /* NULL: anything is; else what these rules allow */
    const struct rules *fees; /* NULL: the fee stays as it is; else that of these rules, if more */
    bool only_pending;        /* what the senders have sent may wait in a pool, and is not spent */
    uint64_t lines;           /* written so far */
};

/* Writes a transaction by its fields and the words of its operation. 0, or -1 and a fault. */
int cli_txwriter_put(struct cli_txwriter *w, struct tx tx, struct field words, struct fault *f);

#endif
