#include "netcli/answers.h"

#include "cli/cli.h"
#include "gossip/duplex.h"
#include "net/loop.h"
#include "netcli/events.h"

#include <stdio.h>

static void tell(void *connection, const struct wire_ref *record, enum mark_kind kind,
                 const char *reason)
{
    struct buf line = {0};
    if (kind == MARK_ACCEPTED) {
        cli_memory(duplex_tell_accepted(connection, record));
        return;
    }
    cli_memory(mark_format(kind, record->id, reason, &line) ||
               duplex_tell(connection, line.data, line.len));
    buf_free(&line);
}

/* Tells the log, and the peer that delivered a record first, what our own programs did with it.
 * reason: in plain words; words: the same as a text. NULL: there is none. */
static void pass_verdict(struct receiver *r, const uint8_t id[ID_LEN], enum mark_kind kind,
                         const char *reason, const char *words)
{
    static const char *const events[] = {
        [MARK_ACCEPTED] = "accepted", [MARK_REFUSED] = "refused", [MARK_LATER] = "later"};
    static const enum listener_verdict verdicts[] = {[MARK_ACCEPTED] = LISTENER_ACCEPTED,
                                                     [MARK_REFUSED] = LISTENER_REFUSED,
                                                     [MARK_LATER] = LISTENER_LATER};
    struct wire_ref ref;
    struct inbound *g = listener_judged(r->listener, id, verdicts[kind], loop_now(), &ref);
    if (r->verbose)
        cli_event(g ? g->who : "-", events[kind], id, words);
    if (g)
        tell(g->connection, &ref, kind, reason);
}

void answers_mark(struct receiver *r, const struct mark *mark)
{
    char reason[TEXT_MAX + 1], words[TEXT_FORM_MAX + 1];
    bool refused = mark->kind == MARK_REFUSED;
    reason[refused ? text_decode(mark->reason, reason) : 0] = '\0';
    snprintf(words, sizeof words, "%.*s", (int)mark->reason.len, mark->reason.text);
    pass_verdict(r, mark->id, mark->kind, refused ? reason : NULL, *words ? words : NULL);
}

void answers_accepted(struct receiver *r, const uint8_t id[ID_LEN])
{
    listener_know(r->listener, id);
    pass_verdict(r, id, MARK_ACCEPTED, NULL, NULL);
}

void answers_kept(void *connection, const struct wire_ref *record)
{
    tell(connection, record, MARK_ACCEPTED, NULL);
}
