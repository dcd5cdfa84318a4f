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

/* Gives the dialer all targets except this node itself. */
static int look_at_files(struct client *c, struct fault *f)
{
    const struct candidates_log log = {complain, c};
    struct target *list;
    size_t count;
    int changed = candidates_read(c->candidates, c->config->has_chain ? c->config->chain : NULL,
                                  &log, f);
    if (changed <= 0)
        return changed;
    if (candidates_list(c->candidates, client_account(c), c->config->names, &list, &count))
        return fault_memory(f);
    int failed = dialer_targets(c->dialer, list, count);
    free(list);
    return failed ? fault_memory(f) : 0;
}

static size_t dials_count(const struct client *c)
{
    size_t count = 0;
    for (size_t i = 0; i < DIALS_MAX; i++)
        count += c->dials[i] != NULL;
    return count;
}

static bool has_free_slot(const struct client *c)
{
    size_t feelers = 0;
    for (size_t i = 0; i < DIALS_MAX; i++)
        feelers += c->dials[i] && c->dials[i]->feeler;
    return dials_count(c) - feelers + c->done < c->config->fanout;
}

/* --- Turns ------------------------------------------------------------------------------------ */

/* While all slots are taken, targets that have never answered are dialed one at a time, only to see
 * whether they answer. */
static void feel(struct client *c, int64_t now)
{
    const struct target *t;
    if (c->config->no_feelers || now < c->feeler_due)
        return;
    bool first = !c->feeler_due;
    c->feeler_due = now + FEELER_EVERY * 3 / 4 +
                    (int64_t)chance_below(&c->chance, FEELER_EVERY / 2);
    if (!first && !has_free_slot(c) && dials_count(c) < DIALS_MAX &&
        (t = dialer_feeler(c->dialer, now)))
        dial_start(c, t, true, now);
}

static bool is_before(const struct dial *a, const struct dial *b)
{
    if (a->target->anchor != b->target->anchor)
        return a->target->anchor;
    return a->greeted_at < b->greeted_at;
}

/* Tells the candidates which targets are connected: anchors of the last run first, then by how long
 * they have been connected. */
static void note_connected(struct client *c, int64_t now)
{
    const struct candidates_log log = {complain, c};
    const struct dial *dials[DIALS_MAX];
    const struct target *list[DIALS_MAX];
    size_t n = 0;
    bool again = now - c->noted >= NOTE_EVERY;
    for (size_t i = 0; i < DIALS_MAX; i++) {
        const struct dial *dial = c->dials[i];
        if (!dial || !dial->greeted || dial->feeler || dial_has_left(dial))
            continue;
        size_t at = n++;
        for (; at && is_before(dial, dials[at - 1]); at--)
            dials[at] = dials[at - 1];
        dials[at] = dial;
        if (again)
            candidates_note(c->candidates, dial->target, OUTCOME_ANSWERED);
    }
    if (again)
        c->noted = now;
    for (size_t i = 0; i < n; i++)
        list[i] = dials[i]->target;
    if (!c->config->no_feelers)
        candidates_connected(c->candidates, list, n);
    if (c->online)
        candidates_write(c->candidates, now, false, &log);
}

int client_turn(struct client *c, int64_t now, struct fault *f)
{
    bool tick = !c->started || now - c->looked >= LOOK_EVERY;
    if (tick && !(c->config->once && c->started) && look_at_files(c, f))
        return -1;
    if (tick)
        c->looked = now;
    c->started = true;
    const struct target *t; /* thousands may fail at once, so the number in a turn is limited */
    for (size_t started = 0;
         started < DIALS_MAX && has_free_slot(c) && (t = dialer_next(c->dialer, now)); started++)
        dial_start(c, t, false, now);
    if (tick) {
        feel(c, now);
        note_connected(c, now);
    }
    for (size_t i = 0; i < DIALS_MAX; i++)
        if (c->dials[i])
            dial_turn(c, i, now);
    return 0;
}

int client_wait(const struct client *c, int64_t now)
{
    int64_t wait = LOOK_EVERY - (now - c->looked);
    int64_t when = has_free_slot(c) ? dialer_when(c->dialer, now) : INT64_MAX;
    for (size_t i = 0; i < DIALS_MAX; i++) {
        int64_t next = c->dials[i] ? dial_wait(c->dials[i], now) : wait;
        wait = next < wait ? next : wait;
    }
    if (when != INT64_MAX && when - now < wait)
        wait = when - now;
    return wait < 0 ? 0 : (int)wait;
}

/* --- For the owner ---------------------------------------------------------------------------- */

static struct dial *dial_of(const struct client *c, const void *peer)
{
    for (size_t i = 0; i < DIALS_MAX; i++)
        if (c->dials[i] && c->dials[i]->peer == peer)
            return c->dials[i];
    return NULL;
}

void client_pause(struct client *c, const void *peer, bool paused)
{
    struct dial *dial = dial_of(c, peer);
    if (dial && dial->won->link)
        link_pause(dial->won->link, paused);
}

void client_part(struct client *c, const void *peer, enum peer_next next)
{
    struct dial *dial = dial_of(c, peer);
    if (dial && !dial->won->link)
        dial_part(dial, next);
}

bool client_is_dialing(const struct client *c, int64_t now)
{
    for (size_t i = 0; i < DIALS_MAX; i++)
        if (c->dials[i] && !c->dials[i]->greeted)
            return true;
    return !c->started || (has_free_slot(c) && dialer_when(c->dialer, now) <= now);
}

bool client_over(const struct client *c, int64_t now)
{
    return c->started && !dials_count(c) &&
           (!has_free_slot(c) || dialer_when(c->dialer, now) == INT64_MAX);
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
    c->chance = config->seed;
    c->link_owner = dial_link_owner(c);
    c->candidates = candidates_new(config->operands, config->operands_count, config->once,
                                   config->seed, f);
    c->dialer = dialer_new(config->fanout < DIALS_MAX ? config->fanout : DIALS_MAX, config->seed);
    if (c->candidates && c->dialer)
        return c;
    if (c->candidates)
        fault_memory(f);
    client_free(c);
    return NULL;
}

void client_free(struct client *c)
{
    const struct candidates_log log = {complain, c};
    struct fault done;
    if (!c)
        return;
    fault_trouble(&done, "done");
    for (size_t i = 0; i < DIALS_MAX; i++) {
        if (c->dials[i] && !dial_has_left(c->dials[i]))
            dial_close(c->dials[i], "done", &done);
        if (c->dials[i])
            dial_end(c->dials[i], PEER_NEVER);
    }
    if (c->candidates && c->online)
        candidates_write(c->candidates, loop_now(), true, &log);
    candidates_free(c->candidates);
    dialer_free(c->dialer);
    buf_free(&c->banned);
    free(c);
}
