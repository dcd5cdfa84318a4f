/* verify -H: a stream judged by a light client (ledger/light.h), and its verdicts told. */
#ifndef CLI_HEADERS_H
#define CLI_HEADERS_H

#include "base/lines.h"
#include "cli/checkpoints.h"

struct cli_headers {
    const char *place; /* what verdicts call the stream */
    const char *now;   /* as cli_now takes it */
    bool quiet;        /* nothing is passed on */
    bool verbose;      /* of headers whose parent did not come, not only the first is named */
    struct cli_checkpoints *checkpoints;
};

/* Judges src, which it closes. Whether all of it holds. */
bool cli_verify_headers(const struct cli_headers *h, struct source src);

#endif
