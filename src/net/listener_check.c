/* Admits and checks the records received from peers, and prints each once. */
#include "net/listener_parts.h"

#include <string.h>

enum {
    USELESS_MAX = 1000,    /* useless records before their sender is dropped */
    PEER_TOKENS_PER_S = 2, /* sustained rate of peer records from one peer */
    PEER_AHEAD_MAX = 7200, /* seconds that a peer record may be ahead of the clock */
    PEER_AGE_MAX = 30 * 86400,
};

/* --- Printing --------------------------------------------------------------------------------- */

static const char *type_of(const struct item *item)
{
    return item->is_block ? "block" : item->is_tx ? "tx" : item->is_peer ? "peer" : NULL;
}

/* Whether records of this type are accepted although nothing checks them. */
static const char *other_type(const struct listener *l, const struct item *item)
{
    for (const char *const *type = l->config->types; type && *type; type++)
        if (line_is(item->text, item->size - 1, *type))
            return *type;
    return NULL;
}

static int put_mark(struct listener *l, const uint8_t id[ID_LEN])
{
    return wire_put_ids("fluff", (const uint8_t(*)[ID_LEN])(const void *)id, 1, &l->out);
}

/* Puts a new record into out, and remembers a transaction in its stem phase. */
static int print(struct listener *l, const struct item *item, const struct asked *a)
{
    bool stem = l->config->stems && item->is_tx && a && a->stem;
    if (stem && !idmap_find(&l->stems, item->id)) {
        size_t place = 0;
        if (l->stems.count == l->stems.limit)
            idmap_remove(&l->stems, idmap_each(&l->stems, &place));
        idmap_add(&l->stems, item->id);
    }
    if (l->config->stems && item->is_tx && !stem && put_mark(l, item->id))
        return -1;
    return buf_add(&l->out, item->text, item->size);
}

/* A stem transaction enters its fluff phase. */
static int surface(struct listener *l, const uint8_t id[ID_LEN])
{
    struct stem *stem = idmap_find(&l->stems, id);
    if (stem)
        idmap_remove(&l->stems, stem);
    return put_mark(l, id);
}

/* Blocks are not filled from stem transactions: that would reveal who has them. */
static void remember(struct listener *l, const struct item *item, bool hidden)
{
    if (!hidden)
        idset_add_new(&l->seen, item->id);
    if (item->is_tx && !(l->stems.count && idmap_find(&l->stems, item->id)))
        recents_add(&l->recents, item->id, item->text, item->size - 1);
}

/* --- Judging ---------------------------------------------------------------------------------- */

static bool of_our_chain(const struct listener *l, const struct item *item)
{
    if (item->is_tx)
        return memcmp(item->entries[0].tx.chain, l->config->chain, ID_LEN) == 0;
    if (item->is_peer)
        return memcmp(item->peer.chain, l->config->chain, ID_LEN) == 0;
    return !item->is_genesis || memcmp(item->id, l->config->chain, ID_LEN) == 0;
}

/* Judges a record whose form and signatures are valid. 0, or -1 and a fault. */
static int judge(const struct listener *l, const struct item *item, struct fault *f)
{
    const struct view *v = l->config->view;
    if (!of_our_chain(l, item))
        return fault_rule(f, "%s: of another chain", type_of(item));
    if (!item->is_block || item->is_genesis)
        return 0;
    if (!item->has_work)
        return fault_rule(f, "block: no proof of work: its hash is over the target");
    if (v && v->header(v->self, &item->block, item->id, f) < 0 && f->kind == FAULT_RULE)
        return -1;
    return 0;
}

/* A peer record that is too old, from the future, or above the rate is dropped silently. */
static bool worth_taking(struct listener *l, struct inbound *g, const struct item *item,
                         int64_t now)
{
    if (!item->is_peer)
        return true;
    int64_t clock = l->config->clock(l->config->self);
    if (item->peer.time > clock + PEER_AHEAD_MAX || item->peer.time < clock - PEER_AGE_MAX)
        return false;
    if (!g)
        return true;
    struct inbound_state *s = g->state;
    s->peer_tokens += (now - s->peer_refilled) / 1000 * PEER_TOKENS_PER_S;
    s->peer_refilled += (now - s->peer_refilled) / 1000 * 1000;
    if (s->peer_tokens > PEER_TOKENS_MAX)
        s->peer_tokens = PEER_TOKENS_MAX;
    return s->peer_tokens > 0 && s->peer_tokens--;
}

static void too_useless(struct inbound *g)
{
    struct fault f;
    if (++g->state->useless <= USELESS_MAX + g->useful)
        return;
    fault_rule(&f, "sends too many useless records");
    inbound_doom(g, "bad", &f);
}

static int doom_for_item(struct listener *l, struct inbound *g, const struct item *item,
                         const struct fault *why)
{
    if (g && !g->doomed) {
        listener_log(l, g, "bad", item->id, why->text);
        inbound_doom(g, "bad", why);
    }
    return 0;
}

int inbound_admit(struct listener *l, struct inbound *g, const uint8_t id[ID_LEN], struct fault *f)
{
    struct asked *a = asked_of(l, g, id);
    if (a && !a->came) {
        a->came = true;
        return 0;
    }
    if (!g->state->credit)
        return fault_rule(f, "a record that was not requested");
    g->state->credit--;
    return 0;
}

/* Handles one checked record, from g (NULL: from an earlier run, or from a peer that left). 0, or
 * -1: no memory. */
static int take_item(struct listener *l, struct inbound *g, const struct item *item, int64_t now)
{
    struct fault f;
    struct asked *a = idmap_find(&l->asked, item->id);
    const char *type = type_of(item);
    if (g && g->doomed)
        return 0;
    if (item->broken)
        return doom_for_item(l, g, item, &item->fault);
    if (g)
        g->state->brought = now;
    bool hidden = a && a->hidden;
    if (!a && idset_has(&l->seen, item->id))
        return 0; /* a requested record is not in `seen` yet */
    if (!type)
        type = other_type(l, item);
    else if (judge(l, item, &f))
        return doom_for_item(l, g, item, &f);
    if (!type || !worth_taking(l, g, item, now)) {
        if (a)
            asked_drop(l, a);
        if (g)
            too_useless(g);
        return 0;
    }
    if (hidden ? surface(l, item->id) : print(l, item, a))
        return -1;
    remember(l, item, hidden);
    listener_log(l, g, hidden ? "fluff" : "new", item->id, type);
    if (g)
        g->useful++;
    if (a)
        asked_done(l, a, g);
    else if (g)
        inbound_take(g, item->id);
    return 0;
}

/* Skips the signatures of lines that were checked when they arrived alone. */
static void skip_checked(struct listener *l)
{
    for (size_t i = 0; i < l->batch.count; i++) {
        struct item *item = &l->batch.items[i];
        for (size_t j = 0; item->is_block && !item->broken && j < item->count; j++) {
            struct entry *e = &item->entries[j];
            struct field known = recents_find(&l->recents, e->id);
            e->checked = e->is_tx && known.text && known.len == e->tx.len &&
                         memcmp(known.text, e->tx.line, known.len) == 0;
        }
    }
}

static int check_batch(struct listener *l, struct fault *f)
{
    if (!l->config->pool)
        return 0;
    skip_checked(l);
    if (batch_start(&l->batch, l->config->pool, f))
        return -1;
    if (batch_finish(&l->batch, l->config->pool, f))
        return -1;
    if (l->config->checked)
        l->config->checked(l->config->known, &l->batch);
    return 0;
}

/* --- Batches ---------------------------------------------------------------------------------- */

static struct inbound *bringer(const struct listener *l, size_t place)
{
    uint16_t slot;
    memcpy(&slot, l->slots.data + place * sizeof slot, sizeof slot);
    return inbound_at(l, slot);
}

/* Marks as broken the records of the batch (whose first record has this index among those gathered)
 * that their senders may not send, so that no more work is done for them. (Blocks were admitted
 * when their header arrived.)
 */
static void admit_batch(struct listener *l, size_t place)
{
    for (size_t i = 0; i < l->batch.count; i++) {
        struct item *item = &l->batch.items[i];
        struct inbound *g = bringer(l, place + i);
        idmap_prefetch(&l->seen.young, item->id);
        if (!g || item->is_block || item->broken)
            continue;
        item->broken = g->doomed || inbound_admit(l, g, item->id, &item->fault);
        if (item->broken)
            doom_for_item(l, g, item, &item->fault);
    }
}

int listener_check(struct listener *l, int64_t now, struct fault *f)
{
    size_t next = 0;
    l->waiting = (struct span){l->text.data, l->text.len};
    stream_limit(l->stream, (int64_t)listener_block_limit(l));
    while (next < l->slots.len / sizeof(uint16_t)) {
        if (stream_next(l->stream, &l->batch, f) < 0)
            return -1;
        for (size_t i = 0; i < l->batch.count; i++)
            idmap_prefetch(&l->asked, l->batch.items[i].id);
        admit_batch(l, next);
        if (check_batch(l, f))
            return -1;
        for (size_t i = 0; i < l->batch.count; i++)
            if (take_item(l, bringer(l, next++), &l->batch.items[i], now))
                return fault_memory(f);
    }
    l->text.len = l->slots.len = 0;
    if (l->text.cap > 4 * GATHER_MAX)
        buf_free(&l->text);
    return 0;
}

int listener_replay(struct listener *l, const char *text, size_t n, int64_t now, struct fault *f)
{
    struct span all = {text, n};
    struct stream *stream = stream_new(source_memory(&all), 1, 0);
    int got;
    if (!stream)
        return fault_memory(f);
    while ((got = stream_next(stream, &l->batch, f)) > 0) {
        bool failed = check_batch(l, f);
        for (size_t i = 0; i < l->batch.count && !failed; i++)
            if (take_item(l, NULL, &l->batch.items[i], now))
                failed = fault_memory(f);
        if (failed) {
            got = -1;
            break;
        }
    }
    stream_free(stream);
    return got;
}
