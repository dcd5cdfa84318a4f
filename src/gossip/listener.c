#include "gossip/listener_parts.h"

#include "hash/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEMS_MAX = 4096,
    IGNORED_MAX = 1 << 14,
};

const struct rate listener_budget = {1000, 200};
const struct rate listener_beyond = {50, 20};
const struct rate listener_peers = {200, 500};

/* --- Logging, closing ------------------------------------------------------------------------- */

void listener_log(const struct listener *l, const struct inbound *peer, const char *event,
                  const uint8_t *id, const char *words)
{
    if (l->config->log)
        l->config->log(l->config->self, peer ? peer->who : "-", event, id, words);
}

int inbound_doom(struct inbound *peer, const char *word, const struct fault *why)
{
    if (peer->doomed)
        return -1;
    peer->doomed = true;
    peer->why = *why;
    peer->session->word = word;
    return -1;
}

struct inbound *inbound_at(const struct listener *l, uint16_t slot)
{
    return slot < LISTENER_PEERS_MAX ? l->peers[slot] : NULL;
}

/* --- Gathering records ------------------------------------------------------------------------ */

uint64_t listener_block_limit(const struct listener *l)
{
    const struct view *v = l->config->view;
    uint64_t limit = v ? (uint64_t)v->maxblock(v->self) : BLOCK_SIZE_MAX;
    uint64_t most = block_text_limit(NULL);
    return limit < most ? limit : most;
}

int listener_gather(struct listener *l, const struct inbound *peer, const char *text, size_t n,
                    int64_t number)
{
    const struct gathered it = {
        .end = l->text.len + n, .number = number, .slot = peer->state->slot};
    if (buf_add(&l->gathered, &it, sizeof it))
        return -1;
    if (buf_add(&l->text, text, n)) {
        l->gathered.len -= sizeof it;
        return -1;
    }
    return 0;
}

/* --- Turns ------------------------------------------------------------------------------------ */

static int settle(struct listener *l, bool last, int64_t now, struct fault *f)
{
    if (listener_check(l, last, now, f))
        return -1;
    if (light_turn(l, now))
        return fault_memory(f);
    in_flight_tick(l, now);
    return listener_acknowledge(l, last || lull_is_over(&l->lull, now), now) ? fault_memory(f) : 0;
}

int listener_settle(struct listener *l, int64_t now, struct fault *f)
{
    return settle(l, false, now, f);
}

int listener_settle_all(struct listener *l, int64_t now, struct fault *f)
{
    return settle(l, true, now, f);
}

/* --- Lines ------------------------------------------------------------------------------------ */

static int take_record(struct listener *l, struct inbound *peer, const char *line, size_t len,
                       int64_t now, struct fault *f)
{
    if (line_is(line, len, "block"))
        return take_block(l, peer, line, len, now, f);
    int used = peer->state->lines ? take_missing(l, peer, line, len, now, f) : 0;
    if (used)
        return used < 0 ? -1 : 0;
    return listener_gather(l, peer, line, len + 1, WIRE_NO_NUMBER) ? fault_memory(f) : 0;
}

/* The line after `push'. */
static int take_pushed(struct listener *l, struct inbound *peer, enum wire_word word,
                       const char *line, size_t len, struct fault *f)
{
    peer->state->pushing = false;
    if (word != WIRE_RECORD || line_is(line, len, "block"))
        return fault_rule(f, "push: not of a single record");
    return listener_gather(l, peer, line, len + 1, inbound_number(peer)) ? fault_memory(f) : 0;
}

static int take_word(struct listener *l, struct inbound *peer, enum wire_word word,
                     const char *line, size_t len, int64_t now, struct fault *f)
{
    if (peer->state->body_left)
        return take_body(l, peer, word, line, len, now, f);
    if (peer->state->shorts_left && word != WIRE_SHORT)
        return fault_rule(f, "brief: its short lines are missing");
    if (peer->state->pushing)
        return take_pushed(l, peer, word, line, len, f);
    switch (word) {
    case WIRE_RECORD:
        return take_record(l, peer, line, len, now, f);
    case WIRE_PUSH:
        return take_push(peer, len, f);
    case WIRE_HAVE:
        return take_have(l, peer, line, len, false, now, f);
    case WIRE_STEM:
        return take_have(l, peer, line, len, true, now, f);
    case WIRE_BRIEF:
        return take_brief(l, peer, line, len, now, f);
    case WIRE_SHORT:
        return take_short(l, peer, line, len, now, f);
    case WIRE_PULL:
        return take_pull(l, peer, line, len, f);
    case WIRE_ASK_HEADERS:
    case WIRE_ASK_PROOF:
    case WIRE_ASK_JUMP:
    case WIRE_ASK_BALANCE:
    case WIRE_ASK_ATTESTS:
        return take_light(l, peer, word, line, len, f);
    default:
        return fault_rule(f, "a line that no sender sends");
    }
}

static int take_line(void *self, struct session *s, enum wire_word word, const char *line,
                     size_t len, int64_t now, struct fault *f)
{
    struct inbound *peer = self;
    struct listener *l = peer->state->listener;
    (void)s;
    if (peer->doomed) {
        *f = peer->why;
        return -1;
    }
    if (take_word(l, peer, word, line, len, now, f)) {
        if (f->kind != FAULT_RULE) /* the fault is ours */
            return inbound_doom(peer, "full", f);
        listener_log(l, peer, "bad", NULL, f->text);
        return inbound_doom(peer, "bad", f);
    }
    return l->text.len > GATHER_MAX || l->gathered.len > GATHER_RECORDS * sizeof(struct gathered)
               ? listener_check(l, false, now, f)
               : 0;
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

void listener_hello(const struct listener *l, struct hello *h)
{
    const struct view *v = l->config->view;
    struct fault f;
    *h = (struct hello){.version = WIRE_VERSION, .deflate = l->config->deflate};
    memcpy(h->chain, l->config->chain, ID_LEN);
    if (v && v->tip(v->self, &h->height, h->tip, &f) > 0)
        return;
    h->height = 0;
    memcpy(h->tip, h->chain, ID_LEN);
}

/* --- Interface -------------------------------------------------------------------------------- */

struct listener *listener_new(const struct listener_config *config)
{
    struct listener *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->config = config;
    idset_init(&l->seen, LISTENER_SEEN, config->seed);
    idmap_init(&l->in_flight, sizeof(struct in_flight), LISTENER_IN_FLIGHT_MAX, config->seed);
    idmap_init(&l->discouraged, sizeof(struct discouraged), LISTENER_DISCOURAGED_MAX, config->seed);
    idmap_init(&l->stems, sizeof(struct stem), STEMS_MAX, config->seed);
    idset_init(&l->ignored, IGNORED_MAX, config->seed);
    origins_init(&l->origins, config->seed);
    key_times_init(&l->key_times, config->seed);
    l->chance = config->seed;
    recent_txs_init(&l->recent_txs, config->seed);
    l->stream = stream_new(source_pieces(&l->waiting), 1, 0);
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
        if (l->peers[i])
            listener_leave(l, l->peers[i], 0);
    for (struct in_flight *a; (a = idmap_each(&l->in_flight, &place));)
        if (a->reconstruction)
            reconstruction_drop(l, a->reconstruction);
    idset_free(&l->seen);
    idmap_free(&l->in_flight);
    idmap_free(&l->discouraged);
    idmap_free(&l->stems);
    idset_free(&l->ignored);
    origins_free(&l->origins);
    key_times_free(&l->key_times);
    recent_txs_free(&l->recent_txs);
    stream_free(l->stream);
    listener_check_free(l);
    buf_free(&l->light_queue);
    buf_free(&l->out);
    buf_free(&l->scratch);
    free(l);
}

void listener_know(struct listener *l, const uint8_t id[ID_LEN])
{
    if (!l->stems.count || !idmap_find(&l->stems, id))
        idset_add(&l->seen, id); /* out of memory, it may be printed again */
}

struct buf *listener_out(struct listener *l)
{
    return &l->out;
}
