#include "gossip/event_budget.h"

#include "base/chance.h"

#include <string.h>

static const struct rate rate = {EVENT_BUDGET_BURST, EVENT_BUDGET_EVERY};
static const struct rate step_rate = {EVENT_BUDGET_STEPS, 1};

/* The kinds that are limited. */
static const struct {
    const char *name;
    enum { FREE, FREE_ONCE, CHARGED } cost; /* once: if its words do not end with "again" */
    bool is_step;
} kinds[] = {
    {"asked", CHARGED, true},    {"late", CHARGED, false},    {"brief", CHARGED, false},
    {"in", CHARGED, false},      {"out", CHARGED, false},     {"bad", CHARGED, false},
    {"pull", CHARGED, false},    {"prove", CHARGED, false},   {"none", CHARGED, false},
    {"headers", CHARGED, false}, {"found", CHARGED, false},   {"offer", FREE_ONCE, true},
    {"gave", FREE_ONCE, true},   {"refused", CHARGED, false}, {"later", CHARGED, false},
    {"taken", FREE, true},       {"attests", CHARGED, false},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

_Static_assert(KINDS <= EVENT_BUDGET_KINDS, "there is a bucket for each kind");

void event_budget_init(struct event_budget *b, uint64_t seed, int64_t now)
{
    *b = (struct event_budget){.seed = seed, .reported = now};
    for (size_t i = 0; i < KINDS; i++) {
        bucket_init(&b->kinds[i], &rate, now);
        bucket_init(&b->steps[i], &step_rate, now);
    }
}

/* The kind's index; KINDS: it is always written. */
static size_t kind_of(const char *event)
{
    size_t i = 0;
    while (i < KINDS && (*event != *kinds[i].name || strcmp(event, kinds[i].name) != 0))
        i++;
    return i;
}

static bool is_repeated(const char *words)
{
    const size_t again = strlen("again");
    size_t len = words ? strlen(words) : 0;
    return len >= again && strcmp(words + len - again, "again") == 0;
}

static bool is_charged(size_t kind, const char *words)
{
    if (kind == KINDS || kinds[kind].cost == FREE)
        return false;
    return kinds[kind].cost == CHARGED || is_repeated(words);
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

static void earn(struct event_budget *b, const char *who)
{
    int64_t *tokens = tokens_of(b, who);
    if (*tokens < EVENT_BUDGET_OWN)
        *tokens += EVENT_BUDGET_EARNS;
}

/* Takes a token of the peer's own, or else of the event's kind, if there is one. */
static bool pay(struct event_budget *b, const char *who, size_t kind, int64_t now)
{
    int64_t *tokens = tokens_of(b, who);
    if (*tokens <= 0)
        return bucket_take(&b->kinds[kind], &rate, now);
    --*tokens;
    return true;
}

bool event_budget_allows(struct event_budget *b, const char *who, const char *event,
                         const char *words, int64_t now)
{
    size_t kind = kind_of(event);
    if (earns(event))
        earn(b, who);
    if ((!is_charged(kind, words) || pay(b, who, kind, now)) &&
        (kind == KINDS || !kinds[kind].is_step || bucket_take(&b->steps[kind], &step_rate, now)))
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
    for (size_t i = 0; i < KINDS; i++) {
        if (!b->left_out[i])
            continue;
        if ((!first && buf_add(out, " ", 1)) || buf_add_string(out, kinds[i].name) ||
            buf_add(out, " ", 1) || buf_add_number(out, (long long)b->left_out[i]))
            return -1;
        first = false;
        b->left_out[i] = 0;
    }
    b->pending = false;
    b->reported = now;
    return 1;
}
