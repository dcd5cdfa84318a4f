#include "simpeer/peer_engine.h"

#include "base/chance.h"
#include "hash/sha256.h"
#include "simpeer/peer_node.h"
#include "simpeer/peer_tx.h"

#include <stdlib.h>
#include <string.h>

struct engine {
    struct engine_setup setup;
    struct peer_node node;
    int64_t ticked;
};

static void free_engine(struct engine *e)
{
    peer_node_free(&e->node);
    free(e);
}

static struct engine *make(const struct engine_setup *setup, struct fault *f)
{
    struct engine *e = calloc(1, sizeof *e);
    if (!e) {
        fault_memory(f);
        return NULL;
    }
    e->setup = *setup;
    e->node.setup = &e->setup;
    int failed = peer_settings_take(&e->node.settings, setup, f);
    if (!failed && peer_node_make(&e->node))
        failed = fault_memory(f);
    if (!failed)
        return e;
    free_engine(e);
    return NULL;
}

/* --- Turns ---------------------------------------------------------------------------------- */

/* Notes the transactions in what was printed. */
static void note_printed(struct peer_node *n, const char *text, size_t size)
{
    for (const char *end; size && (end = memchr(text, '\n', size)); text = end + 1) {
        const size_t len = (size_t)(end - text);
        uint8_t id[ID_LEN];
        size -= len + 1;
        if (len < 3 || memcmp(text, "tx ", 3))
            continue;
        sha256(text, len, id);
        peer_node_note(n, "have", id);
    }
}

/* Puts out what is to be said. An answer to a pull comes piece by piece, whenever there is space.
 */
static int talk(struct peer_node *n, struct fault *f)
{
    size_t said;
    do {
        said = n->out->count;
        duplex_turn(n->duplex, false, sender_full(n->sender, n->now), n->now);
        if (peer_links_flush(&n->links, n->now, n->out, f))
            return -1;
    } while (n->out->count > said);
    return 0;
}

/* What the listener prints passes this node's programs, and returns to its sender. */
static int turn(struct peer_node *n, struct fault *f)
{
    struct buf *out = listener_out(n->listener);
    if (listener_settle_all(n->listener, n->now, f))
        return -1;
    note_printed(n, out->data, out->len);
    if (out->len && sender_take(n->sender, out->data, out->len, n->now, f))
        return -1;
    out->len = 0;
    sender_settle(n->sender, n->now);
    if (talk(n, f) || peer_pull_turn(&n->pull, n->now, n->out, f))
        return -1;
    return n->no_memory ? fault_memory(f) : 0;
}

/* --- Events --------------------------------------------------------------------------------- */

static int tick(struct peer_node *n, struct fault *f)
{
    return peer_links_tick(&n->links, n->now, n->out, f) ||
                   peer_pull_tick(&n->pull, n->now, n->out, f)
               ? -1
               : 0;
}

/* Dials so many of the other members, each with the same chance. */
static int dial(struct peer_node *n, struct fault *f)
{
    const struct engine_setup *s = n->setup;
    size_t left = 0;
    for (size_t i = 0; i < s->member_count; i++)
        left += s->members[i] != s->self;
    size_t wanted = (size_t)n->settings.fanout < left ? (size_t)n->settings.fanout : left;
    for (size_t i = 0; wanted; i++) {
        if (s->members[i] == s->self || chance_below(&n->chance, left--) >= wanted)
            continue;
        wanted--;
        if (peer_links_dial(&n->links, s->members[i], n->now, f))
            return -1;
    }
    return tick(n, f);
}

static int take_items(struct peer_node *n, const struct engine_event *event, struct fault *f)
{
    for (size_t i = 0; i < event->count; i++) {
        struct peer_item *item = (struct peer_item *)event->items[i];
        const bool pulls = peer_pull_has(&n->pull, event->from, item);
        if (peer_links_take(pulls ? &n->pull.links : &n->links, event->from, item, n->now, n->out,
                            f))
            return -1;
    }
    return 0;
}

static int propose(struct peer_node *n, const struct engine_event *event, struct fault *f)
{
    struct buf seed = {0}, line = {0};
    uint8_t id[ID_LEN];
    const char *name = node_names_text(n->setup->names, event->id.client);
    int failed = buf_add(&seed, &event->id.serial, sizeof event->id.serial) ||
                 buf_add_string(&seed, name) ||
                 buf_add(&seed, event->payload->text, event->payload->len) ||
                 peer_tx_make(seed.data, seed.len, &line, id);
    if (failed)
        fault_memory(f);
    else
        failed = sender_take(n->sender, line.data, line.len, n->now, f);
    if (!failed)
        peer_node_note(n, "made", id);
    buf_free(&seed);
    buf_free(&line);
    return failed ? -1 : 0;
}

static int handle(struct peer_node *n, const struct engine_event *event, struct fault *f)
{
    switch (event->kind) {
    case ENGINE_RESTART:
        return dial(n, f);
    case ENGINE_MESSAGE:
        return take_items(n, event, f);
    case ENGINE_PROPOSE:
        return propose(n, event, f);
    default:
        return 0;
    }
}

static int step(struct engine *e, const struct engine_event *event, struct engine_outputs *out,
                struct fault *f)
{
    struct peer_node *n = &e->node;
    n->now = event->now;
    n->out = out;
    const bool ticks = event->kind == ENGINE_TIMER &&
                       event->now - e->ticked >= PEER_TICK; /* or the lull is over */
    if (event->kind == ENGINE_RESTART || ticks)
        e->ticked = event->now;
    int failed = (ticks ? tick(n, f) : handle(n, event, f)) || turn(n, f) ? -1 : 0;
    out->deadline = n->now + sender_wait(n->sender, n->now, (int)(e->ticked + PEER_TICK - n->now));
    n->out = NULL;
    return failed;
}

const struct engine_type peer_engine = {
    .name = "peer",
    .make = make,
    .free = free_engine,
    .step = step,
    .item_free = peer_item_free,
    .item_format = peer_item_format,
    .item_parse = peer_item_parse,
};
