#include "lookup/routing_table.h"

#include "lookup/bound_id.h"
#include "lookup/routing_branch.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60000 };

const struct routing_policy routing_policy_default = {
    .k = 8,
    .fails = 2,
    .fresh = 15 * MINUTE,
    .refresh = 15 * MINUTE,
    .one_a_network = true,
};

void routing_init(struct routing_table *t, const struct node_id *self,
                  const struct routing_policy *policy, int64_t now)
{
    *t = (struct routing_table){.self = *self, .policy = *policy, .buckets = 1};
    for (unsigned i = 0; i < NODE_ID_BITS; i++)
        t->looked[i] = now - policy->refresh;
}

void routing_free(struct routing_table *t)
{
    for (unsigned i = 0; i < NODE_ID_BITS; i++) {
        if (t->branches[i] == NULL)
            continue;
        free(t->branches[i]->places.entries);
        free(t->branches[i]->waiting.entries);
        free(t->branches[i]);
        t->branches[i] = NULL;
    }
    t->buckets = 1;
    t->branches_end = 0;
}

/* --- Pings ---------------------------------------------------------------------------------- */

static void ask_ping(struct routing_entry *e, struct contact *ping)
{
    e->pinged = true;
    *ping = e->contact;
}

/* Asks for a ping of a contact that has been silent, unless one is under way. */
static void challenge(const struct routing_table *t, struct routing_entry *e, int64_t now,
                      struct contact *ping)
{
    if (!e->pinged && now - e->heard >= t->policy.fresh)
        ask_ping(e, ping);
}

/* --- Newcomers ------------------------------------------------------------------------------ */

/* The entry that this contact may replace; or NULL, and whether it can have no place at all. */
static struct routing_entry *place_for(const struct routing_table *t,
                                       const struct routing_branch *b, const struct contact *c,
                                       bool *full)
{
    struct routing_entry *rival = routing_rival(t, &b->places, c);
    *full = rival != NULL || b->places.count >= t->policy.k;
    if (rival != NULL)
        return routing_is_bad(t, rival) ? rival : NULL;
    return *full ? routing_bad(t, &b->places) : NULL;
}

/* Whom of the replacement cache a newcomer may push out; NULL: nobody. One that has answered is
 * pushed out only by another that has, and one that is being pinged by nobody. */
static struct routing_entry *waiting_loser(const struct routing_list *waiting, bool answered)
{
    struct routing_entry *loser = NULL;
    for (size_t i = 0; i < waiting->count; i++) {
        struct routing_entry *e = &waiting->entries[i];
        if (e->pinged || (e->answered && !answered))
            continue;
        if (loser == NULL || e->answered < loser->answered ||
            (e->answered == loser->answered && e->heard < loser->heard))
            loser = e;
    }
    return loser;
}

/* The newcomer's entry in the replacement cache; NULL: there is no space for it. */
static struct routing_entry *wait(const struct routing_table *t, struct routing_branch *b,
                                  const struct routing_entry *e)
{
    struct routing_list *waiting = &b->waiting;
    struct routing_entry *loser = routing_rival(t, waiting, &e->contact);
    if (loser != NULL && (loser->pinged || loser->answered >= e->answered))
        return NULL;
    if (loser == NULL && waiting->count >= t->policy.k) {
        loser = waiting_loser(waiting, e->answered);
        if (loser == NULL)
            return NULL;
    }
    if (loser != NULL)
        routing_remove(waiting, loser);
    return routing_append(waiting, e) ? &waiting->entries[waiting->count - 1] : NULL;
}

static enum routing_outcome take_place(struct routing_table *t, struct routing_branch *b,
                                       struct routing_entry *place, const struct routing_entry *e)
{
    if (place != NULL) {
        *place = *e;
        routing_changed(t);
        return ROUTING_KEPT;
    }
    if (!routing_append(&b->places, e))
        return ROUTING_REFUSED;
    routing_added(t, &e->contact.id);
    return ROUTING_KEPT;
}

static enum routing_outcome newcomer(struct routing_table *t, struct routing_branch *b,
                                     const struct routing_entry *e, struct contact *ping)
{
    bool full;
    struct routing_entry *place = place_for(t, b, &e->contact, &full);
    const bool can = place != NULL || !full;
    if (can && e->answered)
        return take_place(t, b, place, e);
    struct routing_entry *waits = wait(t, b, e);
    if (can) {
        if (waits != NULL)
            ask_ping(waits, ping);
    } else {
        struct routing_entry *rival = routing_rival(t, &b->places, &e->contact);
        challenge(t, rival != NULL ? rival : routing_oldest(&b->places), e->heard, ping);
    }
    return waits != NULL ? ROUTING_WAITS : ROUTING_REFUSED;
}

/* --- Messages ------------------------------------------------------------------------------- */

/* A message from one that has a place. Only an answer proves that it came from there. */
static enum routing_outcome heard_again(struct routing_table *t, struct routing_entry *e,
                                        const struct contact *c, bool answered, int64_t now)
{
    const bool was_bad = routing_is_bad(t, e);
    if (!contact_same_address(&e->contact, c)) {
        if (!answered || !was_bad)
            return ROUTING_REFUSED;
        e->contact = *c;
    }
    e->heard = now;
    if (answered) {
        e->fails = 0;
        e->pinged = false;
        if (was_bad)
            routing_changed(t);
    }
    return ROUTING_KEPT;
}

/* A message from one that waits: if it has answered, it may now have a place. */
static enum routing_outcome heard_waiting(struct routing_table *t, struct routing_branch *b,
                                          struct routing_entry *e, const struct contact *c,
                                          bool answered, int64_t now, struct contact *ping)
{
    if (!contact_same_address(&e->contact, c) && (!answered || e->answered))
        return ROUTING_REFUSED;
    e->heard = now;
    if (!answered)
        return ROUTING_WAITS;
    const struct routing_entry again = {.contact = *c, .heard = now, .answered = true};
    routing_remove(&b->waiting, e);
    return newcomer(t, b, &again, ping);
}

static bool allowed(const struct routing_table *t, const struct contact *c)
{
    return c->port != 0 && !node_id_equal(&t->self, &c->id) &&
           (!t->policy.bound_ids || bound_id_valid(c));
}

enum routing_outcome routing_heard(struct routing_table *t, const struct contact *c, bool answered,
                                   int64_t now, struct contact *ping)
{
    *ping = (struct contact){.host_len = 0};
    struct routing_branch *b = allowed(t, c) ? routing_branch_of(t, &c->id, true) : NULL;
    if (b == NULL)
        return ROUTING_REFUSED;
    struct routing_entry *e = routing_find(&b->places, &c->id);
    if (e != NULL)
        return heard_again(t, e, c, answered, now);
    e = routing_find(&b->waiting, &c->id);
    if (e != NULL)
        return heard_waiting(t, b, e, c, answered, now, ping);
    const struct routing_entry new = {.contact = *c, .heard = now, .answered = answered};
    return newcomer(t, b, &new, ping);
}

/* --- Silence -------------------------------------------------------------------------------- */

/* The best of those that wait and could take a place now: that heard of last, of those that have
 * answered, if any has. */
static struct routing_entry *successor(const struct routing_table *t,
                                       const struct routing_branch *b)
{
    struct routing_entry *best = NULL;
    bool full;
    for (size_t i = 0; i < b->waiting.count; i++) {
        struct routing_entry *e = &b->waiting.entries[i];
        if (place_for(t, b, &e->contact, &full) == NULL && full)
            continue;
        if (best == NULL || e->answered > best->answered ||
            (e->answered == best->answered && e->heard > best->heard))
            best = e;
    }
    return best;
}

/* A place may be free for one that waits; one that has not answered yet is pinged first. */
static void promote(struct routing_table *t, struct routing_branch *b, struct contact *ping)
{
    struct routing_entry *e = successor(t, b);
    bool full;
    if (e == NULL)
        return;
    if (!e->answered) {
        if (!e->pinged)
            ask_ping(e, ping);
        return;
    }
    const struct routing_entry next = *e;
    routing_remove(&b->waiting, e);
    take_place(t, b, place_for(t, b, &next.contact, &full), &next);
}

/* One that has a place did not answer: it is asked once more if others wait. */
static void place_failed(struct routing_table *t, struct routing_branch *b, struct routing_entry *e,
                         struct contact *ping)
{
    const bool was_bad = routing_is_bad(t, e);
    e->pinged = false;
    e->fails = (uint8_t)(e->fails + (e->fails < UINT8_MAX));
    if (!routing_is_bad(t, e)) {
        if (b->waiting.count)
            ask_ping(e, ping);
        return;
    }
    if (!was_bad)
        routing_changed(t);
    promote(t, b, ping);
}

void routing_failed(struct routing_table *t, const struct contact *c, struct contact *ping)
{
    *ping = (struct contact){.host_len = 0};
    struct routing_branch *b = node_id_equal(&t->self, &c->id)
                                   ? NULL
                                   : routing_branch_of(t, &c->id, false);
    if (b == NULL)
        return;
    struct routing_entry *e = routing_find(&b->places, &c->id);
    if (e != NULL && contact_same_address(&e->contact, c)) {
        place_failed(t, b, e, ping);
        return;
    }
    e = routing_find(&b->waiting, &c->id);
    if (e == NULL || !contact_same_address(&e->contact, c))
        return;
    routing_remove(&b->waiting, e);
    promote(t, b, ping);
}

void routing_not_pinged(struct routing_table *t, const struct contact *c)
{
    struct routing_branch *b = node_id_equal(&t->self, &c->id)
                                   ? NULL
                                   : routing_branch_of(t, &c->id, false);
    struct routing_entry *e = b ? routing_find(&b->places, &c->id) : NULL;
    if (b != NULL && e == NULL)
        e = routing_find(&b->waiting, &c->id);
    if (e != NULL && contact_same_address(&e->contact, c))
        e->pinged = false;
}

void routing_drop(struct routing_table *t, const struct contact *c, struct contact *ping)
{
    *ping = (struct contact){.host_len = 0};
    struct routing_branch *b = node_id_equal(&t->self, &c->id)
                                   ? NULL
                                   : routing_branch_of(t, &c->id, false);
    if (b == NULL)
        return;
    struct routing_entry *e = routing_find(&b->waiting, &c->id);
    if (e != NULL && contact_same_address(&e->contact, c))
        routing_remove(&b->waiting, e);
    e = routing_find(&b->places, &c->id);
    if (e == NULL || !contact_same_address(&e->contact, c))
        return;
    routing_remove(&b->places, e);
    routing_changed(t);
    promote(t, b, ping);
}

/* --- Another id of our own ------------------------------------------------------------------ */

/* What has a place in the old table comes in anew. Nobody is pinged for it. */
static void take_over(struct routing_table *t, const struct routing_entry *old)
{
    struct contact ping;
    struct routing_entry e = *old;
    struct routing_branch *b = allowed(t, &e.contact) ? routing_branch_of(t, &e.contact.id, true)
                                                      : NULL;
    e.hidden = false;
    e.pinged = false;
    if (b == NULL)
        return;
    newcomer(t, b, &e, &ping);
    for (size_t i = 0; i < b->places.count; i++)
        b->places.entries[i].pinged = false;
}

void routing_rename(struct routing_table *t, const struct node_id *self, int64_t now)
{
    struct routing_table old = *t;
    size_t place = 0;
    routing_init(t, self, &old.policy, now);
    for (const struct routing_entry *e; (e = routing_each(&old, &place)) != NULL;)
        take_over(t, e);
    routing_free(&old);
}
