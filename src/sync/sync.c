#include "sync/sync_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TURN = 1000,    /* ms between two ticks */
    STEPS_MAX = 64, /* per turn, so that peers are not kept waiting */
};

/* --- Our chain, for the puller ---------------------------------------------------------------- */

static int chain_has(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    const struct sync *s = self;
    return overlay_has(s->config.overlay, id, f);
}

static int chain_locate(void *self, uint8_t ids[][ID_LEN], int count, struct fault *f)
{
    const struct sync *s = self;
    return overlay_locate(s->config.overlay, ids, count, WIRE_LOCATOR_MAX, f);
}

static uint64_t chain_maxblock(void *self)
{
    const struct sync *s = self;
    const struct rules *rules = overlay_rules(s->config.overlay);
    return rules ? block_text_limit(rules) : BLOCK_SIZE_MAX;
}

/* --- Judging ---------------------------------------------------------------------------------- */

/* Records a valid block: 0, or -1 and a rule (it exceeds the limit for a weak branch), or
 * trouble. */
static int take_good(struct sync *s, struct sync_peer *p, const struct item *item, struct fault *f)
{
    char words[24];
    p->base.useful = true;
    s->base.progress = s->base.now;
    snprintf(words, sizeof words, "%" PRId64, item->block.height);
    pull_run_log(&s->base, p->base.who, "got", item->id, words);
    if (!overlay_has_next(s->config.overlay))
        return side_quota_add(&p->side, s->config.overlay, item, f);
    p->side = (struct side_quota){0};
    return 0;
}

/* Something in the judged peer's data was bad: drops the peer and the rest of its data. */
static void drop_judged(struct sync *s, const struct item *item, const struct fault *why)
{
    struct sync_peer *p = s->judged;
    /* a peer whose clock differs from ours may have accepted a block of the future */
    p->dial_later |= item->has_header && item->block.time > s->config.clock(s->config.self);
    pull_peer_drop(&p->base, item->has_header ? item->id : NULL, why);
    judging_end(&s->judging);
    puller_forget(&p->puller);
    s->judged = NULL;
}

static int judge_next(struct sync *s, struct fault *f)
{
    const struct item *item;
    int found = judging_step(&s->judging, s->config.clock(s->config.self), &item, f);
    if (found < 0)
        return -1;
    if (found == JUDGING_END)
        s->judged = NULL;
    bool bad = found == JUDGING_BAD;
    if (found == JUDGING_NEW && take_good(s, s->judged, item, f)) {
        if (f->kind != FAULT_RULE)
            return -1;
        bad = true;
    }
    if (bad)
        drop_judged(s, item, f);
    return 0;
}

/* Takes one step: puts a block out, or judges one. 1, 0 if there is nothing to do, -1 and
 * trouble. */
static int step(struct sync *s, struct fault *f)
{
    int gave = overlay_next(s->config.overlay, &s->out, f);
    if (gave)
        return gave;
    for (struct sync_peer *p = s->peers; p && !s->judged; p = p->next)
        if (p->puller.whole) {
            if (judging_begin(&s->judging, &p->puller, f))
                return -1;
            s->judged = p;
        }
    if (!s->judged)
        return 0;
    return judge_next(s, f) ? -1 : 1;
}

static bool is_full(const struct sync *s)
{
    return s->out.len >= SYNC_OUT_MAX;
}

static int judge(struct sync *s, struct fault *f)
{
    int went = 1;
    for (int steps = 0; went > 0 && steps < STEPS_MAX && !is_full(s); steps++)
        went = step(s, f);
    s->busy = went > 0;
    return went < 0 ? -1 : 0;
}

/* --- Timers ----------------------------------------------------------------------------------- */

static bool is_quiet(const struct sync *s)
{
    for (const struct sync_peer *p = s->peers; p; p = p->next)
        if (!puller_idle(&p->puller) || p->puller.whole)
            return false;
    return !s->judged;
}

void sync_renew(struct sync *s)
{
    struct fault f;
    struct node before = {0};
    const struct node *best = overlay_best(s->config.overlay);
    if (!is_quiet(s))
        return;
    if (best)
        before = *best;
    bool failed = overlay_renew(s->config.overlay, &f) < 0;
    if (failed && !s->ledger_failed)
        s->config.warn(s->config.self, NULL, f.text);
    s->ledger_failed = failed;
    best = overlay_best(s->config.overlay);
    if (best && memcmp(best->id, before.id, ID_LEN))
        s->grew = s->base.now;
}

static void tick(struct sync *s, int64_t now)
{
    if (now - s->ticked < TURN)
        return;
    s->ticked = now;
    for (struct sync_peer *p = s->peers; p; p = p->next)
        sync_peer_tick(p, now);
    if (s->config.follow)
        sync_renew(s);
}

static int tend(struct sync *s, int64_t now, struct fault *f)
{
    for (struct sync_peer *p = s->peers; p; p = p->next)
        if (sync_peer_tend(p, is_full(s), now, f))
            return -1;
    return 0;
}

/* Frees the peers that are finished. 0, or -1 and trouble. */
static int part(struct sync *s, struct fault *f)
{
    for (struct sync_peer **at = &s->peers; *at;) {
        struct sync_peer *p = *at;
        if (!sync_peer_is_over(p)) {
            at = &p->next;
            continue;
        }
        if (!s->config.follow && claims_add(&s->claims, s->config.overlay, p, f))
            return -1;
        client_part(s->client, p, sync_peer_next(p));
        *at = p->next;
        sync_peer_free(p);
    }
    return 0;
}

/* --- The end ---------------------------------------------------------------------------------- */

/* Without follow: ends the run when nothing new has arrived for too long. */
static void give_up(struct sync *s, int64_t now)
{
    if (s->out.len) /* our reader is slow, not the peers */
        s->base.progress = now;
    if (!s->config.follow)
        pull_run_gives_up(&s->base, now);
}

bool sync_over(const struct sync *s, int64_t now)
{
    if (s->config.follow || s->out.len || overlay_has_next(s->config.overlay))
        return false;
    return s->base.gave_up || client_over(s->client, now);
}

int sync_verdict(struct sync *s, struct fault *f)
{
    if (s->base.gave_up)
        return 0;
    int reached = claims_reached(&s->claims, s->config.overlay, f);
    if (reached <= 0)
        return reached;
    if (!s->claims.answered)
        s->config.warn(s->config.self, NULL, "no peer answered");
    return s->claims.answered > 0;
}

/* --- The run ---------------------------------------------------------------------------------- */

struct buf *sync_out(struct sync *s)
{
    return &s->out;
}

int sync_turn(struct sync *s, int64_t now, struct fault *f)
{
    s->base.now = now;
    tick(s, now);
    if (judge(s, f) || tend(s, now, f) || client_turn(s->client, now, f) || part(s, f))
        return -1;
    give_up(s, now);
    if (s->base.failed)
        *f = s->base.fault;
    return s->base.failed ? -1 : 0;
}

int sync_wait(const struct sync *s, int64_t now)
{
    int64_t wait = client_wait(s->client, now);
    if (s->busy && !is_full(s))
        return 0;
    for (const struct sync_peer *p = s->peers; p && s->config.follow; p = p->next) {
        int64_t until = p->asked + s->config.interval - now;
        if (!p->base.over && sync_peer_is_done(p) && until < wait)
            wait = until;
    }
    return wait > 0 ? (int)wait : 0;
}

/* --- The whole -------------------------------------------------------------------------------- */

static void set_up(struct sync *s, const struct sync_config *config, int64_t now)
{
    s->config = *config;
    s->base = (struct pull_run){.log = config->log,
                                .warn = config->warn,
                                .self = config->self,
                                .patience = config->patience,
                                .now = now,
                                .progress = now};
    s->owner = sync_peer_owner(s);
    s->chain = (struct puller_chain){chain_has, chain_locate, chain_maxblock, s};
    s->ticked = now;
    judging_init(&s->judging, config->overlay, config->pool, config->sigcache);
    pull_run_dials(&s->config.dialing, overlay_chain(config->overlay), !config->follow, &s->owner);
}

struct sync *sync_new(const struct sync_config *config, int64_t now, struct fault *f)
{
    struct sync *s = calloc(1, sizeof *s);
    if (!s) {
        fault_memory(f);
        return NULL;
    }
    set_up(s, config, now);
    s->client = client_new(&s->config.dialing, f);
    if (s->client)
        return s;
    sync_free(s);
    return NULL;
}

void sync_free(struct sync *s)
{
    if (!s)
        return;
    s->base.ending = true;
    client_free(s->client);
    while (s->peers) {
        struct sync_peer *p = s->peers;
        s->peers = p->next;
        sync_peer_free(p);
    }
    judging_free(&s->judging);
    claims_free(&s->claims);
    buf_free(&s->out);
    free(s);
}
