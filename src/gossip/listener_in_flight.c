/*
 * Announcements and requests.
 *
 * Patience is for a record, not for a peer. Anyone can announce a record first and not deliver it,
 * and can deliver others meanwhile, so a record that has not arrived after a few seconds is
 * requested from more of its announcers, beside those that were asked; any of them may deliver it.
 * Not to deliver is no offence: a relay may have dropped the record since, or be slow. It makes a
 * peer the last to be relied on.
 */
#include "gossip/listener_parts.h"

#include <string.h>

enum {
    AGAIN_AFTER = 1000,      /* ms between further rounds of requests for a record */
    PROGRESS = 5000,         /* ms since its last delivery: it is still making progress */
    ANSWER_LONGEST = 120000, /* ms for a peer that makes progress, if no other could be asked */
    BYTES_PER_MS = 64,       /* of a block: it is arriving, and nobody else is asked */
    LOOK_EVERY = 250,        /* ms between looks at all requests */
    BESIDE_MAX = 512,        /* requests to one peer beside requests to others */
    LATE_FREE = 8,           /* records that a peer may fail to deliver and be relied on */
    LATE_MAX = 256,          /* ... until fewer are requested from it at a time: */
    ANNOUNCED_MIN = 64,
};

/* --- Announcers ------------------------------------------------------------------------------- */

static size_t index_of(const struct in_flight *a, const struct inbound *g)
{
    size_t i = 0;
    while (i < a->count && a->who[i] != g->state->slot)
        i++;
    return i;
}

struct in_flight *in_flight_of(const struct listener *l, const struct inbound *g,
                               const uint8_t id[ID_LEN])
{
    struct in_flight *a = idmap_find(&l->in_flight, id);
    return a && index_of(a, g) < a->requested ? a : NULL;
}

static int64_t merit(const struct inbound *g)
{
    return (int64_t)g->useful - (int64_t)g->state->late;
}

/* Whether requests to the peer are likely to be answered, as far as its past shows. */
static bool is_reliable(const struct inbound *g)
{
    return !g->doomed && g->state->late <= LATE_FREE + g->useful / 4;
}

/* How many records may be announced by the peer at a time. */
static size_t announced_max(const struct inbound *g)
{
    return g->state->late <= LATE_MAX + g->useful ? LISTENER_ANNOUNCED_MAX : ANNOUNCED_MIN;
}

static void swap(struct in_flight *a, size_t i, size_t j)
{
    uint16_t slot = a->who[i];
    a->who[i] = a->who[j];
    a->who[j] = slot;
}

/* Removes the announcer with this index, keeping those that were asked first in order. */
static void remove_at(struct listener *l, struct in_flight *a, size_t i)
{
    struct inbound *g = inbound_at(l, a->who[i]);
    if (a->reconstruction && a->reconstruction->slot == a->who[i])
        reconstruction_drop(l, a->reconstruction);
    if (g) {
        g->state->announced--;
        g->state->beside -= i && i < a->requested;
    }
    if (i == 0 && a->requested > 1 && (g = inbound_at(l, a->who[1])))
        g->state->beside--; /* it becomes the first */
    a->count--;
    memmove(&a->who[i], &a->who[i + 1], (a->count - i) * sizeof *a->who);
    if (i < a->round)
        a->round--;
    if (i < a->requested)
        a->requested--;
}

void in_flight_drop(struct listener *l, struct in_flight *a)
{
    if (a->reconstruction)
        reconstruction_drop(l, a->reconstruction);
    while (a->count)
        remove_at(l, a, a->count - 1U);
    idmap_remove(&l->in_flight, a);
}

/* How many of the announcers [from, count) are of this network. */
static size_t of_network(const struct listener *l, const struct in_flight *a, size_t from,
                         uint64_t network)
{
    size_t n = 0;
    for (size_t i = from; i < a->count; i++) {
        const struct inbound *g = inbound_at(l, a->who[i]);
        n += g && g->network == network;
    }
    return n;
}

/* The rank of a peer among those that announce a record: by chance, but the same however often it
 * says so. */
static uint64_t rank(const struct listener *l, const struct inbound *g, const struct in_flight *a)
{
    uint64_t some;
    memcpy(&some, a->id, sizeof some);
    some ^= l->config->seed ^ g->state->number << 20;
    return chance_next(&some);
}

/* Adds an announcer. If there is no room, one of the most crowded network makes way, by rank: so
 * that many strangers cannot displace for good the one that would deliver. */
static void add_announcer(struct listener *l, struct inbound *g, struct in_flight *a)
{
    size_t place = a->count, most = 1 + of_network(l, a, a->requested, g->network);
    uint64_t lowest = rank(l, g, a);
    if (a->count < ANNOUNCERS_MAX) {
        a->who[a->count++] = g->state->slot;
        g->state->announced++;
        return;
    }
    for (size_t i = a->requested; i < a->count; i++) {
        const struct inbound *other = inbound_at(l, a->who[i]);
        size_t n = of_network(l, a, a->requested, other->network) + (other->network == g->network);
        if (n < most || (n == most && rank(l, other, a) >= lowest))
            continue;
        most = n;
        lowest = rank(l, other, a);
        place = i;
    }
    if (place == a->count)
        return;
    remove_at(l, a, place);
    a->who[a->count++] = g->state->slot;
    g->state->announced++;
}

/* --- Requests --------------------------------------------------------------------------------- */

int in_flight_request(struct listener *l, struct inbound *g, const uint8_t id[ID_LEN])
{
    l->scratch.len = 0;
    listener_log(l, g, "asked", id, NULL);
    if (wire_put_ids("want", (const uint8_t(*)[ID_LEN])(const void *)id, 1, &l->scratch) ||
        session_put(g->session, l->scratch.data, l->scratch.len))
        return -1;
    g->state->wanted++;
    return 0;
}

/* Whether no announcer that was asked is of the network. */
static bool is_fresh_network(const struct listener *l, const struct in_flight *a, uint64_t network)
{
    for (size_t i = 0; i < a->requested; i++) {
        const struct inbound *g = inbound_at(l, a->who[i]);
        if (g && g->network == network)
            return false;
    }
    return true;
}

/* The index of the announcer to ask next; a->count: none. best: the one with the most merit;
 * otherwise by chance, one of a network where nobody was asked, if there is one. */
static size_t pick(struct listener *l, const struct in_flight *a, bool best)
{
    size_t place = a->count, seen = 0;
    bool fresh = false;
    for (size_t i = a->requested; i < a->count; i++) {
        const struct inbound *g = inbound_at(l, a->who[i]);
        if (g->doomed || g->state->beside >= BESIDE_MAX)
            continue;
        if (best) {
            if (place == a->count || merit(g) > merit(inbound_at(l, a->who[place])))
                place = i;
            continue;
        }
        bool new = is_fresh_network(l, a, g->network);
        if (fresh && !new)
            continue;
        if (new && !fresh)
            seen = 0;
        fresh = new;
        if (chance_below(&l->chance, ++seen) == 0)
            place = i;
    }
    return place;
}

size_t in_flight_request_more(struct listener *l, struct in_flight *a, size_t most, int64_t now)
{
    size_t n = 0;
    uint8_t before = a->requested;
    for (size_t place; n < most && (place = pick(l, a, n == 0)) < a->count; n++) {
        struct inbound *g = inbound_at(l, a->who[place]);
        swap(a, place, a->requested);
        g->state->beside += a->requested > 0;
        a->requested++;
        in_flight_request(l, g, a->id); /* out of memory, the request times out */
    }
    if (n) {
        a->round = before;
        a->since = now;
    }
    return n;
}

/* Those that were asked last have not delivered the record in time. */
static void count_late(const struct listener *l, const struct in_flight *a)
{
    for (size_t i = a->round; i < a->requested; i++) {
        struct inbound *g = inbound_at(l, a->who[i]);
        g->state->late++;
        listener_log(l, g, "late", a->id, NULL);
    }
}

void in_flight_done(struct listener *l, struct in_flight *a, struct inbound *by)
{
    bool named = false;
    for (size_t i = 0; i < a->count; i++) {
        struct inbound *g = inbound_at(l, a->who[i]);
        inbound_take(g, a->id);
        named |= g == by;
        if (g == by && i < a->round && g->state->late)
            g->state->late--; /* it was late, but did deliver */
    }
    if (by && !named)
        inbound_take(by, a->id);
    in_flight_drop(l, a);
}

/* --- Announcements ---------------------------------------------------------------------------- */

/* The peer with the most announcements relative to its deliveries. */
static struct inbound *most_announcing(const struct listener *l)
{
    struct inbound *most = NULL;
    int64_t most_open = 0;
    for (size_t i = 0; i < l->top; i++) {
        struct inbound *g = l->peers[i];
        int64_t open = g ? (int64_t)g->state->announced - (int64_t)g->useful : 0;
        if (g && !g->doomed && open > most_open) {
            most = g;
            most_open = open;
        }
    }
    return most;
}

/* A new entry. If too many are in flight, one peer and all its announcements are dropped. NULL:
 * there is still no room; the record may be announced again. */
static struct in_flight *new_entry(struct listener *l, const uint8_t id[ID_LEN], int64_t now)
{
    struct fault f;
    struct inbound *most;
    struct in_flight *a = idmap_add(&l->in_flight, id);
    if (a || l->in_flight.count < l->in_flight.limit || !(most = most_announcing(l)))
        return a;
    fault_rule(&f, "full: announces more than all others and does not deliver it");
    listener_log(l, most, "bad", NULL, f.text);
    inbound_doom(most, "full", &f);
    in_flight_forget(l, most, now);
    return idmap_add(&l->in_flight, id);
}

/* Whether we have the record already, as far as this peer may know; *hidden: we have it, and the
 * peer must not know. A peer that announces it as a stem must not know either: it may be probing
 * the stem's path, or close a loop. */
static bool is_known(const struct listener *l, const uint8_t id[ID_LEN], bool *hidden)
{
    const struct view *v = l->config->view;
    struct fault f;
    *hidden = l->stems.count && idmap_find(&l->stems, id);
    if (*hidden)
        return false;
    return idset_has(&l->seen, id) || (v && v->holds(v->self, id, &f) > 0);
}

/* Another peer announces a record that was requested. Whether to request it from this one, too, at
 * once: those that were asked have all failed to deliver this one; or they have failed before, and
 * this peer has not. */
static bool announce_more(struct listener *l, struct inbound *g, struct in_flight *a, int64_t now)
{
    size_t i = index_of(a, g);
    bool failed = a->requested == ANNOUNCERS_MAX && now - a->since > AGAIN_AFTER;
    if (i == a->count && g->state->announced >= announced_max(g))
        return false;
    if (i == a->count && failed)
        remove_at(l, a, chance_below(&l->chance, a->count));
    if (i >= a->count)
        add_announcer(l, g, a);
    i = index_of(a, g);
    if (i == a->count || i < a->requested || g->state->beside >= BESIDE_MAX)
        return false;
    for (size_t j = 0; j < a->requested && !failed; j++)
        if (!is_reliable(g) || is_reliable(inbound_at(l, a->who[j])))
            return false;
    swap(a, i, a->requested);
    g->state->beside += a->requested > 0;
    a->requested++;
    a->since = now;
    return true;
}

/* Whether it passes on what others send, and so cannot answer for all of it; or says so. */
static bool is_relay(const struct inbound *g)
{
    return g->session->theirs.roles & WIRE_LISTENS;
}

/* A peer may have delivered too many useless records: fewer are requested from it for a while, but
 * never none from a relay, whose records others may have made. */
static bool is_welcome(struct inbound *g, int64_t now)
{
    struct inbound_state *s = g->state;
    return s->announced < announced_max(g) &&
           (bucket_has(&s->budget, &listener_budget, now) ||
            (is_relay(g) && bucket_take(&s->beyond, &listener_beyond, now)));
}

/* The key under which a record that was useless from one peer is ignored. */
static void key_of_pair(const struct inbound *g, const uint8_t id[ID_LEN], uint8_t key[ID_LEN])
{
    uint64_t first;
    memcpy(key, id, ID_LEN);
    memcpy(&first, key, sizeof first);
    first ^= (g->state->number + 1) << 16;
    memcpy(key, &first, sizeof first);
}

static bool is_ignored(const struct listener *l, const struct inbound *g, const uint8_t id[ID_LEN])
{
    uint8_t pair[ID_LEN];
    if (!l->ignored.young.count && !l->ignored.old.count)
        return false;
    key_of_pair(g, id, pair);
    return idset_has(&l->ignored, id) || idset_has(&l->ignored, pair);
}

void in_flight_announce(struct listener *l, struct inbound *g, const uint8_t id[ID_LEN], bool stem,
                        int64_t now, bool *ask_it)
{
    bool hidden;
    struct in_flight *a = idmap_find(&l->in_flight, id);
    *ask_it = false;
    if (l->config->announced)
        l->config->announced(g->connection, id);
    if (a) {
        a->stem &= stem;
        *ask_it = announce_more(l, g, a, now);
        return;
    }
    if (is_known(l, id, &hidden)) {
        inbound_take(g, id);
        if (l->config->kept && !origins_has(&l->origins, id))
            l->config->kept(g->connection, id);
        return;
    }
    if (is_ignored(l, g, id) || !is_welcome(g, now) || !(a = new_entry(l, id, now)))
        return;
    if (g->doomed) { /* to make room for its own */
        in_flight_drop(l, a);
        return;
    }
    a->who[0] = g->state->slot;
    a->count = a->requested = 1;
    a->since = now;
    a->stem = stem;
    a->hidden = hidden;
    g->state->announced++;
    *ask_it = true;
}

int take_have(struct listener *l, struct inbound *g, const char *line, size_t len, bool stem,
              int64_t now, struct fault *f)
{
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    size_t wanted = 0;
    int n = wire_ids(line, len, ids, f);
    if (n < 0)
        return -1;
    for (int i = 0; i < n; i++) {
        idset_prefetch(&l->seen, ids[i]);
        idmap_prefetch(&l->in_flight, ids[i]);
    }
    for (int i = 0; i < n && !g->doomed; i++) {
        bool ask_it;
        in_flight_announce(l, g, ids[i], stem, now, &ask_it);
        if (!ask_it)
            continue;
        listener_log(l, g, "asked", ids[i], NULL);
        memmove(ids[wanted++], ids[i], ID_LEN);
    }
    g->state->wanted += wanted;
    l->scratch.len = 0;
    if (wire_put_ids("want", (const uint8_t(*)[ID_LEN])ids, wanted, &l->scratch) ||
        session_put(g->session, l->scratch.data, l->scratch.len))
        return fault_memory(f);
    return 0;
}

/* --- Useless records -------------------------------------------------------------------------- */

void in_flight_ignore(struct listener *l, const uint8_t id[ID_LEN])
{
    struct in_flight *a = idmap_find(&l->in_flight, id);
    if (a)
        in_flight_drop(l, a);
    idset_add(&l->ignored, id); /* out of memory, it is requested again */
}

/* Nobody is left to deliver the record, or to be waited for. */
static void ask_another(struct listener *l, struct in_flight *a, int64_t now)
{
    if (!in_flight_request_more(l, a, 1, now) && !a->requested)
        in_flight_drop(l, a);
}

void in_flight_ignore_from(struct listener *l, struct inbound *g, const uint8_t id[ID_LEN],
                           int64_t now)
{
    uint8_t pair[ID_LEN];
    struct in_flight *a = idmap_find(&l->in_flight, id);
    key_of_pair(g, id, pair);
    idset_add(&l->ignored, pair);
    if (!a || index_of(a, g) == a->count)
        return;
    remove_at(l, a, index_of(a, g));
    if (!a->requested)
        ask_another(l, a, now);
}

/* --- Time ------------------------------------------------------------------------------------- */

/* A compact block that could not be filled in time is requested whole. */
static void give_up_reconstruction(struct listener *l, struct in_flight *a, int64_t now)
{
    struct inbound *g = inbound_at(l, a->reconstruction->slot);
    reconstruction_drop(l, a->reconstruction);
    a->since = now;
    if (g)
        in_flight_request(l, g, a->id);
}

/* The time of a request has run out: more announcers are asked, or none is left. */
static void run_out(struct listener *l, struct in_flight *a, int64_t now)
{
    size_t most = a->requested < 2 ? 3 : ANNOUNCERS_MAX;
    bool fills = a->reconstruction;
    count_late(l, a);
    a->round = a->requested;
    if (fills)
        give_up_reconstruction(l, a, now);
    if (in_flight_request_more(l, a, most, now) || fills)
        return;
    if (a->count > a->requested)
        a->since = now; /* they have much to deliver already */
    else
        in_flight_drop(l, a);
}

/* Removing an entry moves others, so the due ones are collected first. */
static void run_out_all(struct listener *l, const struct buf *due, int64_t now)
{
    for (size_t at = 0; at < due->len; at += ID_LEN) {
        uint8_t id[ID_LEN];
        memcpy(id, due->data + at, ID_LEN);
        struct in_flight *a = idmap_find(&l->in_flight, id);
        if (a && a->requested)
            run_out(l, a, now);
        else if (a)
            ask_another(l, a, now);
    }
}

void in_flight_forget(struct listener *l, struct inbound *g, int64_t now)
{
    struct buf due = {0};
    size_t place = 0;
    for (struct in_flight *a; (a = idmap_each(&l->in_flight, &place));) {
        size_t i = index_of(a, g);
        if (i == a->count)
            continue;
        remove_at(l, a, i);
        if (!a->requested)
            buf_add(&due, a->id, ID_LEN); /* out of memory, it is handled at the next tick */
    }
    run_out_all(l, &due, now);
    buf_free(&due);
}

/* How long a block that is arriving has so far been excused, in ms. */
static int64_t arriving(const struct listener *l, const struct in_flight *a)
{
    size_t bytes = a->reconstruction ? a->reconstruction->arrived : 0;
    for (size_t i = 0; i < a->requested; i++) {
        const struct inbound_state *s = inbound_at(l, a->who[i])->state;
        if (s->body_left && !s->skipping && s->block.len > bytes &&
            memcmp(s->block_id, a->id, ID_LEN) == 0)
            bytes = s->block.len;
    }
    return (int64_t)(bytes / BYTES_PER_MS);
}

/* Whether one of those that were asked has delivered something of late. */
static bool makes_progress(const struct listener *l, const struct in_flight *a, int64_t now)
{
    for (size_t i = 0; i < a->requested; i++)
        if (now - inbound_at(l, a->who[i])->state->brought < PROGRESS)
            return true;
    return false;
}

/* Whether more announcers are to be asked for the record or, if there are none, it is given up. */
static bool is_due(const struct listener *l, const struct in_flight *a, int64_t now)
{
    int64_t waited = now - a->since;
    if (!a->requested)
        return true;
    if (a->count > a->requested || a->reconstruction)
        return waited > (a->requested > 1 ? AGAIN_AFTER : LISTENER_OTHERS_AFTER) + arriving(l, a);
    if (makes_progress(l, a, now))
        return waited > ANSWER_LONGEST;
    return waited > LISTENER_ANSWER_MAX;
}

void in_flight_tick(struct listener *l, int64_t now)
{
    struct buf due = {0};
    size_t place = 0;
    if (now - l->looked < LOOK_EVERY)
        return;
    l->looked = now;
    for (struct in_flight *a; (a = idmap_each(&l->in_flight, &place));)
        if (is_due(l, a, now))
            buf_add(&due, a->id, ID_LEN);
    run_out_all(l, &due, now);
    buf_free(&due);
}
