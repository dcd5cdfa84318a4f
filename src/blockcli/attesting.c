#include "blockcli/attesting.h"

#include "cli/cli.h"
#include "cli/terminal.h"
#include "ledgercli/ledger.h"
#include "stream/feed.h"
#include "validator/attester.h"

#include <poll.h>
#include <unistd.h>

enum { LOOK_MS = 50 };

struct attesting {
    struct ledger *ledger;
    struct attester attester;
    struct buf line;
    bool looked; /* at the ledger as it is */
};

/* Looks at the ledger, and prints the line that is to be signed now, if there is one. */
static void look(struct attesting *a)
{
    struct fault f = {0};
    if (a->looked && ledger_unchanged(a->ledger))
        return;
    if (ledger_refresh(a->ledger, &f) < 0)
        cli_ledger_fail(a->ledger, &f);
    a->looked = true;
    a->line.len = 0;
    switch (attester_next(&a->attester, &a->ledger->tree, &a->line, &f)) {
    case ATTESTER_TROUBLE:
        cli_ledger_fail(a->ledger, &f);
    case ATTESTER_REFUSED:
        cli_warn("not signed: %s", f.text);
        break;
    case ATTESTER_SIGNED:
        cli_put(a->line.data, a->line.len);
        cli_flush();
        break;
    case ATTESTER_NOTHING:
        break;
    }
}

static void pass_on(const struct batch *b)
{
    for (size_t i = 0; i < b->count; i++)
        cli_put(b->items[i].text, b->items[i].size);
    cli_flush();
}

static void wait_for_input(struct attesting *a, struct feed *feed)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    look(a);
    while (!feed_ready(feed) && poll(&in, 1, LOOK_MS) <= 0)
        look(a);
}

void cli_attest(struct ledger *l, const struct secret_key *key, struct said *said)
{
    struct attesting a = {.ledger = l, .attester = {.said = said, .key = key}};
    struct stream *stream = stream_new(source_fd(STDIN_FILENO), 1, 0);
    struct feed feed;
    struct batch *b;
    struct fault f = {0};
    int got;
    cli_memory(!stream);
    feed_init(&feed, stream, NULL);
    terminal_input("records");
    while (wait_for_input(&a, &feed), (got = feed_next(&feed, &b, &f)) > 0)
        pass_on(b);
    if (got < 0)
        cli_fail("stdin", &f);
    look(&a);
    feed_free(&feed);
    buf_free(&a.line);
}
