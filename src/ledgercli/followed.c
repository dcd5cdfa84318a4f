#include "ledgercli/followed.h"

#include "base/file.h"
#include "cli/cli.h"
#include "ledgercli/rivals.h"
#include "watch/event.h"

#include <stdlib.h>
#include <string.h>

static void start_over(struct followed *w)
{
    watch_free(&w->watch);
    cli_memory(watch_begin(&w->watch));
    w->forgotten = 0;
}

static void shut(struct followed *w)
{
    if (w->is_open)
        ledger_close(&w->ledger);
    w->is_open = false;
}

void followed_begin(struct followed *w, const char *path, int64_t depth, struct culprits *culprits,
                    void (*tell)(void *self, const char *lines, size_t n), void *self)
{
    *w = (struct followed){.path = path, .name = event_path(path)};
    cli_memory(!w->name);
    w->watch = (struct ledger_watch){
        .name = w->name, .depth = depth, .tell = tell, .self = self, .culprits = culprits};
    start_over(w);
}

void followed_end(struct followed *w)
{
    shut(w);
    watch_free(&w->watch);
    free(w->name);
}

/* Reports a ledger that cannot be read now, once; it is tried again later. */
static void fails(struct followed *w, bool once, const struct fault *f)
{
    cli_flush();
    if (once)
        cli_fail(f->line ? w->path : NULL, f);
    if (strcmp(w->trouble, f->text))
        f->line ? cli_report(w->path, f->line, f->text) : cli_warn("%s", f->text);
    memcpy(w->trouble, f->text, sizeof w->trouble);
    shut(w);
}

/* Opens the ledger, or updates it; a file that was replaced is opened again. */
static int bring_up(struct followed *w, struct fault *f)
{
    f->line = 0;
    if (w->is_open && !file_is_at(w->ledger.file.fd, w->path))
        shut(w);
    if (w->is_open)
        return ledger_refresh(&w->ledger, f) < 0 ? -1 : 0;
    if (ledger_open(&w->ledger, w->path, f))
        return -1;
    w->is_open = true;
    if (w->ledger.has_tail)
        cli_report(w->path, w->ledger.tail.line,
                   "ignored from here on: no complete valid block follows");
    return 0;
}

static void tell_forgotten(struct followed *w)
{
    size_t now = undone_txs_forgotten(w->watch.undone);
    if (now != w->forgotten)
        cli_warn("%s: over %d undone transactions: %zu forgotten", w->path, UNDONE_MAX, now);
    w->forgotten = now;
}

void followed_look(struct followed *w, bool once)
{
    struct fault f;
    int got = bring_up(w, &f) ? -1 : replay_holds(&w->watch.replay, &w->ledger, &f);
    if (got == 0) {
        cli_warn("%s: replaced by another ledger: starting over from its beginning", w->path);
        start_over(w);
    }
    while (got >= 0 && (got = watch_next(&w->watch, &w->ledger, &f)) > 0)
        continue;
    if (got < 0) {
        fails(w, once, &f);
        return;
    }
    w->trouble[0] = '\0';
    tell_forgotten(w);
    cli_tell_rivals(w->path, &w->ledger.tree, &w->told_rivals);
}
