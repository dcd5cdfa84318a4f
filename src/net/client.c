#include "net/client_parts.h"

#include "base/chance.h"

#include <stdlib.h>
#include <string.h>

enum {
    NOTE_EVERY = 1200000,  /* ms between two notes that a connected peer answers */
    FEELER_EVERY = 120000, /* ms between two feelers, a quarter more or less */
};

/* --- Targets ---------------------------------------------------------------------------------- */

static void complain(void *self, const char *words)
{
    const struct peer_owner *owner = ((struct client *)self)->config->owner;
    if (owner->complain)
        owner->complain(owner->self, words);
}

/* Gives the dialer all targets except ourselves. */
static int look_at_files(struct client *c, struct fault *f)
{
    const struct candidates_critic critic = {complain, c};
    struct target *list;
    size_t count;
    int changed = candidates_read(c->candidates, c->config->has_chain ? c->config->chain : NULL,
                                  &critic, f);
    if (changed <= 0)
        return changed;
    if (candidates_list(c->candidates, client_account(c), c->config->names, &list, &count))
        return fault_memory(f);
    int failed = dialer_targets(c->dialer, list, count);
    free(list);
    return failed ? fault_memory(f) : 0;
}

static size_t calls_count(const struct client *c)
{
    size_t count = 0;
    for (size_t i = 0; i < CALLS_MAX; i++)
        count += c->calls[i] != NULL;
    return count;
}

static bool has_room(const struct client *c)
{
    size_t feelers = 0;
    for (size_t i = 0; i < CALLS_MAX; i++)
        feelers += c->calls[i] && c->calls[i]->feeler;
    return calls_count(c) - feelers + c->done < c->config->fanout;
}

/* --- Turns ------------------------------------------------------------------------------------ */

/* When all places are taken, strangers are only asked whether they answer, one at a time. */
static void feel(struct client *c, int64_t now)
{
    const struct target *t;
    if (c->config->no_feelers || now < c->feeler_due)
        return;
    bool first = !c->feeler_due;
    c->feeler_due = now + FEELER_EVERY * 3 / 4 + (int64_t)chance_below(&c->dice, FEELER_EVERY / 2);
    if (!first && !has_room(c) && calls_count(c) < CALLS_MAX && (t = dialer_feeler(c->dialer, now)))
        call_start(c, t, true, now);
}

static bool is_before(const struct call *a, const struct call *b)
{
    if (a->target->anchor != b->target->anchor)
        return a->target->anchor;
    return a->greeted_at < b->greeted_at;
}

/* Tells the candidates who is connected: anchors of the last run first, then the longest. */
static void note_connected(struct client *c, int64_t now)
{
    const struct candidates_critic critic = {complain, c};
    const struct call *calls[CALLS_MAX];
    const struct target *list[CALLS_MAX];
    size_t n = 0;
    bool again = now - c->noted >= NOTE_EVERY;
    for (size_t i = 0; i < CALLS_MAX; i++) {
        const struct call *call = c->calls[i];
        if (!call || !call->greeted || call->feeler || call_has_left(call))
            continue;
        size_t at = n++;
        for (; at && is_before(call, calls[at - 1]); at--)
            calls[at] = calls[at - 1];
        calls[at] = call;
        if (again)
            candidates_note(c->candidates, call->target, OUTCOME_ANSWERED);
    }
    if (again)
        c->noted = now;
    for (size_t i = 0; i < n; i++)
        list[i] = calls[i]->target;
    if (!c->config->no_feelers)
        candidates_connected(c->candidates, list, n);
    if (c->online)
        candidates_write(c->candidates, now, false, &critic);
}

int client_turn(struct client *c, int64_t now, struct fault *f)
{
    bool tick = !c->started || now - c->looked >= LOOK_EVERY;
    if (tick && !(c->config->once && c->started) && look_at_files(c, f))
        return -1;
    if (tick)
        c->looked = now;
    c->started = true;
    const struct target *t; /* of thousands that fail at once, a few in a turn: others wait, too */
    for (size_t dials = 0; dials < CALLS_MAX && has_room(c) && (t = dialer_next(c->dialer, now));
         dials++)
        call_start(c, t, false, now);
    if (tick) {
        feel(c, now);
        note_connected(c, now);
    }
    for (size_t i = 0; i < CALLS_MAX; i++)
        if (c->calls[i])
            call_turn(c, i, now);
    return 0;
}

int client_wait(const struct client *c, int64_t now)
{
    int64_t wait = LOOK_EVERY - (now - c->looked);
    int64_t when = has_room(c) ? dialer_when(c->dialer, now) : INT64_MAX;
    for (size_t i = 0; i < CALLS_MAX; i++) {
        int64_t next = c->calls[i] ? call_wait(c->calls[i], now) : wait;
        wait = next < wait ? next : wait;
    }
    if (when != INT64_MAX && when - now < wait)
        wait = when - now;
    return wait < 0 ? 0 : (int)wait;
}

/* --- For the owner ---------------------------------------------------------------------------- */

static struct call *call_of(const struct client *c, const void *peer)
{
    for (size_t i = 0; i < CALLS_MAX; i++)
        if (c->calls[i] && c->calls[i]->peer == peer)
            return c->calls[i];
    return NULL;
}

void client_pause(struct client *c, const void *peer, bool paused)
{
    struct call *call = call_of(c, peer);
    if (call && call->won->link)
        link_pause(call->won->link, paused);
}

void client_part(struct client *c, const void *peer, enum peer_next next)
{
    struct call *call = call_of(c, peer);
    if (call && !call->won->link)
        call_part(call, next);
}

bool client_is_dialing(const struct client *c, int64_t now)
{
    for (size_t i = 0; i < CALLS_MAX; i++)
        if (c->calls[i] && !c->calls[i]->greeted)
            return true;
    return !c->started || (has_room(c) && dialer_when(c->dialer, now) <= now);
}

bool client_over(const struct client *c, int64_t now)
{
    return c->started && !calls_count(c) &&
           (!has_room(c) || dialer_when(c->dialer, now) == INT64_MAX);
}

/* --- Interface -------------------------------------------------------------------------------- */

struct client *client_new(const struct client_config *config, struct fault *f)
{
    struct client *c = calloc(1, sizeof *c);
    if (!c) {
        fault_memory(f);
        return NULL;
    }
    c->config = config;
    c->dice = config->seed;
    c->link_owner = call_link_owner(c);
    c->candidates = candidates_new(config->operands, config->operands_count, config->once,
                                   config->seed, f);
    c->dialer = dialer_new(config->fanout < CALLS_MAX ? config->fanout : CALLS_MAX, config->seed);
    if (c->candidates && c->dialer)
        return c;
    if (c->candidates)
        fault_memory(f);
    client_free(c);
    return NULL;
}

void client_free(struct client *c)
{
    const struct candidates_critic critic = {complain, c};
    struct fault done;
    if (!c)
        return;
    fault_trouble(&done, "done");
    for (size_t i = 0; i < CALLS_MAX; i++) {
        if (c->calls[i] && !call_has_left(c->calls[i]))
            call_hang_up(c->calls[i], "done", &done);
        if (c->calls[i])
            call_end(c->calls[i], PEER_NEVER);
    }
    if (c->candidates && c->online)
        candidates_write(c->candidates, loop_now(), true, &critic);
    candidates_free(c->candidates);
    dialer_free(c->dialer);
    buf_free(&c->banned);
    free(c);
}
