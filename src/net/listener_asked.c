#include "net/listener_parts.h"

#include <string.h>

enum {
    LATE_MAX = 256,          /* records that a peer may announce and fail to deliver */
    PROGRESS = 5000,         /* ms since its last delivery: it is still making progress */
    ANSWER_LONG = 20000,     /* ms for such a peer, if another could be asked */
    ANSWER_LONGEST = 120000, /* ... and if no other could */
};

struct asked *asked_of(const struct listener *l, const struct inbound *g, const uint8_t id[ID_LEN])
{
    struct asked *a = idmap_find(&l->asked, id);
    return a && a->slot == g->state->slot ? a : NULL;
}

static void count_out(const struct listener *l, uint16_t slot)
{
    struct inbound *g = inbound_at(l, slot);
    if (g)
        g->state->announced--;
}

void asked_drop(struct listener *l, struct asked *a)
{
    if (a->filling)
        filling_drop(l, a->filling);
    count_out(l, a->slot);
    for (size_t i = 0; i < a->others_count; i++)
        count_out(l, a->others[i]);
    idmap_remove(&l->asked, a);
}

void asked_done(struct listener *l, struct asked *a, struct inbound *by)
{
    struct inbound *g = inbound_at(l, a->slot);
    if (g)
        inbound_take(g, a->id);
    if (g && g != by)
        g->state->credit++;
    for (size_t i = 0; i < a->others_count; i++) {
        struct inbound *other = inbound_at(l, a->others[i]);
        if (other)
            inbound_take(other, a->id);
    }
    if (by && by != g)
        inbound_take(by, a->id);
    asked_drop(l, a);
}

int asked_ask(struct listener *l, struct inbound *g, const uint8_t id[ID_LEN])
{
    l->scratch.len = 0;
    listener_log(l, g, "asked", id, NULL);
    return wire_put_ids("want", (const uint8_t(*)[ID_LEN])(const void *)id, 1, &l->scratch) ||
                   session_put(g->session, l->scratch.data, l->scratch.len)
               ? -1
               : 0;
}

/* The peer failed to deliver what it had announced. */
static void count_late(struct listener *l, struct inbound *g, const uint8_t id[ID_LEN])
{
    struct fault f;
    g->state->late++;
    g->state->credit++;
    listener_log(l, g, "late", id, NULL);
    if (g->state->late <= LATE_MAX + g->useful)
        return;
    fault_rule(&f, "announces records and does not deliver them");
    inbound_doom(g, "bad", &f);
}

static int64_t merit(const struct inbound *g)
{
    return (int64_t)g->useful - (int64_t)g->state->late;
}

/* The index, among the other announcers, of the one with the most merit, or the least. */
static size_t pick(const struct listener *l, const struct asked *a, bool most)
{
    size_t place = 0;
    for (size_t i = 1; i < a->others_count; i++) {
        const struct inbound *g = inbound_at(l, a->others[i]),
                             *so_far = inbound_at(l, a->others[place]);
        if (!so_far || (g && (merit(g) > merit(so_far)) == most))
            place = i;
    }
    return place;
}

/* Removes and gives the other announcer with the most merit. */
static uint16_t take_other(const struct listener *l, struct asked *a)
{
    size_t place = pick(l, a, true);
    uint16_t slot = a->others[place];
    a->others[place] = a->others[--a->others_count];
    return slot;
}

void asked_next(struct listener *l, struct asked *a, int64_t now)
{
    struct inbound *g = inbound_at(l, a->slot);
    if (a->filling)
        filling_drop(l, a->filling);
    if (g) {
        g->state->announced--;
        count_late(l, g, a->id);
    }
    a->slot = NOBODY;
    a->came = false;
    while (a->others_count) {
        uint16_t slot = take_other(l, a);
        g = inbound_at(l, slot);
        if (!g)
            continue;
        if (g->doomed) {
            g->state->announced--;
            continue;
        }
        a->slot = slot;
        a->since = now;
        asked_ask(l, g, a->id); /* out of memory, the request times out */
        return;
    }
    idmap_remove(&l->asked, a);
}

/* When all places are taken, the announcer with the least merit is dropped: many peers that
 * announce and do not deliver must not displace the one that would. */
static void add_other(struct listener *l, struct inbound *g, struct asked *a)
{
    if (a->slot == g->state->slot)
        return;
    for (size_t i = 0; i < a->others_count; i++)
        if (a->others[i] == g->state->slot)
            return;
    size_t place = a->others_count;
    if (place == OTHERS_MAX) {
        place = pick(l, a, false);
        const struct inbound *least = inbound_at(l, a->others[place]);
        if (least && merit(least) >= merit(g))
            return;
        count_out(l, a->others[place]);
    } else {
        a->others_count++;
    }
    a->others[place] = g->state->slot;
    g->state->announced++;
}

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
static struct asked *new_entry(struct listener *l, const uint8_t id[ID_LEN], int64_t now)
{
    struct fault f;
    struct inbound *most;
    struct asked *a = idmap_add(&l->asked, id);
    if (a || l->asked.count < l->asked.limit || !(most = most_announcing(l)))
        return a;
    fault_rule(&f, "full: announces more than all others and does not deliver it");
    listener_log(l, most, "bad", NULL, f.text);
    inbound_doom(most, "full", &f);
    asked_forget(l, most, now);
    return idmap_add(&l->asked, id);
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

void asked_announce(struct listener *l, struct inbound *g, const uint8_t id[ID_LEN], bool stem,
                    int64_t now, bool *ask_it)
{
    bool hidden;
    struct asked *a = idmap_find(&l->asked, id);
    *ask_it = false;
    if (a) {
        a->stem &= stem;
        add_other(l, g, a);
        return;
    }
    if (is_known(l, id, &hidden)) {
        inbound_take(g, id);
        return;
    }
    a = new_entry(l, id, now);
    if (!a)
        return;
    a->slot = g->state->slot;
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
        idmap_prefetch(&l->asked, ids[i]);
    }
    for (int i = 0; i < n; i++) {
        bool ask_it;
        if (g->state->announced >= LISTENER_ANNOUNCED_MAX)
            return fault_rule(f, "have: over %d records announced and not delivered",
                              LISTENER_ANNOUNCED_MAX);
        asked_announce(l, g, ids[i], stem, now, &ask_it);
        if (!ask_it)
            continue;
        listener_log(l, g, "asked", ids[i], NULL);
        memmove(ids[wanted++], ids[i], ID_LEN);
    }
    l->scratch.len = 0;
    if (wire_put_ids("want", (const uint8_t(*)[ID_LEN])ids, wanted, &l->scratch) ||
        session_put(g->session, l->scratch.data, l->scratch.len))
        return fault_memory(f);
    return 0;
}

/* Removes the peer from an entry's other announcers. */
static void forget_other(struct inbound *g, struct asked *a)
{
    for (size_t i = 0; i < a->others_count; i++)
        if (a->others[i] == g->state->slot) {
            a->others[i] = a->others[--a->others_count];
            g->state->announced--;
            return;
        }
}

/* The request has timed out. A compact block that nobody else announced is requested whole. */
static void run_out(struct listener *l, struct asked *a, int64_t now)
{
    struct inbound *g = inbound_at(l, a->slot);
    if (!a->filling || !g || a->others_count) {
        asked_next(l, a, now);
        return;
    }
    filling_drop(l, a->filling);
    a->since = now;
    asked_ask(l, g, a->id);
}

/* Removing an entry moves others, so the due ones are collected first. */
static void next_of_all(struct listener *l, const struct buf *due, int64_t now)
{
    for (size_t at = 0; at < due->len; at += ID_LEN) {
        uint8_t id[ID_LEN];
        memcpy(id, due->data + at, ID_LEN);
        struct asked *a = idmap_find(&l->asked, id);
        if (a)
            run_out(l, a, now);
    }
}

void asked_forget(struct listener *l, struct inbound *g, int64_t now)
{
    struct buf due = {0};
    size_t place = 0;
    for (struct asked *a; (a = idmap_each(&l->asked, &place));) {
        forget_other(g, a);
        if (a->slot == g->state->slot)
            buf_add(&due, a->id, ID_LEN); /* out of memory, it is handled at the next tick */
    }
    next_of_all(l, &due, now);
    buf_free(&due);
}

/* The timeout of a request: shorter if another peer could be asked, longer while this one delivers.
 */
static bool is_due(const struct listener *l, const struct asked *a, int64_t now)
{
    const struct inbound *g = inbound_at(l, a->slot);
    int64_t waited = now - a->since;
    if (!g || waited > (a->others_count ? ANSWER_LONG : ANSWER_LONGEST))
        return true;
    if (now - g->state->brought < PROGRESS)
        return false;
    return waited > (a->others_count || a->filling ? LISTENER_OTHERS_AFTER : LISTENER_ANSWER_MAX);
}

void asked_tick(struct listener *l, int64_t now)
{
    struct buf due = {0};
    size_t place = 0;
    for (struct asked *a; (a = idmap_each(&l->asked, &place));)
        if (is_due(l, a, now))
            buf_add(&due, a->id, ID_LEN);
    next_of_all(l, &due, now);
    buf_free(&due);
}
