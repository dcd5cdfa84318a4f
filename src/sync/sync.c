#include "sync/sync_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TURN = 1000,    /* ms between two looks at the time */
    STEPS_MAX = 64, /* before peers have their turn */
};

void sync_log(const struct sync *s, const char *who, const char *event, const uint8_t *id,
              const char *words)
{
    s->config.log(s->config.self, who, event, id, words);
}

/* --- What a puller sees of our chain ---------------------------------------------------------- */

static int chain_has(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    const struct sync *s = self;
    return trial_has(s->config.trial, id, f);
}

static int chain_locate(void *self, uint8_t ids[][ID_LEN], int count, struct fault *f)
{
    const struct sync *s = self;
    return trial_locate(s->config.trial, ids, count, WIRE_LOCATOR_MAX, f);
}

static uint64_t chain_maxblock(void *self)
{
    const struct sync *s = self;
    const struct rules *rules = trial_rules(s->config.trial);
    return rules ? block_size_limit(rules->maxblock) : BLOCK_SIZE_MAX;
}

/* --- Judging ---------------------------------------------------------------------------------- */

/* Takes note of a block that holds: 0, or -1 and a rule (it is one too many of a weak branch), or
 * trouble. */
static int take_good(struct sync *s, struct giver *g, const struct item *item, struct fault *f)
{
    char words[24];
    g->useful = true;
    s->progress = loop_now();
    snprintf(words, sizeof words, "%" PRId64, item->block.height);
    sync_log(s, g->who, "got", item->id, words);
    if (!trial_gives(s->config.trial))
        return aside_add(&g->aside, s->config.trial, item, f);
    g->aside = (struct aside){0};
    return 0;
}

/* The giver that is judged gave something bad: all that it gave from there on is dropped. */
static void drop_judged(struct sync *s, const struct item *item, const struct fault *why)
{
    struct giver *g = s->judged;
    giver_drop(g, item->has_header ? item->id : NULL, why);
    judging_end(&s->judging);
    puller_forget(&g->puller);
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

/* Takes one step: puts a block out, or judges one. 1, 0 where there is none to take, -1 and
 * trouble. */
static int step(struct sync *s, struct fault *f)
{
    int gave = trial_give(s->config.trial, &s->out, f);
    if (gave)
        return gave;
    for (struct giver *g = s->givers; g && !s->judged; g = g->next)
        if (g->puller.whole) {
            if (judging_begin(&s->judging, &g->puller, f))
                return -1;
            s->judged = g;
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

/* --- As time goes by -------------------------------------------------------------------------- */

static bool is_quiet(const struct sync *s)
{
    for (const struct giver *g = s->givers; g; g = g->next)
        if (!puller_idle(&g->puller) || g->puller.whole)
            return false;
    return !s->judged;
}

/* A ledger that cannot be read now is told once; what we know of it stays good. */
static void renew(struct sync *s)
{
    struct fault f;
    bool failed = trial_renew(s->config.trial, &f) < 0;
    if (failed && !s->ledger_failed)
        s->config.warn(s->config.self, NULL, f.text);
    s->ledger_failed = failed;
}

static void tick(struct sync *s, int64_t now)
{
    if (now - s->ticked < TURN)
        return;
    s->ticked = now;
    for (struct giver *g = s->givers; g; g = g->next)
        giver_tick(g, now);
    if (s->config.follow && is_quiet(s))
        renew(s);
}

static int tend(struct sync *s, int64_t now, struct fault *f)
{
    for (struct giver *g = s->givers; g; g = g->next)
        if (giver_tend(g, is_full(s), now, f))
            return -1;
    return 0;
}

/* Those of whom nothing is left to be done go for good. 0, or -1 and trouble. */
static int part(struct sync *s, struct fault *f)
{
    for (struct giver **at = &s->givers; *at;) {
        struct giver *g = *at;
        if (!giver_is_over(g)) {
            at = &g->next;
            continue;
        }
        if (!s->config.follow && tally_add(&s->tally, s->config.trial, g, f))
            return -1;
        client_part(s->client, g, giver_next(g));
        *at = g->next;
        giver_free(g);
    }
    return 0;
}

/* --- The end ---------------------------------------------------------------------------------- */

/* Without follow: nothing new came for too long. */
static void give_up(struct sync *s, int64_t now)
{
    char words[48];
    if (s->out.len) /* it is our reader who is slow */
        s->progress = now;
    if (s->config.follow || s->gave_up || now - s->progress < s->config.patience)
        return;
    s->gave_up = true;
    snprintf(words, sizeof words, "nothing new for %" PRId64 " s", s->config.patience / 1000);
    s->config.warn(s->config.self, NULL, words);
}

bool sync_over(const struct sync *s, int64_t now)
{
    if (s->config.follow || s->out.len || trial_gives(s->config.trial))
        return false;
    return s->gave_up || client_over(s->client, now);
}

int sync_verdict(struct sync *s, struct fault *f)
{
    if (s->gave_up)
        return 0;
    int reached = tally_reached(&s->tally, s->config.trial, f);
    if (reached <= 0)
        return reached;
    if (!s->tally.answered)
        s->config.warn(s->config.self, NULL, "no peer answered");
    return s->tally.answered > 0;
}

/* --- The run ---------------------------------------------------------------------------------- */

struct buf *sync_out(struct sync *s)
{
    return &s->out;
}

int sync_turn(struct sync *s, int64_t now, struct fault *f)
{
    tick(s, now);
    if (judge(s, f) || tend(s, now, f) || client_turn(s->client, now, f) || part(s, f))
        return -1;
    give_up(s, now);
    if (s->failed)
        *f = s->fault;
    return s->failed ? -1 : 0;
}

int sync_wait(const struct sync *s, int64_t now)
{
    int64_t wait = client_wait(s->client, now);
    if (s->busy && !is_full(s))
        return 0;
    for (const struct giver *g = s->givers; g && s->config.follow; g = g->next) {
        int64_t until = g->asked + s->config.interval - now;
        if (!g->over && giver_is_done(g) && until < wait)
            wait = until;
    }
    return wait > 0 ? (int)wait : 0;
}

/* --- The whole -------------------------------------------------------------------------------- */

static void set_up(struct sync *s, const struct sync_config *config, int64_t now)
{
    struct client_config *dialing = &s->config.dialing;
    s->config = *config;
    s->owner = giver_owner(s);
    s->chain = (struct puller_chain){chain_has, chain_locate, chain_maxblock, s};
    s->progress = s->ticked = now;
    judging_init(&s->judging, config->trial, config->pool);
    memcpy(dialing->chain, trial_chain(config->trial), ID_LEN);
    dialing->has_chain = true;
    dialing->once = !config->follow;
    dialing->ourselves = false;
    dialing->opening = SYNC_OPENING_MAX;
    dialing->owner = &s->owner;
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
    s->ending = true;
    client_free(s->client);
    while (s->givers) {
        struct giver *g = s->givers;
        s->givers = g->next;
        giver_free(g);
    }
    judging_free(&s->judging);
    tally_free(&s->tally);
    buf_free(&s->out);
    free(s);
}
