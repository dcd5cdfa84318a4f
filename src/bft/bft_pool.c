/* Proposals that wait for a height. A node proposes its own first, so each is decided in time,
 * whatever others propose; and it tells them to all others, so any of them may propose them.
 *
 * A read is an empty entry that takes a height like any other: when it is decided, everything that
 * anybody was told of before the read began has been decided. No member is believed. */
#include "base/array.h"
#include "base/chance.h"
#include "bft/bft_parts.h"

#define FORWARD_MAX 256          /* entries in a message */
#define FORWARD_BYTES (1U << 20) /* of their payloads, unless the first has more */
#define READS_MAX 1024           /* that wait */

bool bft_entry_valid(struct bft *b, struct proposal_id id, const struct payload *payload)
{
    if (bft_is_read(id))
        return payload->lines == 0 && b->host.valid == NULL;
    if (payload->lines == 0 || applied_has(&b->applied, id))
        return false;
    return b->host.valid == NULL || b->host.valid(b->host.context, b->height, id, payload);
}

static void add(struct bft *b, struct proposals *list, struct proposal_id id,
                struct payload *payload)
{
    if (proposals_add(list, id, payload) < 0)
        bft_no_memory(b);
}

static void forward(struct bft *b, struct proposal_id id, struct payload *payload)
{
    struct bft_item *x = b->set.forward ? bft_make(b, BFT_FORWARD) : NULL;
    if (x != NULL && bft_item_add_entry(x, id, payload) != 0)
        bft_no_memory(b);
    bft_send(b, NODE_NONE, x);
}

void bft_on_propose(struct bft *b, struct proposal_id id, struct payload *payload)
{
    if (bft_is_read(id) || applied_has(&b->applied, id) || proposals_find(&b->own, id) != NULL)
        return;
    if (proposals_full(&b->own, payload->len)) {
        bft_note(b, "full %s:%llu", node_names_text(b->names, id.client),
                 (unsigned long long)id.serial);
        return;
    }
    add(b, &b->own, id, payload);
    forward(b, id, payload);
    bft_propose(b);
}

/* Only whose proposals they are may forward them. */
void bft_on_forward(struct bft *b, uint32_t from, const struct bft_item *x)
{
    for (size_t i = 0; i < x->entry_count; i++) {
        const struct bft_entry *e = &x->entries[i];
        if (e->id.client == from && !applied_has(&b->applied, e->id) &&
            (e->payload->lines == 0) == bft_is_read(e->id) &&
            !proposals_full(&b->others, e->payload->len))
            add(b, &b->others, e->id, e->payload);
    }
    bft_propose(b);
}

void bft_forward_again(struct bft *b)
{
    struct bft_item *x = b->set.forward && b->own.list != NULL ? bft_make(b, BFT_FORWARD) : NULL;
    size_t bytes = 0;
    for (struct proposal *p = b->own.list; x != NULL && p != NULL && x->entry_count < FORWARD_MAX;
         p = p->hh.next) {
        bytes += p->payload->len;
        if (x->entry_count > 0 && bytes > FORWARD_BYTES)
            break;
        if (bft_item_add_entry(x, proposal_id_of(p), p->payload) != 0)
            bft_no_memory(b);
    }
    bft_send(b, NODE_NONE, x);
}

/* Drops what can never be decided any more. */
static const struct proposal *first_valid(struct bft *b, struct proposals *list)
{
    while (list->list != NULL &&
           !bft_entry_valid(b, proposal_id_of(list->list), list->list->payload))
        proposals_remove(list, list->list);
    return list->list;
}

const struct proposal *bft_pick(struct bft *b)
{
    const struct proposal *own = first_valid(b, &b->own);
    return own != NULL ? own : first_valid(b, &b->others);
}

static void forget(struct proposals *list, struct proposal_id id)
{
    struct proposal *p = proposals_find(list, id);
    if (p != NULL)
        proposals_remove(list, p);
}

static void answer(struct bft *b, uint64_t serial, uint64_t index)
{
    struct engine_output x = {.kind = ENGINE_ANSWER, .serial = serial, .index = index};
    if (engine_put(b->out, &x, b->f) != 0)
        b->failed = true;
}

static void read_decided(struct bft *b, uint64_t entry)
{
    size_t left = 0;
    for (size_t i = 0; i < b->read_count; i++) {
        if (b->reads[i].entry == entry)
            answer(b, b->reads[i].serial, b->height);
        else
            b->reads[left++] = b->reads[i];
    }
    b->read_count = left;
}

void bft_on_read(struct bft *b, uint64_t serial)
{
    struct proposal_id id = {.client = b->self,
                             .serial = BFT_READ_BIT | chance_next(&b->chance) >> 2};
    struct payload *nothing = NULL;
    if (b->host.valid != NULL || b->read_count >= READS_MAX) {
        answer(b, serial, UINT64_MAX);
        return;
    }
    nothing = payload_new("", 0);
    if (nothing == NULL || ARRAY_RESERVE(b->reads, b->reads_cap, b->read_count + 1) != 0) {
        payload_unref(nothing);
        bft_no_memory(b);
        return;
    }
    b->reads[b->read_count++] = (struct bft_read){.serial = serial, .entry = id.serial};
    add(b, &b->own, id, nothing);
    forward(b, id, nothing);
    payload_unref(nothing);
    bft_propose(b);
}

void bft_entry_decided(struct bft *b, const struct bft_entry *e)
{
    forget(&b->own, e->id);
    forget(&b->others, e->id);
    if (bft_is_read(e->id)) {
        if (e->id.client == b->self)
            read_decided(b, e->id.serial);
        return;
    }
    int fresh = applied_add(&b->applied, e->id);
    if (fresh < 0)
        bft_no_memory(b);
    if (fresh <= 0)
        return;
    struct engine_output x = {
        .kind = ENGINE_COMMIT, .index = b->height, .id = e->id, .payload = payload_ref(e->payload)};
    if (engine_put(b->out, &x, b->f) != 0)
        b->failed = true;
}
