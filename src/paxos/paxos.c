/* The engine: takes events and hands messages to the file that handles their kind. */
#include "paxos/paxos.h"

#include "base/chance.h"
#include "paxos/paxos_parts.h"

#include <stdlib.h>
#include <string.h>

/* In the order of their names. */
static void add_member(struct paxos *p, uint32_t node)
{
    unsigned at = p->member_count++;
    const char *name = node_names_text(p->names, node);
    for (; at > 0 && strcmp(node_names_text(p->names, p->members[at - 1]), name) > 0; at--)
        p->members[at] = p->members[at - 1];
    p->members[at] = node;
}

static int set_members(struct paxos *p, const struct engine_setup *setup, struct fault *f)
{
    if (setup->member_count == 0 || setup->member_count > PAXOS_MEMBERS_MAX)
        return fault_rule(f, "paxos: there are 1 to %d members", PAXOS_MEMBERS_MAX);
    for (size_t i = 0; i < setup->member_count; i++) {
        add_member(p, setup->members[i]);
        if (setup->members[i] >= p->member_of_count)
            p->member_of_count = (size_t)setup->members[i] + 1;
    }
    p->member_of = malloc(p->member_of_count);
    if (p->member_of == NULL)
        return fault_memory(f);
    memset(p->member_of, PAXOS_MEMBERS_MAX, p->member_of_count);
    for (unsigned i = 0; i < p->member_count; i++)
        p->member_of[p->members[i]] = (uint8_t)i;
    p->me = paxos_member(p, p->self);
    return 0;
}

static void paxos_free(struct engine *e)
{
    struct paxos *p = (struct paxos *)e;
    struct paxos_item *x;
    while ((x = paxos_mine(p)) != NULL)
        engine_item_unref(&x->head);
    for (size_t i = 0; i < p->held_count; i++)
        engine_item_unref(&p->held[p->held_first + i].item->head);
    if (p->snapshot != NULL)
        engine_item_unref(&p->snapshot->head);
    proposals_clear(&p->kept);
    proposals_clear(&p->queue);
    applied_free(&p->applied);
    paxos_log_free(&p->log);
    paxos_log_free(&p->found);
    free(p->member_of);
    free(p->held);
    free(p->mine);
    free(p->rounds);
    free(p->reads);
    free(p);
}

static struct engine *paxos_new(const struct engine_setup *setup, struct fault *f)
{
    struct paxos *p = calloc(1, sizeof *p);
    if (p == NULL) {
        fault_memory(f);
        return NULL;
    }
    p->names = setup->names;
    p->self = setup->self;
    p->chance = setup->seed;
    p->leader = p->floor_from = p->promised.node = p->led.node = p->ballot.node = NODE_NONE;
    if (paxos_settings_parse(&p->set, setup->settings, setup->setting_count, f) != 0 ||
        set_members(p, setup, f) != 0) {
        paxos_free((struct engine *)p);
        return NULL;
    }
    return (struct engine *)p;
}

/* Whether a node may send such a message: one that is not a member only asks, as a learner does. */
static bool may_send(const struct paxos *p, uint32_t from, uint32_t kind)
{
    return paxos_member(p, from) != PAXOS_MEMBERS_MAX || kind == PAXOS_FETCH ||
           kind == PAXOS_FORWARD || kind == PAXOS_READ;
}

static void reject_message(struct paxos *p, uint32_t from, uint32_t kind)
{
    paxos_note(p, "reject %s %s", paxos_forms[kind].word, node_names_text(p->names, from));
}

/* Phases 1 and 2. Whether the message belongs to them. */
static bool on_phase_message(struct paxos *p, uint32_t from, struct paxos_item *x)
{
    switch ((enum paxos_kind)x->head.kind) {
    case PAXOS_PREPARE:
        paxos_on_prepare(p, from, x);
        break;
    case PAXOS_PROMISE:
        paxos_on_promise(p, from, x);
        break;
    case PAXOS_REJECT:
        paxos_on_reject(p, x);
        break;
    case PAXOS_ACCEPT:
        paxos_on_accept(p, from, x);
        break;
    case PAXOS_ACCEPTED:
        paxos_on_accepted(p, from, x);
        break;
    default:
        return false;
    }
    return true;
}

static void on_message(struct paxos *p, uint32_t from, struct paxos_item *x)
{
    if (!may_send(p, from, x->head.kind)) {
        reject_message(p, from, x->head.kind);
        return;
    }
    if (on_phase_message(p, from, x))
        return;
    switch ((enum paxos_kind)x->head.kind) {
    case PAXOS_CHOSEN:
        paxos_on_chosen(p, from, x);
        break;
    case PAXOS_FETCH:
        paxos_on_fetch(p, from, x);
        break;
    case PAXOS_FORWARD:
        paxos_on_forward(p, from, x);
        break;
    case PAXOS_READ:
        paxos_on_read_message(p, from, x);
        break;
    case PAXOS_READ_AT:
        paxos_on_read_at(p, x);
        break;
    case PAXOS_ASK:
        paxos_on_ask(p, from, x);
        break;
    case PAXOS_ANSWER:
        paxos_on_answer(p, from, x);
        break;
    case PAXOS_SNAPSHOT:
        paxos_on_install(p, x);
        break;
    default:
        reject_message(p, from, x->head.kind);
        break;
    }
}

/* A node that is not a member asks a random one what is chosen. */
static void learner_tick(struct paxos *p)
{
    p->leader = p->members[chance_below(&p->chance, p->member_count)];
    p->due = p->now + p->set.heartbeat;
    p->fetched = 0;
    paxos_fetch(p, p->leader);
}

static void tick(struct paxos *p)
{
    if (p->now < p->due)
        return;
    if (p->me == PAXOS_MEMBERS_MAX)
        learner_tick(p);
    else if (p->role == PAXOS_LEADER)
        paxos_leader_tick(p);
    else if (p->votes || p->recovers)
        paxos_campaign(p);
    else
        paxos_ask(p);
}

static void command(struct paxos *p, const char *text, size_t n)
{
    if (n == strlen("campaign") && memcmp(text, "campaign", n) == 0 && p->votes)
        paxos_campaign(p);
    else
        paxos_note(p, "refused %.*s", n > 200 ? 200 : (int)n, text);
}

/* The first event of all. */
static int on_restart(struct paxos *p, const struct engine_event *e)
{
    p->chance ^= (uint64_t)p->now * 0x9e3779b97f4a7c15;
    p->nonce = chance_next(&p->chance) >> 1 | 1;
    if (paxos_restart(p, e->items, e->count) != 0)
        return -1;
    paxos_start(p);
    return 0;
}

static int handle(struct paxos *p, const struct engine_event *e)
{
    switch (e->kind) {
    case ENGINE_RESTART:
        return on_restart(p, e);
    case ENGINE_MESSAGE:
        for (size_t i = 0; i < e->count && e->from != p->self; i++)
            on_message(p, e->from, (struct paxos_item *)e->items[i]);
        break;
    case ENGINE_PROPOSE:
        paxos_on_propose(p, e->id, e->payload);
        break;
    case ENGINE_READ:
        paxos_on_read(p, e->serial);
        break;
    case ENGINE_TIMER:
        tick(p);
        break;
    case ENGINE_SAVED:
        paxos_on_disk(p, e->serial);
        break;
    case ENGINE_SNAPSHOT:
        paxos_on_snapshot(p, e->index, e->payload);
        break;
    case ENGINE_COMMAND:
        command(p, e->text, e->n);
        break;
    }
    return 0;
}

/* Does what the event made possible, until nothing more follows. */
static void settle(struct paxos *p)
{
    do {
        struct paxos_item *x;
        while (!p->failed && (x = paxos_mine(p)) != NULL) {
            on_message(p, p->self, x);
            engine_item_unref(&x->head);
        }
        paxos_flush(p);
        paxos_try_lead(p);
        paxos_answer_reads(p);
    } while (!p->failed && p->mine_count > 0);
    paxos_forward(p);
}

static int64_t deadline(const struct paxos *p)
{
    int64_t due = p->due, reads = paxos_reads_due(p);
    if (p->kept.list != NULL && p->role != PAXOS_LEADER && p->retry < due)
        due = p->retry;
    return reads < due ? reads : due;
}

static int paxos_step(struct engine *e, const struct engine_event *event,
                      struct engine_outputs *out, struct fault *f)
{
    struct paxos *p = (struct paxos *)e;
    p->now = event->now;
    p->out = out;
    p->f = f;
    if (handle(p, event) != 0)
        return -1;
    settle(p);
    out->deadline = deadline(p);
    return p->failed ? -1 : 0;
}

const struct engine_type paxos_engine = {
    .name = "paxos",
    .make = paxos_new,
    .free = paxos_free,
    .step = paxos_step,
    .item_free = paxos_item_free,
    .item_format = paxos_item_format,
    .item_parse = paxos_item_parse,
};
