#include "blockcli/block_forgery.h"

#include "base/chance.h"
#include "base/hex.h"
#include "base/lines.h"
#include "cli/cli.h"
#include "cli/keyring.h"
#include "ledgercli/ledger.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void read_body(struct block_forger *g)
{
    struct line line;
    struct fault f = {0};
    struct lines *lines = lines_new(source_fd(0), 1, 0);
    int got;
    cli_memory(!lines);
    while ((got = lines_next(lines, &line, &f)) > 0) {
        if (line.state != LINE_WHOLE)
            cli_die("stdin:%" PRIu64 ": no whole line", line.number);
        if (g->txs.len + line.len >= BLOCK_SIZE_MAX)
            cli_die("stdin: over %d bytes", BLOCK_SIZE_MAX);
        cli_memory(buf_add(&g->txs, line.text, line.len) || buf_add(&g->txs, "\n", 1));
    }
    if (got < 0)
        cli_fail("stdin", &f);
    lines_free(lines);
}

/* Before the block: without an answer that is kept, it is not printed. */
static void write_answer(const char *path, const struct forged_block *made)
{
    FILE *file = path ? fopen(path, "we") : NULL;
    if (path && !file)
        cli_die("%s: %s", path, strerror(errno));
    if (!file)
        return;
    fprintf(file, "%" PRIu64 " %s %s %s\n", made->rule.line, hex32(made->id).text, made->kind,
            made->rule.text);
    bool failed = ferror(file);
    if (fclose(file) || failed)
        cli_die("%s: %s", path, failed ? "cannot write" : strerror(errno));
}

int cli_forge_block(const struct cli_block_forgery *o, struct ledger *ledger,
                    const struct cli_list *keys, int passphrase_fd)
{
    struct keyring ring = {0};
    struct forged_block made = {0};
    struct fault f = {0};
    keyring_read(&ring, keys, passphrase_fd);
    struct block_forger g = {.ledger = ledger,
                             .pool = sigpool_new(1),
                             .keys = ring.keys,
                             .keys_count = ring.count,
                             .chance = o->seed >= 0 ? (uint64_t)o->seed : chance_seed()};
    cli_memory(!g.pool);
    if (strcmp(o->kind, BLOCK_FORGE_BODY) == 0)
        read_body(&g);
    int result = block_forge(&g, o->kind, &made, &f);
    if (result && f.kind != FAULT_RULE)
        cli_ledger_fail(ledger, &f);
    if (result)
        cli_warn("nothing forged: %s", f.text);
    if (!result) {
        write_answer(o->answers, &made);
        cli_put(made.text.data, made.text.len);
    }
    buf_free(&made.text);
    buf_free(&g.txs);
    sigpool_free(g.pool);
    keyring_wipe(&ring);
    return result ? CLI_NO : CLI_YES;
}
