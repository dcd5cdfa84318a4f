/* Reads without an entry of the log. The leader notes up to which slot the order is known, and
 * waits until a quorum has answered a round of heartbeats that began after the read: so no quorum
 * had promised a higher ballot when it noted that (as Ongaro, "Consensus: Bridging Theory and
 * Practice", 2014, section 6.4). There are no leases. A node answers a read when it has committed
 * all up to that slot. */
#include "base/array.h"
#include "paxos/paxos_parts.h"

static void answer(struct paxos *p, uint64_t serial, uint64_t index)
{
    struct engine_output x = {.kind = ENGINE_ANSWER, .serial = serial, .index = index};
    if (engine_put(p->out, &x, p->f) != 0)
        p->failed = true;
}

/* index 0: later. */
static void tell(struct paxos *p, const struct paxos_round_read *r, uint64_t index)
{
    struct paxos_item *x = paxos_make(p, PAXOS_READ_AT, 0);
    if (x != NULL) {
        x->nonce = r->nonce;
        x->number = r->number;
        x->slot = index;
    }
    paxos_send(p, r->from, x);
}

void paxos_on_read(struct paxos *p, uint64_t serial)
{
    if (p->leader == NODE_NONE) {
        answer(p, serial, UINT64_MAX);
        return;
    }
    if (ARRAY_RESERVE(p->reads, p->read_cap, p->read_count + 1) != 0) {
        paxos_no_memory(p);
        return;
    }
    p->reads[p->read_count++] = (struct paxos_own_read){
        .serial = serial, .number = ++p->read_number, .due = p->now + 2 * p->set.election};
    struct paxos_item *x = paxos_make(p, PAXOS_READ, 0);
    if (x != NULL) {
        x->nonce = p->nonce;
        x->number = p->read_number;
    }
    paxos_send(p, p->leader, x);
}

static void begin_round(struct paxos *p)
{
    paxos_heartbeat(p);
    p->reading = p->beat;
}

/* The answer is one above the slot, as 0 means later. */
void paxos_on_read_message(struct paxos *p, uint32_t from, const struct paxos_item *x)
{
    struct paxos_round_read r = {.from = from, .nonce = x->nonce, .number = x->number};
    if (p->role != PAXOS_LEADER) {
        tell(p, &r, 0);
        return;
    }
    r.index = 1 + (p->chosen > p->barrier ? p->chosen : p->barrier);
    if (ARRAY_RESERVE(p->rounds, p->round_cap, p->round_count + 1) != 0) {
        paxos_no_memory(p);
        return;
    }
    r.beat = p->beat + 1; /* of a round that has not begun */
    p->rounds[p->round_count++] = r;
    if (p->reading == 0)
        begin_round(p);
}

void paxos_on_read_at(struct paxos *p, const struct paxos_item *x)
{
    for (size_t i = 0; i < p->read_count && x->nonce == p->nonce; i++)
        if (p->reads[i].number == x->number && p->reads[i].index == 0)
            p->reads[i].index = x->slot == 0 ? UINT64_MAX : x->slot;
}

/* The last round that a quorum has answered. */
static uint64_t answered_round(const struct paxos *p)
{
    uint64_t best = 0;
    for (unsigned i = 0; i < p->member_count; i++) {
        uint64_t mask = 0;
        for (unsigned j = 0; j < p->member_count; j++)
            mask |= (uint64_t)(p->beats[j] >= p->beats[i]) << j;
        if (paxos_majority(p, mask) && p->beats[i] > best)
            best = p->beats[i];
    }
    return best;
}

/* The leader answers the reads whose round a quorum has answered. */
static void end_rounds(struct paxos *p)
{
    uint64_t round = p->reading == 0 ? 0 : answered_round(p);
    if (p->reading == 0 || round < p->reading)
        return;
    size_t left = 0;
    for (size_t i = 0; i < p->round_count; i++) {
        if (p->rounds[i].beat <= round)
            tell(p, &p->rounds[i], p->rounds[i].index);
        else
            p->rounds[left++] = p->rounds[i];
    }
    p->round_count = left;
    p->reading = 0;
    if (left > 0)
        begin_round(p);
}

static bool is_answered(struct paxos *p, const struct paxos_own_read *r)
{
    if (r->index != 0 && r->index - 1 <= p->chosen)
        answer(p, r->serial, r->index - 1);
    else if (r->index == UINT64_MAX || p->now >= r->due)
        answer(p, r->serial, UINT64_MAX);
    else
        return false;
    return true;
}

void paxos_answer_reads(struct paxos *p)
{
    if (p->role == PAXOS_LEADER)
        end_rounds(p);
    size_t left = 0;
    for (size_t i = 0; i < p->read_count; i++)
        if (!is_answered(p, &p->reads[i]))
            p->reads[left++] = p->reads[i];
    p->read_count = left;
}

void paxos_refuse_reads(struct paxos *p)
{
    for (size_t i = 0; i < p->round_count; i++)
        tell(p, &p->rounds[i], 0);
    p->round_count = 0;
    p->reading = 0;
}

int64_t paxos_reads_due(const struct paxos *p)
{
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < p->read_count; i++)
        if (p->reads[i].due < due)
            due = p->reads[i].due;
    return due;
}
