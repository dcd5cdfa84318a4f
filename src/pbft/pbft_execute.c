/* What is committed is executed in the order of the sequence numbers; a record once, however often
 * it was ordered. */
#include "base/array.h"
#include "pbft/pbft_parts.h"

static void commit(struct pbft *p, const struct pbft_value *v)
{
    int new = applied_add(&p->applied, v->id);
    if (new < 0)
        pbft_no_memory(p);
    if (new > 0) {
        p->index++;
        pbft_put(p, &(struct engine_output){.kind = ENGINE_COMMIT,
                                            .index = p->index,
                                            .id = v->id,
                                            .payload = payload_ref(v->payload)});
    }
    pbft_forget_request(p, v->id);
}

void pbft_run(struct pbft *p, struct pbft_batch *batch)
{
    if (ARRAY_RESERVE(p->log, p->log_cap, p->log_first + p->log_count + 1) != 0) {
        pbft_no_memory(p);
        return;
    }
    struct pbft_digest digest = pbft_batch_digest(batch);
    p->executed++;
    for (size_t i = 0; batch != NULL && i < batch->count && !p->failed; i++) {
        if (pbft_is_read(batch->values[i].id))
            pbft_read_done(p, batch->values[i].id);
        else
            commit(p, &batch->values[i]);
    }
    p->order = pbft_chain(&p->order, &digest);
    p->log[p->log_first + p->log_count++] = (struct pbft_done){
        .batch = pbft_batch_ref(batch), .order = p->order, .index = p->index};
    if (batch != NULL)
        p->tries = 0;
}

void pbft_execute(struct pbft *p)
{
    struct pbft_slot *s = pbft_slot_find(p, p->executed + 1);
    while (!p->failed && s != NULL && s->committed) {
        pbft_save(p, pbft_make_vote(p, PBFT_EXECUTED, s->seq, &s->digest));
        pbft_run(p, s->batch);
        pbft_checkpoint(p);
        s = pbft_slot_find(p, p->executed + 1);
    }
}
