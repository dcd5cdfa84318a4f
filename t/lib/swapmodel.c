/*
 * swapmodel: every run of an atomic swap (src/sh/swap.sh) between an honest side and one that does
 * whatever hurts it most.
 *
 * Both chains grow by a block each tick. What is sent once block h is seen stands in one of the
 * blocks h+1 to h+DELAY; the adversary chooses in which, for both sides, and of two transactions
 * that exclude each other in one block, its own comes first. It can also stop at any time, or act
 * at any time. Whoever claims shows the preimage as soon as it sends.
 *
 * Prints a line for each DELAY from 1 to 4 and GAP (by how many blocks the first lock opens after
 * the second), as seen by each honest side:
 *
 *     DELAY GAP first|second safe|loses any|early
 *
 * early: the adversary claims no lock that has opened to the other side, as if that side took it
 * back at once.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum lock { NONE, LOCKED, CLAIMED, TAKEN_BACK };
enum { FIRST, SECOND, HEIGHTS = 40 };
enum { LOCK = 1, CLAIM = 2, TAKE_BACK = 4, ACTS = 8 };

struct game {
    int delay, opens[2], end;
    int honest;
    bool early;
};

struct position {
    int height;
    enum lock locks[2];
    bool shown;
    int due[3]; /* the honest side's lock, claim, refund: the last block it can stand in; 0: none */
};

static signed char known[HEIGHTS][4][4][2][HEIGHTS][HEIGHTS][HEIGHTS]; /* 1: safe, 2: loses */

static bool is_lost(const struct game *g, const struct position *p)
{
    return p->locks[g->honest] == CLAIMED && p->locks[!g->honest] != CLAIMED;
}

/* What the honest side sends, as swap.sh does. */
static void decide(const struct game *g, struct position *p)
{
    int me = g->honest, other = !me, last = p->height + g->delay;
    bool can_lock = me == FIRST ? p->height == 0
                                : p->locks[FIRST] == LOCKED && p->height <= 1 + g->delay;
    bool can_claim = me == FIRST ? last < g->opens[SECOND]
                                 : p->shown && p->locks[SECOND] == CLAIMED;
    if (can_lock && p->locks[me] == NONE && !p->due[0])
        p->due[0] = last;
    if (can_claim && p->locks[other] == LOCKED && !p->due[1])
        p->due[1] = last;
    if (p->height + 1 >= g->opens[me] && p->locks[me] == LOCKED && !p->due[2])
        p->due[2] = last;
    p->shown |= me == FIRST && p->due[1];
}

/* The other side's acts in the next block: false if it cannot do this. */
static bool attack(const struct game *g, struct position *p, int acts)
{
    enum lock *mine = &p->locks[g->honest], *own = &p->locks[!g->honest];
    int height = p->height + 1;
    if ((acts & LOCK && *own != NONE) || (acts & CLAIM && *mine != LOCKED) ||
        (acts & CLAIM && g->honest == FIRST && !p->shown) ||
        (acts & CLAIM && g->early && height >= g->opens[g->honest]))
        return false;
    if (acts & LOCK)
        *own = LOCKED;
    if (acts & TAKE_BACK && (*own != LOCKED || height < g->opens[!g->honest]))
        return false;
    if (acts & TAKE_BACK)
        *own = TAKEN_BACK;
    if (acts & CLAIM) {
        *mine = CLAIMED;
        p->shown = true;
    }
    return true;
}

/* The honest side's transactions that come into the next block: false if one of them could not
 * wait, or was not sent. */
static bool include(const struct game *g, struct position *p, int acts)
{
    enum lock *mine = &p->locks[g->honest], *other = &p->locks[!g->honest];
    for (int i = 0; i < 3; i++) {
        bool in = acts >> i & 1;
        if ((in && !p->due[i]) || (!in && p->due[i] == p->height + 1))
            return false;
        if (in)
            p->due[i] = 0;
    }
    if (acts & LOCK && *mine == NONE)
        *mine = LOCKED;
    if (acts & CLAIM && *other == LOCKED)
        *other = CLAIMED;
    if (acts & TAKE_BACK && *mine == LOCKED)
        *mine = TAKEN_BACK;
    return true;
}

static bool can_lose(const struct game *g, struct position p)
{
    if (p.height >= g->end)
        return is_lost(g, &p);
    decide(g, &p);
    signed char *k =
        &known[p.height][p.locks[0]][p.locks[1]][p.shown][p.due[0]][p.due[1]][p.due[2]];
    for (int acts = 0; *k == 0 && acts < ACTS * ACTS; acts++) {
        struct position next = p;
        if (!attack(g, &next, acts / ACTS) || !include(g, &next, acts % ACTS))
            continue;
        next.height++;
        if (can_lose(g, next))
            *k = 2;
    }
    *k = *k ? *k : 1;
    return *k == 2;
}

static bool loses(int delay, int gap, int honest, bool early)
{
    struct game g = {.delay = delay, .honest = honest, .early = early};
    struct position begin = {0};
    g.opens[SECOND] = 1 + 3 * delay;
    g.opens[FIRST] = g.opens[SECOND] + gap;
    g.end = g.opens[FIRST] + 2 * delay + 1;
    memset(known, 0, sizeof known);
    return can_lose(&g, begin);
}

int main(void)
{
    for (int delay = 1; delay <= 4; delay++)
        for (int gap = 0; gap <= 2 * delay + 1; gap++)
            for (int honest = FIRST; honest <= SECOND; honest++)
                for (int early = 0; early < 2; early++)
                    printf("%d %d %s %s %s\n", delay, gap, honest == FIRST ? "first" : "second",
                           loses(delay, gap, honest, early) ? "loses" : "safe",
                           early ? "early" : "any");
    return 0;
}
