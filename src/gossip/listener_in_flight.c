/*
 * Requests for records that were announced.
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
    PROGRESS = 5000,         /* ms since its last delivery: it is still making progress */
    ANSWER_LONGEST = 120000, /* ms for a peer that makes progress, if no other could be asked */
    BYTES_PER_MS = 64,       /* of a block: it is arriving, and nobody else is asked */
    LOOK_EVERY = 250,        /* ms between looks at all requests */
    TRIPS = 8,               /* round trips in which a peer should deliver a block */
};

/* --- Requests --------------------------------------------------------------------------------- */

int in_flight_request(struct listener *l, struct inbound *peer, const uint8_t id[ID_LEN],
                      int64_t number)
{
    const struct wire_ref ref = inbound_ref(peer, id, number);
    l->scratch.len = 0;
    listener_log(l, peer, "asked", id, NULL);
    if (wire_put_refs("want", &ref, 1, &l->scratch) ||
        session_put(peer->session, l->scratch.data, l->scratch.len))
        return -1;
    peer->state->wanted++;
    return 0;
}

static int64_t merit(const struct inbound *peer)
{
    return (int64_t)peer->useful - (int64_t)peer->state->late;
}

/* Whether no announcer that was asked is of the network. */
static bool is_fresh_network(const struct listener *l, const struct in_flight *a, uint64_t network)
{
    for (size_t i = 0; i < a->requested; i++) {
        const struct inbound *peer = inbound_at(l, a->who[i]);
        if (peer && peer->network == network)
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
        const struct inbound *peer = inbound_at(l, a->who[i]);
        if (peer->doomed || peer->state->beside >= BESIDE_MAX)
            continue;
        if (best) {
            if (place == a->count || merit(peer) > merit(inbound_at(l, a->who[place])))
                place = i;
            continue;
        }
        bool new = is_fresh_network(l, a, peer->network);
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
        struct inbound *peer = inbound_at(l, a->who[place]);
        announcer_swap(a, place, a->requested);
        peer->state->beside += a->requested > 0;
        int64_t number = announcer_number(l, a, a->requested++);
        in_flight_request(l, peer, a->id, number); /* out of memory, the request times out */
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
        struct inbound *peer = inbound_at(l, a->who[i]);
        peer->state->late++;
        listener_log(l, peer, "late", a->id, NULL);
    }
}

void in_flight_done(struct listener *l, struct in_flight *a, struct inbound *by)
{
    bool named = false;
    for (size_t i = 0; i < a->count; i++) {
        struct inbound *peer = inbound_at(l, a->who[i]);
        inbound_take(peer, a->id, announcer_number(l, a, i));
        named |= peer == by;
        if (peer == by && i < a->round && peer->state->late)
            peer->state->late--; /* it was late, but did deliver */
    }
    if (by && !named)
        inbound_take(by, a->id, WIRE_NO_NUMBER);
    in_flight_drop(l, a);
}

void in_flight_request_another(struct listener *l, struct in_flight *a, int64_t now)
{
    if (!in_flight_request_more(l, a, 1, now) && !a->requested)
        in_flight_drop(l, a);
}

/* --- Time ------------------------------------------------------------------------------------- */

/* A compact block that could not be filled in time is requested whole. */
static void give_up_reconstruction(struct listener *l, struct in_flight *a, int64_t now)
{
    struct inbound *peer = inbound_at(l, a->reconstruction->slot);
    reconstruction_drop(l, a->reconstruction);
    a->since = now;
    if (peer)
        in_flight_request(l, peer, a->id, WIRE_NO_NUMBER);
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
            in_flight_request_another(l, a, now);
    }
}

void in_flight_forget(struct listener *l, struct inbound *peer, int64_t now)
{
    struct buf due = {0};
    size_t place = 0;
    for (struct in_flight *a; (a = idmap_each(&l->in_flight, &place));) {
        size_t i = announcer_index(a, peer);
        if (i == a->count)
            continue;
        announcer_remove(l, a, i);
        if (!a->requested)
            buf_add(&due, a->id, ID_LEN); /* out of memory, it is handled at the next tick */
    }
    run_out_all(l, &due, now);
    buf_free(&due);
}

/* Bytes of this block that have arrived from the peer. */
static size_t arrived_from(const struct inbound *peer, const struct in_flight *a)
{
    const struct inbound_state *s = peer->state;
    if (a->reconstruction && a->reconstruction->slot == s->slot)
        return a->reconstruction->arrived;
    return s->body_left && !s->skipping && memcmp(s->block_id, a->id, ID_LEN) == 0 ? s->block.len
                                                                                   : 0;
}

/* How long a block that is arriving has so far been excused, in ms. Only its last line shows
 * whether it is the one announced, so a stranger, who could send anything, is not excused. */
static int64_t arriving(const struct listener *l, const struct in_flight *a)
{
    size_t most = 0;
    for (size_t i = 0; i < a->requested; i++) {
        const struct inbound *peer = inbound_at(l, a->who[i]);
        const size_t bytes = peer->costly ? arrived_from(peer, a) : 0;
        if (bytes > most)
            most = bytes;
    }
    return (int64_t)(most / BYTES_PER_MS);
}

/* How long the only peer that was asked for a block gets until one of the others that announced it
 * is asked, too: as long as it should take one of them. */
static int64_t patience_for_block(const struct listener *l, const struct in_flight *a)
{
    int64_t most = LISTENER_OTHERS_AFTER;
    for (size_t i = a->requested; i < a->count; i++) {
        const int64_t trip = inbound_at(l, a->who[i])->session->round_trip;
        if (trip && TRIPS * trip < most)
            most = TRIPS * trip;
    }
    return most > LISTENER_BLOCK_AFTER ? most : LISTENER_BLOCK_AFTER;
}

/* Whether that time is over. */
static bool is_slow_block(const struct listener *l, const struct in_flight *a, int64_t now)
{
    return a->is_block && a->requested == 1 && a->count > 1 &&
           now - a->since > patience_for_block(l, a) + arriving(l, a);
}

/* Requests the block from one more announcer as well. If it has not arrived after as long as the
 * first one alone was given, both are late. */
static void request_beside(struct listener *l, struct in_flight *a, int64_t now)
{
    if (!in_flight_request_more(l, a, 1, now))
        return;
    a->since = now + LISTENER_OTHERS_AFTER - AGAIN_AFTER;
    a->round = 0;
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
        else if (is_slow_block(l, a, now))
            request_beside(l, a, now);
    run_out_all(l, &due, now);
    buf_free(&due);
}
