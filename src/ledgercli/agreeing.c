#include "ledgercli/agreeing.h"

#include "cli/cli.h"

void cli_agree(const struct agreeing *a, struct ledger *l, const struct secret_key *key,
               struct said *said)
{
    (void)a, (void)l, (void)key, (void)said;
    cli_die("not yet");
}
