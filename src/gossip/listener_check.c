/* Admits records received from peers, judges them once their signatures are checked, and prints
 * each once. */
#include "gossip/listener_parts.h"

#include "record/peer.h"

#include <string.h>

enum {
    PEER_AHEAD_MAX = 600, /* seconds that a peer record may be ahead of the clock. peerbook(1)
                             allows 60, so what an honest node passes on is taken here, too, unless
                             the clocks differ by more than the rest */
    PEER_AGE_MAX = 29 * 86400,
};

/* --- Printing --------------------------------------------------------------------------------- */

static int put_mark(struct listener *l, const uint8_t id[ID_LEN])
{
    return wire_put_ids("fluff", (const uint8_t(*)[ID_LEN])(const void *)id, 1, &l->out);
}

/* Puts a new record into out, and remembers a transaction in its stem phase. */
static int print(struct listener *l, const struct item *item, const struct in_flight *a)
{
    bool stem = l->config->stems && item->type == &tx_type && a && a->stem;
    if (stem && !idmap_find(&l->stems, item->id)) {
        if (l->stems.count == l->stems.limit)
            idmap_remove(&l->stems, idmap_any(&l->stems, &l->chance));
        idmap_add(&l->stems, item->id);
    }
    if (l->config->stems && item->type == &tx_type && !stem && put_mark(l, item->id))
        return -1;
    return buf_add(&l->out, item->text, item->size);
}

/* A stem transaction enters its fluff phase. */
static int surface(struct listener *l, const uint8_t id[ID_LEN])
{
    struct stem *stem = idmap_find(&l->stems, id);
    if (stem)
        idmap_remove(&l->stems, stem);
    return put_mark(l, id);
}

/* Blocks are not filled from stem transactions: that would reveal who has them. */
static void remember(struct listener *l, const struct item *item, bool hidden)
{
    if (!hidden)
        idset_add_new(&l->seen, item->id);
    if (item->type == &tx_type && !(l->stems.count && idmap_find(&l->stems, item->id)))
        recent_txs_add(&l->recent_txs, item->id, item->text, item->size - 1);
}

/* --- Judging ---------------------------------------------------------------------------------- */

/* Whether records of this type are taken here. */
static bool is_taken(const struct listener *l, const struct record_type *type)
{
    const struct record_type *const *also = l->config->types;
    while (also && *also && *also != type)
        also++;
    return type && (type->gossiped || (also && *also));
}

static bool of_our_chain(const struct listener *l, const struct item *item)
{
    const uint8_t *chain = item->is_genesis ? item->id : item_chain(item);
    return !chain || memcmp(chain, l->config->chain, ID_LEN) == 0;
}

/* Judges a record whose form and signatures are valid. 0, or -1 and a fault; *strange as for
 * listener_judge_header. */
static int judge(const struct listener *l, const struct item *item, bool *strange, struct fault *f)
{
    *strange = false;
    if (!of_our_chain(l, item))
        return fault_rule(f, "%s: of another chain", item->type->name);
    if (item->type != &block_type || item->is_genesis)
        return 0;
    return listener_judge_header(l, &item->block, item->id, strange, f);
}

/* What to do with a record. */
enum worth {
    WORTHY,
    STALE,        /* a peer record that says nothing new: acknowledged, and not printed */
    USELESS,      /* whoever delivers it */
    USELESS_FROM, /* from this peer */
};

/* Peer records that are too old, from the future, no newer than the key's last, or too soon after
 * it, are dropped, as are those above the rate: a relay, which may count otherwise, does no wrong
 * by passing them on. Those of a key that was heard of just now are acknowledged nevertheless, so
 * that they do not fill the relay's window. */
static enum worth worth_of_peer(struct listener *l, struct inbound *peer, const struct item *item,
                                int64_t now)
{
    int64_t clock = l->config->clock(l->config->self);
    struct peer p;
    struct fault never;
    peer_parse(item->text, item->size - 1, &p, &never);
    if (p.time > clock + PEER_AHEAD_MAX || p.time < clock - PEER_AGE_MAX)
        return USELESS;
    if (peer && !bucket_take(&peer->state->peers, &listener_peers, now))
        return USELESS_FROM;
    if (!peer) {
        key_times_note(&l->key_times, p.line.signer, p.time, now);
        return WORTHY;
    }
    return key_times_take(&l->key_times, p.line.signer, p.time, now) ? WORTHY : STALE;
}

void inbound_useless(struct inbound *peer, int64_t now)
{
    struct bucket *b = &peer->state->budget;
    if (!bucket_take(b, &listener_budget, now) && b->tokens > -listener_budget.burst)
        bucket_spend(b, 1);
}

/* A refused record was counted as new, and is useless after all. It may have come from a relay that
 * could not know, so this costs a share of the requests, and never more. */
static void take_back(struct inbound *peer, int64_t now)
{
    peer->useful -= peer->useful > 0;
    inbound_useless(peer, now);
    inbound_useless(peer, now);
}

struct inbound *listener_judged(struct listener *l, const uint8_t id[ID_LEN],
                                enum listener_verdict verdict, int64_t now, struct wire_ref *ref)
{
    struct origin origin;
    if (verdict != LISTENER_ACCEPTED)
        idset_remove(&l->seen, id);
    if (!origins_take(&l->origins, id, &origin))
        return NULL;
    struct inbound *peer = inbound_at(l, origin.slot);
    if (!peer || peer->state->number != origin.peer)
        return NULL;
    *ref = inbound_ref(peer, id, origin.announcement);
    if (verdict == LISTENER_REFUSED)
        take_back(peer, now);
    if (verdict == LISTENER_ACCEPTED && l->config->judged)
        peer->costly += origin.costly;
    return peer;
}

static void drop_useless(struct listener *l, struct inbound *peer, const struct item *item,
                         enum worth worth, int64_t now)
{
    struct in_flight *a = idmap_find(&l->in_flight, item->id);
    if (worth == STALE)
        idset_add(&l->seen, item->id); /* out of memory, it is requested again */
    if (worth == STALE && a)
        in_flight_done(l, a, peer);
    else if (worth == STALE)
        inbound_take(peer, item->id, WIRE_NO_NUMBER);
    else if (worth == USELESS_FROM)
        in_flight_ignore_from(l, peer, item->id, now);
    else
        in_flight_ignore(l, item->id);
    if (peer)
        inbound_useless(peer, now);
}

void listener_doom_for(const struct listener *l, struct inbound *peer, const struct item *item,
                       const struct fault *why)
{
    if (!peer || peer->doomed)
        return;
    listener_log(l, peer, "bad", item->id, why->text);
    inbound_doom(peer, "bad", why);
}

int inbound_admit(struct inbound *peer, struct fault *f)
{
    if (!peer->state->wanted)
        return fault_rule(f, "a record that was not requested");
    peer->state->wanted--;
    return 0;
}

/* Puts a new record into out, and acknowledges it; a: its entry, or NULL. 0, or -1: no memory. */
static int take_new(struct listener *l, struct inbound *peer, const struct item *item,
                    struct in_flight *a, int64_t now)
{
    const size_t i = a && peer ? announcer_index(a, peer) : 0;
    bool hidden = a && a->hidden;
    if (hidden ? surface(l, item->id) : print(l, item, a))
        return -1;
    remember(l, item, hidden);
    listener_log(l, peer, hidden ? "fluff" : "new", item->id, item->type->name);
    if (peer) {
        const int64_t number = a && i < a->count ? announcer_number(l, a, i) : WIRE_NO_NUMBER;
        const struct origin origin = {.peer = peer->state->number,
                                      .announcement = number,
                                      .slot = peer->state->slot,
                                      .costly = item->type != &peer_type};
        origins_add(&l->origins, item->id, &origin);
        peer->useful++;
        peer->costly += origin.costly && !l->config->judged;
        bucket_add(&peer->state->budget, &listener_budget, 1);
        eager_note(l, peer, now);
    }
    if (a)
        in_flight_done(l, a, peer);
    else if (peer)
        inbound_take(peer, item->id, WIRE_NO_NUMBER);
    return 0;
}

int listener_take_item(struct listener *l, struct inbound *peer, const struct item *item,
                       int64_t now)
{
    struct fault f;
    bool strange = false;
    if (peer && peer->doomed)
        return 0;
    if (item->broken) {
        listener_doom_for(l, peer, item, &item->fault);
        return 0;
    }
    if (peer)
        peer->state->brought = now;
    struct in_flight *a = idmap_find(&l->in_flight, item->id);
    if (!a && idset_has(&l->seen, item->id))
        return 0; /* a requested record is not in `seen` yet */
    enum worth worth = is_taken(l, item->type) ? WORTHY : USELESS;
    if (worth == WORTHY && judge(l, item, &strange, &f)) {
        listener_doom_for(l, peer, item, &f);
        return 0;
    }
    if (item->type == &peer_type)
        worth = worth_of_peer(l, peer, item, now);
    if (strange)
        worth = USELESS;
    if (worth == WORTHY)
        return take_new(l, peer, item, a, now);
    drop_useless(l, peer, item, worth, now);
    return 0;
}
