/*
 * Tests of the iterative lookup (src/lookup/lookup.h): in networks whose nodes answer, are silent
 * or lie, with answers in any order.
 *
 * searchtest CASE: one of the table at the end.
 */
#include "lookup/bound_id.h"
#include "lookup/lookup.h"
#include "lookupnet.h"
#include "overlay/static_net.h"

#include <stdio.h>
#include <stdlib.h>

enum { NODES = 1000, K = 8, RTT = 100 };

/* --- A lookup and the world around it --------------------------------------------------------- */

struct search {
    const struct static_net *net;
    struct lookup l;
    struct lookup_rules rules;
    int64_t now, last_sent;
    uint64_t chance;
    bool any_order; /* answers take any time below the timeout */
    /* What a node says instead of the truth: how many contacts, or -1: nothing. NULL: all are
     * honest. */
    int (*say)(struct search *s, const struct contact *from, struct contact *out);
    struct contact self, target; /* the target's id alone */
    struct flight {
        struct contact to;
        int64_t back;
    } flights[64];
    size_t in_flight;
    unsigned most; /* in flight, and not slow, at a time */
};

/* Whether the k nearest that answered are nearer than all that could still be asked. */
static bool must_end(const struct lookup *l)
{
    unsigned answered = 0;
    for (size_t i = 0; i < l->count && answered < l->rules.k; i++) {
        if (l->candidates[i].state == LOOKUP_UNASKED)
            return false;
        answered += l->candidates[i].state == LOOKUP_ANSWERED;
    }
    return true;
}

static void send_all(struct search *s)
{
    struct contact to;
    unsigned open = 0;
    for (;;) {
        const bool end = must_end(&s->l);
        if (!lookup_next(&s->l, s->now, &to))
            break;
        must(!end && s->in_flight < 64);
        s->flights[s->in_flight].to = to;
        s->flights[s->in_flight++].back =
            s->now + (s->any_order ? (int64_t)chance_below(&s->chance, 1500) : RTT);
        s->last_sent = s->now;
    }
    for (size_t i = 0; i < s->l.count; i++)
        open += s->l.candidates[i].state == LOOKUP_IN_FLIGHT;
    must(open <= s->rules.alpha);
    s->most = open > s->most ? open : s->most;
}

static int honest(const struct search *s, const struct contact *from, struct contact *out)
{
    const uint32_t node = static_net_node(s->net, from);
    if (node >= s->net->count || s->net->nodes[node].dead)
        return -1;
    return (int)static_net_closest(s->net, node, &s->target.id, out, K);
}

static void land(struct search *s, size_t flight)
{
    struct contact nodes[ROUTING_K_MAX];
    const struct contact from = s->flights[flight].to;
    s->flights[flight] = s->flights[--s->in_flight];
    const int count = s->say != NULL ? s->say(s, &from, nodes) : honest(s, &from, nodes);
    if (count >= 0)
        lookup_answered(&s->l, &from, nodes, (size_t)count);
}

/* Until the next answer, or the next that is awaited no longer. */
static void wait(struct search *s)
{
    struct contact failed;
    size_t next = 0;
    const int64_t deadline = lookup_deadline(&s->l);
    for (size_t i = 1; i < s->in_flight; i++)
        if (s->flights[i].back < s->flights[next].back)
            next = i;
    if (s->in_flight && s->flights[next].back <= deadline) {
        s->now = s->flights[next].back;
        land(s, next);
        return;
    }
    must(deadline != INT64_MAX);
    s->now = deadline;
    while (lookup_tick(&s->l, s->now, &failed))
        ;
}

static void search(struct search *s, uint32_t node)
{
    struct contact known[4 * K];
    s->now = s->last_sent = 0;
    s->in_flight = s->most = 0;
    s->self = s->net->nodes[node].contact;
    s->rules.self = s->self.id;
    lookup_init(&s->l, &s->target.id, &s->rules);
    const size_t count = static_net_closest(s->net, node, &s->target.id, known, 4 * K);
    for (size_t i = 0; i < count; i++)
        lookup_add(&s->l, &known[i], 1);
    for (send_all(s); !lookup_done(&s->l); send_all(s))
        wait(s);
    must(s->l.asked <= s->rules.queries);
}

static struct search new_search(const struct static_net *net, uint64_t seed)
{
    struct search s = {.net = net, .rules = lookup_rules_default, .chance = seed};
    s.rules.k = K;
    return s;
}

static struct static_net new_net(uint32_t nodes, uint32_t dead, uint64_t seed)
{
    const struct static_net_setup setup = {
        .nodes = nodes, .k = K, .dead = dead, .seed = seed, .one_a_network = true};
    struct static_net net;
    struct fault f;
    must(static_net_make(&net, &setup, &f) == 0);
    return net;
}

static uint32_t draw_live(struct search *s)
{
    uint32_t node;
    do
        node = (uint32_t)chance_below(&s->chance, s->net->count);
    while (s->net->nodes[node].dead);
    s->target.id = node_id_draw(&s->chance);
    return node;
}

/* --- Cases ------------------------------------------------------------------------------------ */

/* Rule 4: no query once the k nearest that answered are nearer than all others (must_end); at 1000
 * nodes, 95 of 100 lookups ask 13 at most, and the nearest are found. */
static void test_ends(void)
{
    struct static_net net = new_net(NODES, 0, 1);
    struct search s = new_search(&net, 1);
    unsigned few = 0;
    for (int i = 0; i < 500; i++) {
        const uint32_t node = draw_live(&s), nearest = static_net_nearest(&net, &s.target.id, node);
        struct contact found[K];
        s.any_order = i % 5 == 4;
        search(&s, node);
        few += s.l.asked <= 13;
        must(lookup_closest(&s.l, found, K) == K && static_net_node(&net, &found[0]) == nearest);
        must(s.l.answered == s.l.asked || s.any_order);
        must(s.most == s.rules.alpha);
        lookup_free(&s.l);
    }
    must(few >= 475);
    static_net_free(&net);
}

/* Rule 5: one silent contact delays by its own timeout at most, while the others go on. */
static void test_silent(void)
{
    struct static_net net = new_net(NODES, 0, 2);
    struct search s = new_search(&net, 2);
    for (int i = 0; i < 200; i++) {
        const uint32_t node = draw_live(&s);
        search(&s, node);
        const int64_t before = s.now;
        const uint32_t silent = static_net_node(&net, &s.l.candidates[i % 5].contact);
        lookup_free(&s.l);
        net.nodes[silent].dead = 1;
        search(&s, node);
        must(s.now - before <= s.rules.timeout && s.l.asked - s.l.answered <= 1);
        must(s.l.answered >= K);
        /* It is asked once, and no slot but its own stands still: what is asked last is asked
         * before the other slots could have been idle for a round trip longer than without it. */
        must(s.last_sent <= s.rules.slow + before);
        lookup_free(&s.l);
        net.nodes[silent].dead = 0;
    }
    static_net_free(&net);
}

/* With half of all dead, those that live are found; none that is dead is among the nearest. */
static void test_dead(void)
{
    struct static_net net = new_net(NODES, 500000, 3);
    struct search s = new_search(&net, 3);
    int found_nearest = 0;
    for (int i = 0; i < 300; i++) {
        const uint32_t node = draw_live(&s);
        struct contact found[K];
        s.any_order = i % 2;
        search(&s, node);
        const size_t count = lookup_closest(&s.l, found, K);
        must(count == K);
        for (size_t j = 0; j < count; j++)
            must(!net.nodes[static_net_node(&net, &found[j])].dead);
        found_nearest += static_net_node(&net, &found[0]) ==
                         static_net_nearest(&net, &s.target.id, node);
        lookup_free(&s.l);
    }
    must(found_nearest >= 290);
    static_net_free(&net);
}

/* Rule 7: who answers with another id is out, and is not asked again. Rule 11: an answer without
 * contacts is an answer. */
static void test_answers(void)
{
    struct lookup l;
    struct contact list[5], to, failed;
    uint64_t chance = 4;
    struct node_id target = node_id_draw(&chance);
    lookup_init(&l, &target, &lookup_rules_default);
    must(lookup_done(&l) && lookup_closest(&l, &to, 1) == 0 && lookup_deadline(&l) == INT64_MAX);
    for (int i = 0; i < 5; i++) {
        list[i] = contact_draw(&chance);
        list[i].id = node_id_flip(target, 150 - (unsigned)i);
        must(lookup_add(&l, &list[i], 1) && !lookup_add(&l, &list[i], 1));
    }
    must(!lookup_done(&l));
    for (int i = 0; i < 3; i++)
        must(lookup_next(&l, 10, &to) && contact_equal(&to, &list[i]));
    must(!lookup_next(&l, 10, &to) && l.asked == 3);
    struct contact wrong = list[0];
    wrong.port++;
    must(!lookup_answered(&l, &wrong, NULL, 0) && !lookup_answered(&l, &list[4], NULL, 0));
    must(lookup_answered(&l, &list[0], NULL, 0) && !lookup_answered(&l, &list[0], NULL, 0));
    lookup_failed(&l, &list[1]);
    must(!lookup_answered(&l, &list[1], NULL, 0) && !lookup_add(&l, &list[1], 2));
    must(lookup_next(&l, 20, &to) && contact_equal(&to, &list[3]));
    must(lookup_next(&l, 20, &to) && contact_equal(&to, &list[4]) && !lookup_next(&l, 20, &to));
    must(lookup_deadline(&l) == 10 + l.rules.slow && !lookup_tick(&l, 1009, &failed));
    must(!lookup_tick(&l, 1010, &failed) && lookup_deadline(&l) == 20 + l.rules.slow);
    must(!lookup_done(&l) && !lookup_tick(&l, 1020, &failed));
    must(lookup_answered(&l, &list[3], list, 5)); /* slow, and welcome */
    must(lookup_deadline(&l) == 10 + l.rules.timeout);
    must(lookup_tick(&l, 5010, &failed) && contact_equal(&failed, &list[2]) && !lookup_done(&l));
    must(!lookup_tick(&l, 5010, &failed) && lookup_tick(&l, 5020, &failed));
    must(contact_equal(&failed, &list[4]) && lookup_done(&l) && lookup_deadline(&l) == INT64_MAX);
    must(lookup_closest(&l, list, 5) == 2 && l.answered == 2 && l.failed == 3);
    lookup_free(&l);
}

/* Liars' ids are as near to the target as they like: here, they share 60 bits or more. */
static struct contact near_target(struct search *s, bool one_network)
{
    struct contact c = contact_draw(&s->chance);
    c.id = node_id_join(&s->target.id, 60 + (unsigned)chance_below(&s->chance, 90), &c.id);
    c.port = 666;
    if (one_network)
        memcpy(c.host, "\x05\x06\x07", 3);
    return c;
}

/* Nodes at port 666 are Sybils, which know only each other; of the others, every fifth tells of
 * them. */
static int say_sybils(struct search *s, const struct contact *from, struct contact *out)
{
    if (from->port != 666 && static_net_node(s->net, from) % 5)
        return honest(s, from, out);
    for (int i = 0; i < K; i++)
        out[i] = near_target(s, true);
    return K;
}

/* Rule 8: Sybils of one /24 are two of the nearest at most, and the honest are found beside them.
 */
static void test_sybils(void)
{
    struct static_net net = new_net(NODES, 0, 5);
    struct search s = new_search(&net, 5);
    int found_nearest = 0;
    s.say = say_sybils;
    for (int i = 0; i < 200; i++) {
        const uint32_t node = draw_live(&s), nearest = static_net_nearest(&net, &s.target.id, node);
        struct contact found[K];
        s.any_order = i % 2;
        search(&s, node);
        const size_t count = lookup_closest(&s.l, found, K);
        size_t sybils = 0;
        for (size_t j = 0; j < count; j++) {
            sybils += found[j].port == 666;
            found_nearest += found[j].port != 666 && static_net_node(&net, &found[j]) == nearest;
        }
        must(count == K && sybils <= 2);
        lookup_free(&s.l);
    }
    must(found_nearest >= 190);
    /* Without the rule they are all of them. */
    s.rules.per_network = 0;
    struct contact found[K];
    search(&s, draw_live(&s));
    must(lookup_closest(&s.l, found, K) == K && found[K - 1].port == 666);
    lookup_free(&s.l);
    static_net_free(&net);
}

/* Every fifth node invents nodes that do not exist, from networks all over. */
static int say_phantoms(struct search *s, const struct contact *from, struct contact *out)
{
    if (from->port == 666)
        return -1;
    if (static_net_node(s->net, from) % 5)
        return honest(s, from, out);
    for (int i = 0; i < K; i++)
        out[i] = near_target(s, false);
    return K;
}

/* ... or gives the right ids with wrong addresses. */
static int say_wrong_addresses(struct search *s, const struct contact *from, struct contact *out)
{
    if (from->port == 666)
        return -1;
    const int count = honest(s, from, out);
    for (int i = 0; i < count && static_net_node(s->net, from) % 5 == 0; i++) {
        out[i] = near_target(s, false);
        out[i].id =
            s->net->nodes[static_net_nearest(s->net, &s->target.id, s->net->count)].contact.id;
    }
    return count;
}

/* The addresses of an id are asked one after the other: the next if one is slow, none after one has
 * answered. */
static void test_addresses(void)
{
    struct lookup l;
    struct contact list[3], to, failed;
    uint64_t chance = 8;
    const struct node_id target = node_id_draw(&chance);
    lookup_init(&l, &target, &lookup_rules_default);
    for (int i = 0; i < 3; i++) {
        list[i] = contact_draw(&chance);
        list[i].id = target;
        must(lookup_add(&l, &list[i], 1));
    }
    must(lookup_next(&l, 0, &to) && contact_equal(&to, &list[0]) && !lookup_next(&l, 0, &to));
    must(!lookup_tick(&l, l.rules.slow, &failed));
    must(lookup_next(&l, l.rules.slow, &to) && contact_equal(&to, &list[1]));
    must(!lookup_next(&l, l.rules.slow, &to));
    must(lookup_answered(&l, &list[1], NULL, 0) && !lookup_next(&l, l.rules.slow, &to));
    lookup_free(&l);
}

/* Poisoned answers cost queries, and do not hide anybody. */
static void test_poison(void)
{
    struct static_net net = new_net(NODES, 0, 6);
    struct search s = new_search(&net, 6);
    int found_nearest = 0;
    for (int i = 0; i < 200; i++) {
        const uint32_t node = draw_live(&s), nearest = static_net_nearest(&net, &s.target.id, node);
        struct contact found[K];
        s.say = i % 2 ? say_phantoms : say_wrong_addresses;
        search(&s, node);
        must(lookup_closest(&s.l, found, K) == K);
        found_nearest += static_net_node(&net, &found[0]) == nearest;
        lookup_free(&s.l);
    }
    must(found_nearest >= 195);
    static_net_free(&net);
}

/* Who names a slow contact only once it is slow takes no part in its charge, nor in its credit: a
 * liar is still charged with the dead. */
static void test_late(void)
{
    enum { LIAR, HONEST, SLOW, DEAD, ALL }; /* the farther first */
    struct lookup l;
    struct contact list[ALL], to, failed;
    uint64_t chance = 8;
    struct node_id target = node_id_draw(&chance);
    lookup_init(&l, &target, &lookup_rules_default);
    for (unsigned i = 0; i < ALL; i++) {
        list[i] = contact_draw(&chance);
        list[i].id = node_id_flip(target, 100 + i);
    }
    must(lookup_add(&l, &list[LIAR], 1) && lookup_add(&l, &list[HONEST], 1));
    must(lookup_next(&l, 0, &to) && lookup_next(&l, 500, &to) && contact_equal(&to, &list[LIAR]));
    must(lookup_answered(&l, &list[HONEST], &list[SLOW], 1) && lookup_next(&l, 500, &to));
    must(!lookup_tick(&l, 1500, &failed) && lookup_answered(&l, &list[LIAR], &list[SLOW], 2));
    must(lookup_next(&l, 1500, &to) && contact_equal(&to, &list[DEAD]));
    must(!lookup_tick(&l, 2500, &failed)); /* both are slow */
    must(l.candidates[ALL - 1 - HONEST].charged == 1 && l.candidates[ALL - 1 - LIAR].charged == 1);
    must(lookup_answered(&l, &list[SLOW], NULL, 0));
    must(l.candidates[ALL - 1 - HONEST].charged == 0 && l.candidates[ALL - 1 - HONEST].good == 1);
    must(l.candidates[ALL - 1 - LIAR].charged == 1 && l.candidates[ALL - 1 - LIAR].good == 0);
    lookup_free(&l);
}

/* All say nothing but new ids, for ever. */
static int say_new(struct search *s, const struct contact *from, struct contact *out)
{
    (void)from;
    for (int i = 0; i < ROUTING_K_MAX; i++) {
        out[i] = contact_draw(&s->chance);
        out[i].id = node_id_join(&s->target.id, s->l.asked / 2, &out[i].id);
    }
    return ROUTING_K_MAX;
}

/* A lookup is bounded in queries and memory; ids that BEP 42 forbids, its own id, and port 0 are no
 * candidates. */
static void test_bounds(void)
{
    struct static_net net = new_net(NODES, 0, 7);
    struct search s = new_search(&net, 7);
    s.say = say_new;
    search(&s, draw_live(&s));
    must(s.l.asked == s.rules.queries && s.l.count == LOOKUP_CANDIDATES_MAX);
    for (size_t i = 1; i < s.l.count; i++)
        must(node_id_compare(&s.target.id, &s.l.candidates[i - 1].contact.id,
                             &s.l.candidates[i].contact.id) < 0);
    struct contact nearer = contact_draw(&s.chance), farther = contact_draw(&s.chance);
    nearer.id = node_id_flip(s.target.id, 159);
    farther.id = node_id_flip(s.target.id, 0);
    must(lookup_add(&s.l, &nearer, 1) && !lookup_add(&s.l, &farther, 1));
    lookup_free(&s.l);
    s.rules.bound_ids = true;
    lookup_init(&s.l, &s.target.id, &s.rules);
    nearer = contact_draw(&s.chance);
    must(!lookup_add(&s.l, &nearer, 1));
    nearer.id = bound_id_make(nearer.host, 4, &nearer.id);
    must(lookup_add(&s.l, &nearer, 1));
    farther = contact_at("127.0.0.1");
    must(lookup_add(&s.l, &farther, 1));
    for (int i = 1; i < 10; i++) {
        farther.port++;
        must(lookup_add(&s.l, &farther, 1) == (i < LOOKUP_ADDRESSES_MAX));
    }
    farther = s.self;
    must(!lookup_add(&s.l, &farther, 1));
    lookup_free(&s.l);
    static_net_free(&net);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"ends", test_ends},           {"silent", test_silent}, {"dead", test_dead},
    {"answers", test_answers},     {"sybils", test_sybils}, {"poison", test_poison},
    {"addresses", test_addresses}, {"bounds", test_bounds}, {"late", test_late},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof cases / sizeof *cases; i++)
        if (strcmp(cases[i].name, argv[1]) == 0) {
            cases[i].run();
            return 0;
        }
    errx(2, "usage: searchtest CASE");
}
