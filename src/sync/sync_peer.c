#include "sync/sync_parts.h"

#include <stdlib.h>
#include <string.h>

/* --- Connecting ------------------------------------------------------------------------------- */

static void our_hello(const struct sync *s, struct hello *h)
{
    const struct node *best = overlay_best(s->config.overlay);
    *h = (struct hello){.deflate = s->config.deflate, .height = best ? best->height : 0};
    memcpy(h->chain, overlay_chain(s->config.overlay), ID_LEN);
    memcpy(h->tip, best ? best->id : h->chain, ID_LEN);
}

static void *join(void *self, const struct peer_link *link, struct session **session, int64_t now,
                  struct fault *f)
{
    struct sync *s = self;
    struct hello hello;
    struct sync_peer *p = calloc(1, sizeof *p);
    our_hello(s, &hello);
    if (!p || pull_peer_init(&p->base, &s->base, link, &hello, now)) {
        free(p);
        fault_memory(f);
        return NULL;
    }
    p->run = s;
    puller_init(&p->puller, &s->chain);
    p->next = s->peers;
    s->peers = p;
    *session = &p->base.session;
    return p;
}

static int greeted(void *self, struct session *session, int64_t now, struct fault *f)
{
    struct sync_peer *p = self;
    p->asked = now;
    pull_peer_greeted(&p->base, now);
    return puller_greeted(&p->puller, session, now, f) ? pull_peer_blame(&p->base, f) : 0;
}

static int line(void *self, struct session *session, enum wire_word word, const char *text,
                size_t len, int64_t now, struct fault *f)
{
    struct sync_peer *p = self;
    if (puller_line(&p->puller, session, word, text, len, now, f))
        return pull_peer_blame(&p->base, f);
    if (p->puller.whole >= SYNC_UNJUDGED_MAX)
        client_pause(p->run->client, p, true);
    return 0;
}

/* --- Disconnecting ---------------------------------------------------------------------------- */

bool sync_peer_is_done(const struct sync_peer *p)
{
    return p->base.greeted && puller_idle(&p->puller) && !p->puller.whole && p->run->judged != p;
}

bool sync_peer_is_over(const struct sync_peer *p)
{
    return p->base.over && !p->puller.whole && p->run->judged != p;
}

/* A peer that never said hello is reported as unreached instead. Its blocks are still judged. */
static enum peer_next leave(void *self, void *peer, const struct fault *why, int64_t now)
{
    struct sync *s = self;
    struct sync_peer *p = peer;
    bool broke = pull_peer_left(&p->base, why);
    (void)now;
    p->dial_later |= broke && p->base.session.word && strcmp(p->base.session.word, "bad") != 0;
    if (p->base.greeted && (broke || (!sync_peer_is_done(p) && !p->base.bad && !s->base.ending)))
        pull_peer_tell_end(&p->base, broke, why->text);
    return PEER_LATER;
}

struct peer_owner sync_peer_owner(struct sync *s)
{
    struct peer_owner owner = pull_run_owner(&s->base);
    owner.join = join;
    owner.leave = leave;
    owner.role = (struct session_role){.greeted = greeted, .line = line};
    return owner;
}

/* Without follow, a peer that was cut off is dialed again only if it brought something new. */
enum peer_next sync_peer_next(const struct sync_peer *p)
{
    if (p->base.bad && !(p->dial_later && p->run->config.follow))
        return PEER_BAN;
    if (p->run->config.follow)
        return PEER_AGAIN;
    if (sync_peer_is_done(p))
        return PEER_DONE;
    return p->base.useful ? PEER_AGAIN : PEER_NEVER;
}

void sync_peer_free(struct sync_peer *p)
{
    session_free(&p->base.session);
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
    struct overlay *t = s->config.overlay;
    sync_renew(s);
    int has = overlay_has(t, p->puller.tip, f);
    if (has < 0)
        return -1;
    if (has || memcmp(p->puller.tip, p->puller.last, ID_LEN) == 0)
        p->behind = 0;
    else if (p->behind == 0)
        p->behind = now;
    if (p->behind == 0)
        return 0;
    const struct node *best = overlay_best(t);
    if (!best || p->puller.height > best->height + SYNC_NEAR)
        return 1;
    int64_t since = p->behind > s->grew ? p->behind : s->grew;
    return now - since >= 2 * s->config.interval;
}

/* Asks a peer of version 1, which cannot say its tip alone, for all that we lack. */
static int ask_or_look(struct sync_peer *p, int64_t now, struct fault *f)
{
    int fetch = has_to_fetch(p, now, f);
    int looks = fetch ? fetch : puller_look(&p->puller, &p->base.session, now, f);
    if (looks < 0)
        return -1;
    if (!fetch && looks)
        return 0;
    p->behind = 0;
    return puller_ask(&p->puller, &p->base.session, now, f);
}

/* Asks the peer again, or ends with it. */
static int go_on(struct sync_peer *p, bool full, int64_t now, struct fault *f)
{
    if (!p->run->config.follow) {
        pull_peer_doom(&p->base, "done");
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
    if (p->base.over || !p->base.greeted)
        return 0;
    if (puller_hold(&p->puller, full || p->puller.whole >= SYNC_UNJUDGED_MAX / 2, &p->base.session,
                    now, f))
        return -1;
    if (pause)
        puller_excuse(&p->puller, now);
    client_pause(p->run->client, p, pause);
    return sync_peer_is_done(p) ? go_on(p, full, now, f) : 0;
}

void sync_peer_tick(struct sync_peer *p, int64_t now)
{
    struct fault f;
    if (!p->base.over && p->base.greeted && puller_tick(&p->puller, now, &f)) {
        p->dial_later = true;
        pull_peer_drop(&p->base, NULL, &f);
    }
}
