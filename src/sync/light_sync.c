#include "sync/light_sync_parts.h"

#include <stdlib.h>
#include <string.h>

enum { TURN = 1000 }; /* ms between two ticks */

/* --- The client's callbacks ------------------------------------------------------------------- */

static void our_hello(const struct light_sync *s, struct hello *h)
{
    const struct light_sum sum = light_sum(s->light);
    *h = (struct hello){.deflate = s->config.deflate, .height = sum.height};
    memcpy(h->chain, header_file_chain(s->config.file), ID_LEN);
    memcpy(h->tip, sum.from_genesis ? sum.best : h->chain, ID_LEN);
}

static void *join(void *self, const struct peer_link *link, struct session **session, int64_t now,
                  struct fault *f)
{
    struct light_sync *s = self;
    struct hello hello;
    struct light_peer *p = calloc(1, sizeof *p);
    our_hello(s, &hello);
    if (!p || pull_peer_init(&p->base, &s->base, link, &hello, now)) {
        free(p);
        fault_memory(f);
        return NULL;
    }
    p->run = s;
    p->attested = -1;
    p->base.session.lenient = true; /* our hello is of the newest version, in plain, too */
    header_puller_init(&p->puller, &s->chain, p, light_sync_answered);
    p->next = s->peers;
    s->peers = p;
    *session = &p->base.session;
    return p;
}

static int greeted(void *self, struct session *session, int64_t now, struct fault *f)
{
    struct light_peer *p = self;
    (void)f;
    p->serves = session->theirs.roles & WIRE_HEADERS;
    p->run->answered++;
    pull_peer_greeted(&p->base, now);
    header_puller_greeted(&p->puller, session);
    return 0;
}

static int line(void *self, struct session *session, enum wire_word word, const char *text,
                size_t len, int64_t now, struct fault *f)
{
    struct light_peer *p = self;
    if (p->base.doomed) {
        *f = p->base.why;
        return -1;
    }
    p->run->base.now = now;
    return header_puller_line(&p->puller, session, word, text, len, now, f)
               ? pull_peer_blame(&p->base, f)
               : 0;
}

static enum peer_next leave(void *self, void *peer, const struct fault *why, int64_t now)
{
    struct light_sync *s = self;
    struct light_peer *p = peer;
    bool broke = pull_peer_left(&p->base, why);
    (void)now;
    if (p->base.greeted &&
        (broke || (!p->done && !p->base.bad && !p->base.doomed && !s->base.ending)))
        pull_peer_tell_end(&p->base, broke, why->text);
    s->complete += p->done && !p->base.bad;
    return PEER_LATER;
}

/* A peer that was cut off is dialed again only if it brought something new. */
static enum peer_next what_next(const struct light_peer *p)
{
    if (p->base.bad)
        return PEER_BAN;
    if (p->done)
        return PEER_DONE;
    return p->base.useful && !p->base.doomed ? PEER_AGAIN : PEER_NEVER;
}

/* --- The run ---------------------------------------------------------------------------------- */

static void free_peer(struct light_peer *p)
{
    session_free(&p->base.session);
    header_puller_free(&p->puller);
    buf_free(&p->jump);
    free(p);
}

/* Frees the peers that have left. */
static void part(struct light_sync *s)
{
    for (struct light_peer **at = &s->peers; *at;) {
        struct light_peer *p = *at;
        if (!p->base.over) {
            at = &p->next;
            continue;
        }
        client_part(s->client, p, what_next(p));
        *at = p->next;
        free_peer(p);
    }
}

static void tick(struct light_sync *s, int64_t now)
{
    struct fault f;
    if (now - s->ticked < TURN)
        return;
    s->ticked = now;
    for (struct light_peer *p = s->peers; p; p = p->next)
        if (!p->base.over && p->base.greeted && header_puller_tick(&p->puller, now, &f))
            pull_peer_drop(&p->base, NULL, &f);
}

int light_sync_turn(struct light_sync *s, int64_t now, struct fault *f)
{
    s->base.now = now;
    tick(s, now);
    for (struct light_peer *p = s->peers; p; p = p->next)
        if (light_sync_ask(p, now, f))
            return -1;
    if (header_file_save(s->config.file, f) || client_turn(s->client, now, f))
        return -1;
    part(s);
    pull_run_gives_up(&s->base, now);
    if (s->base.failed)
        *f = s->base.fault;
    return s->base.failed ? -1 : 0;
}

int light_sync_wait(const struct light_sync *s, int64_t now)
{
    int wait = client_wait(s->client, now);
    return wait > TURN ? TURN : wait;
}

bool light_sync_over(const struct light_sync *s, int64_t now)
{
    return s->base.gave_up || (!s->peers && client_over(s->client, now));
}

bool light_sync_complete(const struct light_sync *s)
{
    if (!s->answered && !s->base.gave_up)
        s->config.warn(s->config.self, NULL, "no peer answered");
    return s->complete > 0;
}

const struct light_proof *light_sync_proof(const struct light_sync *s, size_t i)
{
    return light_sync_is_proved(s, i) ? &s->proofs[i] : NULL;
}

/* --- The whole -------------------------------------------------------------------------------- */

static void set_up(struct light_sync *s, const struct light_sync_config *config, int64_t now)
{
    s->config = *config;
    s->base = (struct pull_run){.log = config->log,
                                .warn = config->warn,
                                .self = config->self,
                                .patience = config->patience,
                                .now = now,
                                .progress = now};
    s->light = header_file_light(config->file);
    s->owner = pull_run_owner(&s->base);
    s->owner.join = join;
    s->owner.leave = leave;
    s->owner.role = (struct session_role){.greeted = greeted, .line = line};
    s->chain = light_sync_chain(s);
    s->ticked = now;
    pull_run_dials(&s->config.dialing, s->chain.chain, true, &s->owner);
    s->config.dialing.newest = true;
}

struct light_sync *light_sync_new(const struct light_sync_config *config, int64_t now,
                                  struct fault *f)
{
    struct light_sync *s = calloc(1, sizeof *s);
    if (!s) {
        fault_memory(f);
        return NULL;
    }
    set_up(s, config, now);
    s->proofs = calloc(light_sync_wanted(s) + 1, sizeof *s->proofs);
    if (!s->proofs)
        fault_memory(f);
    else
        s->client = client_new(&s->config.dialing, f);
    if (s->client)
        return s;
    light_sync_free(s);
    return NULL;
}

void light_sync_free(struct light_sync *s)
{
    if (!s)
        return;
    s->base.ending = true;
    client_free(s->client);
    while (s->peers) {
        struct light_peer *p = s->peers;
        s->peers = p->next;
        free_peer(p);
    }
    for (size_t i = 0; s->proofs && i < light_sync_wanted(s); i++) {
        buf_free(&s->proofs[i].header);
        buf_free(&s->proofs[i].state);
    }
    free(s->proofs);
    free(s);
}
