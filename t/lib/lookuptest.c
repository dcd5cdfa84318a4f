/*
 * Tests of the routing table and of the lookup (src/lookup), whose callers give the time and
 * chance.
 *
 * lookuptest CASE: one of the table at the end; `bound` takes the vectors on stdin.
 */
#include "lookup/lookup.h"
#include "base/chance.h"
#include "lookup/bound_id.h"
#include "lookup/routing_table.h"
#include "lookupnet.h"
#include "overlay/node_id_draw.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60000 };

/* --- Ids -------------------------------------------------------------------------------------- */

static int bit(const struct node_id *id, unsigned i)
{
    return id->bytes[i / 8] >> (7 - i % 8) & 1;
}

static void test_ids(void)
{
    uint64_t chance = 1;
    for (int i = 0; i < 20000; i++) {
        const struct node_id target = node_id_draw(&chance), random = node_id_draw(&chance);
        const unsigned bits = (unsigned)chance_below(&chance, NODE_ID_BITS);
        const struct node_id a = node_id_join(&target, bits, &random), b = node_id_draw(&chance);
        unsigned common = 0, differ = 0;
        for (unsigned j = 0; j < NODE_ID_BITS; j++)
            must(bit(&a, j) == bit(j < bits ? &target : &random, j));
        while (common < NODE_ID_BITS && bit(&a, common) == bit(&target, common))
            common++;
        must(node_id_common(&a, &target) == common && node_id_common(&target, &a) == common);
        while (bit(&a, differ) == bit(&b, differ))
            differ++;
        const int order = node_id_compare(&target, &a, &b);
        must((order < 0) == (bit(&a, differ) == bit(&target, differ)) && order);
        must(node_id_compare(&target, &a, &a) == 0 && node_id_common(&a, &a) == NODE_ID_BITS);
        const struct node_id flipped = node_id_flip(a, bits);
        must(node_id_common(&flipped, &a) == bits);
    }
}

/* Lines of the vectors: address, chance, the first 21 bits, the last byte. */
static void test_bound(void)
{
    char line[256], text[64], prefix[8];
    unsigned drawn, last, rows = 0;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "%63s %u %7s %x", text, &drawn, prefix, &last) != 4)
            continue;
        struct contact c = {.host_len = strchr(text, ':') ? 16 : 4, .port = 1};
        struct node_id random = {{0}};
        must(inet_pton(c.host_len == 4 ? AF_INET : AF_INET6, text, c.host) == 1);
        random.bytes[NODE_ID_LEN - 1] = (uint8_t)drawn;
        c.id = bound_id_make(c.host, c.host_len, &random);
        char is[8];
        snprintf(is, sizeof is, "%02x%02x%02x", c.id.bytes[0], c.id.bytes[1], c.id.bytes[2] & 0xf8);
        must(strcmp(is, prefix) == 0 && c.id.bytes[19] == last && bound_id_valid(&c));
        for (unsigned i = 0; i < NODE_ID_BITS; i++) {
            struct contact other = c;
            other.id = node_id_flip(c.id, i);
            must(bound_id_valid(&other) == (i > 20 && i < 157));
        }
        rows++;
    }
    must(rows == 8 && crc32c((const uint8_t *)"123456789", 9) == 0xe3069283);
}

static void test_local(void)
{
    static const char *const local[] = {"127.0.0.1",   "10.1.2.3",    "172.16.0.1", "172.31.9.9",
                                        "192.168.7.7", "169.254.1.1", "::1",        "fd77::1",
                                        "fe80::1",     "fc00::2"};
    static const char *const global[] = {"126.0.0.1",   "11.0.0.1",    "172.32.0.1",
                                         "172.15.0.1",  "192.169.0.1", "1.2.3.4",
                                         "2001:db8::1", "ff02::1",     "::2"};
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
        const struct contact c = contact_at(local[i]);
        must(contact_is_local(&c) && bound_id_valid(&c));
    }
    for (size_t i = 0; i < sizeof global / sizeof *global; i++) {
        const struct contact c = contact_at(global[i]);
        must(!contact_is_local(&c) && !bound_id_valid(&c));
    }
    const struct contact a = contact_at("9.8.7.1"), b = contact_at("9.8.7.200"),
                         c = contact_at("9.8.6.1");
    const struct contact d = contact_at("2001:db8:1:2::1"), e = contact_at("2001:db8:1:2:9::"),
                         g = contact_at("2001:db8:1:3::1");
    must(contact_same_network(&a, &b) && !contact_same_network(&a, &c) &&
         !contact_same_network(&a, &d));
    must(contact_same_network(&d, &e) && !contact_same_network(&d, &g));
}

/* --- The table -------------------------------------------------------------------------------- */

static struct routing_table new_table(uint64_t *chance, unsigned k)
{
    struct routing_table t;
    struct routing_policy policy = routing_policy_default;
    const struct node_id self = node_id_draw(chance);
    policy.k = k;
    routing_init(&t, &self, &policy, 0);
    return t;
}

static enum routing_outcome answers(struct routing_table *t, const struct contact *c, int64_t now,
                                    struct contact *ping)
{
    return routing_heard(t, c, true, now, ping);
}

/* A contact that shares exactly so many bits with the table's own id. */
static struct contact sharing(const struct routing_table *t, unsigned bits, uint64_t *chance)
{
    struct contact c = contact_draw(chance);
    c.id = node_id_join(&t->self, bits, &c.id);
    if (node_id_common(&t->self, &c.id) != bits)
        c.id = node_id_flip(c.id, bits);
    return c;
}

/* What must hold of every table at all times. */
static void check_table(const struct routing_table *t)
{
    size_t place = 0, counts[NODE_ID_BITS] = {0}, shown = 0, all = 0;
    for (const struct routing_entry *e; (e = routing_each(t, &place)) != NULL; all++) {
        size_t later = place;
        must(e->answered && !node_id_equal(&e->contact.id, &t->self));
        must(++counts[node_id_common(&e->contact.id, &t->self)] <= t->policy.k);
        shown += !e->hidden && e->fails < t->policy.fails;
        for (const struct routing_entry *o; (o = routing_each(t, &later)) != NULL;) {
            must(!node_id_equal(&e->contact.id, &o->contact.id));
            const unsigned mine = node_id_common(&e->contact.id, &t->self),
                           its = node_id_common(&o->contact.id, &t->self);
            const bool last = mine + 1 >= t->buckets && its + 1 >= t->buckets;
            if (t->policy.one_a_network && contact_same_network(&e->contact, &o->contact)) {
                must(mine != its);
                must(!last || e->hidden || o->hidden || e->fails >= t->policy.fails ||
                     o->fails >= t->policy.fails);
            }
        }
    }
    must(routing_size(t) == shown && shown <= all);
    for (unsigned b = 0; b < routing_buckets(t); b++)
        must(routing_bucket_size(t, b) <= t->policy.k);
}

/* Rule 1: all k live contacts of a full bucket stay; the newcomer waits until the oldest does not
 * answer; then it takes that place. */
static void test_full(void)
{
    uint64_t chance = 2;
    struct routing_table t = new_table(&chance, 8);
    struct contact in[8], more[8], ping;
    for (int i = 0; i < 8; i++) {
        in[i] = sharing(&t, 0, &chance);
        must(answers(&t, &in[i], i, &ping) == ROUTING_KEPT && !ping.host_len);
    }
    for (int i = 0; i < 8; i++) {
        more[i] = sharing(&t, 0, &chance);
        must(answers(&t, &more[i], MINUTE + i, &ping) == ROUTING_WAITS && !ping.host_len);
    }
    for (int i = 0; i < 8; i++)
        must(routing_has(&t, &in[i]) && !routing_has(&t, &more[i]));
    /* After 15 minutes the oldest is pinged, once. */
    struct contact late = sharing(&t, 0, &chance), later = sharing(&t, 0, &chance);
    must(answers(&t, &late, 15 * MINUTE, &ping) == ROUTING_WAITS && contact_equal(&ping, &in[0]));
    must(answers(&t, &later, 15 * MINUTE, &ping) == ROUTING_WAITS && !ping.host_len);
    /* It answers and stays; then the next is the oldest, and does not. */
    must(answers(&t, &in[0], 15 * MINUTE + 1, &ping) == ROUTING_KEPT && !ping.host_len);
    struct contact last = sharing(&t, 0, &chance);
    must(answers(&t, &last, 15 * MINUTE + 1, &ping) == ROUTING_WAITS &&
         contact_equal(&ping, &in[1]));
    routing_failed(&t, &in[1], &ping);
    must(contact_equal(&ping, &in[1]) && routing_has(&t, &in[1]));
    routing_failed(&t, &in[1], &ping);
    must(!ping.host_len && !routing_has(&t, &in[1]) && routing_has(&t, &last));
    must(routing_bucket_size(&t, 0) == 8);
    check_table(&t);
    routing_free(&t);
}

/* ... and only the bucket with our own id splits. */
static void test_split(void)
{
    uint64_t chance = 3;
    for (unsigned k = 1; k <= 20; k += 19) {
        struct routing_table t = new_table(&chance, k);
        size_t counts[NODE_ID_BITS] = {0};
        struct contact ping;
        for (int i = 0; i < 5000; i++) {
            struct contact c = contact_draw(&chance);
            counts[node_id_common(&c.id, &t.self)]++;
            answers(&t, &c, 0, &ping);
            unsigned n = 0;
            for (size_t rest = (size_t)i + 1; rest > k; n++)
                rest -= counts[n];
            must(routing_buckets(&t) == (n ? n : 1) || routing_buckets(&t) == n + 1);
        }
        const unsigned n = routing_buckets(&t);
        size_t last = 0;
        for (unsigned b = 0; b < n - 1; b++)
            must(routing_bucket_size(&t, b) == (counts[b] < k ? counts[b] : k));
        for (unsigned b = n - 1; b < NODE_ID_BITS; b++)
            last += counts[b];
        must(last <= k && routing_bucket_size(&t, n - 1) == last);
        must(last + counts[n - 2] > k);
        check_table(&t);
        routing_free(&t);
    }
}

/* Rule 2: each bucket has a lookup in its range every 15 minutes, and none twice in that time. */
static void test_refresh(void)
{
    uint64_t chance = 4;
    struct routing_table t = new_table(&chance, 8);
    struct contact ping;
    struct node_id target;
    int64_t last[NODE_ID_BITS];
    for (int i = 0; i < 1000; i++) {
        struct contact c = contact_draw(&chance);
        answers(&t, &c, 0, &ping);
    }
    const unsigned n = routing_buckets(&t);
    for (unsigned b = 0; b < n; b++)
        last[b] = -1;
    for (int64_t now = 0; now <= 120 * MINUTE; now += 1000) {
        must((routing_refresh_due(&t) <= now) == (now % (15 * MINUTE) == 0) || now >= 50 * MINUTE);
        if (now == 50 * MINUTE) { /* another lookup counts, too */
            target = node_id_flip(t.self, 2);
            routing_looked(&t, &target, now);
            must(last[2] == 45 * MINUTE);
            last[2] = now;
        }
        for (;;) {
            const struct node_id random = node_id_draw(&chance);
            if (!routing_refresh(&t, now, &random, &target))
                break;
            unsigned b = node_id_common(&t.self, &target);
            b = b < n - 1 ? b : n - 1;
            must(last[b] < 0 ? now == 0 : now - last[b] == 15 * MINUTE);
            last[b] = now;
        }
    }
    for (unsigned b = 0; b < n; b++)
        must(last[b] > 105 * MINUTE || last[b] == 105 * MINUTE || last[b] == 120 * MINUTE);
    routing_free(&t);
}

/* Rule 3: who has never answered is given to nobody. */
static void test_unanswered(void)
{
    uint64_t chance = 5;
    struct routing_table t = new_table(&chance, 8);
    struct contact list[64], ping, pinged[8];
    for (int i = 0; i < 8; i++) {
        const struct contact c = sharing(&t, 0, &chance);
        must(routing_heard(&t, &c, false, 0, &ping) == ROUTING_WAITS && contact_equal(&ping, &c));
        must(routing_heard(&t, &c, false, 1, &ping) == ROUTING_WAITS && !ping.host_len);
        pinged[i] = c;
    }
    /* No more are pinged than could have a place. */
    for (int i = 0; i < 1000; i++) {
        const struct contact c = sharing(&t, 0, &chance);
        must(routing_heard(&t, &c, false, 2, &ping) == ROUTING_REFUSED && !ping.host_len);
    }
    must(routing_closest(&t, &t.self, true, list, 64) == 0 && routing_size(&t) == 0);
    must(answers(&t, &pinged[3], 3, &ping) == ROUTING_KEPT);
    must(routing_closest(&t, &t.self, false, list, 64) == 1 && contact_equal(&list[0], &pinged[3]));
    for (int i = 0; i < 8; i++)
        if (i != 3)
            routing_failed(&t, &pinged[i], &ping);
    for (int i = 0; i < 7; i++) {
        const struct contact c = sharing(&t, 0, &chance);
        must(answers(&t, &c, 4, &ping) == ROUTING_KEPT);
    }
    /* Queries of strangers push out neither those who wait and have answered, nor those who have a
     * place. */
    const struct contact proved = sharing(&t, 0, &chance);
    must(answers(&t, &proved, 5, &ping) == ROUTING_WAITS);
    for (int i = 0; i < 1000; i++) {
        const struct contact c = sharing(&t, 0, &chance);
        routing_heard(&t, &c, false, 6, &ping);
        must(!ping.host_len);
    }
    must(routing_has(&t, &pinged[3]));
    for (int i = 0; i < 7; i++) {
        const struct contact c = sharing(&t, 0, &chance);
        must(answers(&t, &c, 7, &ping) == ROUTING_WAITS);
    }
    for (int i = 0; i < 10; i++) {
        const struct contact c = sharing(&t, 0, &chance);
        must(routing_heard(&t, &c, false, 8, &ping) == ROUTING_REFUSED && !ping.host_len);
    }
    routing_failed(&t, &pinged[3], &ping);
    routing_failed(&t, &pinged[3], &ping);
    must(!ping.host_len && !routing_has(&t, &pinged[3]) && routing_bucket_size(&t, 0) == 8);
    check_table(&t);
    routing_free(&t);
}

/* Rule 7: who answers with another id has no place any more; who waits takes it. An id keeps the
 * address that answered. */
static void test_wrong_id(void)
{
    uint64_t chance = 6;
    struct routing_table t = new_table(&chance, 1);
    const struct contact liar = sharing(&t, 0, &chance), next = sharing(&t, 0, &chance);
    struct contact thief = liar, ping;
    must(answers(&t, &liar, 0, &ping) == ROUTING_KEPT);
    must(answers(&t, &next, 0, &ping) == ROUTING_WAITS);
    thief.port++;
    must(answers(&t, &thief, 1, &ping) == ROUTING_REFUSED);
    must(routing_heard(&t, &thief, false, 1, &ping) == ROUTING_REFUSED);
    routing_failed(&t, &thief, &ping);
    routing_drop(&t, &thief, &ping);
    must(routing_has(&t, &liar) && !routing_has(&t, &thief));
    routing_drop(&t, &liar, &ping);
    must(!routing_has(&t, &liar) && routing_has(&t, &next));
    /* Our own id, and port 0, are no contacts. */
    struct contact own = next;
    own.id = t.self;
    must(answers(&t, &own, 1, &ping) == ROUTING_REFUSED);
    routing_failed(&t, &own, &ping);
    routing_drop(&t, &own, &ping);
    own = next;
    own.port = 0;
    must(answers(&t, &own, 1, &ping) == ROUTING_REFUSED);
    routing_free(&t);
}

static void shuffle(struct contact *list, size_t count, uint64_t *chance)
{
    for (size_t i = count; i > 1; i--) {
        const size_t j = (size_t)chance_below(chance, i);
        const struct contact c = list[i - 1];
        list[i - 1] = list[j];
        list[j] = c;
    }
}

/* Rules 8 and 9: a thousand ids of one /24, near and far, have one place a bucket; and whatever the
 * order in which all come, the buckets have the same sizes. */
static void test_sybils(void)
{
    enum { HONEST = 500, SYBILS = 1000, ALL = HONEST + SYBILS };
    static struct contact list[ALL];
    uint64_t chance = 7;
    size_t sizes[NODE_ID_BITS], buckets = 0;
    const struct routing_table first = new_table(&chance, 8);
    for (int i = 0; i < ALL; i++) {
        list[i] = sharing(&first,
                          i % 3 ? (unsigned)__builtin_ctzll(chance_next(&chance) | 1ULL << 20)
                                : (unsigned)chance_below(&chance, NODE_ID_BITS),
                          &chance);
        if (i < HONEST)
            list[i] = contact_draw(&chance);
        else
            memcpy(list[i].host, "\x05\x06\x07", 3);
    }
    for (int run = 0; run < 40; run++) {
        struct routing_table t;
        struct contact ping, near[8];
        shuffle(list, ALL, &chance);
        routing_init(&t, &first.self, &first.policy, 0);
        for (int i = 0; i < ALL; i++)
            answers(&t, &list[i], 0, &ping);
        if (run == 0)
            buckets = routing_buckets(&t);
        must(routing_buckets(&t) == buckets && buckets < 12);
        for (unsigned b = 0; b < buckets; b++) {
            if (run == 0)
                sizes[b] = routing_bucket_size(&t, b);
            must(routing_bucket_size(&t, b) == sizes[b]);
        }
        size_t sybils = 0, count = routing_closest(&t, &t.self, false, near, 8);
        for (size_t i = 0; i < count; i++)
            sybils += memcmp(near[i].host, "\x05\x06\x07", 3) == 0;
        must(sybils <= 2);
        if (run < 3)
            check_table(&t);
        routing_free(&t);
    }
}

/* Rule 9 for tables of all sizes, and addresses that repeat in any way. */
static void test_order(void)
{
    static struct contact list[400];
    uint64_t chance = 8;
    for (int round = 0; round < 60; round++) {
        const size_t count = 1 + (size_t)chance_below(&chance, 400);
        const unsigned networks = 1 + (unsigned)chance_below(&chance, 200);
        size_t sizes[NODE_ID_BITS], buckets = 0;
        const struct routing_table first = new_table(&chance,
                                                     1 + (unsigned)chance_below(&chance, 20));
        for (size_t i = 0; i < count; i++) {
            list[i] = contact_draw(&chance);
            list[i].host[1] = 0;
            list[i].host[2] = (uint8_t)chance_below(&chance, networks);
        }
        for (int run = 0; run < 5; run++) {
            struct routing_table t;
            struct contact ping;
            routing_init(&t, &first.self, &first.policy, 0);
            shuffle(list, count, &chance);
            for (size_t i = 0; i < count; i++)
                answers(&t, &list[i], run, &ping);
            buckets = run ? buckets : routing_buckets(&t);
            must(routing_buckets(&t) == buckets);
            for (unsigned b = 0; b < buckets; b++) {
                sizes[b] = run ? sizes[b] : routing_bucket_size(&t, b);
                must(routing_bucket_size(&t, b) == sizes[b]);
            }
            routing_free(&t);
        }
    }
}

/* A node that was offline finds all its contacts bad, knows them still, and comes back. */
static void test_offline(void)
{
    uint64_t chance = 9;
    struct routing_table t = new_table(&chance, 8);
    struct contact list[64], bad[64], ping;
    for (int i = 0; i < 60; i++) {
        const struct contact c = contact_draw(&chance);
        answers(&t, &c, 0, &ping);
    }
    const size_t count = routing_closest(&t, &t.self, false, list, 64);
    for (size_t i = 0; i < 2 * count; i++)
        routing_failed(&t, &list[i % count], &ping);
    must(routing_closest(&t, &t.self, false, bad, 64) < count);
    for (int i = 0; i < 8 * 8; i++) /* those who had waited fail as well */
        for (size_t j = 0, n = routing_closest(&t, &t.self, false, bad, 64); j < n; j++)
            routing_failed(&t, &bad[j], &ping);
    must(routing_closest(&t, &t.self, false, bad, 64) == 0 && routing_size(&t) == 0);
    must(routing_closest(&t, &t.self, true, bad, 64) >= count);
    must(answers(&t, &bad[0], 1, &ping) == ROUTING_KEPT);
    must(routing_closest(&t, &t.self, false, list, 64) == 1);
    check_table(&t);
    routing_free(&t);
}

/* Another id of our own, and rules of BEP 42. */
static void test_rename(void)
{
    uint64_t chance = 10;
    struct routing_table t = new_table(&chance, 8);
    struct contact ping;
    for (int i = 0; i < 300; i++) {
        const struct contact c = contact_draw(&chance);
        answers(&t, &c, 0, &ping);
    }
    struct node_id target, self = node_id_draw(&chance);
    while (routing_refresh(&t, 0, &self, &target))
        ;
    const size_t before = routing_size(&t);
    routing_rename(&t, &self, MINUTE);
    must(node_id_equal(&t.self, &self) && routing_size(&t) > 8 && routing_size(&t) <= before);
    must(routing_refresh_due(&t) <= MINUTE);
    check_table(&t);
    struct routing_policy policy = routing_policy_default;
    policy.bound_ids = true;
    routing_free(&t);
    routing_init(&t, &self, &policy, 0);
    struct contact c = contact_draw(&chance), local = contact_at("10.0.0.1");
    local.id = c.id;
    must(answers(&t, &c, 0, &ping) == ROUTING_REFUSED &&
         answers(&t, &local, 0, &ping) == ROUTING_KEPT);
    c.id = bound_id_make(c.host, 4, &c.id);
    must(answers(&t, &c, 0, &ping) == ROUTING_KEPT);
    routing_free(&t);
}

/* Anything in any order: what must hold holds, and the nearest are those of a plain sort. */
static void test_anything(void)
{
    uint64_t chance = 11;
    for (int round = 0; round < 40; round++) {
        struct routing_table t = new_table(&chance, 1 + (unsigned)chance_below(&chance, 10));
        static struct contact known[200];
        struct contact ping, near[20];
        for (int i = 0; i < 200; i++) {
            known[i] = sharing(&t, (unsigned)__builtin_ctzll(chance_next(&chance) | 1ULL << 40),
                               &chance);
            known[i].host[1] = known[i].host[2] = 0;
            known[i].host[0] = (uint8_t)(11 + chance_below(&chance, 80));
        }
        t.policy.one_a_network = round % 2;
        for (int64_t now = 0; now < 2000; now++) {
            const struct contact *c = &known[chance_below(&chance, 200)];
            switch (chance_below(&chance, 8)) {
            case 0:
                routing_heard(&t, c, false, now * MINUTE / 10, &ping);
                break;
            case 1:
            case 2:
                routing_failed(&t, c, &ping);
                break;
            case 3:
                routing_drop(&t, c, &ping);
                break;
            default:
                answers(&t, c, now * MINUTE / 10, &ping);
            }
            if (ping.host_len && chance_below(&chance, 2))
                answers(&t, &ping, now * MINUTE / 10, &ping);
            if (now % 20)
                continue;
            check_table(&t);
            const struct node_id target = chance_below(&chance, 2) ? c->id : node_id_draw(&chance);
            const size_t max = 1 + (size_t)chance_below(&chance, 20),
                         n = routing_closest(&t, &target, false, near, max);
            size_t place = 0, nearer = 0;
            must(n == (routing_size(&t) < max ? routing_size(&t) : max));
            for (const struct routing_entry *e; (e = routing_each(&t, &place)) != NULL;)
                nearer += !e->hidden && e->fails < t.policy.fails && n &&
                          node_id_compare(&target, &e->contact.id, &near[n - 1].id) <= 0;
            must(nearer == n);
            for (size_t i = 1; i < n; i++)
                must(node_id_compare(&target, &near[i - 1].id, &near[i].id) < 0);
        }
        routing_free(&t);
    }
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"ids", test_ids},
    {"bound", test_bound},
    {"local", test_local},
    {"full", test_full},
    {"split", test_split},
    {"refresh", test_refresh},
    {"unanswered", test_unanswered},
    {"wrong-id", test_wrong_id},
    {"sybils", test_sybils},
    {"order", test_order},
    {"offline", test_offline},
    {"rename", test_rename},
    {"anything", test_anything},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof cases / sizeof *cases; i++)
        if (strcmp(cases[i].name, argv[1]) == 0) {
            cases[i].run();
            return 0;
        }
    errx(2, "usage: lookuptest CASE");
}
