#include "sync/sync_parts.h"

#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tells why a peer is dropped, once. */
static void tell(struct giver *g, const uint8_t *id, const char *why)
{
    if (g->told)
        return;
    g->told = true;
    sync_log(g->run, g->who, "bad", id, why);
    g->run->config.warn(g->run->config.self, g->who, why);
}

/* word: its bye. */
static void doom(struct giver *g, const char *word, const struct fault *why)
{
    if (g->doomed)
        return;
    g->doomed = true;
    g->session.word = word;
    g->why = *why;
}

void giver_drop(struct giver *g, const uint8_t *id, const struct fault *why)
{
    struct fault bad;
    tell(g, id, why->text);
    g->bad = true;
    fault_rule(&bad, "bad");
    doom(g, "bad", &bad);
}

/* --- Coming ----------------------------------------------------------------------------------- */

static void our_hello(const struct sync *s, struct hello *h)
{
    const struct node *best = trial_best(s->config.trial);
    *h = (struct hello){.deflate = s->config.deflate, .height = best ? best->height : 0};
    memcpy(h->chain, trial_chain(s->config.trial), ID_LEN);
    memcpy(h->tip, best ? best->id : h->chain, ID_LEN);
}

static void *join(void *self, const char *address, const uint8_t *account, struct session **session,
                  struct fault *f)
{
    struct sync *s = self;
    struct hello hello;
    struct giver *g = calloc(1, sizeof *g);
    our_hello(s, &hello);
    if (!g || session_init(&g->session, &hello, loop_now())) {
        free(g);
        fault_memory(f);
        return NULL;
    }
    g->run = s;
    g->address = address;
    snprintf(g->who, sizeof g->who, "%.71s", account ? hex32(account).text : address);
    puller_init(&g->puller, &s->chain);
    g->next = s->givers;
    s->givers = g;
    *session = &g->session;
    return g;
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

/* What is not the peer's fault is ours, and the end of the run. */
static int blame(struct giver *g, const struct fault *f)
{
    if (f->kind != FAULT_RULE) {
        g->run->failed = true;
        g->run->fault = *f;
    }
    return -1;
}

static int greeted(void *self, struct session *session, int64_t now, struct fault *f)
{
    struct giver *g = self;
    char words[ADDRESS_MAX + 16];
    g->greeted = true;
    g->asked = g->run->progress = now;
    snprintf(words, sizeof words, "%s %s", g->address, session->coding ? "deflate" : "plain");
    sync_log(g->run, g->who, "in", NULL, words);
    return puller_greeted(&g->puller, session, now, f) ? blame(g, f) : 0;
}

static int line(void *self, struct session *session, enum wire_word word, const char *text,
                size_t len, int64_t now, struct fault *f)
{
    struct giver *g = self;
    if (puller_line(&g->puller, session, word, text, len, now, f))
        return blame(g, f);
    if (g->puller.whole >= SYNC_UNJUDGED_MAX)
        client_pause(g->run->client, g, true);
    return 0;
}

/* --- Going ------------------------------------------------------------------------------------ */

bool giver_is_done(const struct giver *g)
{
    return g->greeted && puller_idle(&g->puller) && !g->puller.whole && g->run->judged != g;
}

bool giver_is_over(const struct giver *g)
{
    return g->over && !g->puller.whole && g->run->judged != g;
}

/* Who never said hello is told of as unreached. What it gave is judged before its fate is told. */
static enum client_next leave(void *self, void *peer, const struct fault *why)
{
    struct sync *s = self;
    struct giver *g = peer;
    bool broke = !g->doomed && why->kind == FAULT_RULE && !g->session.over;
    g->over = true;
    g->bad |= broke;
    if (!g->greeted)
        return CLIENT_LATER;
    sync_log(s, g->who, "out", NULL, why->text);
    if (broke || (!giver_is_done(g) && !g->bad && !s->ending))
        tell(g, NULL, why->text);
    return CLIENT_LATER;
}

static const struct fault *doomed(void *self, void *peer)
{
    const struct giver *g = peer;
    (void)self;
    return g->doomed ? &g->why : NULL;
}

struct client_owner giver_owner(struct sync *s)
{
    return (struct client_owner){.join = join,
                                 .leave = leave,
                                 .doomed = doomed,
                                 .unreached = unreached,
                                 .complain = complain,
                                 .role = {greeted, line, NULL},
                                 .self = s};
}

/* In one run, a peer that was cut off is dialed again if it brought something. */
enum client_next giver_next(const struct giver *g)
{
    if (g->bad)
        return CLIENT_BAN;
    if (g->run->config.follow)
        return CLIENT_AGAIN;
    if (giver_is_done(g))
        return CLIENT_DONE;
    return g->useful ? CLIENT_AGAIN : CLIENT_NEVER;
}

void giver_free(struct giver *g)
{
    session_free(&g->session);
    puller_free(&g->puller);
    free(g);
}

/* --- As time goes by -------------------------------------------------------------------------- */

/* It is asked again, or was asked enough. */
static int go_on(struct giver *g, bool full, int64_t now, struct fault *f)
{
    struct fault done;
    if (!g->run->config.follow) {
        fault_trouble(&done, "done");
        doom(g, "done", &done);
        return 0;
    }
    if (full || now - g->asked < g->run->config.interval)
        return 0;
    g->asked = now;
    return puller_ask(&g->puller, &g->session, now, f);
}

int giver_tend(struct giver *g, bool full, int64_t now, struct fault *f)
{
    bool pause = g->puller.whole >= SYNC_UNJUDGED_MAX;
    if (g->over || !g->greeted)
        return 0;
    if (puller_hold(&g->puller, full || g->puller.whole >= SYNC_UNJUDGED_MAX / 2, &g->session, now,
                    f))
        return -1;
    if (pause)
        puller_excuse(&g->puller, now);
    client_pause(g->run->client, g, pause);
    return giver_is_done(g) ? go_on(g, full, now, f) : 0;
}

void giver_tick(struct giver *g, int64_t now)
{
    struct fault f;
    if (!g->over && g->greeted && puller_tick(&g->puller, now, &f))
        giver_drop(g, NULL, &f);
}
