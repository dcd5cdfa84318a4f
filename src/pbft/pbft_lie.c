/* A member that lies, for tests: some of what it sends says something else, and not the same to
 * all. Its own state is that of a correct node. */
#include "base/chance.h"
#include "pbft/pbft_parts.h"

#define LIE_EACH 2 /* so many messages to one lie */

static bool roll(struct pbft *p, uint64_t in)
{
    return chance_below(&p->chance, in) == 0;
}

static struct pbft_digest wrong_digest(struct pbft *p)
{
    struct pbft_digest d = {{0}};
    d.bytes[0] = (uint8_t)(1 + chance_below(&p->chance, 3));
    return d;
}

/* A batch of one read, which is harmless, and which two lies may have in common. */
static struct pbft_batch *wrong_batch(struct pbft *p)
{
    struct pbft_batch *b = pbft_batch_new(1);
    struct payload *none = payload_new("", 0);
    if (b == NULL || none == NULL) {
        payload_unref(none);
        pbft_batch_unref(b);
        return NULL;
    }
    b->values[0] = (struct pbft_value){
        .id = {.client = p->members[0],
               .serial = PBFT_READ_BIT | (1 + chance_below(&p->chance, 3))},
        .payload = none};
    pbft_batch_seal(b, p->names);
    return b;
}

/* Claims that something else was prepared, in a higher view than anything was. */
static void lie_of_change(struct pbft *p, struct pbft_item *x)
{
    struct pbft_batch *b = wrong_batch(p);
    bool added = false;
    for (size_t i = 0; i < x->count; i++) {
        struct pbft_part *part = &x->parts[i];
        if (part->what == 'p' && b != NULL) {
            part->digest = b->digest;
            part->view = x->view - 1;
        } else if (part->what == 'b' && !added) {
            pbft_batch_unref(part->batch);
            part->batch = pbft_batch_ref(b);
            added = true;
        }
    }
    pbft_batch_unref(b);
    if (pbft_item_seal(x, p->names) != 0)
        pbft_no_memory(p);
}

static void lie_of_batches(struct pbft *p, struct pbft_item *x, char what)
{
    for (size_t i = 0; i < x->count; i++)
        if (x->parts[i].what == what && x->parts[i].batch != NULL) {
            pbft_batch_unref(x->parts[i].batch);
            x->parts[i].batch = wrong_batch(p);
            x->parts[i].digest = pbft_batch_digest(x->parts[i].batch);
        }
}

static void lie(struct pbft *p, struct pbft_item *x)
{
    switch ((enum pbft_kind)x->head.kind) {
    case PBFT_PREPREPARE:
        pbft_batch_unref(x->batch);
        x->batch = wrong_batch(p);
        break;
    case PBFT_VIEWCHANGE:
        lie_of_change(p, x);
        break;
    case PBFT_NEWVIEW:
        lie_of_batches(p, x, 'o');
        break;
    case PBFT_DECIDED:
        lie_of_batches(p, x, 'd');
        break;
    case PBFT_STATUS:
        x->seq += chance_below(&p->chance, 100);
        break;
    default:
        x->digest = wrong_digest(p);
        break;
    }
}

static struct pbft_item *copy(struct pbft *p, const struct pbft_item *from)
{
    struct pbft_item *x = pbft_make(p, (enum pbft_kind)from->head.kind, from->count);
    if (x == NULL)
        return NULL;
    struct engine_item head = x->head;
    *x = *from;
    x->head = head;
    x->applied = (struct applied){0};
    if (applied_copy(&from->applied, &x->applied) != 0)
        pbft_no_memory(p);
    pbft_batch_ref(x->batch);
    payload_ref(x->state);
    for (size_t i = 0; i < x->count; i++) {
        x->parts[i] = from->parts[i];
        pbft_batch_ref(x->parts[i].batch);
        if (x->parts[i].claim != NULL)
            pbft_item_share(x->parts[i].claim);
    }
    return x;
}

/* Requests are left as they are, and so a client that is not faulty gets its answers. */
static void send_one(struct pbft *p, uint32_t to, struct pbft_item *item)
{
    struct pbft_item *x = NULL;
    if (item->head.kind != PBFT_REQUEST && item->head.kind != PBFT_FETCH && roll(p, LIE_EACH))
        x = copy(p, item);
    if (x != NULL)
        lie(p, x);
    if (x == NULL)
        x = pbft_item_share(item);
    if (engine_send(p->out, to, &x->head, p->f) != 0)
        p->failed = true;
}

void pbft_lie(struct pbft *p, uint32_t to, struct pbft_item *item)
{
    if (to != NODE_NONE)
        send_one(p, to, item);
    for (unsigned i = 0; to == NODE_NONE && i < p->member_count; i++)
        if (i != p->me)
            send_one(p, p->members[i], item);
    pbft_item_drop(item);
}
