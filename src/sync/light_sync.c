#include "sync/light_sync.h"

#include "base/hex.h"
#include "gossip/header_puller.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TURN = 1000,     /* ms between two ticks */
    PROOF_TRIES = 3, /* of one proof by one peer, whose chain grows meanwhile */
};

struct light_peer {
    struct light_sync *run;
    const char *address; /* the client's */
    char who[72];
    struct session session;
    struct header_puller puller;
    int64_t side,
        fork;       /* headers in a row off the best chain; the height below the first of them */
    size_t next_id; /* the next record to ask it for */
    int tries;
    bool greeted, serves;
    bool doomed; /* to be closed, for the reason in `why` */
    struct fault why;
    bool over, bad, told, done, useful;
    struct light_peer *next;
};

struct light_sync {
    struct light_sync_config config;
    struct peer_owner owner;
    struct client *client;
    struct header_chain chain;
    struct light *light;
    struct light_peer *peers;
    struct light_proof *proofs;
    size_t answered, complete; /* peers that said hello; those that delivered all they have */
    int64_t progress, ticked;
    bool ending, gave_up, failed;
    struct fault fault;
};

static void say(const struct light_sync *s, const char *who, const char *event, const uint8_t *id,
                const char *words)
{
    s->config.log(s->config.self, who, event, id, words);
}

/* --- Dropping peers --------------------------------------------------------------------------- */

static void tell(struct light_peer *p, const char *why)
{
    if (p->told)
        return;
    p->told = true;
    say(p->run, p->who, "bad", NULL, why);
    p->run->config.warn(p->run->config.self, p->who, why);
}

static void doom(struct light_peer *p, const char *word)
{
    if (p->doomed)
        return;
    p->doomed = true;
    p->session.word = word;
    fault_trouble(&p->why, "%s", word);
}

static void drop(struct light_peer *p, const struct fault *why)
{
    tell(p, why->text);
    p->bad = true;
    doom(p, "bad");
}

/* A fault that is not the peer's is our own, and ends the run. */
static int blame(struct light_peer *p, const struct fault *f)
{
    if (f->kind == FAULT_RULE) {
        tell(p, f->text);
        p->bad = true;
        return -1;
    }
    p->run->failed = true;
    p->run->fault = *f;
    return -1;
}

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

/* A branch with less work is cheap to make: so much of it, and no more, is taken from a peer. */
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
    int new = header_file_take(s->config.file, text, len, genesis, s->config.clock(s->config.self),
                               f);
    if (new <= 0)
        return new;
    p->useful = true;
    s->progress = loop_now();
    return count_side(p, f) ? -1 : 1;
}

/* --- Proofs ----------------------------------------------------------------------------------- */

static bool is_proved(const struct light_sync *s, size_t i)
{
    return s->proofs[i].found && light_is_on(s->light, s->proofs[i].block, light_best(s->light));
}

/* The header of the checkpoint at which the headers are to begin. */
static void take_anchor(struct light_peer *p)
{
    struct fault f;
    const struct buf *header = &p->puller.header;
    if (!header->len) {
        say(p->run, p->who, "none", p->puller.wanted, "checkpoint");
        tell(p, "does not have the block of the checkpoint");
        doom(p, "done");
    } else if (chain_take(p, header->data, header->len, false, &f) < 0) {
        blame(p, &f);
        doom(p, "bad");
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
    say(s, p->who, valid > 0 ? "proof" : "none", p->puller.wanted, NULL);
    p->next_id++;
    p->tries = 0;
    if (has < 0 || valid < 0)
        blame(p, &f);
    else if (has && !valid && light_is_on(s->light, block, light_best(s->light)))
        drop(p, &f);
    if (valid <= 0)
        return;
    proof->found = true;
    proof->proof = p->puller.proof;
    proof->block = block;
    buf_free(&proof->header);
    proof->header = p->puller.header;
    p->puller.header = (struct buf){0};
    s->progress = loop_now();
}

/* The block of the checkpoint at which new headers begin; NULL: they have begun, or begin at
 * genesis. */
static const struct bound *anchor(const struct light_sync *s)
{
    const struct checkpoints *set = s->config.set;
    return set && set->count && light_sum(s->light).headers <= 1 &&
                   set->bounds[set->count - 1].height > 0
               ? &set->bounds[set->count - 1]
               : NULL;
}

static void answered(void *self, struct header_puller *puller)
{
    struct light_peer *p = self;
    const struct bound *b = anchor(p->run);
    (void)puller;
    if (b)
        take_anchor(p);
    else if (p->next_id < p->run->config.ids_count)
        take_proof(p);
}

/* --- What to ask ------------------------------------------------------------------------------ */

/* Whether no other peer is delivering headers, or that is slow. */
static bool may_ask(const struct light_sync *s, int64_t now)
{
    for (const struct light_peer *p = s->peers; p; p = p->next)
        if (!p->over && !p->doomed && p->puller.request != REQUEST_NONE &&
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
        return header_puller_prove(&p->puller, &p->session, s->config.ids[p->next_id], now, f);
    p->done = true;
    doom(p, "done");
    return 0;
}

static int go_on(struct light_peer *p, int64_t now, struct fault *f)
{
    const struct light_sync *s = p->run;
    const struct bound *b = anchor(s);
    if (p->over || !p->greeted || p->doomed || p->puller.request != REQUEST_NONE)
        return 0;
    if (!p->serves) {
        tell(p, "does not serve headers and proofs");
        doom(p, "done");
        return 0;
    }
    int has = b ? 0 : header_puller_has_all(&p->puller, f);
    if (has)
        return has < 0 ? -1 : ask_proof(p, now, f);
    if (!may_ask(s, now))
        return 0;
    if (b && chain_begun(p->run))
        return header_puller_prove(&p->puller, &p->session, b->block, now, f);
    return header_puller_ask(&p->puller, &p->session, b ? 1 : WIRE_HEADERS_MAX, now, f);
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
    hello.version = link->version;
    if (!p || session_init(&p->session, &hello, now)) {
        free(p);
        fault_memory(f);
        return NULL;
    }
    p->run = s;
    p->address = link->address;
    snprintf(p->who, sizeof p->who, "%.71s",
             link->account ? hex32(link->account).text : link->address);
    header_puller_init(&p->puller, &s->chain, p, answered);
    p->next = s->peers;
    s->peers = p;
    *session = &p->session;
    return p;
}

static void unreached(void *self, const char *address, const uint8_t *account,
                      const struct fault *why)
{
    const struct light_sync *s = self;
    struct hex32 key = account ? hex32(account) : (struct hex32){""};
    const char *who = account ? key.text : address;
    if (s->ending)
        return;
    say(s, who, why->kind == FAULT_RULE ? "bad" : "unreached", NULL, why->text);
    if (why->kind != FAULT_NONE)
        s->config.warn(s->config.self, who, why->text);
}

static void complain(void *self, const char *words)
{
    const struct light_sync *s = self;
    s->config.warn(s->config.self, NULL, words);
}

static int greeted(void *self, struct session *session, int64_t now, struct fault *f)
{
    struct light_peer *p = self;
    char words[ADDRESS_MAX + 16];
    (void)f;
    p->greeted = true;
    p->serves = session->theirs.roles & WIRE_HEADERS;
    p->run->answered++;
    p->run->progress = now;
    snprintf(words, sizeof words, "%s %s", p->address, session->coding ? "deflate" : "plain");
    say(p->run, p->who, "in", NULL, words);
    header_puller_greeted(&p->puller, session);
    return 0;
}

static int line(void *self, struct session *session, enum wire_word word, const char *text,
                size_t len, int64_t now, struct fault *f)
{
    struct light_peer *p = self;
    if (p->doomed) {
        *f = p->why;
        return -1;
    }
    return header_puller_line(&p->puller, session, word, text, len, now, f) ? blame(p, f) : 0;
}

static enum peer_next leave(void *self, void *peer, const struct fault *why, int64_t now)
{
    struct light_sync *s = self;
    struct light_peer *p = peer;
    bool broke = !p->doomed && why->kind == FAULT_RULE && !p->session.over;
    char words[SESSION_BYTES_WORDS];
    (void)now;
    p->over = true;
    p->bad |= broke;
    if (!p->greeted)
        return PEER_LATER;
    session_bytes_words(&p->session, words);
    say(s, p->who, "bytes", NULL, words);
    say(s, p->who, "out", NULL, why->text);
    if (broke || (!p->done && !p->bad && !p->doomed && !s->ending))
        tell(p, why->text);
    s->complete += p->done && !p->bad;
    return PEER_LATER;
}

static const struct fault *doomed(void *self, void *peer)
{
    const struct light_peer *p = peer;
    (void)self;
    return p->doomed ? &p->why : NULL;
}

/* A peer that was cut off is dialed again only if it brought something new. */
static enum peer_next what_next(const struct light_peer *p)
{
    if (p->bad)
        return PEER_BAN;
    if (p->done)
        return PEER_DONE;
    return p->useful && !p->doomed ? PEER_AGAIN : PEER_NEVER;
}

/* --- The run ---------------------------------------------------------------------------------- */

static void free_peer(struct light_peer *p)
{
    session_free(&p->session);
    header_puller_free(&p->puller);
    free(p);
}

/* Frees the peers that have left. */
static void part(struct light_sync *s)
{
    for (struct light_peer **at = &s->peers; *at;) {
        struct light_peer *p = *at;
        if (!p->over) {
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
        if (!p->over && p->greeted && header_puller_tick(&p->puller, now, &f))
            drop(p, &f);
}

static void give_up(struct light_sync *s, int64_t now)
{
    char words[48];
    if (s->gave_up || now - s->progress < s->config.patience)
        return;
    s->gave_up = true;
    snprintf(words, sizeof words, "nothing new for %" PRId64 " s", s->config.patience / 1000);
    s->config.warn(s->config.self, NULL, words);
}

int light_sync_turn(struct light_sync *s, int64_t now, struct fault *f)
{
    tick(s, now);
    for (struct light_peer *p = s->peers; p; p = p->next)
        if (go_on(p, now, f))
            return -1;
    if (header_file_save(s->config.file, f) || client_turn(s->client, now, f))
        return -1;
    part(s);
    give_up(s, now);
    if (s->failed)
        *f = s->fault;
    return s->failed ? -1 : 0;
}

int light_sync_wait(const struct light_sync *s, int64_t now)
{
    int wait = client_wait(s->client, now);
    return wait > TURN ? TURN : wait;
}

bool light_sync_over(const struct light_sync *s, int64_t now)
{
    return s->gave_up || (!s->peers && client_over(s->client, now));
}

bool light_sync_complete(const struct light_sync *s)
{
    if (!s->answered && !s->gave_up)
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
    struct client_config *dialing = &s->config.dialing;
    s->config = *config;
    s->light = header_file_light(config->file);
    s->owner = (struct peer_owner){.join = join,
                                   .leave = leave,
                                   .doomed = doomed,
                                   .unreached = unreached,
                                   .complain = complain,
                                   .role = {greeted, line, NULL},
                                   .self = s};
    s->chain = (struct header_chain){.has = chain_has,
                                     .locate = chain_locate,
                                     .begun = chain_begun,
                                     .take = chain_take,
                                     .self = s};
    memcpy(s->chain.chain, header_file_chain(config->file), ID_LEN);
    s->progress = s->ticked = now;
    memcpy(dialing->chain, s->chain.chain, ID_LEN);
    dialing->has_chain = true;
    dialing->once = true;
    dialing->ourselves = false;
    dialing->opening = 15000;
    dialing->owner = &s->owner;
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
    s->ending = true;
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
