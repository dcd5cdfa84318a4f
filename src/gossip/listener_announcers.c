/* Who has announced a record that is in flight. */
#include "gossip/listener_parts.h"

#include <string.h>

size_t announcer_index(const struct in_flight *a, const struct inbound *peer)
{
    size_t i = 0;
    while (i < a->count && a->who[i] != peer->state->slot)
        i++;
    return i;
}

struct in_flight *in_flight_of(const struct listener *l, const struct inbound *peer,
                               const uint8_t id[ID_LEN])
{
    struct in_flight *a = idmap_find(&l->in_flight, id);
    return a && announcer_index(a, peer) < a->requested ? a : NULL;
}

void announcer_swap(struct in_flight *a, size_t i, size_t j)
{
    uint16_t slot = a->who[i];
    const uint32_t number = a->numbers[i];
    a->who[i] = a->who[j];
    a->who[j] = slot;
    a->numbers[i] = a->numbers[j];
    a->numbers[j] = number;
}

int64_t announcer_number(const struct listener *l, const struct in_flight *a, size_t i)
{
    const uint64_t next = inbound_at(l, a->who[i])->state->announcements;
    return (int64_t)(next - (uint32_t)((uint32_t)next - a->numbers[i]));
}

void announcer_remove(struct listener *l, struct in_flight *a, size_t i)
{
    struct inbound *peer = inbound_at(l, a->who[i]);
    if (a->reconstruction && a->reconstruction->slot == a->who[i])
        reconstruction_drop(l, a->reconstruction);
    if (peer) {
        peer->state->announced--;
        peer->state->beside -= i && i < a->requested;
    }
    if (i == 0 && a->requested > 1 && (peer = inbound_at(l, a->who[1])))
        peer->state->beside--; /* it becomes the first */
    a->count--;
    memmove(&a->who[i], &a->who[i + 1], (a->count - i) * sizeof *a->who);
    memmove(&a->numbers[i], &a->numbers[i + 1], (a->count - i) * sizeof *a->numbers);
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
        announcer_remove(l, a, a->count - 1U);
    idmap_remove(&l->in_flight, a);
}

/* How many of the announcers [from, count) are of this network. */
static size_t of_network(const struct listener *l, const struct in_flight *a, size_t from,
                         uint64_t network)
{
    size_t n = 0;
    for (size_t i = from; i < a->count; i++) {
        const struct inbound *peer = inbound_at(l, a->who[i]);
        n += peer && peer->network == network;
    }
    return n;
}

/* The rank of a peer among those that announce a record: by chance, but the same however often it
 * says so. */
static uint64_t rank(const struct listener *l, const struct inbound *peer,
                     const struct in_flight *a)
{
    uint64_t some;
    memcpy(&some, a->id, sizeof some);
    some ^= l->config->seed ^ peer->state->number << 20;
    return chance_next(&some);
}

static void append(struct inbound *peer, struct in_flight *a, int64_t number)
{
    a->numbers[a->count] = (uint32_t)number;
    a->who[a->count++] = peer->state->slot;
    peer->state->announced++;
}

void announcer_add(struct listener *l, struct inbound *peer, struct in_flight *a, int64_t number)
{
    size_t place = a->count, most = 1 + of_network(l, a, a->requested, peer->network);
    uint64_t lowest = rank(l, peer, a);
    if (a->count < ANNOUNCERS_MAX) {
        append(peer, a, number);
        return;
    }
    for (size_t i = a->requested; i < a->count; i++) {
        const struct inbound *other = inbound_at(l, a->who[i]);
        size_t n = of_network(l, a, a->requested, other->network) +
                   (other->network == peer->network);
        if (n < most || (n == most && rank(l, other, a) >= lowest))
            continue;
        most = n;
        lowest = rank(l, other, a);
        place = i;
    }
    if (place == a->count)
        return;
    announcer_remove(l, a, place);
    append(peer, a, number);
}
