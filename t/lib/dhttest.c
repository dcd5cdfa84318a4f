/*
 * dhttest: a DHT node (src/dht) in virtual time, against what others send it: the rules of BEP 5,
 * 42 and 43 that implementations have broken, and attacks. It prints the name of each check, and
 * ends with 1 at the first that fails.
 */
#include "base/chance.h"
#include "crypto/ed25519.h"
#include "dht/node.h"
#include "dht/source.h"
#include "lookup/bound_id.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENT_MAX = 4096, MINUTE = 60000 };

/* A node, its clock, and what it has sent. */
struct test {
    struct dht_node *node;
    int64_t now;
    uint64_t chance;
    size_t count;
    struct sent {
        struct contact to;
        size_t len;
        uint8_t bytes[KRPC_BYTES_MAX];
    } sent[SENT_MAX];
    uint8_t renamed; /* host_len of the id that was */
    size_t values;   /* peers that a search has found */
    bool over;
    struct dht_outcome outcome;
};

static const char *checking;

#define must(truth)                                                                                \
    ((truth) ? (void)0 : errx(1, "%s: line %d: not so: %s", checking, __LINE__, #truth))

/* --- The world ------------------------------------------------------------------------------- */

static void keep(void *self, const struct contact *to, const void *bytes, size_t n)
{
    struct test *t = self;
    must(t->count < SENT_MAX && n <= KRPC_BYTES_MAX);
    t->sent[t->count].to = *to;
    t->sent[t->count].len = n;
    memcpy(t->sent[t->count++].bytes, bytes, n);
}

static void draw(void *self, void *out, size_t n)
{
    struct test *t = self;
    uint8_t *bytes = out;
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)chance_next(&t->chance);
}

static void rename_node(void *self, uint8_t host_len)
{
    struct test *t = self;
    t->renamed = host_len;
}

static struct node_id id_of(uint64_t n)
{
    struct node_id id;
    uint64_t state = n;
    for (int i = 0; i < NODE_ID_LEN; i++)
        id.bytes[i] = (uint8_t)chance_next(&state);
    return id;
}

/* An address on the Internet, of a network of its own for each n. */
static struct contact contact_of(uint64_t n)
{
    struct contact c = {.id = id_of(n), .host_len = 4, .port = (uint16_t)(1024 + n % 60000)};
    c.host[0] = (uint8_t)(20 + n % 100);
    c.host[1] = (uint8_t)(n / 100);
    c.host[2] = (uint8_t)(n / 25600);
    c.host[3] = 7;
    return c;
}

static struct test *begin(const char *name, struct dht_config config)
{
    struct test *t = calloc(1, sizeof *t);
    struct dht_host host = {.send = keep, .random = draw, .renamed = rename_node, .self = t};
    checking = name;
    must(t);
    t->chance = 7;
    t->now = 1000;
    config.ids[0] = config.ids[1] = id_of(1);
    t->node = dht_node_new(&config, &host, t->now);
    must(t->node);
    return t;
}

static void end(struct test *t)
{
    puts(checking);
    dht_node_free(t->node);
    free(t);
}

static void give(struct test *t, const struct contact *from, struct krpc *m)
{
    struct buf out = {0};
    if (!m->transaction.at)
        m->transaction = (struct krpc_bytes){(const uint8_t *)"aa", 2};
    must(krpc_write(m, &out) == 0);
    dht_node_received(t->node, from, out.data, out.len, t->now);
    buf_free(&out);
}

static struct krpc_bytes id_bytes(const struct node_id *id)
{
    return (struct krpc_bytes){id->bytes, NODE_ID_LEN};
}

/* A query of this contact. Gives the answer, or NULL if there was none; answers are those after
 * `before` sent messages. */
static bool ask(struct test *t, const struct contact *from, struct krpc *m, struct krpc *answer)
{
    struct fault f;
    size_t before = t->count;
    m->kind = KRPC_QUERY;
    m->id = id_bytes(&from->id);
    give(t, from, m);
    for (size_t i = before; i < t->count; i++)
        if (krpc_read(t->sent[i].bytes, t->sent[i].len, answer, &f) == 0 &&
            answer->kind != KRPC_QUERY && contact_same_address(&t->sent[i].to, from))
            return true;
    return false;
}

/* Answers each query that the node has sent to this contact, as the contact with this id. */
static void answer_as(struct test *t, const struct contact *c, const struct node_id *id,
                      const struct krpc *with)
{
    struct fault f;
    size_t all = t->count;
    for (size_t i = 0; i < all; i++) {
        struct krpc m, reply = *with;
        if (!contact_same_address(&t->sent[i].to, c) ||
            krpc_read(t->sent[i].bytes, t->sent[i].len, &m, &f) || m.kind != KRPC_QUERY)
            continue;
        reply.kind = KRPC_REPLY;
        reply.id = id_bytes(id);
        reply.transaction = m.transaction;
        give(t, c, &reply);
    }
}

static void answer_plainly(struct test *t, const struct contact *c)
{
    answer_as(t, c, &c->id, &(struct krpc){0});
}

static void pass(struct test *t, int64_t ms)
{
    int64_t until = t->now + ms;
    while (dht_node_due(t->node) <= until) {
        int64_t due = dht_node_due(t->node);
        t->now = due > t->now ? due : t->now + 1;
        dht_node_tick(t->node, t->now);
    }
    t->now = until;
    dht_node_tick(t->node, t->now);
}

static bool is_contact(const struct test *t, const struct contact *c)
{
    return routing_has(dht_node_table(t->node, c->host_len), c);
}

/* A contact that has asked, and then answered. */
static void befriend(struct test *t, const struct contact *c)
{
    struct krpc m = {.method = KRPC_PING}, answer;
    ask(t, c, &m, &answer);
    answer_plainly(t, c);
}

static bool has_node(struct krpc_bytes nodes, const struct contact *c)
{
    struct contact list[16];
    size_t count = compact_get_nodes(nodes, 4, list, 16);
    for (size_t i = 0; i < count; i++)
        if (contact_equal(&list[i], c))
            return true;
    return false;
}

/* --- Tokens (rule 6) -------------------------------------------------------------------------- */

static int announce(struct test *t, const struct contact *c, const struct node_id *key,
                    struct krpc_bytes token)
{
    struct krpc m = {.method = KRPC_ANNOUNCE_PEER, .target = id_bytes(key), .token = token};
    struct krpc answer;
    m.port = (struct krpc_number){true, 7000};
    must(ask(t, c, &m, &answer));
    return answer.kind == KRPC_ERROR ? (int)answer.code.n : 0;
}

static struct krpc_bytes token_for(struct test *t, const struct contact *c,
                                   const struct node_id *key, uint8_t keeps[64])
{
    struct krpc m = {.method = KRPC_GET_PEERS, .target = id_bytes(key)}, answer;
    must(ask(t, c, &m, &answer) && answer.token.at && answer.token.len <= 64);
    memcpy(keeps, answer.token.at, answer.token.len);
    return (struct krpc_bytes){keeps, answer.token.len};
}

static void tokens(void)
{
    struct test *t = begin("tokens: one key, one address, ten minutes", (struct dht_config){0});
    struct node_id a = id_of(100), b = id_of(101);
    struct contact c = contact_of(2), other = contact_of(3), port = c;
    uint8_t keeps[64];
    port.port++;
    t->now = 100 * 5 * MINUTE; /* the first moment of a secret */
    struct krpc_bytes token = token_for(t, &c, &a, keeps);
    must(announce(t, &c, &a, token) == 0);
    must(announce(t, &port, &a, token) == 0);
    must(announce(t, &c, &b, token) == KRPC_PROTOCOL);
    must(announce(t, &other, &a, token) == KRPC_PROTOCOL);
    must(announce(t, &c, &a, (struct krpc_bytes){keeps, 7}) == KRPC_PROTOCOL);
    must(announce(t, &c, &a, (struct krpc_bytes){keeps, 0}) == KRPC_PROTOCOL);
    keeps[3] ^= 1;
    must(announce(t, &c, &a, token) == KRPC_PROTOCOL);
    keeps[3] ^= 1;
    t->now += 10 * MINUTE - 1;
    must(announce(t, &c, &a, token) == 0);
    t->now += 1;
    must(announce(t, &c, &a, token) == KRPC_PROTOCOL);
    end(t);
}

/* --- Contacts (rules 1, 3, 7, 8, 10) ---------------------------------------------------------- */

static void contacts(void)
{
    struct test *t = begin("contacts: only who has answered, and is not read-only",
                           (struct dht_config){0});
    struct contact silent = contact_of(2), good = contact_of(3), shy = contact_of(4);
    struct krpc m = {.method = KRPC_PING}, answer;
    must(ask(t, &silent, &m, &answer) && !is_contact(t, &silent));
    befriend(t, &good);
    must(is_contact(t, &good));
    struct krpc quiet = {.method = KRPC_FIND_NODE, .read_only = true, .target = id_bytes(&shy.id)};
    size_t before = t->count;
    must(ask(t, &shy, &quiet, &answer) && has_node(answer.nodes, &good));
    must(t->count == before + 1); /* it is not even pinged */
    struct krpc find = {.method = KRPC_FIND_NODE, .target = id_bytes(&shy.id)};
    must(ask(t, &silent, &find, &answer) && has_node(answer.nodes, &good));
    must(!has_node(answer.nodes, &shy) && !has_node(answer.nodes, &silent));
    end(t);
}

static void impostors(void)
{
    struct test *t = begin("a reply with another id is no answer", (struct dht_config){0});
    struct contact c = contact_of(2), liar = contact_of(3);
    struct krpc m = {.method = KRPC_PING}, answer;
    ask(t, &liar, &m, &answer);
    struct node_id other = id_of(99);
    answer_as(t, &liar, &other, &(struct krpc){0});
    must(!is_contact(t, &liar));
    befriend(t, &c);
    must(is_contact(t, &c));
    /* a reply to a query of ours from another address, and one that was never asked for */
    struct krpc reply = {.kind = KRPC_REPLY, .id = id_bytes(&liar.id)};
    give(t, &liar, &reply);
    must(!is_contact(t, &liar));
    end(t);
}

static void sybils(void)
{
    struct test *t = begin("a thousand ids of one network take one place a bucket",
                           (struct dht_config){0});
    for (uint64_t n = 0; n < 1000; n++) {
        struct contact c = contact_of(2);
        c.id = id_of(1000 + n);
        c.host[3] = (uint8_t)n;
        c.port = (uint16_t)(2000 + n);
        befriend(t, &c);
        t->count = 0;
    }
    const struct routing_table *table = dht_node_table(t->node, 4);
    for (unsigned b = 0; b < routing_buckets(table); b++)
        must(routing_bucket_size(table, b) <= 1);
    must(routing_size(table) >= 1);
    end(t);
}

static void full_buckets(void)
{
    struct test *t = begin("a full bucket keeps its live contacts", (struct dht_config){0});
    struct contact list[DHT_K], late = contact_of(900);
    size_t count = 0;
    for (uint64_t n = 10; count < DHT_K; n++) {
        struct contact c = contact_of(n);
        if (node_id_common(&c.id, dht_node_id(t->node, 4)) > 0)
            continue;
        befriend(t, &c);
        list[count++] = c;
    }
    for (uint64_t n = 900; node_id_common(&late.id, dht_node_id(t->node, 4)) > 0; n++)
        late = contact_of(n);
    befriend(t, &late);
    for (size_t i = 0; i < DHT_K; i++)
        must(is_contact(t, &list[i]));
    must(!is_contact(t, &late));
    end(t);
}

/* --- Our own id (rule 12) --------------------------------------------------------------------- */

static void votes(void)
{
    struct test *t = begin("our id follows our address once four networks agree; one liar never",
                           (struct dht_config){.is_bound = true});
    struct contact self = {.host_len = 4, .port = 1, .host = {124, 31, 75, 21}}, lie = self;
    uint8_t ip[COMPACT_MAX], false_ip[COMPACT_MAX];
    lie.host[0] = 125;
    size_t n = compact_put(&self, ip);
    compact_put(&lie, false_ip);
    for (uint64_t i = 0; i < 300; i++) {
        struct contact c = contact_of(100 * i + 5); /* all of 25.x */
        struct krpc m = {.method = KRPC_PING}, answer;
        t->now += 1000;
        ask(t, &c, &m, &answer);
        answer_as(t, &c, &c.id, &(struct krpc){.ip = {false_ip, n}});
        t->count = 0;
    }
    must(!t->renamed);
    for (uint64_t i = 10; i < 14; i++) {
        struct contact c = contact_of(i);
        struct krpc m = {.method = KRPC_PING}, answer;
        must(!t->renamed);
        t->now += 1000;
        ask(t, &c, &m, &answer);
        answer_as(t, &c, &c.id, &(struct krpc){.ip = {ip, n}});
        t->count = 0;
    }
    must(t->renamed);
    self.id = *dht_node_id(t->node, 4);
    must(bound_id_valid(&self));
    end(t);
}

/* Four of other networks say that we are at this address. */
static void vote_for(struct test *t, const struct contact *self)
{
    uint8_t ip[COMPACT_MAX];
    const size_t n = compact_put(self, ip);
    for (uint64_t i = 10; i < 14; i++) {
        struct contact c = contact_of(i);
        struct krpc m = {.method = KRPC_PING}, answer;
        c.host_len = self->host_len;
        t->now += 1000;
        ask(t, &c, &m, &answer);
        answer_as(t, &c, &c.id, &(struct krpc){.ip = {ip, n}});
        t->count = 0;
    }
}

static void families(void)
{
    struct test *t = begin("each family has an id of its own, which only its votes change",
                           (struct dht_config){.is_bound = true});
    struct contact four = {.host_len = 4, .port = 1, .host = {124, 31, 75, 21}};
    struct contact six = {.host_len = 16, .port = 1, .host = {0x20, 1, 0xd, 0xb8, 1}};
    struct krpc m = {.method = KRPC_PING}, answer;
    const struct node_id first = *dht_node_id(t->node, 4);
    vote_for(t, &six);
    six.id = *dht_node_id(t->node, 16);
    must(t->renamed == 16 && bound_id_valid(&six));
    must(node_id_equal(dht_node_id(t->node, 4), &first));
    vote_for(t, &four);
    four.id = *dht_node_id(t->node, 4);
    must(t->renamed == 4 && bound_id_valid(&four));
    must(node_id_equal(dht_node_id(t->node, 16), &six.id));
    /* each is told where it holds */
    for (uint8_t host_len = 4; host_len <= 16; host_len += 12) {
        struct contact c = contact_of(50);
        c.host_len = host_len;
        must(ask(t, &c, &m, &answer));
        must(memcmp(answer.id.at, dht_node_id(t->node, host_len)->bytes, NODE_ID_LEN) == 0);
    }
    end(t);
}

/* --- Amplification and floods ----------------------------------------------------------------- */

static void fill(struct test *t, const struct node_id *key)
{
    uint8_t keeps[64];
    for (uint64_t n = 10; n < 110; n++) {
        struct contact c = contact_of(n);
        befriend(t, &c);
        announce(t, &c, key, token_for(t, &c, key, keeps));
        t->count = 0;
    }
}

static void amplification(void)
{
    struct test *t = begin("no reply is longer than two queries, to who has not proved its address",
                           (struct dht_config){0});
    struct node_id key = id_of(100);
    static const enum krpc_method all[] = {KRPC_PING, KRPC_FIND_NODE,         KRPC_GET_PEERS,
                                           KRPC_GET,  KRPC_SAMPLE_INFOHASHES, KRPC_ANNOUNCE_PEER,
                                           KRPC_PUT};
    fill(t, &key);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (size_t padding = 0; padding < 700; padding += 7) {
            struct contact c = contact_of(2000 + 100 * i + padding);
            struct krpc m = {.kind = KRPC_QUERY, .method = all[i], .id = id_bytes(&c.id)}, read;
            struct buf out = {0};
            struct fault f;
            m.target = id_bytes(&key);
            m.transaction = (struct krpc_bytes){(const uint8_t *)"t", 1};
            m.padding = padding;
            must(krpc_write(&m, &out) == 0);
            t->count = 0;
            dht_node_received(t->node, &c, out.data, out.len, t->now);
            size_t came = 0;
            for (size_t s = 0; s < t->count; s++)
                if (contact_same_address(&t->sent[s].to, &c) &&
                    krpc_read(t->sent[s].bytes, t->sent[s].len, &read, &f) == 0 &&
                    read.kind != KRPC_QUERY)
                    came += t->sent[s].len;
            must(came > 0 && came <= 2 * out.len);
            buf_free(&out);
        }
    /* once it has, all that it asked for */
    t->now += 10000;
    struct contact c = contact_of(3000);
    struct krpc m = {.method = KRPC_GET_PEERS, .target = id_bytes(&key)}, answer;
    must(ask(t, &c, &m, &answer) && answer.value_count < 20);
    answer_plainly(t, &c);
    must(ask(t, &c, &m, &answer) && answer.value_count == 100 && answer.nodes.len == 208);
    end(t);
}

static void floods(void)
{
    struct test *t = begin("one address is answered at its rate, and another meanwhile",
                           (struct dht_config){.queries = 10});
    struct contact c = contact_of(2), other = contact_of(3);
    struct krpc m = {.method = KRPC_PING}, answer;
    unsigned answered = 0;
    for (int i = 0; i < 3000; i++) {
        answered += ask(t, &c, &m, &answer);
        t->count = 0;
        c.port = (uint16_t)(2000 + i);
    }
    must(answered == 150);
    must(ask(t, &other, &m, &answer));
    t->now += 1000;
    answered = 0;
    for (int i = 0; i < 100; i++)
        answered += ask(t, &c, &m, &answer);
    must(answered == 10);
    end(t);
}

static void garbage(void)
{
    struct test *t = begin("garbage is not answered", (struct dht_config){0});
    struct contact c = contact_of(2);
    static const char *const bad[] = {"",
                                      "x",
                                      "de",
                                      "d1:y1:qe",
                                      "d1:y1:re",
                                      "d1:q4:ping1:y1:x e",
                                      "d1:rd2:id20:aaaaaaaaaaaaaaaaaaaae1:t2:aa1:y1:re",
                                      "d1:ad2:id20:aaaaaaaaaaaaaaaaaaaae1:q4:ping1:t2:aa1:y1:qe!"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        dht_node_received(t->node, &c, bad[i], strlen(bad[i]), t->now);
    must(t->count == 0);
    end(t);
}

/* --- Searches (rules 2, 4, 5, 7, 11) ---------------------------------------------------------- */

static void found(void *self, const struct contact *peer)
{
    struct test *t = self;
    (void)peer;
    t->values++;
}

static void done(void *self, const struct dht_outcome *outcome)
{
    struct test *t = self;
    t->over = true;
    t->outcome = *outcome;
}

static void search(struct test *t, const struct node_id *key, bool announces)
{
    struct dht_goal goal = {.method = KRPC_GET_PEERS,
                            .target = *key,
                            .host_len = 4,
                            .announce = announces,
                            .peer = found,
                            .done = done,
                            .self = t};
    must(dht_node_search(t->node, &goal, t->now) == 0);
    dht_node_tick(t->node, t->now);
}

static void quirks(void)
{
    struct test *t = begin("searches: values without nodes, neither, and poisoned replies",
                           (struct dht_config){.read_only = true});
    struct node_id key = id_of(100), wrong = id_of(98);
    struct contact list[4];
    uint8_t peer[6] = {1, 2, 3, 4, 5, 6};
    struct krpc none = {0}, token = {.token = {(const uint8_t *)"token", 5}};
    struct krpc values = token;
    values.values[0] = (struct krpc_bytes){peer, 6};
    values.value_count = 1;
    for (uint64_t i = 0; i < 4; i++) {
        list[i] = contact_of(10 + i);
        dht_node_meet(t->node, &list[i], t->now);
        answer_plainly(t, &list[i]);
    }
    t->count = 0;
    search(t, &key, true);
    for (int i = 0; i < 2; i++) { /* three are asked at a time */
        answer_as(t, &list[0], &list[0].id, &none);
        answer_as(t, &list[1], &list[1].id, &values);
        answer_as(t, &list[2], &wrong, &values);
        answer_as(t, &list[3], &list[3].id, &token);
    }
    must(t->values == 1); /* not the impostor's */
    for (size_t i = 0; i < 4; i++)
        answer_plainly(t, &list[i]);
    pass(t, 10000);
    must(t->over && t->outcome.answered == 3 && t->outcome.stored == 2);
    end(t);
}

static void silence(void)
{
    struct test *t = begin("one who never replies delays a search by its own timeout at most",
                           (struct dht_config){.read_only = true});
    struct node_id key = id_of(100);
    struct contact list[6];
    for (uint64_t i = 0; i < 6; i++) {
        list[i] = contact_of(10 + i);
        dht_node_meet(t->node, &list[i], t->now);
        answer_plainly(t, &list[i]);
    }
    t->count = 0;
    search(t, &key, false);
    for (int turn = 0; turn < 4; turn++)
        for (size_t i = 1; i < 6; i++)
            answer_plainly(t, &list[i]);
    pass(t, 5001);
    must(t->over && t->outcome.answered == 5);
    end(t);
}

static void nobody(void)
{
    struct test *t = begin("a search without anybody ends, and says so",
                           (struct dht_config){.read_only = true});
    struct node_id key = id_of(100);
    struct contact c = contact_of(2);
    dht_node_meet(t->node, &c, t->now);
    search(t, &key, false);
    pass(t, 30000);
    must(t->over && t->outcome.answered == 0);
    must(t->count >= 3); /* it was asked again */
    end(t);
}

static void again(void)
{
    struct test *t = begin("a search is due at once, whatever ran before",
                           (struct dht_config){.read_only = true});
    struct node_id key = id_of(100);
    struct contact c = contact_of(10);
    struct dht_goal goal = {.method = KRPC_GET_PEERS, .target = key, .host_len = 4};
    dht_node_meet(t->node, &c, t->now);
    answer_plainly(t, &c);
    pass(t, 10000);
    must(dht_node_due(t->node) > t->now);
    t->count = 0;
    must(dht_node_search(t->node, &goal, t->now) == 0 && dht_node_due(t->node) <= t->now);
    dht_node_tick(t->node, t->now);
    must(t->count == 1 && dht_node_due(t->node) > t->now);
    end(t);
}

static void once(void)
{
    struct test *t = begin("a query without an answer counts once, whatever comes first",
                           (struct dht_config){0});
    struct contact silent = contact_of(10), other = contact_of(11);
    struct krpc m = {.method = KRPC_PING}, answer;
    befriend(t, &silent);
    befriend(t, &other);
    pass(t, 0); /* the first lookups */
    answer_plainly(t, &silent);
    answer_plainly(t, &other);
    pass(t, 6000);
    must(is_contact(t, &silent));
    t->count = 0;
    search(t, &silent.id, false);
    t->now += 5000;
    must(ask(t, &other, &m, &answer));
    dht_node_tick(t->node, t->now);
    must(is_contact(t, &silent));
    end(t);
}

/* Answers each query to this contact with an error. */
static void refuse_all(struct test *t, const struct contact *c)
{
    struct fault f;
    for (size_t i = 0, all = t->count; i < all; i++) {
        struct krpc m, no = {.kind = KRPC_ERROR, .code = {true, KRPC_GENERIC}};
        if (!contact_same_address(&t->sent[i].to, c) ||
            krpc_read(t->sent[i].bytes, t->sent[i].len, &m, &f) || m.kind != KRPC_QUERY)
            continue;
        no.transaction = m.transaction;
        give(t, c, &no);
    }
}

static void errors(void)
{
    struct test *t = begin("who answered a ping with an error is pinged again",
                           (struct dht_config){0});
    struct contact c = contact_of(5);
    struct krpc m = {.method = KRPC_PING}, answer;
    must(ask(t, &c, &m, &answer));
    refuse_all(t, &c);
    t->count = 0;
    must(ask(t, &c, &m, &answer) && t->count == 2);
    answer_plainly(t, &c);
    must(is_contact(t, &c));
    end(t);
}

static void poison(void)
{
    struct test *t = begin("of one reply 16 contacts are asked",
                           (struct dht_config){.read_only = true});
    struct node_id key = id_of(100);
    struct contact liar = contact_of(10);
    uint8_t nodes[50 * 26];
    dht_node_meet(t->node, &liar, t->now);
    answer_plainly(t, &liar);
    t->count = 0;
    for (uint64_t i = 0; i < 50; i++) {
        struct contact dead = contact_of(20000 + 101 * i);
        if (i < 3)
            dead.host[0] = (uint8_t[]){0, 127, 224}[i]; /* not believed */
        if (i < 3)
            memcpy(dead.id.bytes, key.bytes, 5);
        compact_put_node(&dead, nodes + 26 * i);
    }
    search(t, &key, false);
    answer_as(t, &liar, &liar.id, &(struct krpc){.nodes = {nodes, sizeof nodes}});
    pass(t, MINUTE);
    must(t->over && t->outcome.asked == 17);
    for (size_t i = 0; i < t->count; i++)
        must(t->sent[i].to.host[0] >= 20 && t->sent[i].to.host[0] < 120);
    end(t);
}

static void charges(void)
{
    struct test *t = begin("who names the dead is soon believed last",
                           (struct dht_config){.read_only = true});
    enum { HONEST = 10, NAMED = 16 };
    struct node_id key = id_of(100);
    struct contact list[HONEST + 1];
    uint8_t nodes[NAMED * 26];
    for (uint64_t i = 0; i <= HONEST; i++) {
        list[i] = contact_of(10 + i);
        if (i == HONEST)
            memcpy(list[i].id.bytes, key.bytes, 2);
        dht_node_meet(t->node, &list[i], t->now);
        answer_plainly(t, &list[i]);
    }
    for (uint64_t i = 0; i < NAMED; i++) {
        struct contact dead = contact_of(20000 + 101 * i);
        memcpy(dead.id.bytes, key.bytes, 5);
        compact_put_node(&dead, nodes + 26 * i);
    }
    t->count = 0;
    search(t, &key, false);
    for (int turn = 0; turn < 20; turn++) {
        for (size_t i = 0; i < HONEST; i++)
            answer_plainly(t, &list[i]);
        answer_as(t, &list[HONEST], &list[HONEST].id,
                  &(struct krpc){.nodes = {nodes, sizeof nodes}});
        pass(t, 1000);
    }
    must(t->over && t->outcome.answered >= DHT_K && t->outcome.asked <= HONEST + 1 + 6);
    end(t);
}

/* Who gets no item gets contacts; and a false token is told before a false signature, which costs
 * more to check. */
static void puts_and_gets(void)
{
    struct test *t = begin("without an item, contacts; a token before a signature",
                           (struct dht_config){0});
    struct contact friend = contact_of(10), c = contact_of(11);
    uint8_t keeps[64], value[1000], key[32] = {1}, signature[64] = {2};
    struct dht_item item;
    struct fault f;
    struct krpc answer;
    memset(value, 'a', sizeof value);
    memcpy(value, "996:", 4);
    befriend(t, &friend);
    must(dht_item_make((struct krpc_bytes){value, sizeof value}, &item, &f) == 0);
    struct krpc put = {.method = KRPC_PUT, .token = token_for(t, &c, &item.target, keeps)};
    put.value = (struct krpc_bytes){value, sizeof value};
    must(ask(t, &c, &put, &answer) && answer.kind == KRPC_REPLY);
    for (uint64_t i = 0; i < 100; i++) {
        struct contact other = contact_of(300 + i);
        struct krpc get = {.method = KRPC_GET, .target = id_bytes(&item.target), .padding = 128};
        must(ask(t, &other, &get, &answer) && (answer.value.at || answer.nodes.len >= 26));
    }
    put.key = (struct krpc_bytes){key, sizeof key};
    put.signature = (struct krpc_bytes){signature, sizeof signature};
    put.seq = (struct krpc_number){true, 1};
    must(ask(t, &c, &put, &answer) && answer.code.n == KRPC_PROTOCOL);
    struct node_id place = dht_item_place(key, NULL, 0);
    put.token = token_for(t, &c, &place, keeps);
    must(ask(t, &c, &put, &answer) && answer.code.n == KRPC_SIGNATURE);
    end(t);
}

static void forged(void)
{
    struct test *t = begin("pings for queries without a proof have a rate, whatever their ids",
                           (struct dht_config){0});
    struct contact friend = contact_of(10);
    struct krpc m = {.method = KRPC_PING}, answer;
    befriend(t, &friend);
    t->count = 0;
    for (unsigned i = 0; i < 1280; i++) {
        struct contact c = contact_of(5000 + i);
        c.id = *dht_node_id(t->node, 4);
        c.id.bytes[i / 64] ^= (uint8_t)(1 + i % 64);
        must(ask(t, &c, &m, &answer));
    }
    must(t->count <= 1280 + 64 + 3);
    t->count = 0;
    search(t, &friend.id, false);
    answer_plainly(t, &friend);
    pass(t, 10000);
    must(t->over && t->outcome.answered == 1 && is_contact(t, &friend));
    end(t);
}

static void refreshes(void)
{
    struct test *t = begin("after 15 minutes of silence each bucket is looked up, and once",
                           (struct dht_config){0});
    struct contact c = contact_of(10);
    befriend(t, &c);
    pass(t, MINUTE);
    answer_plainly(t, &c);
    t->count = 0;
    pass(t, 13 * MINUTE);
    size_t before = t->count;
    pass(t, 3 * MINUTE);
    size_t first = t->count;
    must(first > before);
    pass(t, 10 * MINUTE);
    must(t->count <= first + 4);
    end(t);
}

static void readers(void)
{
    struct test *t = begin("a read-only node answers nothing, and says that it is one",
                           (struct dht_config){.read_only = true});
    struct contact c = contact_of(10);
    struct krpc m = {.method = KRPC_PING}, answer;
    struct fault f;
    must(!ask(t, &c, &m, &answer) && t->count == 0);
    dht_node_meet(t->node, &c, t->now);
    must(t->count == 1 && krpc_read(t->sent[0].bytes, t->sent[0].len, &m, &f) == 0 && m.read_only);
    end(t);
}

/* --- Stores ----------------------------------------------------------------------------------- */

static struct dht_item item_of(uint64_t n)
{
    struct dht_item item = {.target = id_of(n), .value_len = 2};
    memcpy(item.value, "le", 2);
    return item;
}

static void put_item(struct test *t, uint64_t n, const struct contact *from)
{
    const struct dht_item item = item_of(n);
    must(dht_items_put(dht_node_items(t->node), &item, (struct krpc_number){0}, from, t->now) == 0);
}

static void full_items(void)
{
    struct test *t = begin("who puts the most items loses them first", (struct dht_config){0});
    struct dht_items *items = dht_node_items(t->node);
    struct contact c = contact_of(1);
    for (uint64_t n = 0; n < 1000; n++) {
        const struct contact honest = contact_of(10 + n / 20);
        put_item(t, n, n % 2 ? &honest : NULL);
    }
    for (uint64_t n = 1000; n < 3000; n++) {
        c.host[3] = (uint8_t)n;
        put_item(t, n, &c);
    }
    must(dht_items_count(items) == 1000 + DHT_NETWORK_ITEMS_MAX);
    for (uint64_t n = 3000; n < 13000; n++) {
        const struct contact other = contact_of(100 + n % 100);
        put_item(t, n, &other);
    }
    must(dht_items_count(items) == DHT_ITEMS_MAX);
    for (uint64_t n = 0; n < 1000; n++) {
        const struct dht_item item = item_of(n);
        must(dht_items_get(items, &item.target, t->now));
    }
    end(t);
}

/* The owner has put three items; another copies the first, before or after he puts it, and then
 * puts as many near ones as a network may. */
static void copied_items(void)
{
    for (int before = 0; before < 2; before++) {
        struct test *t = begin("who copies an item cannot have it given up as one of his own",
                               (struct dht_config){0});
        const struct contact owner = contact_of(1), thief = contact_of(2);
        struct dht_item item = item_of(5);
        struct dht_items *items = dht_node_items(t->node);
        put_item(t, 2, &owner);
        put_item(t, 3, &owner);
        put_item(t, 5, before ? &thief : &owner);
        put_item(t, 5, before ? &owner : &thief);
        put_item(t, 5, &thief);
        for (uint64_t n = 1000; n < 1000 + DHT_NETWORK_ITEMS_MAX; n++) {
            item = item_of(n);
            memcpy(item.target.bytes, dht_node_id(t->node, 4)->bytes, 2);
            must(dht_items_put(items, &item, (struct krpc_number){0}, &thief, t->now) == 0);
        }
        item = item_of(5);
        must(dht_items_get(items, &item.target, t->now));
        must(dht_items_count(items) == 3 + DHT_NETWORK_ITEMS_MAX);
        end(t);
    }
}

/* An address of one who has 5,000 networks, in 20 of the next size. */
static struct contact owned(uint64_t n)
{
    struct contact c = {.host_len = 4, .port = 7};
    c.host[0] = (uint8_t)(150 + n % 5000 / 250 % 4);
    c.host[1] = (uint8_t)(n % 5000 / 1000);
    c.host[2] = (uint8_t)(n % 250);
    c.host[3] = (uint8_t)(1 + n / 5000);
    return c;
}

static void many_networks(void)
{
    struct test *t = begin("who has thousands of networks pushes out mostly his own",
                           (struct dht_config){0});
    struct dht_items *items = dht_node_items(t->node);
    struct dht_peers *peers = dht_node_peers(t->node);
    struct contact c, found_peers[1];
    size_t kept = 0;
    for (uint64_t n = 0; n < 2000; n++) {
        const struct node_id key = id_of(n);
        c = contact_of(37 * n);
        if (n < 300)
            put_item(t, n, &c);
        must(dht_peers_add(peers, &key, &c, t->now) == 1);
    }
    for (uint64_t n = 10000; n < 110000; n++) {
        const struct node_id key = id_of(n);
        c = owned(n);
        if (n < 20000)
            put_item(t, n, &c);
        must(dht_peers_add(peers, &key, &c, t->now) == 1);
    }
    must(dht_items_count(items) == DHT_ITEMS_MAX && dht_peers_keys(peers) == DHT_KEYS_MAX);
    for (uint64_t n = 0; n < 2000; n++) {
        const struct node_id key = id_of(n);
        must(n >= 300 || dht_items_get(items, &key, t->now));
        kept += dht_peers_get(peers, &key, 4, t->now, found_peers, 1);
    }
    must(kept >= 1990);
    end(t);
}

static void full_key(void)
{
    struct test *t = begin("who has a /48 or a /16 takes few of a key's places",
                           (struct dht_config){0});
    struct dht_peers *peers = dht_node_peers(t->node);
    const struct node_id key = id_of(5);
    struct contact c;
    static struct contact list[DHT_KEY_PEERS_MAX];
    for (uint64_t n = 0; n < DHT_KEY_PEERS_MAX; n++) {
        c = contact_of(37 * n);
        must(dht_peers_add(peers, &key, &c, t->now) == 1);
    }
    for (unsigned n = 0; n < 20000; n++) {
        c = (struct contact){.host_len = 16, .port = 7, .host = {0x20, 1}};
        if (n % 2)
            c = (struct contact){.host_len = 4, .port = 7, .host = {150, 1}};
        c.host[n % 2 ? 2 : 6] = (uint8_t)(n >> 8);
        c.host[n % 2 ? 3 : 7] = (uint8_t)n;
        dht_peers_add(peers, &key, &c, t->now);
    }
    const size_t count = dht_peers_get(peers, &key, 4, t->now, list, DHT_KEY_PEERS_MAX);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        kept += list[i].host[0] < 150;
    must(kept >= DHT_KEY_PEERS_MAX * 8 / 10);
    end(t);
}

static void peers_of_one_64(void)
{
    struct test *t = begin("a /64 has as many peers of a key as an address",
                           (struct dht_config){0});
    struct dht_peers *peers = dht_node_peers(t->node);
    struct contact c = {.host_len = 16, .port = 7000, .host = {0x20, 1}}, found_peers[200];
    const struct node_id key = id_of(5);
    for (unsigned i = 0; i < 100; i++) {
        c.host[8] = (uint8_t)i;
        must(dht_peers_add(peers, &key, &c, t->now) == 1);
        must(dht_peers_add(peers, &key, &c, t->now) == 0);
    }
    must(dht_peers_get(peers, &key, 16, t->now, found_peers, 200) == DHT_HOST_PEERS_MAX);
    c.host[7] = 1;
    must(dht_peers_add(peers, &key, &c, t->now) == 1);
    must(dht_peers_get(peers, &key, 16, t->now, found_peers, 200) == DHT_HOST_PEERS_MAX + 1);
    end(t);
}

/* Fills the store of peers with keys that are full, but for a few of the first. */
static void fill_peers(struct dht_peers *peers, int64_t now)
{
    struct contact c = {.host_len = 4, .port = 7};
    for (unsigned n = 0; n < DHT_PEERS_MAX; n++) {
        const struct node_id key = {.bytes = {(uint8_t)(n >> 19), (uint8_t)(n >> 11)}};
        const bool is_crowd = n < DHT_HOST_PEERS_MAX;
        c.host[0] = is_crowd ? 1 : (uint8_t)(20 + (n >> 8) % 8);
        c.host[1] = is_crowd ? 1 : (uint8_t)n;
        c.port = is_crowd ? (uint16_t)(1000 + n) : 7;
        must(dht_peers_add(peers, &key, &c, now) == 1);
    }
}

static void full_peers(void)
{
    struct test *t = begin("in a full store, only who needs space pushes out others",
                           (struct dht_config){0});
    struct dht_peers *peers = dht_node_peers(t->node);
    const struct node_id first = {.bytes = {0}}, other = {.bytes = {9, 9}};
    struct contact crowd = {.host_len = 4, .port = 1000, .host = {1, 1}};
    fill_peers(peers, t->now);
    must(peers->count == DHT_PEERS_MAX);
    must(dht_peers_add(peers, &first, &crowd, t->now + MINUTE) == 0);
    must(peers->count == DHT_PEERS_MAX);
    crowd.port = 999; /* of a host that has as many as it may */
    must(dht_peers_add(peers, &first, &crowd, t->now) == 1);
    crowd.host[0] = 2; /* of a key that is full */
    must(dht_peers_add(peers, &first, &crowd, t->now) == 1);
    must(peers->count == DHT_PEERS_MAX);
    must(dht_peers_add(peers, &other, &crowd, t->now) == 1);
    must(peers->count == DHT_PEERS_MAX + 1 - DHT_KEY_PEERS_MAX);
    end(t);
}

static void rates(void)
{
    struct test *t = begin("a rate is what it says, up to the highest", (struct dht_config){0});
    const struct contact c = contact_of(2);
    for (int64_t rate = 400; rate <= 10000; rate *= 5) {
        struct dht_sources sources;
        int64_t answered = 0;
        must(dht_sources_init(&sources, rate, 1) == 0);
        while (dht_source_may(&sources, &c, t->now))
            answered++;
        for (int64_t ms = 1; ms <= 1000; ms++)
            while (dht_source_may(&sources, &c, t->now + ms))
                answered++;
        must(answered == 16 * rate);
        dht_sources_free(&sources);
    }
    end(t);
}

static void many_parts(void)
{
    struct test *t = begin("an item of as many parts as its bytes allow", (struct dht_config){0});
    struct contact c = contact_of(10);
    uint8_t keeps[64];
    struct krpc m = {.method = KRPC_PUT}, answer;
    struct dht_item item;
    struct fault f;
    char list[1000] = "l";
    for (size_t i = 1; i < 999; i += 2)
        memcpy(list + i, "0:", 2);
    list[999] = 'e';
    must(dht_item_make((struct krpc_bytes){(const uint8_t *)list, 1000}, &item, &f) == 0);
    dht_item_write(&item, &m);
    m.token = token_for(t, &c, &item.target, keeps);
    must(ask(t, &c, &m, &answer) && answer.kind == KRPC_REPLY);
    m = (struct krpc){.method = KRPC_GET, .target = id_bytes(&item.target)};
    must(ask(t, &c, &m, &answer) && answer.value.len == 1000);
    end(t);
}

int main(void)
{
    struct fault f;
    if (ed25519_load(&f))
        errx(2, "%s", f.text);
    tokens();
    contacts();
    impostors();
    sybils();
    full_buckets();
    votes();
    families();
    amplification();
    floods();
    garbage();
    quirks();
    silence();
    nobody();
    again();
    once();
    errors();
    poison();
    charges();
    puts_and_gets();
    forged();
    refreshes();
    readers();
    full_items();
    copied_items();
    many_networks();
    full_key();
    peers_of_one_64();
    full_peers();
    rates();
    many_parts();
    return 0;
}
