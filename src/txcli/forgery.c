#include "txcli/forgery.h"

#include "base/chance.h"
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "hash/sha256.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

void cli_forgery_open(struct cli_forgery *g, struct ledger *ledger)
{
    if (!g->break_kind && (g->answers_path || g->share >= 0 || g->seed >= 0))
        cli_misuse("-A, -r and -e go with -B");
    if (!g->break_kind)
        return;
    g->kind = forge_named(g->break_kind);
    if (g->kind < 0)
        cli_die("-B: '%.80s' is no kind of forgery (-h names them)", g->break_kind);
    if (forge_needs_ledger((enum forge_kind)g->kind) && !ledger)
        cli_misuse("-B: %s needs a ledger: leave out -s or -c", g->break_kind);
    g->share = g->share >= 0 ? g->share : 100;
    g->forger.chance = g->seed >= 0 ? (uint64_t)g->seed : chance_seed();
    g->forger.ledger = ledger;
    if (g->answers_path && !(g->answers = fopen(g->answers_path, "we")))
        cli_die("%s: %s", g->answers_path, strerror(errno));
}

bool cli_forgery_chosen(struct cli_forgery *g)
{
    return g->break_kind && chance_below(&g->forger.chance, 100) < (uint64_t)g->share;
}

int cli_forgery_make(struct cli_forgery *g, const struct tx *honest,
                     const struct forge_sender *sender, struct fault *f)
{
    return forge_make(&g->forger, (enum forge_kind)g->kind, honest, sender, &g->made, f);
}

void cli_forgery_answer(const struct cli_forgery *g, uint64_t line)
{
    uint8_t message[SHA256_LEN];
    if (!g->answers)
        return;
    sha256(g->made.line.data, g->made.message_len, message);
    fprintf(g->answers, "%" PRIu64 " %s %s %s\n", line, hex32(message).text,
            forge_name(g->made.kind), g->made.rule.text);
}

void cli_forgery_close(struct cli_forgery *g)
{
    bool failed = g->answers && ferror(g->answers);
    if (g->answers && (fclose(g->answers) || failed))
        cli_die("%s: %s", g->answers_path, failed ? "cannot write" : strerror(errno));
    buf_free(&g->made.line);
}
