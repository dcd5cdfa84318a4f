#include "sync/sync_parts.h"

#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reports, once, why a peer is dropped. */
static void tell(struct sync_peer *p, const uint8_t *id, const char *why)
{
    if (p->told)
        return;
    p->told = true;
    sync_log(p->run, p->who, "bad", id, why);
    p->run->config.warn(p->run->config.self, p->who, why);
}

/* word: what its bye says. */
static void doom(struct sync_peer *p, const char *word, const struct fault *why)
{
    if (p->doomed)
        return;
    p->doomed = true;
    p->session.word = word;
    p->why = *why;
}

void sync_peer_drop(struct sync_peer *p, const uint8_t *id, const struct fault *why)
{
    struct fault bad;
    tell(p, id, why->text);
    p->bad = true;
    fault_rule(&bad, "bad");
    doom(p, "bad", &bad);
}

/* --- Connecting ------------------------------------------------------------------------------- */

static void our_hello(const struct sync *s, struct hello *h)
{
    const struct node *best = trial_best(s->config.trial);
    *h = (struct hello){.deflate = s->config.deflate, .height = best ? best->height : 0};
    memcpy(h->chain, trial_chain(s->config.trial), ID_LEN);
    memcpy(h->tip, best ? best->id : h->chain, ID_LEN);
}

static void *join(void *self, const struct peer_link *link, struct session **session, int64_t now,
                  struct fault *f)
{
    struct sync *s = self;
    struct hello hello;
    struct sync_peer *p = calloc(1, sizeof *p);
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
    puller_init(&p->puller, &s->chain);
    p->next = s->peers;
    s->peers = p;
    *session = &p->session;
    return p;
}

static void unreached(void *self, const char *address, const uint8_t *account,
                      const struct fault *why)
{
    const struct sync *s = self;
    struct hex32 key = account ? hex32(account) : (struct hex32){""};
    const char *who = account ? key.text : address;
    if (s->ending)
        return;
    sync_log(s, who, why->kind == FAULT_RULE ? "bad" : "unreached", NULL, why->text);
    if (why->kind != FAULT_NONE)
        s->config.warn(s->config.self, who, why->text);
}

static void complain(void *self, const char *words)
{
    const struct sync *s = self;
    s->config.warn(s->config.self, NULL, words);
}

/* A fault that is not the peer's is our own, and ends the run. */
static int blame(struct sync_peer *p, const struct fault *f)
{
    if (f->kind != FAULT_RULE) {
        p->run->failed = true;
        p->run->fault = *f;
    }
    return -1;
}

static int greeted(void *self, struct session *session, int64_t now, struct fault *f)
{
    struct sync_peer *p = self;
    char words[ADDRESS_MAX + 16];
    p->greeted = true;
    p->asked = p->run->progress = now;
    snprintf(words, sizeof words, "%s %s", p->address, session->coding ? "deflate" : "plain");
    sync_log(p->run, p->who, "in", NULL, words);
    return puller_greeted(&p->puller, session, now, f) ? blame(p, f) : 0;
}

static int line(void *self, struct session *session, enum wire_word word, const char *text,
                size_t len, int64_t now, struct fault *f)
{
    struct sync_peer *p = self;
    if (puller_line(&p->puller, session, word, text, len, now, f))
        return blame(p, f);
    if (p->puller.whole >= SYNC_UNJUDGED_MAX)
        client_pause(p->run->client, p, true);
    return 0;
}

/* --- Disconnecting ---------------------------------------------------------------------------- */

bool sync_peer_is_done(const struct sync_peer *p)
{
    return p->greeted && puller_idle(&p->puller) && !p->puller.whole && p->run->judged != p;
}

bool sync_peer_is_over(const struct sync_peer *p)
{
    return p->over && !p->puller.whole && p->run->judged != p;
}

/* A peer that never said hello is reported as unreached instead. Its blocks are still judged. */
static enum peer_next leave(void *self, void *peer, const struct fault *why, int64_t now)
{
    struct sync *s = self;
    struct sync_peer *p = peer;
    bool broke = !p->doomed && why->kind == FAULT_RULE && !p->session.over;
    char words[SESSION_BYTES_WORDS];
    (void)now;
    p->over = true;
    p->bad |= broke;
    p->excused |= broke && p->session.word && strcmp(p->session.word, "bad") != 0;
    if (!p->greeted)
        return PEER_LATER;
    session_bytes_words(&p->session, words);
    sync_log(s, p->who, "bytes", NULL, words);
    sync_log(s, p->who, "out", NULL, why->text);
    if (broke || (!sync_peer_is_done(p) && !p->bad && !s->ending))
        tell(p, NULL, why->text);
    return PEER_LATER;
}

static const struct fault *doomed(void *self, void *peer)
{
    const struct sync_peer *p = peer;
    (void)self;
    return p->doomed ? &p->why : NULL;
}

struct peer_owner sync_peer_owner(struct sync *s)
{
    return (struct peer_owner){.join = join,
                               .leave = leave,
                               .doomed = doomed,
                               .unreached = unreached,
                               .complain = complain,
                               .role = {greeted, line, NULL},
                               .self = s};
}

/* Without follow, a peer that was cut off is dialed again only if it brought something new. */
enum peer_next sync_peer_next(const struct sync_peer *p)
{
    if (p->bad && !(p->excused && p->run->config.follow))
        return PEER_BAN;
    if (p->run->config.follow)
        return PEER_AGAIN;
    if (sync_peer_is_done(p))
        return PEER_DONE;
    return p->useful ? PEER_AGAIN : PEER_NEVER;
}

void sync_peer_free(struct sync_peer *p)
{
    session_free(&p->session);
    puller_free(&p->puller);
    free(p);
}

/* --- Timers ----------------------------------------------------------------------------------- */

/* Whether the peer's tip has to be fetched. One near ours probably arrives by gossip, so it is
 * left alone for two intervals, and for as long after the last new block that others brought. 1 or
 * 0, -1 and trouble. */
static int has_to_fetch(struct sync_peer *p, int64_t now, struct fault *f)
{
    struct sync *s = p->run;
    struct trial *t = s->config.trial;
    sync_renew(s);
    int has = trial_has(t, p->puller.tip, f);
    if (has < 0)
        return -1;
    if (has || memcmp(p->puller.tip, p->puller.last, ID_LEN) == 0)
        p->behind = 0;
    else if (p->behind == 0)
        p->behind = now;
    if (p->behind == 0)
        return 0;
    const struct node *best = trial_best(t);
    if (!best || p->puller.height > best->height + SYNC_NEAR)
        return 1;
    int64_t since = p->behind > s->grew ? p->behind : s->grew;
    return now - since >= 2 * s->config.interval;
}

/* Asks a peer of version 1, which cannot say its tip alone, for all that we lack. */
static int ask_or_look(struct sync_peer *p, int64_t now, struct fault *f)
{
    int fetch = has_to_fetch(p, now, f);
    int looks = fetch ? fetch : puller_look(&p->puller, &p->session, now, f);
    if (looks < 0)
        return -1;
    if (!fetch && looks)
        return 0;
    p->behind = 0;
    return puller_ask(&p->puller, &p->session, now, f);
}

/* Asks the peer again, or ends with it. */
static int go_on(struct sync_peer *p, bool full, int64_t now, struct fault *f)
{
    struct fault done;
    if (!p->run->config.follow) {
        fault_trouble(&done, "done");
        doom(p, "done", &done);
        return 0;
    }
    if (full || now - p->asked < p->run->config.interval)
        return 0;
    p->asked = now;
    return ask_or_look(p, now, f);
}

int sync_peer_tend(struct sync_peer *p, bool full, int64_t now, struct fault *f)
{
    bool pause = p->puller.whole >= SYNC_UNJUDGED_MAX;
    if (p->over || !p->greeted)
        return 0;
    if (puller_hold(&p->puller, full || p->puller.whole >= SYNC_UNJUDGED_MAX / 2, &p->session, now,
                    f))
        return -1;
    if (pause)
        puller_excuse(&p->puller, now);
    client_pause(p->run->client, p, pause);
    return sync_peer_is_done(p) ? go_on(p, full, now, f) : 0;
}

void sync_peer_tick(struct sync_peer *p, int64_t now)
{
    struct fault f;
    if (!p->over && p->greeted && puller_tick(&p->puller, now, &f)) {
        p->excused = true;
        sync_peer_drop(p, NULL, &f);
    }
}
