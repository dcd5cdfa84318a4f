/* Announcements: what is requested from the peer that makes one, and what is ignored. */
#include "gossip/listener_parts.h"

#include <string.h>

enum {
    LATE_FREE = 8,  /* records that a peer may fail to deliver and be relied on */
    LATE_MAX = 256, /* ... until fewer are requested from it at a time: */
    ANNOUNCED_MIN = 64,
};

/* --- Limits ----------------------------------------------------------------------------------- */

/* Whether requests to the peer are likely to be answered, as far as its past shows. */
static bool is_reliable(const struct inbound *peer)
{
    return !peer->doomed && peer->state->late <= LATE_FREE + peer->useful / 4;
}

/* How many records may be announced by the peer at a time. */
static size_t announced_max(const struct inbound *peer)
{
    return peer->state->late <= LATE_MAX + peer->useful ? LISTENER_ANNOUNCED_MAX : ANNOUNCED_MIN;
}

/* --- Announcements ---------------------------------------------------------------------------- */

/* The peer with the most announcements relative to its deliveries. */
static struct inbound *most_announcing(const struct listener *l)
{
    struct inbound *most = NULL;
    int64_t most_open = 0;
    for (size_t i = 0; i < l->top; i++) {
        struct inbound *peer = l->peers[i];
        int64_t open = peer ? (int64_t)peer->state->announced - (int64_t)peer->useful : 0;
        if (peer && !peer->doomed && open > most_open) {
            most = peer;
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
static bool announce_more(struct listener *l, struct inbound *peer, struct in_flight *a,
                          int64_t number, int64_t now)
{
    size_t i = announcer_index(a, peer);
    bool failed = a->requested == ANNOUNCERS_MAX && now - a->since > AGAIN_AFTER;
    if (i == a->count && peer->state->announced >= announced_max(peer))
        return false;
    if (i == a->count && failed)
        announcer_remove(l, a, chance_below(&l->chance, a->count));
    if (i >= a->count)
        announcer_add(l, peer, a, number);
    else
        a->numbers[i] = (uint32_t)number;
    i = announcer_index(a, peer);
    if (i == a->count || i < a->requested || peer->state->beside >= BESIDE_MAX)
        return false;
    for (size_t j = 0; j < a->requested && !failed; j++)
        if (!is_reliable(peer) || is_reliable(inbound_at(l, a->who[j])))
            return false;
    announcer_swap(a, i, a->requested);
    peer->state->beside += a->requested > 0;
    a->requested++;
    a->since = now;
    return true;
}

/* A peer may have delivered too many useless records: fewer are requested from it for a while, but
 * never none from a relay, whose records others may have made. */
static bool is_welcome(struct inbound *peer, int64_t now)
{
    struct inbound_state *s = peer->state;
    return s->announced < announced_max(peer) &&
           (bucket_has(&s->budget, &listener_budget, now) ||
            (inbound_is_relay(peer) && bucket_take(&s->beyond, &listener_beyond, now)));
}

/* The key under which a record that was useless from one peer is ignored. */
static void key_of_pair(const struct inbound *peer, const uint8_t id[ID_LEN], uint8_t key[ID_LEN])
{
    uint64_t first;
    memcpy(key, id, ID_LEN);
    memcpy(&first, key, sizeof first);
    first ^= (peer->state->number + 1) << 16;
    memcpy(key, &first, sizeof first);
}

static bool is_ignored(const struct listener *l, const struct inbound *peer,
                       const uint8_t id[ID_LEN])
{
    uint8_t pair[ID_LEN];
    if (!l->ignored.young.count && !l->ignored.old.count)
        return false;
    key_of_pair(peer, id, pair);
    return idset_has(&l->ignored, id) || idset_has(&l->ignored, pair);
}

void in_flight_announce(struct listener *l, struct inbound *peer, const uint8_t id[ID_LEN],
                        int64_t number, bool stem, int64_t now, bool *ask_it)
{
    bool hidden;
    struct in_flight *a = idmap_find(&l->in_flight, id);
    *ask_it = false;
    if (l->config->announced)
        l->config->announced(peer->connection, id);
    if (a) {
        a->stem &= stem;
        *ask_it = announce_more(l, peer, a, number, now);
        return;
    }
    if (is_known(l, id, &hidden)) {
        inbound_take(peer, id, number);
        if (l->config->kept && !origins_has(&l->origins, id)) {
            const struct wire_ref ref = inbound_ref(peer, id, number);
            l->config->kept(peer->connection, &ref);
        }
        return;
    }
    if (is_ignored(l, peer, id) || !is_welcome(peer, now) || !(a = new_entry(l, id, now)))
        return;
    if (peer->doomed) { /* to make room for its own */
        in_flight_drop(l, a);
        return;
    }
    a->who[0] = peer->state->slot;
    a->numbers[0] = (uint32_t)number;
    a->count = a->requested = 1;
    a->since = now;
    a->stem = stem;
    a->hidden = hidden;
    peer->state->announced++;
    *ask_it = true;
}

int take_have(struct listener *l, struct inbound *peer, const char *line, size_t len, bool stem,
              int64_t now, struct fault *f)
{
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    struct wire_ref refs[WIRE_IDS_MAX];
    size_t wanted = 0;
    int n = wire_ids(line, len, ids, f);
    if (n < 0)
        return -1;
    for (int i = 0; i < n; i++) {
        idset_prefetch(&l->seen, ids[i]);
        idmap_prefetch(&l->in_flight, ids[i]);
    }
    for (int i = 0; i < n; i++) {
        idmap_prefetch_entry(&l->seen.young, ids[i]);
        idmap_prefetch_entry(&l->in_flight, ids[i]);
    }
    for (int i = 0; i < n && !peer->doomed; i++) {
        bool ask_it;
        const int64_t number = inbound_number(peer);
        in_flight_announce(l, peer, ids[i], number, stem, now, &ask_it);
        if (!ask_it)
            continue;
        listener_log(l, peer, "asked", ids[i], NULL);
        refs[wanted++] = inbound_ref(peer, ids[i], number);
    }
    peer->state->wanted += wanted;
    l->scratch.len = 0;
    if (wire_put_refs("want", refs, wanted, &l->scratch) ||
        session_put(peer->session, l->scratch.data, l->scratch.len))
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

void in_flight_ignore_from(struct listener *l, struct inbound *peer, const uint8_t id[ID_LEN],
                           int64_t now)
{
    uint8_t pair[ID_LEN];
    struct in_flight *a = idmap_find(&l->in_flight, id);
    key_of_pair(peer, id, pair);
    idset_add(&l->ignored, pair);
    if (!a || announcer_index(a, peer) == a->count)
        return;
    announcer_remove(l, a, announcer_index(a, peer));
    if (!a->requested)
        in_flight_request_another(l, a, now);
}
