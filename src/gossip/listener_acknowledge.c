/* Acknowledgements: peers are told of the records that were taken, each by its number or id. */
#include "gossip/listener_parts.h"

#include <string.h>

enum {
    /* bytes that a peer may leave unread before it gets no more of them */
    OWED_MAX = 1 << 20,
    LULL_RECORDS = 256, /* whose acknowledgements wait for more; a sender's window is larger */
};

struct wire_ref inbound_ref(const struct inbound *peer, const uint8_t id[ID_LEN], int64_t number)
{
    struct wire_ref ref = {.number = number};
    if (number < 0 || !session_is_numbered(peer->session) ||
        peer->state->announcements - (uint64_t)number > WIRE_NAMED_BY_ID)
        ref.number = WIRE_NO_NUMBER;
    memcpy(ref.id, id, ID_LEN);
    return ref;
}

void inbound_take(struct inbound *peer, const uint8_t id[ID_LEN], int64_t number)
{
    const struct wire_ref ref = inbound_ref(peer, id, number);
    if (peer->state->taken.len >= LISTENER_ANNOUNCED_MAX * sizeof ref)
        return; /* whatever was announced beyond that will be announced again */
    peer->state->listener->owed = true;
    buf_add(&peer->state->taken, &ref,
            sizeof ref); /* out of memory, the peer announces the record again */
}

bool inbound_is_acknowledged(const struct inbound *peer)
{
    return !peer->state->taken.len;
}

/* How much may wait to be sent to a peer, besides the answer to a pull. */
static size_t owed_max(const struct listener *l, const struct inbound *peer)
{
    return OWED_MAX + (peer->state->pulling ? (size_t)listener_block_limit(l) : 0);
}

int inbound_acknowledge(struct inbound *peer)
{
    struct listener *l = peer->state->listener;
    struct fault f;
    struct buf *taken = &peer->state->taken;
    if (!taken->len)
        return 0;
    if (session_backlog(peer->session) > owed_max(l, peer)) {
        fault_rule(&f, "slow: does not read what is sent to it");
        listener_log(l, peer, "bad", NULL, f.text);
        inbound_doom(peer, "slow", &f);
        buf_free(taken);
        return 0;
    }
    l->scratch.len = 0;
    if (wire_put_refs("taken", (const struct wire_ref *)(const void *)taken->data,
                      taken->len / sizeof(struct wire_ref), &l->scratch) ||
        session_put(peer->session, l->scratch.data, l->scratch.len))
        return -1;
    if (taken->cap > 4096)
        buf_free(taken);
    taken->len = 0;
    return 0;
}

/* Whether the peer can wait for what it is owed: it goes on sending to others meanwhile. */
static bool is_patient(const struct inbound *peer)
{
    return inbound_is_relay(peer) &&
           peer->state->taken.len < LULL_RECORDS * sizeof(struct wire_ref);
}

int listener_acknowledge(struct listener *l, bool over, int64_t now)
{
    bool waits = false;
    for (size_t i = 0; i < l->top && l->owed; i++) {
        struct inbound *peer = l->peers[i];
        if (!peer || !peer->state->taken.len)
            continue;
        if (!over && is_patient(peer))
            waits = true;
        else if (inbound_acknowledge(peer))
            return -1;
    }
    l->owed = waits;
    if (over)
        l->lull.ends = 0;
    if (waits)
        lull_begin(&l->lull, now, &l->chance);
    return 0;
}
