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
    int64_t stride;    /* of the next jump; 0: to the peer's highest */
    int64_t step;      /* headers asked for where a jump would be too short; 0: none yet */
    int refused;       /* jumps to which it had no answer */
    bool too_far;      /* the last jump was, for the members who are trusted, */
    bool no_jumps;     /* ... or it does not have one: headers are next */
    bool back;         /* the jump is back to the block of a proof */
    struct buf jump;   /* that jump's lines */
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
    const struct light_sum sum = light_sum(c);
    size_t newest = (size_t)sum.headers - 1, best = light_best(c);
    if (sum.by_votes && light_height(c, newest) - sum.trusted > LIGHT_UNVOTED_MAX)
        return fault_rule(f, "over %d headers without votes", LIGHT_UNVOTED_MAX);
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

/* A jump that the trusted members do not allow is no fault of the peer's. */
static bool is_too_far(const struct light_peer *p, const struct fault *f)
{
    return p->puller.request == REQUEST_JUMP && f->kind == FAULT_RULE &&
           strncmp(f->text, LIGHT_NOT_ENOUGH, sizeof LIGHT_NOT_ENOUGH - 1) == 0;
}

/* Keeps the lines of a jump back, which no file has. */
static int take_back(struct light_peer *p, const char *text, size_t len, struct fault *f)
{
    struct light_sync *s = p->run;
    p->jump.len = 0;
    int valid = light_add_header(s->light, text, len, s->config.clock(s->config.self), f);
    if (valid <= 0)
        return -1;
    return buf_add(&p->jump, text, len) ? fault_memory(f) : 0;
}

static int take_any(struct light_peer *p, const char *text, size_t len, bool genesis,
                    struct fault *f)
{
    struct light_sync *s = p->run;
    if (p->back && p->puller.request == REQUEST_JUMP)
        return take_back(p, text, len, f);
    return header_file_take(s->config.file, text, len, genesis, s->config.clock(s->config.self), f);
}

static int chain_take(void *self, const char *text, size_t len, bool genesis, struct fault *f)
{
    struct light_peer *p = self;
    struct light_sync *s = p->run;
    if (!genesis && light_expired(s->light, s->config.clock(s->config.self)))
        return fault_trouble(f, "what is known of this chain is older than its members are bound "
                                "to it: begin a new file at a checkpoint (-C)");
    int new = take_any(p, text, len, genesis, f);
    if (new < 0 && is_too_far(p, f)) {
        p->too_far = true;
        return 0;
    }
    if (new <= 0)
        return new;
    p->base.useful = true;
    s->base.progress = s->base.now;
    return count_side(p, f) ? -1 : 1;
}

/* --- Proofs ----------------------------------------------------------------------------------- */

static bool is_proved(const struct light_sync *s, size_t i)
{
    const struct light_proof *p = &s->proofs[i];
    return p->found &&
           (p->block == LIGHT_JUMPED_OVER || light_is_on(s->light, p->block, light_best(s->light)));
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

/* The block's height, which its header claims; -1: it is malformed. */
static int64_t height_of(const struct buf *header)
{
    struct block b;
    struct fault ignored;
    const char *end = header->len ? memchr(header->data, '\n', header->len) : NULL;
    size_t len = end ? (size_t)(end - header->data) : header->len;
    return header->len && block_parse(header->data, len, &b, &ignored) == 0 ? b.height : -1;
}

static void keep_proof(struct light_peer *p, size_t block)
{
    struct light_proof *proof = &p->run->proofs[p->next_id];
    proof->found = true;
    proof->proof = p->puller.proof;
    proof->block = block;
    proof->height = height_of(&p->puller.header);
    struct buf *from = block == LIGHT_JUMPED_OVER ? &p->jump : &p->puller.header;
    buf_free(&proof->header);
    proof->header = *from;
    *from = (struct buf){0};
    p->run->base.progress = p->run->base.now;
}

/* Whether the proof can be checked at all: 1, 0 if its block is not known, -1 and a fault. */
static int knows_block(struct light_peer *p, size_t *block, struct fault *f)
{
    const struct proof *proof = &p->puller.proof;
    if (!p->puller.proved)
        return 0;
    if (p->jump.len) /* it has shown one */
        return 1;
    return light_find(p->run->light, proof->block, block, f);
}

static void take_proof(struct light_peer *p)
{
    struct light_sync *s = p->run;
    struct fault f;
    size_t block = LIGHT_JUMPED_OVER;
    const struct light_sum sum = light_sum(s->light);
    int has = knows_block(p, &block, &f);
    int valid = has > 0 ? light_prove(s->light, &p->puller.proof, &block, &f) : 0;
    int64_t height = height_of(&p->puller.header);
    if (p->puller.proved && !has && sum.by_votes && height > 1 && height < sum.trusted &&
        !p->back) {
        p->back = true; /* its block was jumped over: go back to it */
        return;
    }
    if (p->puller.proved && !has && ++p->tries < PROOF_TRIES)
        return; /* its block is newer than our headers: they are asked for first */
    pull_run_log(&s->base, p->base.who, valid > 0 ? "proof" : "none", p->puller.wanted, NULL);
    /* a block that too few have sealed upon may be proved later */
    bool wrong = block == LIGHT_JUMPED_OVER ||
                 (light_is_on(s->light, block, light_best(s->light)) &&
                  (!sum.by_members || light_height(s->light, block) <= sum.trusted));
    if (has < 0 || valid < 0)
        fail(p, &f);
    else if (has && !valid && wrong)
        pull_peer_drop(&p->base, NULL, &f);
    if (valid > 0)
        keep_proof(p, block);
    p->next_id++;
    p->tries = 0;
    p->back = false;
    p->jump.len = 0;
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

/* After a jump: what to ask for next. */
static void take_jump(struct light_peer *p)
{
    if (p->back) {
        /* the proof is checked now; without the jump, it proves nothing */
        if (p->too_far)
            p->tries = PROOF_TRIES;
        if (p->too_far)
            pull_peer_tell(&p->base, NULL,
                           "the members of that time are too many others: "
                           "fetch all headers to prove it");
        take_proof(p);
        p->too_far = false;
        return;
    }
    bool none = !p->too_far && !p->puller.got; /* as at the tip, which has no votes */
    p->no_jumps = none && ++p->refused > 1;
    if (p->too_far)
        p->stride /= 2;
    else if (!none && p->stride <= INT64_MAX / 2)
        p->stride *= 2;
    if (!p->too_far && p->step > LIGHT_JUMP_LEAST)
        p->step /= 2;
    p->too_far = false;
}

static void answered(void *self, struct header_puller *puller)
{
    struct light_peer *p = self;
    const struct checkpointed *b = anchor(p->run);
    if (puller->request_was_jump)
        take_jump(p);
    else if (b)
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

/* Where to jump to; 0: nowhere, headers are asked for. After a jump that was allowed the next one
 * is twice as long, after one that was not half as long; and where that is too short to be worth
 * it, headers take its place, more of them each time. */
static int64_t jump_goal(struct light_peer *p)
{
    const struct light_sum sum = light_sum(p->run->light);
    int64_t left = p->puller.height - sum.trusted;
    if (!sum.by_votes || p->no_jumps || (left <= LIGHT_JUMP_FROM && !p->stride))
        return 0;
    if (!p->stride || p->stride > left)
        p->stride = left;
    return left > LIGHT_JUMP_LEAST && p->stride > LIGHT_JUMP_LEAST ? sum.trusted + p->stride : 0;
}

/* How many headers to ask for, where they are not jumped over. */
static int64_t headers_wanted(struct light_peer *p)
{
    if (!p->stride || p->no_jumps)
        return WIRE_HEADERS_MAX;
    p->step = p->step ? 2 * p->step : LIGHT_JUMP_LEAST;
    if (p->step > WIRE_HEADERS_MAX)
        p->step = WIRE_HEADERS_MAX;
    p->stride = 2 * LIGHT_JUMP_LEAST;
    return p->step;
}

static int ask_headers(struct light_peer *p, int64_t now, struct fault *f)
{
    int64_t goal = jump_goal(p);
    return goal ? header_puller_jump(&p->puller, &p->base.session, goal, now, f)
                : header_puller_ask(&p->puller, &p->base.session, headers_wanted(p), now, f);
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
    if (p->back)
        return header_puller_jump(&p->puller, &p->base.session, height_of(&p->puller.header), now,
                                  f);
    if (has)
        return has < 0 ? -1 : ask_proof(p, now, f);
    if (!may_ask(s, now))
        return 0;
    if (b && chain_begun(p->run))
        return header_puller_prove(&p->puller, &p->base.session, b->block, now, f);
    return b ? header_puller_ask(&p->puller, &p->base.session, 1, now, f) : ask_headers(p, now, f);
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
