/* The engine: takes events and hands them to the file that handles their kind. */
#include "bft/bft.h"

#include "base/chance.h"
#include "bft/bft_parts.h"

#include <stdlib.h>
#include <string.h>

/* In the order of their names, each with the weight 1. */
static void add_member(struct bft *b, uint32_t node)
{
    struct bft_member *list = b->members.list;
    size_t at = b->members.count++;
    const char *name = node_names_text(b->names, node);
    for (; at > 0 && strcmp(node_names_text(b->names, list[at - 1].node), name) > 0; at--)
        list[at] = list[at - 1];
    list[at] = (struct bft_member){.node = node, .weight = 1};
}

static int set_members(struct bft *b, const struct engine_setup *setup, struct fault *f)
{
    if (setup->member_count == 0 || setup->member_count > BFT_MEMBERS_MAX)
        return fault_rule(f, "tendermint: there are 1 to %d members", BFT_MEMBERS_MAX);
    for (size_t i = 0; i < setup->member_count; i++)
        add_member(b, setup->members[i]);
    return 0;
}

static void bft_free(struct engine *e)
{
    struct bft *b = (struct bft *)e;
    for (size_t i = 0; i < b->held_count; i++)
        engine_item_unref(&b->held[b->held_first + i].item->head);
    for (size_t i = 0; i < b->early_count; i++)
        engine_item_unref(&b->early[i].item->head);
    for (size_t i = 0; i < b->decided_count; i++)
        engine_item_unref(&b->decided[i]->head);
    if (b->snapshot != NULL)
        engine_item_unref(&b->snapshot->head);
    bft_forget_height(b);
    proposals_clear(&b->own);
    proposals_clear(&b->others);
    applied_free(&b->applied);
    free(b->held);
    free(b->logged);
    free(b->heard);
    free(b->proposed);
    free(b->early);
    free(b->decided);
    free(b->reads);
    free(b);
}

static struct bft *make(const struct engine_setup *setup, struct fault *f)
{
    struct bft *b = calloc(1, sizeof *b);
    if (b == NULL) {
        fault_memory(f);
        return NULL;
    }
    b->names = setup->names;
    b->self = setup->self;
    b->chance = setup->seed;
    b->fetch = INT64_MAX;
    if (set_members(b, setup, f) != 0 ||
        bft_settings_parse(&b->set, &b->members, b->names, setup->settings, setup->setting_count,
                           f) != 0) {
        bft_free((struct engine *)b);
        return NULL;
    }
    bft_rotation_follow(&b->members, NULL);
    b->me = bft_set_find(&b->members, b->self);
    b->toy.names = setup->names;
    memcpy(b->toy.chain, b->set.chain, sizeof b->toy.chain);
    bft_toy_host(&b->host, &b->toy);
    return b;
}

struct engine *bft_new(const struct engine_setup *setup, const struct bft_host *host,
                       struct fault *f)
{
    struct bft *b = make(setup, f);
    if (b != NULL)
        b->host = *host;
    return (struct engine *)b;
}

static struct engine *make_with_toys(const struct engine_setup *setup, struct fault *f)
{
    return (struct engine *)make(setup, f);
}

static int handle(struct bft *b, const struct engine_event *e)
{
    switch (e->kind) {
    case ENGINE_RESTART:
        b->chance ^= (uint64_t)e->now * 0x9e3779b97f4a7c15;
        return bft_restart(b, e->items, e->count);
    case ENGINE_MESSAGE:
        for (size_t i = 0; i < e->count && e->from != b->self && !b->failed; i++)
            bft_receive(b, e->from, (struct bft_item *)e->items[i]);
        break;
    case ENGINE_PROPOSE:
        bft_on_propose(b, e->id, e->payload);
        break;
    case ENGINE_READ:
        bft_on_read(b, e->serial);
        break;
    case ENGINE_TIMER:
        bft_timeouts(b);
        break;
    case ENGINE_SAVED:
        bft_on_disk(b, e->serial);
        break;
    case ENGINE_SNAPSHOT:
        bft_on_snapshot(b, e->index, e->payload);
        break;
    case ENGINE_COMMAND:
        if (e->n == 5 && memcmp(e->text, "begin", 5) == 0 && b->round == BFT_NO_ROUND)
            bft_start_round(b, 0);
        else
            bft_note(b, "refused %.*s", e->n > 200 ? 200 : (int)e->n, e->text);
        break;
    }
    return 0;
}

static int64_t deadline(const struct bft *b)
{
    int64_t due = b->fetch < b->resend ? b->fetch : b->resend;
    for (int i = 0; i < 3; i++)
        due = b->due[i] < due ? b->due[i] : due;
    return due;
}

static int bft_step(struct engine *e, const struct engine_event *event, struct engine_outputs *out,
                    struct fault *f)
{
    struct bft *b = (struct bft *)e;
    b->now = event->now;
    b->out = out;
    b->f = f;
    if (handle(b, event) != 0)
        return -1;
    while (!b->failed && bft_advance(b))
        continue;
    bft_fetch_due(b);
    out->deadline = deadline(b);
    return b->failed ? -1 : 0;
}

const struct engine_type bft_engine = {
    .name = "tendermint",
    .needs_two_thirds = true,
    .make = make_with_toys,
    .free = bft_free,
    .step = bft_step,
    .item_free = bft_item_free,
    .item_format = bft_item_format,
    .item_parse = bft_item_parse,
};
