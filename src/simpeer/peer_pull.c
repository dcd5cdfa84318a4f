#include "simpeer/peer_pull.h"

#include "base/chance.h"
#include "simpeer/peer_tx.h"
#include "virtual/exponential.h"

#include <string.h>

/* --- The owner of the connection ------------------------------------------------------------ */

static void *join(void *self, const struct peer_link *link, struct session **session, int64_t now,
                  struct fault *f)
{
    struct peer_pull *p = self;
    struct hello ours = {.version = link->version, .height = (int64_t)p->chain->height};
    const struct view v = peer_chain_view(p->chain);
    int64_t height;
    memset(ours.chain, PEER_CHAIN_BYTE, ID_LEN);
    v.tip(v.self, &height, ours.tip, f);
    if (session_init(&p->session, &ours, now)) {
        fault_memory(f);
        return NULL;
    }
    puller_init(&p->puller, &p->pulled);
    p->under_way = true;
    p->answered = false;
    p->why = (struct fault){0};
    *session = &p->session;
    return p;
}

static enum peer_next leave(void *self, void *peer, const struct fault *why, int64_t now)
{
    struct peer_pull *p = self;
    (void)peer, (void)why;
    session_free(&p->session);
    puller_free(&p->puller);
    p->under_way = false;
    p->next = now + (int64_t)exponential_delay(&p->chance, PEER_PULL_EVERY);
    return PEER_DONE;
}

static const struct fault *doomed(void *self, void *peer)
{
    const struct peer_pull *p = self;
    (void)peer;
    return p->why.kind == FAULT_NONE ? NULL : &p->why;
}

static int greeted(void *self, struct session *s, int64_t now, struct fault *f)
{
    struct peer_pull *p = self;
    p->answered = true;
    return puller_greeted(&p->puller, s, now, f);
}

static int line(void *self, struct session *s, enum wire_word word, const char *text, size_t len,
                int64_t now, struct fault *f)
{
    struct peer_pull *p = self;
    return puller_line(&p->puller, s, word, text, len, now, f);
}

/* -------------------------------------------------------------------------------------------- */

void peer_pull_init(struct peer_pull *p, const struct engine_setup *setup, struct peer_chain *chain,
                    size_t wanted, uint64_t seed)
{
    p->chain = chain;
    p->setup = setup;
    p->wanted = wanted;
    p->pulled = peer_chain_pulled(chain);
    p->chance = seed;
    p->links = (struct peer_links){.names = setup->names,
                                   .owner = {.join = join,
                                             .leave = leave,
                                             .doomed = doomed,
                                             .role = {.greeted = greeted, .line = line},
                                             .self = p},
                                   .version = WIRE_VERSION,
                                   .once = true,
                                   .chance = chance_next(&p->chance)};
    p->next = (int64_t)exponential_delay(&p->chance, PEER_PULL_EVERY);
}

void peer_pull_free(struct peer_pull *p, int64_t now)
{
    peer_links_free(&p->links, now);
}

bool peer_pull_has(const struct peer_pull *p, uint32_t remote, const struct peer_item *item)
{
    return peer_links_has(&p->links, remote, item->connection);
}

int peer_pull_turn(struct peer_pull *p, int64_t now, struct engine_outputs *out, struct fault *f)
{
    struct buf blocks = {0};
    const size_t before = p->chain->height;
    if (!p->under_way)
        return 0;
    if (puller_take(&p->puller, &blocks))
        return fault_memory(f);
    int failed = peer_chain_take(p->chain, blocks.data, blocks.len, &p->why);
    buf_free(&blocks);
    if (failed && p->why.kind == FAULT_TROUBLE)
        return fault_memory(f);
    if (!failed && p->answered && puller_idle(&p->puller))
        fault_trouble(&p->why, "has sent all that it has");
    if (p->chain->height > before && engine_note(out, f, "height %zu", p->chain->height))
        return -1;
    return peer_links_flush(&p->links, now, out, f);
}

static uint32_t draw_other(struct peer_pull *p)
{
    const struct engine_setup *s = p->setup;
    uint32_t other;
    do {
        other = s->members[chance_below(&p->chance, s->member_count)];
    } while (other == s->self);
    return other;
}

int peer_pull_tick(struct peer_pull *p, int64_t now, struct engine_outputs *out, struct fault *f)
{
    if (p->under_way && p->answered && puller_tick(&p->puller, now, &p->why))
        return 0; /* it stalls: the next turn closes it */
    if (!p->under_way && now >= p->next && p->chain->height < p->wanted &&
        p->setup->member_count > 1 && peer_links_dial(&p->links, draw_other(p), now, f))
        return -1;
    return peer_links_tick(&p->links, now, out, f);
}
