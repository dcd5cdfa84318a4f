/* Reads are ordered like records, though they are none: a node answers its read when it has
 * executed the sequence number that the read was given, so it has committed all that anybody had
 * when it asked. The read-only optimisation of the paper is left out: it costs liveness (Berger,
 * Reiser and Bessani, "Making Reads in BFT State Machine Replication Fast, Linearizable, and Live",
 * 2021).
 *
 * A read's number is random, and so nobody can order it before it was asked for. */
#include "base/array.h"
#include "base/chance.h"
#include "pbft/pbft_parts.h"

static void answer(struct pbft *p, uint64_t serial, uint64_t index)
{
    pbft_put(p, &(struct engine_output){.kind = ENGINE_ANSWER, .serial = serial, .index = index});
}

void pbft_on_read(struct pbft *p, uint64_t serial)
{
    if (ARRAY_RESERVE(p->reads, p->read_cap, p->read_count + 1) != 0) {
        pbft_no_memory(p);
        return;
    }
    if (p->read_request == 0) {
        struct payload *none = payload_new("", 0);
        p->read_request = PBFT_READ_BIT | (chance_next(&p->chance) >> 3) | 1;
        if (none == NULL)
            pbft_no_memory(p);
        else
            pbft_on_propose(p, (struct proposal_id){.client = p->self, .serial = p->read_request},
                            none);
        payload_unref(none);
    }
    p->reads[p->read_count++] = (struct pbft_own_read){
        .serial = serial, .request = p->read_request, .due = p->now + 4 * p->set.timeout};
}

void pbft_read_done(struct pbft *p, struct proposal_id id)
{
    size_t left = 0;
    for (size_t i = 0; i < p->read_count; i++) {
        if (id.client == p->self && p->reads[i].request == id.serial)
            answer(p, p->reads[i].serial, p->index);
        else
            p->reads[left++] = p->reads[i];
    }
    p->read_count = left;
    p->reads_done[p->read_at++ % PBFT_READS_DONE] = id.serial;
    pbft_forget_request(p, id);
}

bool pbft_read_was_done(const struct pbft *p, struct proposal_id id)
{
    for (unsigned i = 0; i < PBFT_READS_DONE; i++)
        if (p->reads_done[i] == id.serial)
            return true;
    return false;
}

/* Reads of others that have not been heard of for long may have been ordered long ago. */
static void forget_old(struct pbft *p)
{
    for (struct proposal *x = p->pending.list, *next; x != NULL; x = next) {
        next = x->hh.next;
        if (pbft_is_read(proposal_id_of(x)) && p->now - (int64_t)x->index > p->set.timeout)
            proposals_remove(&p->pending, x);
    }
}

void pbft_refuse_reads(struct pbft *p)
{
    size_t left = 0;
    for (size_t i = 0; i < p->read_count; i++) {
        if (p->now < p->reads[i].due) {
            p->reads[left++] = p->reads[i];
            continue;
        }
        answer(p, p->reads[i].serial, UINT64_MAX);
        pbft_forget_request(p,
                            (struct proposal_id){.client = p->self, .serial = p->reads[i].request});
    }
    p->read_count = left;
    forget_old(p);
}

int64_t pbft_reads_due(const struct pbft *p)
{
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < p->read_count; i++)
        if (p->reads[i].due < due)
            due = p->reads[i].due;
    return due;
}
