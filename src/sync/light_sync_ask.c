/* What a light client asks its peers for. */
#include "sync/light_sync_parts.h"

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
    int64_t height = light_state_height(s->light);
    while (p->next_id < light_sync_wanted(s) && (light_sync_is_settled(s, p->next_id) ||
                                                 (light_sync_account(s, p->next_id) && height < 0)))
        p->next_id++;
    const struct account *account = p->next_id < light_sync_wanted(s)
                                        ? light_sync_account(s, p->next_id)
                                        : NULL;
    if (account) {
        p->asked_height = height;
        return header_puller_balance(&p->puller, &p->base.session, account, height, now, f);
    }
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
    p->trusted = light_sum(p->run->light).trusted;
    return goal ? header_puller_jump(&p->puller, &p->base.session, goal, now, f)
                : header_puller_ask(&p->puller, &p->base.session, headers_wanted(p), now, f);
}

int light_sync_ask(struct light_peer *p, int64_t now, struct fault *f)
{
    const struct light_sync *s = p->run;
    const struct checkpointed *b = light_sync_anchor(s);
    if (p->base.over || !p->base.greeted || p->base.doomed || p->puller.request != REQUEST_NONE)
        return 0;
    if (!p->serves) {
        pull_peer_tell(&p->base, NULL, "does not serve headers and proofs");
        pull_peer_doom(&p->base, "done");
        return 0;
    }
    int has = b ? 0 : header_puller_has_all(&p->puller, f);
    if (p->back)
        return header_puller_jump(&p->puller, &p->base.session, p->back, now, f);
    if (has < 0)
        return -1;
    if (has && light_sync_wants_attests(p))
        return may_ask(s, now) ? light_sync_ask_attests(p, now, f) : 0;
    if (has)
        return ask_proof(p, now, f);
    if (!may_ask(s, now))
        return 0;
    if (b && light_sum(s->light).from_genesis)
        return header_puller_prove(&p->puller, &p->base.session, b->block, now, f);
    return b ? header_puller_ask(&p->puller, &p->base.session, 1, now, f) : ask_headers(p, now, f);
}
