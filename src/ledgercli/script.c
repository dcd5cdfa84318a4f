#include "ledgercli/script.h"

#include "cli/cli.h"

#include <string.h>

/* Prints what the script has so far; exits if its text could not be made. */
static void put(struct script *s, int result, const struct fault *f)
{
    struct buf *text = explain_out(s->explain);
    if (result)
        cli_fail(s->name, f);
    cli_put(text->data, text->len);
    text->len = 0;
}

void script_ask(struct script *s)
{
    if (s->wanted)
        return;
    s->wanted = true;
    cli_put_string(explain_guard);
    cli_flush();
}

void script_begin(struct script *s, int64_t now)
{
    struct fault f = {0};
    s->explain = explain_new(now);
    cli_memory(!s->explain);
    put(s, explain_begin(s->explain, &f), &f);
}

void script_open(struct script *s, struct judge *j, struct ledger *against, const char *name,
                 bool plain)
{
    struct fault f = {0};
    struct explain_about about = {
        .judge = j, .against = against, .name = name, .path = plain ? name : NULL};
    s->name = name;
    put(s, explain_open(s->explain, &about, &f), &f);
}

void script_item(struct script *s, const struct item *item, int holds, const struct fault *why)
{
    struct fault f = {0};
    put(s, explain_item(s->explain, item, holds, why, &f), &f);
}

void script_close(struct script *s)
{
    struct fault f = {0};
    put(s, explain_close(s->explain, &f), &f);
}

void script_end(struct script *s)
{
    struct fault f = {0};
    s->name = NULL;
    put(s, explain_end(s->explain, &f), &f);
    explain_free(s->explain);
    cli_exit(CLI_YES);
}
