/* What a light client knows, for its peers' pullers, and what it takes from them. */
#include "sync/light_sync_parts.h"

#include <string.h>

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

/* Whether these headers were asked for before another peer's jump passed them. It is no fault of
 * the peer's that they cannot be judged any more. */
static bool is_overtaken(const struct light_peer *p, const char *text, size_t len,
                         const struct fault *f)
{
    struct block b;
    struct fault ignored;
    const struct light *c = p->run->light;
    const struct light_sum sum = light_sum(c);
    const char *end = memchr(text, '\n', len);
    if (f->kind != FAULT_RULE || !sum.by_votes || p->trusted >= sum.trusted ||
        block_parse(text, end ? (size_t)(end - text) : len, &b, &ignored))
        return false;
    return p->puller.request == REQUEST_JUMP ? b.height == sum.trusted
                                             : light_jumped_over(c, b.height);
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

int light_sync_take(void *self, const char *text, size_t len, bool genesis, struct fault *f)
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
    if (new < 0 && is_overtaken(p, text, len, f))
        return 0;
    if (new <= 0)
        return new;
    p->base.useful = true;
    s->base.progress = s->base.now;
    return count_side(p, f) ? -1 : 1;
}

struct header_chain light_sync_chain(struct light_sync *s)
{
    struct header_chain c = {.has = chain_has,
                             .locate = chain_locate,
                             .begun = chain_begun,
                             .sealed = chain_sealed,
                             .final = chain_final,
                             .take = light_sync_take,
                             .attest = light_sync_attest,
                             .self = s};
    memcpy(c.chain, header_file_chain(s->config.file), ID_LEN);
    return c;
}
