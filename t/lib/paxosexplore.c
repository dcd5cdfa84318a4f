/*
 * paxosexplore CAMPAIGNS CRASHES STATES DEPTH [WORD...]: three acceptors, of which two propose, by
 * every order of their messages.
 *
 * n1 and n2 have a proposal each, and may begin so many campaigns: CAMPAIGNS are two digits. A
 * message that was sent stays: it may be delivered at any time, again and again, or never; so all
 * orders, losses and duplicates are among what is tried. With CRASHES, a disk may take until any
 * time, and so many crashes in all, at any time, lose what it has not taken. The search is breadth
 * first, over states that it knows again, until it has seen them all, STATES of them, or all of
 * DEPTH steps.
 *
 * It prints how many states, how many steps between them (transitions), how deep, and whether those
 * were all; and the shortest way to what is broken, if anything is: two values are chosen in slot
 * 1, even if nobody knows it yet, or two nodes put out different ones. Status 1 if so.
 *
 * Words: lose=WORD, the messages of this kind are always lost; wipe, one node may lose its disk, at
 * any time; prune=no, keep messages that can do nothing any more; else a setting of paxos.
 *
 * The engine is the real one. A node's state is known by its whole text (paxosdump.h), with its
 * disk and what it committed; what an event does in it is worked out once, by taking a new node
 * there.
 */
#include "paxoslocal.h"

struct state {
    uint32_t nodes[NODES + 1]; /* the last is 0, and leaves no gap in what is compared */
    uint64_t sent[WORDS];
};

/* How a state was reached first. */
struct way {
    uint32_t parent, node;
    struct event by;
};

struct search {
    struct locals locals;
    int campaigns[2], crashes, wipes; /* at most */
    size_t limit;
    struct state *states;
    struct way *ways;
    size_t count, cap, way_cap;
    uint32_t *table; /* of states, by hash; 0: free */
    size_t table_size;
    uint64_t transitions;
    uint32_t broken; /* a state; 0: none */
};

static size_t place_of(const struct search *x, const struct state *s)
{
    size_t at = hash(s, sizeof *s, 5) & (x->table_size - 1);
    while (x->table[at] != 0 && memcmp(&x->states[x->table[at]], s, sizeof *s) != 0)
        at = (at + 1) & (x->table_size - 1);
    return at;
}

/* Whether two of the three accepted it: it is chosen, even if nobody knows. */
static bool is_chosen(const struct local *const l[NODES], const struct vote *v)
{
    return has_voted(l[0], v) + has_voted(l[1], v) + has_voted(l[2], v) > NODES / 2;
}

static bool two_chosen(const struct local *const l[NODES])
{
    const struct vote *chosen = NULL;
    for (int i = 0; i < NODES; i++)
        for (size_t j = 0; j < l[i]->vote_count; j++) {
            const struct vote *v = &l[i]->votes[j];
            if (!is_chosen(l, v))
                continue;
            if (chosen != NULL &&
                (chosen->id.client != v->id.client || chosen->id.serial != v->id.serial))
                return true;
            chosen = v;
        }
    return false;
}

/* Whether two nodes have committed different proposals in a slot. */
static bool is_broken(const struct search *x, const struct state *s)
{
    const struct local *l[NODES];
    bool broken = false;
    for (int i = 0; i < NODES; i++) {
        l[i] = &x->locals.list[s->nodes[i]];
        broken |= l[i]->broken;
    }
    broken |= two_chosen(l);
    for (int slot = 0; slot < SLOTS; slot++)
        for (int i = 0; i < NODES; i++)
            for (int j = 0; j < i; j++) {
                struct proposal_id a = l[i]->committed[slot], b = l[j]->committed[slot];
                broken |= a.serial != 0 && b.serial != 0 &&
                          (a.serial != b.serial || a.client != b.client);
            }
    return broken;
}

static void reach(struct search *x, const struct state *s, struct way way)
{
    size_t at = place_of(x, s);
    x->transitions++;
    if (x->table[at] != 0)
        return;
    if (ARRAY_RESERVE(x->states, x->cap, x->count + 1) != 0 ||
        ARRAY_RESERVE(x->ways, x->way_cap, x->count + 1) != 0)
        errx(2, "out of memory");
    x->states[x->count] = *s;
    x->ways[x->count] = way;
    x->table[at] = (uint32_t)x->count;
    if (x->broken == 0 && is_broken(x, s))
        x->broken = (uint32_t)x->count;
    x->count++;
}

/* Forgets messages that can do nothing any more. */
static void bury(const struct search *x, struct state *s)
{
    for (size_t i = 0; i < WORDS; i++)
        for (uint64_t rest = s->sent[i]; rest != 0; rest &= rest - 1) {
            const struct net_message *m =
                &x->locals.messages[i * 64 + (size_t)__builtin_ctzll(rest)];
            if (is_dead(&x->locals, &x->locals.list[s->nodes[m->to]], m))
                s->sent[i] &= ~(rest & -rest);
        }
}

static void take(struct search *x, uint32_t from, uint32_t node, struct event e)
{
    struct state s = x->states[from];
    const struct move *m = move_of(&x->locals, s.nodes[node], e);
    s.nodes[node] = m->to;
    for (int i = 0; i < WORDS; i++)
        s.sent[i] |= m->sent[i];
    bury(x, &s);
    if (memcmp(&s, &x->states[from], sizeof s) != 0)
        reach(x, &s, (struct way){.parent = from, .node = node, .by = e});
}

static bool may_crash(const struct search *x, const struct state *s)
{
    int sum = 0;
    for (int i = 0; i < NODES; i++)
        sum += x->locals.list[s->nodes[i]].crashes;
    return sum < x->crashes;
}

static bool may_wipe(const struct search *x, const struct state *s)
{
    int sum = 0;
    for (int i = 0; i < NODES; i++)
        sum += x->locals.list[s->nodes[i]].wipes;
    return sum < x->wipes;
}

static void deliver_any(struct search *x, uint32_t from, uint32_t node)
{
    for (size_t i = 0; i < WORDS; i++)
        for (uint64_t m = x->states[from].sent[i] & x->locals.to[node][i]; m != 0; m &= m - 1)
            take(x, from, node,
                 (struct event){DELIVER, (uint16_t)(i * 64 + (size_t)__builtin_ctzll(m))});
}

static void expand(struct search *x, uint32_t from)
{
    for (uint32_t node = 0; node < NODES; node++) {
        struct local l = x->locals.list[x->states[from].nodes[node]];
        if (l.pending)
            take(x, from, node, (struct event){SYNC, 0});
        if (node < 2 && l.campaigns < x->campaigns[node])
            take(x, from, node, (struct event){CAMPAIGN, 0});
        if (may_crash(x, &x->states[from]))
            take(x, from, node, (struct event){CRASH, 0});
        if (may_wipe(x, &x->states[from]))
            take(x, from, node, (struct event){WIPE, 0});
        deliver_any(x, from, node);
    }
}

/* The steps to a state, one a line. */
static void show(struct search *x, uint32_t state)
{
    static const char *const what[] = {"", "campaign", "sync", "crash and restart",
                                       "loss of the disk"};
    if (x->ways[state].parent == 0)
        return;
    show(x, x->ways[state].parent);
    const struct way *w = &x->ways[state];
    if (w->by.what == DELIVER) {
        struct buf text = {0};
        const struct net_message *m = &x->locals.messages[w->by.message];
        if (paxos_item_format(m->item, x->locals.net.names, &text) != 0)
            errx(2, "out of memory");
        printf("n%u < n%u %.*s\n", m->to + 1, m->from + 1, (int)strcspn(text.data, "\n"),
               text.data);
        buf_free(&text);
    } else {
        printf("n%u %s\n", w->node + 1, what[w->by.what]);
    }
}

static void lose(struct search *x, const char *word)
{
    for (int kind = 0; kind < PAXOS_KINDS; kind++)
        if (strcmp(paxos_forms[kind].word, word) == 0)
            x->locals.lost |= 1U << kind;
}

static void open_search(struct search *x, int argc, char **argv)
{
    x->campaigns[0] = argv[1][0] - '0';
    x->campaigns[1] = argv[1][1] - '0';
    x->crashes = atoi(argv[2]);
    x->limit = strtoull(argv[3], NULL, 10);
    for (x->table_size = 1024; x->table_size < 2 * x->limit;)
        x->table_size *= 2;
    x->table = calloc(x->table_size, sizeof *x->table);
    if (x->table == NULL || ARRAY_RESERVE(x->states, x->cap, 1) != 0 ||
        ARRAY_RESERVE(x->ways, x->way_cap, 1) != 0)
        errx(2, "out of memory");
    locals_open(&x->locals);
    x->locals.net.settings[x->locals.net.setting_count++] = "sticky=no";
    x->locals.slow_disk = x->crashes > 0;
    x->locals.prunes = true;
    for (int i = 5; i < argc && x->locals.net.setting_count < NET_SETTINGS; i++)
        if (strncmp(argv[i], "lose=", 5) == 0)
            lose(x, argv[i] + 5);
        else if (strcmp(argv[i], "wipe") == 0)
            x->wipes = 1;
        else if (strcmp(argv[i], "prune=no") == 0)
            x->locals.prunes = false;
        else
            x->locals.net.settings[x->locals.net.setting_count++] = argv[i];
    struct state s = {0};
    for (uint32_t i = 0; i < NODES; i++)
        s.nodes[i] = locals_first(&x->locals, i);
    x->count = 1;
    reach(x, &s, (struct way){0});
    x->transitions = 0;
}

static void close_search(struct search *x)
{
    locals_close(&x->locals);
    free(x->table);
    free(x->states);
    free(x->ways);
}

int main(int argc, char **argv)
{
    struct search x = {0};
    if (argc < 5)
        errx(2, "usage: paxosexplore CAMPAIGNS CRASHES STATES DEPTH [WORD...]");
    open_search(&x, argc, argv);
    unsigned depth = 0, deepest = (unsigned)atoi(argv[4]);
    size_t level = 1, at = 1;
    for (; at < x.count && x.count <= x.limit && x.broken == 0; at++) {
        if (at == level) {
            if (depth == deepest)
                break;
            depth++;
            level = x.count;
        }
        expand(&x, (uint32_t)at);
    }
    bool all = at == x.count;
    if (all)
        depth--; /* the last steps led nowhere new */
    printf("%zu states, %llu transitions, depth %u%s, %zu states of nodes, %zu messages\n",
           x.count - 1, (unsigned long long)x.transitions, depth, all ? ", all" : "",
           x.locals.count - 1, x.locals.message_count);
    if (x.broken != 0) {
        show(&x, x.broken);
        puts("two values in one slot");
    }
    bool broken = x.broken != 0;
    close_search(&x);
    return broken;
}
