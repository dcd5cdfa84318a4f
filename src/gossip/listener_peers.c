/* Inbound peers: those that join, leave, are discouraged, or take too long. */
#include "gossip/listener_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void discourage(struct listener *l, const struct inbound *peer, int64_t now)
{
    if (!peer->has_account)
        return;
    struct discouraged *d = idmap_find(&l->discouraged, peer->account);
    if (!d && l->discouraged.count == l->discouraged.limit)
        idmap_remove(&l->discouraged, idmap_any(&l->discouraged, &l->chance));
    if (!d)
        d = idmap_add(&l->discouraged, peer->account);
    if (d)
        d->until = now + LISTENER_DISCOURAGE;
}

static bool is_discouraged(struct listener *l, const uint8_t account[ID_LEN], int64_t now)
{
    struct discouraged *d = account ? idmap_find(&l->discouraged, account) : NULL;
    if (d && d->until <= now) {
        idmap_remove(&l->discouraged, d);
        d = NULL;
    }
    return d;
}

static uint16_t free_slot(const struct listener *l)
{
    uint16_t slot = 0;
    while (slot < LISTENER_PEERS_MAX && l->peers[slot])
        slot++;
    return slot;
}

static void free_peer(struct inbound *peer)
{
    if (peer->state) {
        buf_free(&peer->state->taken);
        buf_free(&peer->state->light);
    }
    free(peer->state);
    free(peer);
}

static struct inbound *new_peer(struct listener *l, struct session *session, int64_t now)
{
    struct inbound *peer = calloc(1, sizeof *peer);
    if (!peer)
        return NULL;
    peer->session = session;
    peer->state = calloc(1, sizeof *peer->state);
    if (!peer->state) {
        free_peer(peer);
        return NULL;
    }
    peer->state->listener = l;
    peer->state->number = l->arrivals++;
    bucket_init(&peer->state->budget, &listener_budget, now);
    bucket_init(&peer->state->beyond, &listener_beyond, now);
    bucket_init(&peer->state->light_requests, &listener_light, now);
    bucket_init(&peer->state->peers, &listener_peers, now);
    return peer;
}

struct inbound *listener_join(struct listener *l, struct session *session,
                              const uint8_t account[ID_LEN], const char *who, int64_t now,
                              struct fault *f)
{
    struct inbound *peer;
    uint16_t slot = free_slot(l);
    if (slot == LISTENER_PEERS_MAX) {
        fault_trouble(f, "full: no place for another peer");
        return NULL;
    }
    if (is_discouraged(l, account, now)) {
        fault_rule(f, "banned: it broke a rule");
        return NULL;
    }
    peer = new_peer(l, session, now);
    if (!peer) {
        fault_memory(f);
        return NULL;
    }
    peer->state->slot = slot;
    l->peers[slot] = peer;
    if (slot >= l->top)
        l->top = slot + 1U;
    snprintf(peer->who, sizeof peer->who, "%s", who);
    peer->has_account = account;
    if (account)
        memcpy(peer->account, account, ID_LEN);
    return peer;
}

void listener_leave(struct listener *l, struct inbound *peer, int64_t now)
{
    if (peer->session->word && strcmp(peer->session->word, "bad") == 0)
        discourage(l, peer, now);
    l->peers[peer->state->slot] = NULL;
    while (l->top && !l->peers[l->top - 1])
        l->top--;
    if (peer->state->shorts)
        reconstruction_drop(l, peer->state->shorts);
    if (peer->state->lines)
        reconstruction_drop(l, peer->state->lines);
    in_flight_forget(l, peer, now);
    listener_orphan(l, peer->state->slot);
    body_drop(l, peer);
    free_peer(peer);
}

static void tick_peer(struct listener *l, struct inbound *peer, int64_t now)
{
    struct fault f;
    if (body_is_late(peer, now)) {
        fault_rule(&f, "slow: a block did not end in time");
        listener_log(l, peer, "bad", NULL, f.text);
        inbound_doom(peer, "slow", &f);
    }
}

void listener_tick(struct listener *l, int64_t now)
{
    in_flight_tick(l, now);
    for (size_t i = 0; i < l->top; i++)
        if (l->peers[i])
            tick_peer(l, l->peers[i], now);
}

void listener_excuse(struct listener *l, int64_t milliseconds)
{
    size_t place = 0;
    for (struct in_flight *a; (a = idmap_each(&l->in_flight, &place));)
        a->since += milliseconds;
    for (size_t i = 0; i < l->top; i++)
        if (l->peers[i])
            l->peers[i]->state->body_began += milliseconds;
}
