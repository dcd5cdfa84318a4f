/* Answers to `attests`: the attest lines of blocks, each with its proof. */
#include "gossip/listener_light.h"

int check_attests(const char *line, size_t len, struct fault *f)
{
    int64_t count;
    return listener_read_pull("attests", 1, WIRE_ATTESTS_MAX, line, len, &count, f) ? 0 : -1;
}

/* Above a block that is not on the best chain there is nothing to send. 0, or -1: doomed. */
static int begin_attests(struct listener *l, struct inbound *peer)
{
    struct inbound_state *s = peer->state;
    if (answer_begin(l, peer, "attests", WIRE_ATTESTS_MAX))
        return -1;
    s->pull_left = s->pull_next > 0 ? s->pull_left : 0;
    s->pull_attests = true;
    return 0;
}

/* Puts those of the next block that has any: how many blocks that took, 0 at the end, -1 and
 * trouble. *read: bytes of blocks. */
static int64_t put_attests(struct listener *l, struct inbound *peer, uint64_t *read,
                           struct fault *f)
{
    const struct view *v = l->config->view;
    struct inbound_state *s = peer->state;
    int64_t count = s->pull_left < ANSWER_AT_ONCE ? s->pull_left : ANSWER_AT_ONCE;
    l->scratch.len = 0;
    *read = 0;
    if (!v || !v->attests || !count || s->pull_bytes >= WIRE_HEADERS_BYTES)
        return 0;
    int64_t looked = v->attests(v->self, s->pull_next, count, &l->scratch, read, f);
    if (looked <= 0)
        return looked;
    return session_put(peer->session, l->scratch.data, l->scratch.len) ? fault_memory(f) : looked;
}

enum answer_outcome answer_attests(struct listener *l, struct inbound *peer, struct answer_turn *t)
{
    struct inbound_state *s = peer->state;
    struct fault f;
    uint64_t read;
    if (s->light.len && begin_attests(l, peer))
        return ANSWERED;
    int64_t looked = put_attests(l, peer, &read, &f);
    if (looked < 0)
        listener_turn_away(peer, &f);
    else if (looked == 0)
        listener_put_end(l, peer, true);
    answer_spend(l, t, read);
    s->pull_bytes += l->scratch.len;
    s->pull_left -= looked;
    s->pull_next += looked;
    return looked > 0 ? GOES_ON : ANSWERED;
}
