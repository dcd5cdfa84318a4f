/* Requests: the node to which a proposal was made sends it to all members, again and again until it
 * is executed; so backups know what a primary leaves out, and give its view up. */
#include "pbft/pbft_parts.h"

#define FORWARD_MAX 256          /* requests in a message */
#define FORWARD_BYTES (1U << 20) /* of their payloads, unless the first has more */

static bool is_over(const struct pbft *p, struct proposal_id id)
{
    return pbft_is_read(id) ? pbft_read_was_done(p, id) : applied_has(&p->applied, id);
}

/* For a read, `index` is when it was last heard of. */
static void await(struct pbft *p, struct proposal_id id, struct payload *payload)
{
    if (p->me == PBFT_MEMBERS_MAX || is_over(p, id) || !pbft_record_fits(p, payload->len) ||
        proposals_full(&p->pending, payload->len))
        return;
    if (proposals_add(&p->pending, id, payload) < 0)
        pbft_no_memory(p);
    else
        proposals_find(&p->pending, id)->index = (uint64_t)p->now;
}

void pbft_on_propose(struct pbft *p, struct proposal_id id, struct payload *payload)
{
    if (is_over(p, id) || proposals_find(&p->kept, id) != NULL)
        return;
    if (!pbft_record_fits(p, payload->len)) {
        pbft_note(p, "large %s:%llu", node_names_text(p->names, id.client),
                  (unsigned long long)id.serial);
        return;
    }
    if (proposals_full(&p->kept, payload->len)) {
        pbft_note(p, "full %s:%llu", node_names_text(p->names, id.client),
                  (unsigned long long)id.serial);
        return;
    }
    if (p->kept.list == NULL)
        p->retry = p->now + p->set.timeout / 2;
    if (proposals_add(&p->kept, id, payload) < 0)
        pbft_no_memory(p);
    await(p, id, payload);
}

void pbft_on_request(struct pbft *p, const struct pbft_item *x)
{
    for (size_t i = 0; x->batch != NULL && i < x->batch->count && !p->failed; i++)
        await(p, x->batch->values[i].id, x->batch->values[i].payload);
}

static void forward_some(struct pbft *p)
{
    size_t count = 0, bytes = 0;
    for (struct proposal *x = p->kept.next; x != NULL && count < FORWARD_MAX; x = x->hh.next) {
        bytes += x->payload->len;
        if (count > 0 && bytes > FORWARD_BYTES)
            break;
        count++;
    }
    struct pbft_item *item = pbft_make(p, PBFT_REQUEST, 0);
    if (item == NULL)
        return;
    item->batch = pbft_batch_new(count);
    if (item->batch == NULL)
        pbft_no_memory(p);
    for (size_t i = 0; item->batch != NULL && i < count; i++) {
        const struct proposal *x = proposals_take(&p->kept);
        item->batch->values[i] = (struct pbft_value){.id = proposal_id_of(x),
                                                     .payload = payload_ref(x->payload)};
    }
    pbft_send(p, NODE_NONE, item);
}

void pbft_forward(struct pbft *p)
{
    if (p->kept.list != NULL && p->now >= p->retry) {
        proposals_rewind(&p->kept);
        p->retry = p->now + p->set.timeout / 2;
    }
    while (p->kept.next != NULL && !p->failed)
        forward_some(p);
}

void pbft_forget_request(struct pbft *p, struct proposal_id id)
{
    struct proposal *x = proposals_find(&p->kept, id);
    if (x != NULL)
        proposals_remove(&p->kept, x);
    x = proposals_find(&p->pending, id);
    if (x != NULL)
        proposals_remove(&p->pending, x);
}
