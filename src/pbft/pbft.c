/* The engine: takes events and hands messages to the file that handles their kind. */
#include "pbft/pbft.h"

#include "base/chance.h"
#include "base/num.h"
#include "pbft/pbft_parts.h"

#include <stdlib.h>
#include <string.h>

/* --- Made and freed ------------------------------------------------------------------------- */

/* In the order of their names. */
static void add_member(struct pbft *p, uint32_t node)
{
    unsigned at = p->member_count++;
    const char *name = node_names_text(p->names, node);
    for (; at > 0 && strcmp(node_names_text(p->names, p->members[at - 1]), name) > 0; at--)
        p->members[at] = p->members[at - 1];
    p->members[at] = node;
}

/* NAME:WEIGHT of n bytes. */
static int set_weight(struct pbft *p, const char *word, size_t n, struct fault *f)
{
    const char *colon = memchr(word, ':', n);
    int64_t weight;
    size_t name = colon == NULL ? 0 : (size_t)(colon - word);
    if (colon == NULL || number_parse(colon + 1, n - name - 1, &weight) != 0 || weight < 1 ||
        weight > PBFT_WEIGHT_MAX)
        return fault_rule(f, "pbft: weights are NAME:WEIGHT,... from 1 to %lld",
                          (long long)PBFT_WEIGHT_MAX);
    unsigned member = pbft_member(p, node_names_find(p->names, word, name));
    if (member == PBFT_MEMBERS_MAX)
        return fault_rule(f, "pbft: weights: %.*s is no member", name > 64 ? 64 : (int)name, word);
    p->weights.weights[member] = weight;
    return 0;
}

static int set_weights(struct pbft *p, struct fault *f)
{
    const char *at = p->set.weights;
    for (unsigned i = 0; i < p->member_count; i++)
        p->weights.weights[i] = 1;
    while (at != NULL) {
        const char *comma = strchr(at, ',');
        if (set_weight(p, at, comma == NULL ? strlen(at) : (size_t)(comma - at), f) != 0)
            return -1;
        at = comma == NULL ? NULL : comma + 1;
    }
    for (unsigned i = 0; i < p->member_count; i++)
        p->weights.total += p->weights.weights[i];
    return 0;
}

static int set_members(struct pbft *p, const struct engine_setup *setup, struct fault *f)
{
    if (setup->member_count == 0 || setup->member_count > PBFT_MEMBERS_MAX)
        return fault_rule(f, "pbft: there are 1 to %d members", PBFT_MEMBERS_MAX);
    for (size_t i = 0; i < setup->member_count; i++)
        add_member(p, setup->members[i]);
    p->me = pbft_member(p, p->self);
    p->peers = calloc(p->member_count, sizeof *p->peers);
    return p->peers == NULL ? fault_memory(f) : set_weights(p, f);
}

static void free_peers(struct pbft *p)
{
    for (unsigned i = 0; p->peers != NULL && i < p->member_count; i++) {
        pbft_item_drop(p->peers[i].change);
        pbft_item_drop(p->peers[i].snapshot);
        pbft_fetched_free(p->peers[i].fetched);
    }
    free(p->peers);
}

static void pbft_free(struct engine *e)
{
    struct pbft *p = (struct pbft *)e;
    struct pbft_item *x;
    while ((x = pbft_mine(p)) != NULL)
        engine_item_unref(&x->head);
    for (size_t i = 0; i < p->held_count; i++)
        engine_item_unref(&p->held[p->held_first + i].item->head);
    for (size_t i = 0; i < PBFT_SLOTS; i++)
        pbft_slot_clear(&p->slots[i]);
    for (size_t i = 0; i < p->log_count; i++)
        pbft_batch_unref(p->log[p->log_first + i].batch);
    pbft_item_drop(p->snapshot);
    pbft_item_drop(p->change);
    pbft_item_drop(p->entered);
    pbft_item_drop(p->offered);
    free_peers(p);
    proposals_clear(&p->kept);
    proposals_clear(&p->pending);
    applied_free(&p->applied);
    free(p->log);
    free(p->held);
    free(p->mine);
    free(p->reads);
    free(p);
}

static struct engine *pbft_new(const struct engine_setup *setup, struct fault *f)
{
    struct pbft *p = calloc(1, sizeof *p);
    if (p == NULL) {
        fault_memory(f);
        return NULL;
    }
    p->names = setup->names;
    p->self = setup->self;
    p->chance = setup->seed;
    p->active = true;
    p->next = 1;
    p->view_due = p->behind_since = INT64_MAX;
    if (pbft_settings_parse(&p->set, setup->settings, setup->setting_count, f) != 0 ||
        set_members(p, setup, f) != 0) {
        pbft_free((struct engine *)p);
        return NULL;
    }
    return (struct engine *)p;
}

/* --- Messages ------------------------------------------------------------------------------- */

static void reject_message(struct pbft *p, uint32_t from, uint32_t kind)
{
    pbft_note(p, "reject %s %s", pbft_forms[kind].word, node_names_text(p->names, from));
}

/* What a member does, and what a node that is none does not. Whether the message belongs to it. */
static bool on_member_message(struct pbft *p, uint32_t from, struct pbft_item *x)
{
    switch ((enum pbft_kind)x->head.kind) {
    case PBFT_PREPREPARE:
        pbft_on_preprepare(p, from, x);
        break;
    case PBFT_PREPARE:
        pbft_on_prepare(p, from, x);
        break;
    case PBFT_COMMIT:
        pbft_on_commit(p, from, x);
        break;
    case PBFT_CHECKPOINT:
        pbft_on_checkpoint(p, from, x);
        break;
    case PBFT_VIEWCHANGE:
        pbft_on_viewchange(p, from, x);
        break;
    case PBFT_ACK:
        pbft_on_ack(p, from, x);
        break;
    case PBFT_NEWVIEW:
        pbft_on_newview(p, from, x);
        break;
    default:
        return false;
    }
    return true;
}

static void on_message(struct pbft *p, uint32_t from, struct pbft_item *x)
{
    bool by_member = pbft_member(p, from) != PBFT_MEMBERS_MAX;
    if (!by_member && x->head.kind != PBFT_REQUEST && x->head.kind != PBFT_FETCH) {
        reject_message(p, from, x->head.kind);
        return;
    }
    if (p->me == PBFT_MEMBERS_MAX && x->head.kind <= PBFT_NEWVIEW)
        return;
    if (on_member_message(p, from, x))
        return;
    switch ((enum pbft_kind)x->head.kind) {
    case PBFT_REQUEST:
        pbft_on_request(p, x);
        break;
    case PBFT_STATUS:
        pbft_on_status(p, from, x);
        break;
    case PBFT_FETCH:
        pbft_on_fetch(p, from, x);
        break;
    case PBFT_DECIDED:
        pbft_on_decided(p, from, x);
        break;
    case PBFT_SNAPSHOT:
        pbft_on_snapshot_message(p, from, x);
        break;
    case PBFT_MARK:
        pbft_on_mark(p, from, x);
        break;
    default:
        reject_message(p, from, x->head.kind);
        break;
    }
}

/* --- Events --------------------------------------------------------------------------------- */

/* `view`: gives the view up. */
static void command(struct pbft *p, const char *text, size_t n)
{
    if (n == strlen("view") && memcmp(text, "view", n) == 0 && p->me != PBFT_MEMBERS_MAX)
        pbft_change_view(p, p->view + 1);
    else
        pbft_note(p, "refused %.*s", n > 200 ? 200 : (int)n, text);
}

/* The first event of all. */
static int on_restart(struct pbft *p, const struct engine_event *e)
{
    p->chance ^= (uint64_t)p->now * 0x9e3779b97f4a7c15;
    p->chance = chance_next(&p->chance);
    if (pbft_restart(p, e->items, e->count) != 0)
        return -1;
    p->beat_due = p->now + (int64_t)chance_below(&p->chance, (uint64_t)p->set.heartbeat + 1);
    if (p->active && p->me != PBFT_MEMBERS_MAX && pbft_leads(p))
        pbft_note(p, "leader %llu %s", (unsigned long long)p->view,
                  node_names_text(p->names, p->self));
    if (p->change != NULL) /* as if it had just come */
        pbft_hold(p, p->self, pbft_item_share(p->change));
    return 0;
}

static int handle(struct pbft *p, const struct engine_event *e)
{
    switch (e->kind) {
    case ENGINE_RESTART:
        return on_restart(p, e);
    case ENGINE_MESSAGE:
        for (size_t i = 0; i < e->count && e->from != p->self; i++)
            on_message(p, e->from, (struct pbft_item *)e->items[i]);
        break;
    case ENGINE_PROPOSE:
        if (!pbft_is_read(e->id))
            pbft_on_propose(p, e->id, e->payload);
        break;
    case ENGINE_READ:
        pbft_on_read(p, e->serial);
        break;
    case ENGINE_TIMER:
        pbft_beat(p);
        pbft_view_tick(p);
        break;
    case ENGINE_SAVED:
        pbft_on_disk(p, e->serial);
        break;
    case ENGINE_SNAPSHOT:
        pbft_on_snapshot(p, e->index, e->payload);
        break;
    case ENGINE_COMMAND:
        command(p, e->text, e->n);
        break;
    }
    return 0;
}

/* Does what the event made possible, until nothing more follows. */
static void settle(struct pbft *p)
{
    do {
        struct pbft_item *x;
        while (!p->failed && (x = pbft_mine(p)) != NULL) {
            on_message(p, p->self, x);
            engine_item_unref(&x->head);
        }
        pbft_try_begin(p);
        pbft_try_enter(p);
        if (p->me != PBFT_MEMBERS_MAX)
            pbft_propose(p);
    } while (!p->failed && p->mine_count > 0);
    pbft_forward(p);
    pbft_watch(p);
    p->read_request = 0;
}

static int64_t deadline(const struct pbft *p)
{
    int64_t due = p->beat_due < p->view_due ? p->beat_due : p->view_due, reads = pbft_reads_due(p);
    if (p->kept.list != NULL && p->retry < due)
        due = p->retry;
    return reads < due ? reads : due;
}

static int pbft_step(struct engine *e, const struct engine_event *event, struct engine_outputs *out,
                     struct fault *f)
{
    struct pbft *p = (struct pbft *)e;
    p->now = event->now;
    p->out = out;
    p->f = f;
    if (handle(p, event) != 0)
        return -1;
    settle(p);
    out->deadline = deadline(p);
    return p->failed ? -1 : 0;
}

const struct engine_type pbft_engine = {
    .name = "pbft",
    .needs_two_thirds = true,
    .make = pbft_new,
    .free = pbft_free,
    .step = pbft_step,
    .item_free = pbft_item_free,
    .item_format = pbft_item_format,
    .item_parse = pbft_item_parse,
};
