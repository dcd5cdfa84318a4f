#include "ledgercli/headers.h"

#include "base/file.h"
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/values.h"
#include "ledgercli/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

void cli_put_evidence(const struct light *c, const char *path)
{
    const struct buf *evidence = light_evidence(c);
    struct fault f;
    if (!evidence->len)
        return;
    if (!path) {
        cli_warn("-E FILE would keep the evidence against those who voted twice");
        return;
    }
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0 || file_write(fd, evidence->data, evidence->len) || close(fd)) {
        fault_errno(&f, "cannot be written");
        cli_fail(path, &f);
    }
    cli_warn("%s: evidence against those who voted twice, for `txmake -x %s`", path, path);
}

void cli_tell_trust(const char *place, const struct light_sum *sum)
{
    if (sum->by_members && !sum->by_votes && sum->trusted < sum->height)
        cli_warn("%s: the members have changed, and above height %" PRId64
                 " too few of those before have sealed: that part rests on its sealers' word",
                 place, sum->trusted);
}

void cli_tell_final(const char *place, const struct light_sum *sum)
{
    if (sum->has_finality && sum->final > 0)
        cli_warn("%s: final: the checkpoint at height %" PRId64 ", %s", place, sum->final,
                 hex32(sum->final_id).text);
    else if (sum->has_finality)
        cli_warn("%s: no attest lines here make a checkpoint final: %s alone counts", place,
                 sum->by_members ? "weight" : "work");
}

/* Reports a fault. After an invalid header, all that build on it lack their parent. */
static void report(const struct cli_headers *h, const struct fault *f, uint64_t *orphans)
{
    static const char words[] = "block: its parent ";
    bool orphan = strncmp(f->text, words, sizeof words - 1) == 0;
    *orphans += orphan;
    if (h->verbose || !orphan || *orphans == 1)
        cli_report(h->place, f->line, f->text);
}

/* What rests on something that was not shown is neither right nor wrong. */
static void report_unsure(const struct cli_headers *h, const struct fault *f)
{
    struct fault said;
    fault_rule(&said, "cannot tell: %s", f->text);
    cli_report(h->place, f->line, said.text);
}

/* The exit status that this verdict asks for. */
static int take_verdict(const struct cli_headers *h, const struct light *c, int verdict,
                        const struct span *text, const struct fault *f, uint64_t *orphans)
{
    if (verdict < 0)
        cli_fail(h->place, f);
    if (verdict == LIGHT_VALID && !h->quiet) {
        cli_put(text->at, text->len);
        cli_put("\n", 1);
    }
    if (verdict == LIGHT_VALID)
        return CLI_YES;
    if (light_unsure(c)) {
        report_unsure(h, f);
        return CLI_TROUBLE;
    }
    report(h, f, orphans);
    return CLI_NO;
}

/* What is known only at the end. */
static bool check_end(const struct cli_headers *h, struct light *c)
{
    struct fault f = {0};
    if (!light_sum(c).from_genesis) {
        cli_warn("%s: no genesis block came first: headers were taken at their word", h->place);
        return true;
    }
    if (light_begins(c))
        cli_warn("%s: begins at a checkpoint, at height %" PRId64
                 ": what is below it was not checked",
                 h->place, light_begins(c));
    bool holds = light_above(c, &f) == 0;
    if (!holds && f.kind != FAULT_RULE)
        cli_fail(h->place, &f);
    if (!holds)
        cli_report(h->place, f.line, f.text);
    const struct light_sum sum = light_sum(c);
    cli_tell_final(h->place, &sum);
    cli_checkpoints_tell_above(h->checkpoints, h->place, sum.height);
    return holds;
}

/* What is wrong is worse than what cannot be told. */
static int worse(int a, int b)
{
    return a == CLI_NO || b == CLI_YES ? a : b;
}

int cli_verify_headers(const struct cli_headers *h, struct source src)
{
    struct light *c = light_new(src);
    struct fault f = {0};
    struct span text;
    int verdict, status = CLI_YES;
    bool empty = true;
    uint64_t orphans = 0;
    cli_memory(!c);
    light_period(c, h->within);
    if (cli_guard(h->checkpoints))
        light_enforce(c, &h->checkpoints->set);
    while ((verdict = light_next(c, cli_time_now(h->now), &text, &f)) != LIGHT_END) {
        empty = false;
        status = worse(status, take_verdict(h, c, verdict, &text, &f, &orphans));
        if (!light_ready(c))
            cli_flush();
    }
    if (!h->verbose && orphans)
        cli_tell_follows(h->place, orphans - 1);
    if (empty)
        cli_report(h->place, 1, "empty: no record, and no genesis block");
    if (empty || !check_end(h, c))
        status = CLI_NO;
    cli_put_evidence(c, h->evidence);
    light_free(c);
    return status;
}
