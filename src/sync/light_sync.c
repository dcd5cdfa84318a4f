#include "sync/light_sync.h"

#include "gossip/header_puller.h"
#include "sync/pull_peer.h"

#include <stdlib.h>
#include <string.h>

enum {
    TURN = 1000,     /* ms between two ticks */
    PROOF_TRIES = 3, /* of one proof by one peer, whose chain grows meanwhile */
};

struct light_peer {
    struct pull_peer base;
    struct light_sync *run;
    struct header_puller puller;
    int64_t side,
        fork;       /* headers in a row off the best chain; the height below the first of them */
    size_t next_id; /* the next record to ask it for */
    int tries;
    bool serves, done; /* it serves headers; everything that it has is here */
    struct light_peer *next;
};

struct light_sync {
    struct pull_run base;
    struct light_sync_config config;
    struct peer_owner owner;
    struct client *client;
    struct header_chain chain;
    struct light *light;
    struct light_peer *peers;
    struct light_proof *proofs;
    size_t answered, complete; /* peers that said hello; those that delivered all they have */
    int64_t ticked;
};

/* --- Our headers, for the puller -------------------------------------------------------------- */

static int chain_has(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    const struct light_sync *s = self;
    size_t n;
    return light_find(s->light, id, &n, f);
}

static int chain_locate(void *self, uint8_t ids[][ID_LEN], int max)
{
    const struct light_sync *s = self;
    return light_locate(s->light, ids, max);
}

static bool chain_begun(void *self)
{
    const struct light_sync *s = self;
    return light_sum(s->light).from_genesis;
}

static bool chain_sealed(void *self)
{
    const struct light_sync *s = self;
    return light_sum(s->light).by_members;
}

/* Genesis alone is not worth a word: the peer may have nothing else. */
static int64_t chain_final(void *self)
{
    const struct light_sync *s = self;
    const struct light_sum sum = light_sum(s->light);
    return sum.by_votes && sum.trusted > 0 ? sum.trusted : -1;
}

/* A branch with less work is cheap to make, so only a limited part of it (LIGHT_SIDE_MAX) is taken
 * from a peer. */
static int count_side(struct light_peer *p, struct fault *f)
{
    const struct light *c = p->run->light;
    size_t newest = (size_t)light_sum(c).headers - 1, best = light_best(c);
    if (newest == best) {
        p->side = 0;
        return 0;
    }
    if (p->side++ == 0)
        p->fork = light_height(c, light_parent(c, newest));
    if (p->side > LIGHT_SIDE_MAX + 2 * (light_height(c, best) - p->fork))
        return fault_rule(f, "a long branch with less work than ours");
    return 0;
}

static int chain_take(void *self, const char *text, size_t len, bool genesis, struct fault *f)
{
    struct light_peer *p = self;
    struct light_sync *s = p->run;
    if (!genesis && light_expired(s->light, s->config.clock(s->config.self)))
        return fault_trouble(f, "what is known of this chain is older than its members are bound "
                                "to it: begin a new file at a checkpoint (-C)");
    int new = header_file_take(s->config.file, text, len, genesis, s->config.clock(s->config.self),
                               f);
    if (new <= 0)
        return new;
    p->base.useful = true;
    s->base.progress = s->base.now;
    return count_side(p, f) ? -1 : 1;
}

/* --- Proofs ----------------------------------------------------------------------------------- */

static bool is_proved(const struct light_sync *s, size_t i)
{
    return s->proofs[i].found && light_is_on(s->light, s->proofs[i].block, light_best(s->light));
}

/* A fault while an answer is used: the peer's, or our own, which ends the run. */
static void fail(struct light_peer *p, const struct fault *f)
{
    if (f->kind == FAULT_RULE)
        pull_peer_drop(&p->base, NULL, f);
    else
        pull_peer_blame(&p->base, f);
}

/* The header of the checkpoint at which the headers are to begin. */
static void take_anchor(struct light_peer *p)
{
    struct fault f;
    const struct buf *header = &p->puller.header;
    if (!header->len) {
        pull_run_log(&p->run->base, p->base.who, "none", p->puller.wanted, "checkpoint");
        pull_peer_tell(&p->base, NULL, "does not have the block of the checkpoint");
        pull_peer_doom(&p->base, "done");
    } else if (buf_add(&p->puller.header, p->puller.group.data, p->puller.group.len)) {
        fault_memory(&f);
        fail(p, &f);
    } else if (chain_take(p, header->data, header->len, false, &f) < 0) {
        fail(p, &f);
    }
}

static void take_proof(struct light_peer *p)
{
    struct light_sync *s = p->run;
    struct light_proof *proof = &s->proofs[p->next_id];
    struct fault f;
    size_t block;
    int has = p->puller.proved ? light_find(s->light, p->puller.proof.block, &block, &f) : 0;
    int valid = has > 0 ? light_prove(s->light, &p->puller.proof, &block, &f) : 0;
    if (p->puller.proved && !has && ++p->tries < PROOF_TRIES)
        return; /* its block is newer than our headers: they are asked for first */
    pull_run_log(&s->base, p->base.who, valid > 0 ? "proof" : "none", p->puller.wanted, NULL);
    p->next_id++;
    p->tries = 0;
    if (has < 0 || valid < 0)
        fail(p, &f);
    else if (has && !valid && light_is_on(s->light, block, light_best(s->light)))
        pull_peer_drop(&p->base, NULL, &f);
    if (valid <= 0)
        return;
    proof->found = true;
    proof->proof = p->puller.proof;
    proof->block = block;
    buf_free(&proof->header);
    proof->header = p->puller.header;
    p->puller.header = (struct buf){0};
    s->base.progress = s->base.now;
}

/* The block of the checkpoint at which new headers begin; NULL: they have begun, or begin at
 * genesis. */
static const struct checkpointed *anchor(const struct light_sync *s)
{
    const struct checkpoints *set = s->config.set;
    return set && set->count && light_sum(s->light).headers <= 1 &&
                   set->blocks[set->count - 1].height > 0
               ? &set->blocks[set->count - 1]
               : NULL;
}

static void answered(void *self, struct header_puller *puller)
{
    struct light_peer *p = self;
    const struct checkpointed *b = anchor(p->run);
    (void)puller;
    if (b)
        take_anchor(p);
    else if (p->next_id < p->run->config.ids_count)
        take_proof(p);
}

/* --- What to ask ------------------------------------------------------------------------------ */

/* Whether no other peer is delivering headers, or the one that is is slow. */
static bool may_ask(const struct light_sync *s, int64_t now)
{
    for (const struct light_peer *p = s->peers; p; p = p->next)
        if (!p->base.over && !p->base.doomed && p->puller.request != REQUEST_NONE &&
            now - p->puller.asked < LIGHT_SLOW)
            return false;
    return true;
}

static int ask_proof(struct light_peer *p, int64_t now, struct fault *f)
{
    const struct light_sync *s = p->run;
    while (p->next_id < s->config.ids_count && is_proved(s, p->next_id))
        p->next_id++;
    if (p->next_id < s->config.ids_count)
        return header_puller_prove(&p->puller, &p->base.session, s->config.ids[p->next_id], now, f);
    p->done = true;
    pull_peer_doom(&p->base, "done");
    return 0;
}

static int go_on(struct light_peer *p, int64_t now, struct fault *f)
{
    const struct light_sync *s = p->run;
    const struct checkpointed *b = anchor(s);
    if (p->base.over || !p->base.greeted || p->base.doomed || p->puller.request != REQUEST_NONE)
        return 0;
    if (!p->serves) {
        pull_peer_tell(&p->base, NULL, "does not serve headers and proofs");
        pull_peer_doom(&p->base, "done");
        return 0;
    }
    int has = b ? 0 : header_puller_has_all(&p->puller, f);
    if (has)
        return has < 0 ? -1 : ask_proof(p, now, f);
    if (!may_ask(s, now))
        return 0;
    if (b && chain_begun(p->run))
        return header_puller_prove(&p->puller, &p->base.session, b->block, now, f);
    return header_puller_ask(&p->puller, &p->base.session, b ? 1 : WIRE_HEADERS_MAX, now, f);
}

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
    header_puller_init(&p->puller, &s->chain, p, answered);
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
        if (go_on(p, now, f))
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
    return is_proved(s, i) ? &s->proofs[i] : NULL;
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
    s->chain = (struct header_chain){.has = chain_has,
                                     .locate = chain_locate,
                                     .begun = chain_begun,
                                     .sealed = chain_sealed,
                                     .final = chain_final,
                                     .take = chain_take,
                                     .self = s};
    memcpy(s->chain.chain, header_file_chain(config->file), ID_LEN);
    s->ticked = now;
    pull_run_dials(&s->config.dialing, s->chain.chain, true, &s->owner);
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
    s->proofs = calloc(config->ids_count + 1, sizeof *s->proofs);
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
    for (size_t i = 0; s->proofs && i < s->config.ids_count; i++)
        buf_free(&s->proofs[i].header);
    free(s->proofs);
    free(s);
}
