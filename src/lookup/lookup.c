#include "lookup/lookup_named.h"

#include "lookup/bound_id.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

const struct lookup_rules lookup_rules_default = {
    .k = 8,
    .alpha = 3,
    .slow = 1000,
    .timeout = 5000,
    .queries = 200,
    .per_network = 2,
};

void lookup_init(struct lookup *l, const struct node_id *target, const struct lookup_rules *rules)
{
    *l = (struct lookup){.target = *target, .rules = *rules};
}

void lookup_free(struct lookup *l)
{
    free(l->candidates);
    l->candidates = NULL;
    l->count = l->cap = 0;
}

/* --- Candidates ----------------------------------------------------------------------------- */

static bool allowed(const struct lookup *l, const struct contact *c)
{
    return c->port != 0 && !node_id_equal(&c->id, &l->rules.self) &&
           (!l->rules.bound_ids || bound_id_valid(c));
}

/* The farthest that nobody asked yet makes space. */
static bool forget_farthest(struct lookup *l, size_t nearer_than)
{
    size_t i = l->count;
    while (i > nearer_than && l->candidates[i - 1].state != LOOKUP_UNASKED)
        i--;
    if (i == nearer_than)
        return false;
    memmove(&l->candidates[i - 1], &l->candidates[i], (l->count - i) * sizeof *l->candidates);
    l->count--;
    return true;
}

/* Whether this contact may become a candidate, at a place after those with the same id. One that is
 * a candidate has been named once more, perhaps by a shorter way. */
static bool is_new(struct lookup *l, const struct contact *c, unsigned hop,
                   const struct node_id *namer, size_t *at)
{
    const size_t first = *at;
    for (; *at < l->count && node_id_equal(&l->candidates[*at].contact.id, &c->id); ++*at) {
        struct lookup_candidate *it = &l->candidates[*at];
        if (!contact_same_address(&it->contact, c))
            continue;
        if (hop < it->hop)
            it->hop = hop;
        lookup_note_namer(it, namer);
        return false;
    }
    return *at - first < LOOKUP_ADDRESSES_MAX;
}

static bool add(struct lookup *l, const struct contact *c, unsigned hop,
                const struct node_id *namer)
{
    size_t at = lookup_place(l, &c->id);
    if (!allowed(l, c) || !is_new(l, c, hop, namer, &at) ||
        (l->count == LOOKUP_CANDIDATES_MAX && !forget_farthest(l, at)) ||
        ARRAY_RESERVE(l->candidates, l->cap, l->count + 1))
        return false;
    memmove(&l->candidates[at + 1], &l->candidates[at], (l->count - at) * sizeof *l->candidates);
    l->candidates[at] = (struct lookup_candidate){.contact = *c, .hop = hop};
    lookup_note_namer(&l->candidates[at], namer);
    l->count++;
    return true;
}

bool lookup_add(struct lookup *l, const struct contact *c, unsigned hop)
{
    return add(l, c, hop, NULL);
}

/* Whether an answer of this candidate is awaited. */
static bool is_open(const struct lookup_candidate *c)
{
    return c->state == LOOKUP_IN_FLIGHT || c->state == LOOKUP_SLOW;
}

/* The candidate with this id and address whose answer is awaited, or NULL. */
static struct lookup_candidate *awaited(const struct lookup *l, const struct contact *c)
{
    for (size_t at = lookup_place(l, &c->id); at < l->count; at++) {
        struct lookup_candidate *it = &l->candidates[at];
        if (!node_id_equal(&it->contact.id, &c->id))
            break;
        if (contact_same_address(&it->contact, c))
            return is_open(it) ? it : NULL;
    }
    return NULL;
}

/* --- Whom to ask ---------------------------------------------------------------------------- */

/* Whether one with this id has answered, or may soon, at another address. */
static bool has_double(const struct lookup *l, size_t i)
{
    const struct node_id *id = &l->candidates[i].contact.id;
    size_t j = i;
    while (j > 0 && node_id_equal(&l->candidates[j - 1].contact.id, id))
        j--;
    for (; j < l->count && node_id_equal(&l->candidates[j].contact.id, id); j++)
        if (j != i && (l->candidates[j].state == LOOKUP_IN_FLIGHT ||
                       l->candidates[j].state == LOOKUP_ANSWERED))
            return true;
    return false;
}

/* Whether this one is passed over because so many of its network have answered, or may yet: nearer
 * ones, or any if it has not been asked. */
static bool network_is_full(const struct lookup *l, size_t i)
{
    const struct lookup_candidate *c = &l->candidates[i];
    const size_t end = c->state == LOOKUP_UNASKED ? l->count : i;
    unsigned same = 0;
    if (!l->rules.per_network || contact_is_local(&c->contact))
        return false;
    for (size_t j = 0; j < end && same < l->rules.per_network; j++) {
        const struct lookup_candidate *other = &l->candidates[j];
        same += j != i && (is_open(other) || other->state == LOOKUP_ANSWERED) &&
                contact_same_network(&other->contact, &c->contact);
    }
    return same >= l->rules.per_network;
}

static bool passed_over(const struct lookup *l, size_t i)
{
    return (l->candidates[i].state == LOOKUP_UNASKED && has_double(l, i)) || network_is_full(l, i);
}

/* What the k nearest that answered, or are expected to, are waiting for. */
struct outlook {
    size_t next;      /* whom to ask; l->count: nobody */
    size_t in_flight; /* and not slow, in all */
    bool waiting;     /* one of them, or of those that could replace a failure, has not answered */
    unsigned near, late; /* of the k: there; slow */
};

/* The nearest; with or without those that are doubted. */
static void look_at(const struct lookup *l, bool doubted, struct outlook *o)
{
    o->next = l->count;
    o->near = o->late = 0;
    o->waiting = false;
    for (size_t i = 0; i < l->count && o->near < l->rules.k; i++) {
        const enum lookup_state state = l->candidates[i].state;
        if (state == LOOKUP_FAILED || passed_over(l, i) || (!doubted && lookup_is_doubted(l, i)))
            continue;
        o->late += state == LOOKUP_SLOW;
        o->near += state != LOOKUP_SLOW;
        o->waiting |= state == LOOKUP_IN_FLIGHT;
        if (state == LOOKUP_UNASKED && o->next == l->count)
            o->next = i;
    }
    o->waiting |= o->near < l->rules.k && o->late > 0;
}

static struct outlook look(const struct lookup *l)
{
    struct outlook o = {0};
    for (size_t i = 0; i < l->count; i++)
        o.in_flight += l->candidates[i].state == LOOKUP_IN_FLIGHT;
    look_at(l, false, &o);
    if (l->doubts && o.near < l->rules.k && !o.waiting && o.next == l->count)
        look_at(l, true, &o);
    return o;
}

static bool may_ask(const struct lookup *l, const struct outlook *o)
{
    return o->next < l->count && l->asked < l->rules.queries;
}

bool lookup_next(struct lookup *l, int64_t now, struct contact *to)
{
    const struct outlook o = look(l);
    if (!may_ask(l, &o) || o.in_flight >= l->rules.alpha)
        return false;
    struct lookup_candidate *c = &l->candidates[o.next];
    c->state = LOOKUP_IN_FLIGHT;
    c->asked = now;
    l->asked++;
    *to = c->contact;
    return true;
}

bool lookup_done(const struct lookup *l)
{
    const struct outlook o = look(l);
    return !o.waiting && !may_ask(l, &o);
}

/* --- What came of it ------------------------------------------------------------------------ */

/* An answer may name an id once. */
static bool is_repeated(const struct contact *nodes, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (node_id_equal(&nodes[j].id, &nodes[i].id))
            return true;
    return false;
}

bool lookup_answered(struct lookup *l, const struct contact *from, const struct contact *nodes,
                     size_t count)
{
    struct lookup_candidate *c = awaited(l, from);
    if (c == NULL)
        return false;
    const unsigned hop = c->hop + 1;
    lookup_credit(l, c);
    c->state = LOOKUP_ANSWERED;
    l->answered++;
    for (size_t i = 0; i < count; i++)
        if (!is_repeated(nodes, i))
            add(l, &nodes[i], hop, &from->id);
    return true;
}

void lookup_unasked(struct lookup *l, const struct contact *c)
{
    struct lookup_candidate *it = awaited(l, c);
    if (it == NULL)
        return;
    it->state = LOOKUP_UNASKED;
    l->asked--;
}

void lookup_failed(struct lookup *l, const struct contact *c)
{
    struct lookup_candidate *it = awaited(l, c);
    if (it == NULL)
        return;
    if (it->state != LOOKUP_SLOW)
        lookup_charge(l, it);
    it->state = LOOKUP_FAILED;
    l->failed++;
}

bool lookup_tick(struct lookup *l, int64_t now, struct contact *failed)
{
    for (size_t i = 0; i < l->count; i++) {
        struct lookup_candidate *c = &l->candidates[i];
        if (c->state == LOOKUP_IN_FLIGHT && now - c->asked >= l->rules.slow) {
            c->state = LOOKUP_SLOW;
            lookup_charge(l, c);
        }
        if (c->state == LOOKUP_SLOW && now - c->asked >= l->rules.timeout) {
            c->state = LOOKUP_FAILED;
            l->failed++;
            *failed = c->contact;
            return true;
        }
    }
    return false;
}

int64_t lookup_deadline(const struct lookup *l)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < l->count; i++) {
        const struct lookup_candidate *c = &l->candidates[i];
        const int64_t at = c->asked +
                           (c->state == LOOKUP_IN_FLIGHT ? l->rules.slow : l->rules.timeout);
        if (is_open(c) && at < first)
            first = at;
    }
    return first;
}

size_t lookup_closest(const struct lookup *l, struct contact *out, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < l->count && count < max; i++)
        if (l->candidates[i].state == LOOKUP_ANSWERED && !passed_over(l, i))
            out[count++] = l->candidates[i].contact;
    return count;
}
