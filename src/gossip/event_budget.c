#include "gossip/event_budget.h"

#include "base/chance.h"

#include <string.h>

static const struct rate rate = {EVENT_BUDGET_BURST, EVENT_BUDGET_EVERY};

/* The kinds that strangers can cause for free. */
static const char *const charged[] = {"asked", "late",  "brief", "in",      "out",
                                      "bad",   "pull",  "prove", "none",    "headers",
                                      "found", "offer", "gave",  "refused", "later"};

enum { CHARGED = sizeof charged / sizeof *charged };

_Static_assert(CHARGED <= EVENT_BUDGET_KINDS, "there is a bucket for each kind");

void event_budget_init(struct event_budget *b, uint64_t seed, int64_t now)
{
    *b = (struct event_budget){.seed = seed, .reported = now};
    for (size_t i = 0; i < CHARGED; i++)
        bucket_init(&b->kinds[i], &rate, now);
}

/* The kind's index; CHARGED: it is not charged. */
static size_t kind_of(const char *event, const char *words)
{
    const size_t again = strlen("again");
    size_t i = 0, len = words ? strlen(words) : 0;
    while (i < CHARGED && (*event != *charged[i] || strcmp(event, charged[i]) != 0))
        i++;
    bool is_repeated = len >= again && strcmp(words + len - again, "again") == 0;
    bool once = strcmp(event, "offer") == 0 || strcmp(event, "gave") == 0;
    return once && !is_repeated ? CHARGED : i;
}

/* The peer's tokens. Two peers that share a place, by a secret hash, take it from each other. */
static int64_t *tokens_of(struct event_budget *b, const char *who)
{
    uint64_t h = b->seed;
    for (size_t at = 0, n = strlen(who); at < n; at += sizeof h) {
        uint64_t part = 0;
        memcpy(&part, who + at, n - at < sizeof part ? n - at : sizeof part);
        h ^= part;
        h = chance_next(&h);
    }
    struct event_budget_peer *p = &b->peers[h % EVENT_BUDGET_PEERS];
    if (p->who != h)
        *p = (struct event_budget_peer){.who = h};
    return &p->tokens;
}

static bool earns(const char *event)
{
    return strcmp(event, "new") == 0 || strcmp(event, "taken") == 0;
}

bool event_budget_allows(struct event_budget *b, const char *who, const char *event,
                         const char *words, int64_t now)
{
    size_t kind = kind_of(event, words);
    if (kind == CHARGED) {
        int64_t *tokens = earns(event) ? tokens_of(b, who) : NULL;
        if (tokens && *tokens < EVENT_BUDGET_OWN)
            *tokens += EVENT_BUDGET_EARNS;
        return true;
    }
    int64_t *tokens = tokens_of(b, who);
    if (*tokens > 0) {
        --*tokens;
        return true;
    }
    if (bucket_take(&b->kinds[kind], &rate, now))
        return true;
    b->left_out[kind]++;
    b->pending = true;
    return false;
}

int event_budget_report(struct event_budget *b, bool last, int64_t now, struct buf *out)
{
    if (!b->pending || (!last && now - b->reported < EVENT_BUDGET_SAID))
        return 0;
    bool first = true;
    for (size_t i = 0; i < CHARGED; i++) {
        if (!b->left_out[i])
            continue;
        if ((!first && buf_add(out, " ", 1)) || buf_add_string(out, charged[i]) ||
            buf_add(out, " ", 1) || buf_add_number(out, (long long)b->left_out[i]))
            return -1;
        first = false;
        b->left_out[i] = 0;
    }
    b->pending = false;
    b->reported = now;
    return 1;
}
