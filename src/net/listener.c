#include "net/listener_parts.h"

#include "crypto/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GATHER_MAX = 1 << 20,  /* bytes of records that are checked together */
    USELESS_MAX = 1000,    /* records that nobody takes, before their bringer is let go */
    BODY_FREE = 30000,     /* ms for a block's body, whatever its size */
    BODY_BYTES_PER_MS = 4, /* ... and what more it must bring in the time beyond */
    PEER_TOKENS_MAX = 200, /* peer records that a guest may bring at once ... */
    PEER_TOKENS_PER_S = 2, /* ... and in the long run */
    PEER_AHEAD_MAX = 7200, /* s by which a peer record's time may be ahead of the clock */
    PEER_AGE_MAX = 30 * 86400,
    STEMS_MAX = 4096,
    OWED_MAX = 1 << 20, /* bytes that a guest may leave unread before it is owed no more */
};

struct discouraged {
    uint8_t key[ID_LEN];
    int64_t until;
};

struct stem {
    uint8_t id[ID_LEN];
};

/* --- Words ------------------------------------------------------------------------------------ */

void listener_log(const struct listener *l, const struct guest *g, const char *event,
                  const uint8_t *id, const char *words)
{
    if (l->config->log)
        l->config->log(l->config->self, g ? g->who : "-", event, id, words);
}

static void discourage(struct listener *l, const struct guest *g, int64_t now)
{
    if (!g->has_account)
        return;
    struct discouraged *d = idmap_find(&l->discouraged, g->account);
    if (!d && l->discouraged.count == l->discouraged.limit) {
        size_t place = 0;
        idmap_remove(&l->discouraged, idmap_each(&l->discouraged, &place));
    }
    if (!d)
        d = idmap_add(&l->discouraged, g->account);
    if (d)
        d->until = now + LISTENER_DISCOURAGE;
}

static bool is_discouraged(struct listener *l, const uint8_t account[ID_LEN], int64_t now)
{
    struct discouraged *d = account ? idmap_find(&l->discouraged, account) : NULL;
    if (d && d->until <= now) {
        idmap_remove(&l->discouraged, d);
        d = NULL;
    }
    return d;
}

int guest_doom(struct guest *g, const char *word, const struct fault *why)
{
    if (g->doomed)
        return -1;
    g->doomed = true;
    g->why = *why;
    g->session.word = word;
    return -1;
}

struct guest *guest_at(const struct listener *l, uint16_t slot)
{
    return slot < LISTENER_GUESTS_MAX ? l->guests[slot] : NULL;
}

/* --- What is printed ----------------------------------------------------------------------------
 */

uint64_t listener_block_limit(const struct listener *l)
{
    const struct view *v = l->config->view;
    return block_size_limit(v ? v->maxblock(v->self) : BLOCK_SIZE_MAX);
}

int listener_gather(struct listener *l, const struct guest *g, const char *text, size_t n)
{
    if (buf_add(&l->slots, &g->state->slot, sizeof g->state->slot))
        return -1;
    if (buf_add(&l->text, text, n)) {
        l->slots.len -= sizeof g->state->slot;
        return -1;
    }
    return 0;
}

static ptrdiff_t waiting_read(void *self, void *out, size_t n)
{
    struct listener *l = self;
    if (n > l->waiting.len)
        n = l->waiting.len;
    memcpy(out, l->waiting.at, n);
    l->waiting.at += n;
    l->waiting.len -= n;
    return (ptrdiff_t)n;
}

static bool waiting_ready(void *self)
{
    const struct listener *l = self;
    return l->waiting.len > 0;
}

static const char *type_of(const struct item *item)
{
    return item->is_block ? "block" : item->is_tx ? "tx" : item->is_peer ? "peer" : NULL;
}

/* Whether records of this type are taken here though nobody checks them. */
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

/* Puts a new record into out. Of a transaction that came as a stem is remembered that it did. */
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

/* A transaction that came as a stem is everybody's now. */
static int surface(struct listener *l, const uint8_t id[ID_LEN])
{
    struct stem *stem = idmap_find(&l->stems, id);
    if (stem)
        idmap_remove(&l->stems, stem);
    return put_mark(l, id);
}

/* No block is filled from what is a stem still: that would tell who has it. */
static void remember(struct listener *l, const struct item *item, bool hidden)
{
    if (!hidden)
        idset_add_new(&l->seen, item->id);
    if (item->is_tx && !(l->stems.count && idmap_find(&l->stems, item->id)))
        recents_add(&l->recents, item->id, item->text, item->size - 1);
}

/* --- What is judged ----------------------------------------------------------------------------
 */

static bool of_our_chain(const struct listener *l, const struct item *item)
{
    if (item->is_tx)
        return memcmp(item->entries[0].tx.chain, l->config->chain, ID_LEN) == 0;
    if (item->is_peer)
        return memcmp(item->peer.chain, l->config->chain, ID_LEN) == 0;
    return !item->is_genesis || memcmp(item->id, l->config->chain, ID_LEN) == 0;
}

/* What breaks a rule in a record whose form and signatures hold. 0, or -1 and a fault. */
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

/* A peer record that is too old, or of the future, or one of too many, is not worth a word. */
static bool worth_taking(struct listener *l, struct guest *g, const struct item *item, int64_t now)
{
    if (!item->is_peer)
        return true;
    int64_t clock = l->config->clock(l->config->self);
    if (item->peer.time > clock + PEER_AHEAD_MAX || item->peer.time < clock - PEER_AGE_MAX)
        return false;
    if (!g)
        return true;
    struct guest_state *s = g->state;
    s->peer_tokens += (now - s->peer_refilled) / 1000 * PEER_TOKENS_PER_S;
    s->peer_refilled += (now - s->peer_refilled) / 1000 * 1000;
    if (s->peer_tokens > PEER_TOKENS_MAX)
        s->peer_tokens = PEER_TOKENS_MAX;
    return s->peer_tokens > 0 && s->peer_tokens--;
}

static void too_useless(struct guest *g)
{
    struct fault f;
    if (++g->state->useless <= USELESS_MAX + g->useful)
        return;
    fault_rule(&f, "brings records that nobody takes here");
    guest_doom(g, "bad", &f);
}

static int doom_for_item(struct listener *l, struct guest *g, const struct item *item,
                         const struct fault *why)
{
    if (g && !g->doomed) {
        listener_log(l, g, "bad", item->id, why->text);
        guest_doom(g, "bad", why);
    }
    return 0;
}

/* Whether the record may come: it was asked for and has not come yet, or it was asked for once and
 * comes late. Asked before anything more is done for it. 0, or -1 and a rule. */
static int admit(struct listener *l, struct guest *g, const uint8_t id[ID_LEN], struct fault *f)
{
    struct asked *a = asked_of(l, g, id);
    if (a && !a->came) {
        a->came = true;
        return 0;
    }
    if (!g->state->credit)
        return fault_rule(f, "a record that was not asked for");
    g->state->credit--;
    return 0;
}

/* One checked record, from g (NULL: from before this run, or from one who left). 0, or -1: no
 * memory. */
static int take_item(struct listener *l, struct guest *g, const struct item *item, int64_t now)
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
        return 0; /* what is asked for has not been seen */
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
        guest_take(g, item->id);
    return 0;
}

/* Lines that were checked when they came alone need no second look at their signatures. */
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
    batch_finish(&l->batch, l->config->pool);
    return 0;
}

/* --- What guests are owed ------------------------------------------------------------------------
 */

void guest_take(struct guest *g, const uint8_t id[ID_LEN])
{
    if (g->state->taken.len >= LISTENER_ANNOUNCED_MAX * ID_LEN)
        return; /* who announces more in one turn will announce it again */
    g->state->listener->owed = true;
    buf_add(&g->state->taken, id, ID_LEN); /* without memory, it offers the record again */
}

/* How much may wait for a guest: what a pull puts there apart, only what it is owed. */
static size_t owed_max(const struct listener *l, const struct guest *g)
{
    return OWED_MAX + (g->state->pulling ? (size_t)listener_block_limit(l) : 0);
}

static int acknowledge(struct listener *l, struct guest *g)
{
    struct fault f;
    struct buf *taken = &g->state->taken;
    if (!taken->len)
        return 0;
    if (session_backlog(&g->session) > owed_max(l, g)) {
        fault_rule(&f, "slow: does not read what it is owed");
        listener_log(l, g, "bad", NULL, f.text);
        guest_doom(g, "slow", &f);
        buf_free(taken);
        return 0;
    }
    l->scratch.len = 0;
    if (wire_put_ids("taken", (const uint8_t(*)[ID_LEN])(const void *)taken->data,
                     taken->len / ID_LEN, &l->scratch) ||
        session_put(&g->session, l->scratch.data, l->scratch.len))
        return -1;
    if (taken->cap > 4096)
        buf_free(taken);
    taken->len = 0;
    return 0;
}

static struct guest *bringer(const struct listener *l, size_t place)
{
    uint16_t slot;
    memcpy(&slot, l->slots.data + place * sizeof slot, sizeof slot);
    return guest_at(l, slot);
}

/* Of the batch, whose first record is that at this place among those gathered, what may not come is
 * broken, so that nothing more is done for it. (Whether a block may come was asked when it began.)
 */
static void admit_batch(struct listener *l, size_t place)
{
    for (size_t i = 0; i < l->batch.count; i++) {
        struct item *item = &l->batch.items[i];
        struct guest *g = bringer(l, place + i);
        idmap_prefetch(&l->seen.young, item->id);
        if (!g || item->is_block || item->broken)
            continue;
        item->broken = g->doomed || admit(l, g, item->id, &item->fault);
        if (item->broken)
            doom_for_item(l, g, item, &item->fault);
    }
}

/* Checks what was gathered and puts what is good into out. 0, or -1 and trouble. */
static int check_gathered(struct listener *l, int64_t now, struct fault *f)
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

int listener_settle(struct listener *l, int64_t now, struct fault *f)
{
    if (check_gathered(l, now, f))
        return -1;
    for (size_t i = 0; i < l->top && l->owed; i++)
        if (l->guests[i] && acknowledge(l, l->guests[i]))
            return fault_memory(f);
    l->owed = false;
    return 0;
}

int listener_replay(struct listener *l, const char *text, size_t n, int64_t now, struct fault *f)
{
    struct span all = {text, n};
    struct stream *stream = stream_new(source_memory(&all), 1, 0);
    int got = -1;
    if (!stream)
        return fault_memory(f);
    while ((got = stream_next(stream, &l->batch, f)) > 0) {
        if (check_batch(l, f))
            break;
        for (size_t i = 0; i < l->batch.count; i++)
            if (take_item(l, NULL, &l->batch.items[i], now)) {
                fault_memory(f);
                break;
            }
    }
    stream_free(stream);
    return got;
}

/* --- Lines ------------------------------------------------------------------------------------ */

static void drop_block(struct listener *l, struct guest *g)
{
    l->blocks_bytes -= g->state->block.len;
    buf_free(&g->state->block);
}

/* Puts a line behind what has come of a block. 0, or -1 and a fault. */
static int add_to_block(struct listener *l, struct guest *g, const char *line, size_t len,
                        struct fault *f)
{
    struct buf *block = &g->state->block;
    if (block->len + len + 1 > listener_block_limit(l))
        return fault_rule(f, "block: over maxblock");
    if (l->blocks_bytes + len + 1 > LISTENER_BLOCKS_BYTES)
        return fault_rule(f, "block: too much of others has come, and not their ends");
    if (buf_add(block, line, len + 1)) /* its newline is behind it */
        return fault_memory(f);
    l->blocks_bytes += len + 1;
    return 0;
}

/* A block's header: the lines behind it are its body. */
static int begin_block(struct listener *l, struct guest *g, const char *line, size_t len,
                       int64_t now, struct fault *f)
{
    struct block block;
    struct guest_state *s = g->state;
    uint8_t id[SHA256_LEN];
    if (line_check(line, len, f) || block_parse(line, len, &block, f))
        return -1;
    sha256(line, len, id);
    if (admit(l, g, id, f))
        return -1;
    if (!block_is_genesis(&block) && listener_judge_header(l, &block, id, f))
        return -1;
    s->body_left = block.count;
    s->body_began = now;
    return add_to_block(l, g, line, len, f);
}

static int end_block(struct listener *l, struct guest *g, struct fault *f)
{
    struct buf *block = &g->state->block;
    int failed = listener_gather(l, g, block->data, block->len);
    drop_block(l, g);
    return failed ? fault_memory(f) : 0;
}

static int take_body(struct listener *l, struct guest *g, enum wire_word word, const char *line,
                     size_t len, int64_t now, struct fault *f)
{
    struct guest_state *s = g->state;
    if (word != WIRE_RECORD || line_is(line, len, "block"))
        return fault_rule(f, "block: cut short: %lld of its lines are missing",
                          (long long)s->body_left);
    if (add_to_block(l, g, line, len, f))
        return -1;
    s->brought = now;
    return --s->body_left ? 0 : end_block(l, g, f);
}

static int take_record(struct listener *l, struct guest *g, const char *line, size_t len,
                       int64_t now, struct fault *f)
{
    if (line_is(line, len, "block")) {
        if (begin_block(l, g, line, len, now, f))
            return -1;
        return g->state->body_left ? 0 : end_block(l, g, f);
    }
    int used = g->state->lines ? take_missing(l, g, line, len, now, f) : 0;
    if (used)
        return used < 0 ? -1 : 0;
    return listener_gather(l, g, line, len + 1) ? fault_memory(f) : 0;
}

static int take_word(struct listener *l, struct guest *g, enum wire_word word, const char *line,
                     size_t len, int64_t now, struct fault *f)
{
    if (g->state->body_left)
        return take_body(l, g, word, line, len, now, f);
    if (g->state->shorts_left && word != WIRE_SHORT)
        return fault_rule(f, "brief: its short lines are missing");
    switch (word) {
    case WIRE_RECORD:
        return take_record(l, g, line, len, now, f);
    case WIRE_HAVE:
        return take_have(l, g, line, len, false, now, f);
    case WIRE_STEM:
        return take_have(l, g, line, len, true, now, f);
    case WIRE_BRIEF:
        return take_brief(l, g, line, len, now, f);
    case WIRE_SHORT:
        return take_short(l, g, line, len, now, f);
    case WIRE_PULL:
        return take_pull(l, g, line, len, f);
    default:
        return fault_rule(f, "a line that no sender says");
    }
}

static int take_line(void *self, struct session *s, enum wire_word word, const char *line,
                     size_t len, int64_t now, struct fault *f)
{
    struct guest *g = self;
    struct listener *l = g->state->listener;
    (void)s;
    if (g->doomed) {
        *f = g->why;
        return -1;
    }
    if (take_word(l, g, word, line, len, now, f)) {
        listener_log(l, g, "bad", NULL, f->text);
        return guest_doom(g, "bad", f);
    }
    return l->text.len > GATHER_MAX ? check_gathered(l, now, f) : 0;
}

static int greeted(void *self, struct session *s, int64_t now, struct fault *f)
{
    (void)self, (void)s, (void)now, (void)f;
    return 0;
}

struct session_role listener_role(void)
{
    return (struct session_role){.greeted = greeted, .line = take_line};
}

/* --- Guests ----------------------------------------------------------------------------------- */

/* Our hello: where our chain stands. */
static void make_hello(const struct listener *l, struct hello *h)
{
    const struct view *v = l->config->view;
    struct fault f;
    memcpy(h->chain, l->config->chain, ID_LEN);
    h->deflate = l->config->deflate;
    if (v && v->tip(v->self, &h->height, h->tip, &f) > 0)
        return;
    h->height = 0;
    memcpy(h->tip, h->chain, ID_LEN);
}

static uint16_t free_slot(const struct listener *l)
{
    uint16_t slot = 0;
    while (slot < LISTENER_GUESTS_MAX && l->guests[slot])
        slot++;
    return slot;
}

static void free_guest(struct guest *g)
{
    if (g->state)
        buf_free(&g->state->taken);
    session_free(&g->session);
    free(g->state);
    free(g);
}

static struct guest *new_guest(struct listener *l, int64_t now)
{
    struct hello ours;
    struct guest *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    make_hello(l, &ours);
    g->state = calloc(1, sizeof *g->state);
    if (!g->state || session_init(&g->session, &ours, now)) {
        free_guest(g);
        return NULL;
    }
    g->state->listener = l;
    g->state->peer_tokens = PEER_TOKENS_MAX;
    g->state->peer_refilled = now;
    return g;
}

struct guest *listener_join(struct listener *l, const uint8_t account[ID_LEN], const char *who,
                            int64_t now, struct fault *f)
{
    struct guest *g;
    uint16_t slot = free_slot(l);
    if (slot == LISTENER_GUESTS_MAX) {
        fault_trouble(f, "full: no room for more guests");
        return NULL;
    }
    if (is_discouraged(l, account, now)) {
        fault_rule(f, "banned: it sent what broke a rule");
        return NULL;
    }
    g = new_guest(l, now);
    if (!g) {
        fault_memory(f);
        return NULL;
    }
    g->state->slot = slot;
    l->guests[slot] = g;
    if (slot >= l->top)
        l->top = slot + 1U;
    snprintf(g->who, sizeof g->who, "%s", who);
    g->has_account = account;
    if (account)
        memcpy(g->account, account, ID_LEN);
    return g;
}

/* What the guest brought and nobody has looked at yet is not laid to the next in its place. */
static void orphan(struct listener *l, uint16_t slot)
{
    const uint16_t nobody = NOBODY;
    for (size_t at = 0; at < l->slots.len; at += sizeof slot)
        if (memcmp(l->slots.data + at, &slot, sizeof slot) == 0)
            memcpy(l->slots.data + at, &nobody, sizeof nobody);
}

void listener_leave(struct listener *l, struct guest *g, int64_t now)
{
    if (g->session.word && strcmp(g->session.word, "bad") == 0)
        discourage(l, g, now);
    l->guests[g->state->slot] = NULL;
    while (l->top && !l->guests[l->top - 1])
        l->top--;
    if (g->state->shorts)
        filling_drop(l, g->state->shorts);
    if (g->state->lines)
        filling_drop(l, g->state->lines);
    asked_forget(l, g, now);
    orphan(l, g->state->slot);
    drop_block(l, g);
    free_guest(g);
}

static void tick_guest(struct listener *l, struct guest *g, int64_t now)
{
    struct fault f;
    struct guest_state *s = g->state;
    if (s->body_left &&
        now - s->body_began > BODY_FREE + (int64_t)s->block.len / BODY_BYTES_PER_MS) {
        fault_rule(&f, "slow: a block that does not end");
        listener_log(l, g, "bad", NULL, f.text);
        guest_doom(g, "slow", &f);
    }
}

void listener_tick(struct listener *l, int64_t now)
{
    asked_tick(l, now);
    for (size_t i = 0; i < l->top; i++)
        if (l->guests[i])
            tick_guest(l, l->guests[i], now);
}

void listener_excuse(struct listener *l, int64_t milliseconds)
{
    size_t place = 0;
    for (struct asked *a; (a = idmap_each(&l->asked, &place));)
        a->since += milliseconds;
    for (size_t i = 0; i < l->top; i++)
        if (l->guests[i])
            l->guests[i]->state->body_began += milliseconds;
}

/* --- The whole -------------------------------------------------------------------------------- */

struct listener *listener_new(const struct listener_config *config)
{
    struct listener *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->config = config;
    idset_init(&l->seen, LISTENER_SEEN, config->seed);
    idmap_init(&l->asked, sizeof(struct asked), LISTENER_ASKED_MAX, config->seed);
    idmap_init(&l->discouraged, sizeof(struct discouraged), LISTENER_DISCOURAGED_MAX, config->seed);
    idmap_init(&l->stems, sizeof(struct stem), STEMS_MAX, config->seed);
    recents_init(&l->recents, config->seed);
    l->stream = stream_new((struct source){.read = waiting_read, .ready = waiting_ready, .self = l},
                           1, 0);
    if (!l->stream) {
        free(l);
        return NULL;
    }
    return l;
}

void listener_free(struct listener *l)
{
    size_t place = 0;
    if (!l)
        return;
    for (size_t i = 0; i < l->top; i++)
        if (l->guests[i])
            listener_leave(l, l->guests[i], 0);
    for (struct asked *a; (a = idmap_each(&l->asked, &place));)
        if (a->filling)
            filling_drop(l, a->filling);
    idset_free(&l->seen);
    idmap_free(&l->asked);
    idmap_free(&l->discouraged);
    idmap_free(&l->stems);
    recents_free(&l->recents);
    stream_free(l->stream);
    batch_free(&l->batch);
    buf_free(&l->text);
    buf_free(&l->slots);
    buf_free(&l->out);
    buf_free(&l->scratch);
    free(l);
}

struct buf *listener_out(struct listener *l)
{
    return &l->out;
}
