/* verify -H: judges a stream with a light client (light/light.h), and prints its verdicts. */
#ifndef LEDGERCLI_HEADERS_H
#define LEDGERCLI_HEADERS_H

#include "base/lines.h"
#include "ledgercli/checkpoints.h"
#include "light/light.h"

struct cli_headers {
    const char *place;    /* the name of the stream in verdicts */
    int64_t now;          /* as cli_time_now takes it */
    bool quiet;           /* nothing is passed on */
    bool verbose;         /* name all headers whose parent is missing, not only the first */
    int64_t within;       /* as light_period takes it */
    const char *evidence; /* the file to which evidence is appended; NULL: none */
    struct cli_checkpoints *checkpoints;
};

/* Appends what a light client has found against members to the file at path, and says so; path
 * NULL: says that there is some. Exits if it cannot be written. */
void cli_put_evidence(const struct light *c, const char *path);

/* Says how far a chain that members seal can be believed, if that is not all of it. */
void cli_tell_trust(const char *place, const struct light_sum *sum);

/* Says which checkpoint is final, where work or weight alone does not decide. */
void cli_tell_final(const char *place, const struct light_sum *sum);

/* Judges src, which it closes. CLI_YES: all of it is valid; CLI_NO: something is not; CLI_TROUBLE:
 * of something it cannot be told. */
int cli_verify_headers(const struct cli_headers *h, struct source src);

#endif
