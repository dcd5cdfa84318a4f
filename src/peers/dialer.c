#include "peers/dialer_parts.h"

#include "base/chance.h"

#include <string.h>

static bool is_stranger(const struct dial_entry *e)
{
    return e->target.announced && !e->target.tried && !e->greeted;
}

/* An anchor of the last run that has not been dialed in this one. */
static bool is_anchor(const struct dial_entry *e)
{
    return e->target.anchor && !e->dialed;
}

static bool is_due(const struct dialer *d, struct dial_entry *e, int64_t now)
{
    const struct recent_host *host = &d->recent[e->host % RECENT_HOSTS];
    if (e->hold)
        e->due = now + e->hold;
    e->hold = 0;
    if (is_stranger(e) && host->host == e->host && host->until > e->due)
        e->due = host->until;
    return e->due <= now;
}

/* Whether the nth of equals replaces the best so far: with probability 1/n, so that each is equally
 * likely. */
static bool wins(struct dialer *d, size_t n)
{
    return chance_below(&d->chance, n) == 0;
}

static void forget_picks(struct dialer *d)
{
    for (struct dial_network *n = d->networks; n; n = n->hh.next)
        memset(n->picks, 0, sizeof n->picks);
}

static void pick(struct dialer *d, struct dial_entry *e)
{
    struct dial_pick *p = &e->network->picks[is_stranger(e) ? STRANGERS : KNOWN];
    p->due++;
    if (is_anchor(e) || (wins(d, p->due) && !(p->best && is_anchor(p->best))))
        p->best = e;
}

/* The best target of a tier, from a random one of the least busy networks that have any. */
static struct dial_entry *best_of(struct dialer *d, enum dial_tier tier)
{
    struct dial_entry *best = NULL;
    size_t equals = 0;
    for (struct dial_network *n = d->networks; n; n = n->hh.next) {
        struct dial_entry *e = n->picks[tier].best;
        if (!e)
            continue;
        if (is_anchor(e))
            return e;
        if (!best || n->busy < best->network->busy)
            equals = 0;
        else if (n->busy > best->network->busy)
            continue;
        if (wins(d, ++equals))
            best = e;
    }
    return best;
}

/* An anchor, if there is one. Otherwise a known target or a stranger: the one whose network is less
 * busy or, if neither is, one at random. */
static struct dial_entry *choose(struct dialer *d)
{
    struct dial_entry *known = best_of(d, KNOWN), *stranger = best_of(d, STRANGERS);
    if (!known || !stranger)
        return known ? known : stranger;
    if (is_anchor(known) || known->network->busy < stranger->network->busy)
        return known;
    if (known->network->busy > stranger->network->busy)
        return stranger;
    return chance_below(&d->chance, 4) < DIAL_KNOWN_OF_4 ? known : stranger;
}

static const struct target *take(struct dialer *d, struct dial_entry *e, int64_t now)
{
    if (is_stranger(e))
        d->recent[e->host % RECENT_HOSTS] = (struct recent_host){e->host,
                                                                 now + DIAL_PAUSE_STRANGER};
    dialer_set_busy(d, e, true);
    return &e->target;
}

const struct target *dialer_next(struct dialer *d, int64_t now)
{
    size_t due = 0;
    int64_t later = INT64_MAX;
    if (d->busy >= d->fanout || now < d->soonest)
        return NULL;
    forget_picks(d);
    for (struct dial_entry *e = d->entries; e; e = e->hh.next) {
        if (e->busy || e->never)
            continue;
        if (is_due(d, e, now)) {
            due++;
            pick(d, e);
        } else if (e->due < later) {
            later = e->due;
        }
    }
    d->soonest = due > 1 ? now : later;
    return due ? take(d, choose(d), now) : NULL;
}

const struct target *dialer_feeler(struct dialer *d, int64_t now)
{
    struct dial_entry *best = NULL;
    size_t tests = 0, strangers = 0;
    forget_picks(d);
    for (struct dial_entry *e = d->entries; e; e = e->hh.next) {
        if (e->busy || e->never || !is_due(d, e, now))
            continue;
        if (e->target.test && wins(d, ++tests))
            best = e;
        else if (is_stranger(e))
            pick(d, e);
    }
    for (struct dial_network *n = d->networks; n && !tests; n = n->hh.next)
        if (n->picks[STRANGERS].best && wins(d, ++strangers))
            best = n->picks[STRANGERS].best;
    if (!best)
        return NULL;
    best->feeler = true;
    return take(d, best, now);
}

int64_t dialer_when(const struct dialer *d, int64_t now)
{
    if (d->busy >= d->fanout)
        return INT64_MAX;
    return d->soonest > now ? d->soonest : now;
}

/* --- The outcome of a dial ---------------------------------------------------------------- */

static struct dial_entry *entry_of(const struct target *t)
{
    return (struct dial_entry *)(uintptr_t)t;
}

void dialer_greeted(struct dialer *d, const struct target *t)
{
    (void)d;
    entry_of(t)->greeted = true;
}

void dialer_answered(struct dialer *d, const struct target *t, int64_t now)
{
    (void)d, (void)now;
    entry_of(t)->failures = 0;
}

/* Drawn from the upper half, so that targets that failed together are not dialed again together. */
static int64_t draw_pause(struct dialer *d, unsigned failures)
{
    int64_t pause = DIAL_PAUSE_FIRST;
    while (failures-- && pause < DIAL_PAUSE_MAX)
        pause *= 2;
    if (pause > DIAL_PAUSE_MAX)
        pause = DIAL_PAUSE_MAX;
    return pause - (int64_t)chance_below(&d->chance, (uint64_t)pause / 2 + 1);
}

static int64_t stranger_pause(struct dialer *d)
{
    return DIAL_PAUSE_STRANGER + (int64_t)chance_below(&d->chance, DIAL_PAUSE_STRANGER);
}

void dialer_over(struct dialer *d, const struct target *t, int64_t now)
{
    struct dial_entry *e = entry_of(t);
    dialer_set_busy(d, e, false);
    if (e->gone) {
        dialer_drop(d, e);
        return;
    }
    e->due = now + (is_stranger(e) ? stranger_pause(d) : draw_pause(d, e->failures));
    e->failures += e->failures < 64;
    if (!e->never && e->due < d->soonest)
        d->soonest = e->due;
}

void dialer_never(struct dialer *d, const struct target *t)
{
    (void)d;
    entry_of(t)->never = true;
}

bool dialer_gone(const struct dialer *d, const struct target *t)
{
    (void)d;
    return entry_of(t)->gone;
}
