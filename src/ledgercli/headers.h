/* verify -H: judges a stream with a light client (light/light.h), and prints its verdicts. */
#ifndef LEDGERCLI_HEADERS_H
#define LEDGERCLI_HEADERS_H

#include "base/lines.h"
#include "ledgercli/checkpoints.h"

struct cli_headers {
    const char *place; /* the name of the stream in verdicts */
    int64_t now;       /* as cli_time_now takes it */
    bool quiet;        /* nothing is passed on */
    bool verbose;      /* name all headers whose parent is missing, not only the first */
    struct cli_checkpoints *checkpoints;
};

/* Judges src, which it closes. Gives whether all of it is valid. */
bool cli_verify_headers(const struct cli_headers *h, struct source src);

#endif
