/*
 * The brains of gossip-listen and gossip-send, without sockets and in a time of their own.
 *
 *     braintest spread SEEDS [FIRST]  records over random graphs, each printed once everywhere;
 * then with links that come and go braintest stems SEEDS [FIRST]   how far stems go, and that
 * everyone has them in the end braintest TEST...               some of the others below; `braintest
 * all`: each of them
 */
#include <err.h>
#include <time.h>

#define must(truth) ((truth) ? (void)0 : errx(1, "%s:%d: not so: %s", __FILE__, __LINE__, #truth))

#include "brains.h"

/* --- Helpers ---------------------------------------------------------------------------------- */

/* A hub with a listener; a scripted peer sends to it, and the replies are in actor.heard. */
struct talk {
    struct net *net;
    struct node *node;
    struct actor actor;
    struct inbound *inbound;
    struct outbound *outbound;
};

static void pump(struct talk *t)
{
    struct end theirs = t->inbound ? inbound_end(t->inbound) : outbound_end(t->outbound);
    carry(theirs, actor_end(&t->actor), SIZE_MAX, t->net->now);
    carry(actor_end(&t->actor), theirs, SIZE_MAX, t->net->now);
}

/* Everything heard since the last call, as one string. */
static const char *hear(struct talk *t)
{
    t->actor.heard.len = 0;
    pump(t);
    must(buf_add(&t->actor.heard, "", 1) == 0);
    return t->actor.heard.data;
}

static void settle(struct talk *t)
{
    net_settle(t->net, t->node);
}

static void join_in(int version, struct talk *t, struct net *n, size_t node, const uint8_t *account,
                    bool dials)
{
    *t = (struct talk){.net = n, .node = &n->nodes[node]};
    actor_init(&t->actor, version, n->now);
    if (dials)
        t->inbound = join_listener_in(version, t->node->listener, account, "actor", n->now);
    else
        t->outbound = join_sender_in(version, t->node->sender, "actor", n->now);
    must(t->inbound || t->outbound);
    pump(t);
}

static void join(struct talk *t, struct net *n, size_t node, const uint8_t *account, bool dials)
{
    join_in(1, t, n, node, account, dials);
}

static void leave(struct talk *t)
{
    if (t->inbound)
        leave_listener(t->node->listener, t->inbound, t->net->now);
    if (t->outbound)
        leave_sender(t->node->sender, t->outbound);
    actor_free(&t->actor);
}

/* Sends the lines, lets the other side settle, waits for the end of its lull, and gives its answer.
 */
static const char *ask(struct talk *t, const struct buf *text)
{
    struct fault f;
    must(session_put(&t->actor.session, text->data, text->len) == 0);
    pump(t);
    settle(t);
    must(!t->inbound || listener_settle_all(t->node->listener, t->net->now, &f) == 0);
    return hear(t);
}

static const char *ask_word(struct talk *t, const char *word, const uint8_t id[ID_LEN])
{
    struct buf text = {0};
    add_word(&text, word, id);
    const char *said = ask(t, &text);
    buf_free(&text);
    return said;
}

static bool is_word(const char *said, const char *word, const uint8_t id[ID_LEN])
{
    struct buf text = {0};
    add_word(&text, word, id);
    bool same = strlen(said) == text.len && memcmp(said, text.data, text.len) == 0;
    buf_free(&text);
    return same;
}

static const char *ask_record(struct talk *t, const struct record *r)
{
    return ask(t, &r->text);
}

static void wait(struct net *n, int64_t ms)
{
    for (int64_t end = n->now + ms; n->now < end;)
        net_turn(n, 250);
}

static size_t open_of(const struct net *n, size_t node)
{
    return sender_open(n->nodes[node].sender);
}

static struct net *lone(bool stems)
{
    struct net *n = net_new(7);
    net_add_node(n, stems, false);
    n->hostile = true;
    return n;
}

/* --- Spread ----------------------------------------------------------------------------------- */

/* A random connected graph: a ring, and as many more links. */
static void random_graph(struct net *n, size_t nodes, size_t more, bool stems)
{
    for (size_t i = 0; i < nodes; i++)
        net_add_node(n, stems, chance_below(&n->chance, 2));
    for (size_t i = 0; i < nodes; i++)
        net_link(n, i, (i + 1) % nodes);
    for (size_t i = 0; i < more; i++) {
        size_t from = chance_below(&n->chance, nodes), to = chance_below(&n->chance, nodes);
        if (from != to)
            net_link(n, from, to);
    }
}

static void all_had(const struct net *n, size_t record, const char *when)
{
    for (size_t i = 0; i < n->node_count; i++)
        if (n->nodes[i].had[record] != 1)
            errx(1, "%s: node %zu has record %zu %d times", when, i, record,
                 n->nodes[i].had[record]);
}

/* Some transactions, a block of most of them, and so on. */
static void inject_some(struct net *n, uint64_t *tx_number, int64_t height)
{
    struct record txs[40];
    uint8_t prev[ID_LEN] = {(uint8_t)height};
    size_t count = chance_below(&n->chance, 40);
    for (size_t i = 0; i < count; i++) {
        struct record r = make_tx(++*tx_number);
        size_t at = net_add(n, r);
        txs[i] = r;
        if (chance_below(&n->chance, 4)) /* the others arrive only in the block */
            net_inject(n, chance_below(&n->chance, n->node_count), at);
        else
            n->stems[at] = UINT32_MAX;
        if (chance_below(&n->chance, 4) == 0)
            net_turn(n, 100);
    }
    size_t block = net_add(n, make_block(height, prev, txs, count));
    net_inject(n, chance_below(&n->chance, n->node_count), block);
}

static void churn(struct net *n)
{
    for (size_t i = 0; i < n->link_count; i++)
        if (chance_below(&n->chance, 8) == 0) {
            if (n->links[i].inbound)
                net_down(n, &n->links[i]);
            else
                net_up(n, &n->links[i]);
        }
}

static void spread_once(uint64_t seed, bool lossy)
{
    struct net *n = net_new(seed);
    uint64_t number = seed << 20;
    random_graph(n, 4 + chance_below(&n->chance, 12), 20, false);
    n->hostile = lossy;
    for (int64_t round = 1; round <= 6; round++) {
        inject_some(n, &number, round);
        for (int i = 0; i < 20; i++) {
            if (lossy)
                churn(n);
            net_turn(n, 100);
        }
    }
    for (size_t i = 0; i < n->link_count; i++)
        net_up(n, &n->links[i]);
    net_rest(n, 25000);
    for (size_t i = 0; i < n->record_count; i++)
        if (n->stems[i] != UINT32_MAX)
            all_had(n, i, lossy ? "lossy" : "spread");
    must(n->late == 0);
    for (size_t i = 0; i < n->node_count; i++)
        must(open_of(n, i) == 0);
    net_free(n);
}

static void test_spread(int first, int seeds)
{
    for (int seed = first; seed < first + seeds; seed++) {
        spread_once((uint64_t)seed, false);
        spread_once((uint64_t)seed, true);
    }
}

/* --- Stems ------------------------------------------------------------------------------------ */

/* Around a ring, where a stem meets nobody twice: as long as a coin of SENDER_FLUFF sides says. */
static void stems_on_a_ring(uint64_t seed, double *hops, double *squares, unsigned *count)
{
    struct net *n = net_new(seed);
    for (size_t i = 0; i < NET_NODES; i++)
        net_add_node(n, true, false);
    for (size_t i = 0; i < NET_NODES; i++)
        net_link(n, i, (i + 1) % NET_NODES);
    net_turn(n, 50);
    net_turn(n, 50);
    for (uint64_t i = 0; i < 60; i++)
        net_inject(n, chance_below(&n->chance, NET_NODES), net_add(n, make_tx(seed << 20 | i)));
    for (int i = 0; i < 900; i++)
        net_turn(n, 10); /* the whole path of a stem, before any embargo ends */
    for (size_t i = 0; i < n->record_count; i++) {
        double x = n->stems[i];
        *hops += x;
        *squares += x * x;
        ++*count;
    }
    wait(n, 30000);
    for (size_t i = 0; i < n->record_count; i++)
        all_had(n, i, "ring");
    net_free(n);
}

static void hops_are_geometric(int first, int seeds)
{
    double hops = 0, squares = 0;
    unsigned count = 0;
    for (int seed = first; seed < first + seeds; seed++)
        stems_on_a_ring((uint64_t)seed, &hops, &squares, &count);
    double mean = hops / count, variance = squares / count - mean * mean;
    double off = mean - (SENDER_FLUFF - 1);
    printf("stems: %u, mean %.2f hops, variance %.1f\n", count, mean, variance);
    must(off * off < 25 * 90.0 / count); /* 90: the variance of that coin; five deviations */
    must(variance > 90 / 2.0 && variance < 90 * 2);
}

/* Every fifth node accepts everything and forwards nothing; its peers' embargoes bring the record
 * to everyone. */
static size_t stems_are_swallowed(uint64_t seed)
{
    struct net *n = net_new(seed);
    size_t slow = 0; /* records that had not arrived before any embargo ended */
    random_graph(n, 15, 20, true);
    for (size_t i = 0; i < n->node_count; i++) /* a path around each of them */
        net_link(n, i, (i + 2) % n->node_count);
    for (size_t i = 0; i < n->node_count; i++)
        n->nodes[i].swallows = i % 5 == 0;
    wait(n, 500);
    for (uint64_t i = 0; i < 20; i++)
        net_inject(n, 1 + chance_below(&n->chance, 3), net_add(n, make_tx(seed << 20 | i)));
    wait(n, 9000);
    for (size_t i = 0; i < n->record_count; i++)
        for (size_t j = 0; j < n->node_count; j++)
            slow += !n->nodes[j].had[i];
    wait(n, 150000);
    for (size_t i = 0; i < n->record_count; i++)
        all_had(n, i, "swallowed");
    net_free(n);
    return slow;
}

/* A node whose sender is told of origins fluffs no record of its own at once; and its stems go to
 * the one peer that it dialed, whoever else has dialed it. */
static void own_stems_go_to_dialed(uint64_t seed)
{
    enum { PEERS = 8, RECORDS = 30 };
    struct net *n = net_new(seed);
    const size_t dialed = 1 + seed % PEERS;
    for (size_t i = 0; i <= PEERS; i++)
        net_add_node(n, true, false);
    n->nodes[0].sending.origins = true;
    for (size_t i = 1; i <= PEERS; i++) {
        net_link(n, 0, i);
        n->links[i - 1].outbound->accepted = i != dialed;
        n->nodes[i].swallows = true;
    }
    net_turn(n, 50);
    net_turn(n, 50);
    for (uint64_t i = 0; i < RECORDS; i++)
        net_inject(n, 0, net_add(n, make_tx(seed << 20 | i)));
    for (int i = 0; i < 100; i++)
        net_turn(n, 10);
    for (size_t i = 0; i < RECORDS; i++)
        for (size_t j = 1; j <= PEERS; j++)
            must(n->nodes[j].had[i] == (j == dialed));
    net_down(n, &n->links[dialed - 1]); /* then others get them */
    net_inject(n, 0, net_add(n, make_tx(seed << 20 | RECORDS)));
    for (int i = 0; i < 100; i++)
        net_turn(n, 10);
    unsigned had = 0;
    for (size_t j = 1; j <= PEERS; j++)
        had += n->nodes[j].had[RECORDS];
    must(had == 1);
    net_free(n);
}

static void test_stems(int first, int seeds)
{
    size_t slow = 0;
    hops_are_geometric(first, seeds);
    for (int seed = first; seed < first + seeds; seed++)
        own_stems_go_to_dialed((uint64_t)seed);
    for (int seed = first; seed < first + seeds; seed++)
        slow += stems_are_swallowed((uint64_t)seed);
    must(slow > 0);
}

/* A node that has a record as a stem answers a stranger as if it had never heard of it. */
static void probe(const char *word, struct net *holds, struct net *lacks, const struct record *r,
                  const struct record *block, const struct record *txs)
{
    struct net *nets[] = {holds, lacks};
    struct buf said[2] = {{0}, {0}}, brief = {0};
    add_brief(&brief, block, txs);
    for (size_t i = 0; i < 2; i++) {
        struct talk t;
        join(&t, nets[i], 0, NULL, true);
        if (word)
            add_text(&said[i], ask_word(&t, word, r->id));
        if (!word || said[i].len)
            add_text(&said[i], word ? ask_record(&t, r) : ask(&t, &brief));
        leave(&t);
    }
    must(said[0].len && said[0].len == said[1].len);
    must(memcmp(said[0].data, said[1].data, said[0].len) == 0);
    buf_free(&said[0]);
    buf_free(&said[1]);
    buf_free(&brief);
}

static void probe_by(const char *word)
{
    static const uint8_t prev[ID_LEN] = {9};
    struct net *holds = lone(true), *lacks = lone(true);
    struct record txs[2] = {make_tx(1), make_tx(2)};
    struct record block = make_block(5, prev, txs, 2);
    struct talk t;
    net_add(holds, txs[0]);
    net_add(lacks, make_tx(1));
    join(&t, holds, 0, NULL, true);
    must(is_word(ask_word(&t, "stem", txs[0].id), "want", txs[0].id));
    must(is_word(ask_record(&t, &txs[0]), "taken", txs[0].id));
    must(holds->nodes[0].alone[0] == 1);
    leave(&t);
    probe(word, holds, lacks, &txs[0], &block, txs);
    buf_free(&txs[1].text);
    buf_free(&block.text);
    net_free(holds);
    net_free(lacks);
}

static void test_probe(void)
{
    probe_by("have");
    probe_by("stem");
    probe_by(NULL);
}

/* More stems at once than may be in flight to a peer. */
static void test_flood(void)
{
    struct net *n = lone(true);
    struct talk t;
    struct fault f;
    join(&t, n, 0, NULL, false);
    for (uint64_t i = 0; i < 5000; i++) {
        struct record r = make_tx(i);
        must(sender_take(t.node->sender, r.text.data, r.text.len, n->now, &f) == 0);
        buf_free(&r.text);
    }
    settle(&t);
    hear(&t);
    must(t.outbound->state->open <= SENDER_WINDOW);
    leave(&t);
    net_free(n);
}

/* --- Briefs ----------------------------------------------------------------------------------- */

/* A sender, and a listener that knows the first lines of a block. */
static void brief_with(size_t lines, size_t known, bool deflate)
{
    static const uint8_t prev[ID_LEN] = {3};
    struct net *n = net_new(lines + known);
    struct record *txs = calloc(lines ? lines : 1, sizeof *txs);
    net_add_node(n, false, deflate);
    net_add_node(n, false, deflate);
    net_link(n, 0, 1);
    net_turn(n, 50);
    net_turn(n, 50);
    for (size_t i = 0; i < lines; i++) {
        txs[i] = make_tx(i * 7 + 1);
        if (i < known)
            net_inject(n, 0, net_add(n, txs[i]));
    }
    net_rest(n, 5000);
    size_t block = net_add(n, make_block(4, prev, txs, lines));
    net_inject(n, 0, block);
    net_rest(n, 2500); /* nothing has to run out */
    must(n->nodes[1].had[block] == 1 && open_of(n, 0) == 0);
    for (size_t i = known; i < lines; i++)
        buf_free(&txs[i].text);
    free(txs);
    net_free(n);
}

static void test_briefs(void)
{
    static const size_t cases[][2] = {{0, 0},     {1, 0},     {1, 1},     {2, 1},    {3, 2},
                                      {511, 511}, {512, 300}, {513, 500}, {600, 10}, {1100, 500}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        brief_with(cases[i][0], cases[i][1], i % 2);
}

/* Sends a transaction to the listener. */
static void teach(struct talk *t, const struct record *r)
{
    must(is_word(ask_word(t, "have", r->id), "want", r->id));
    must(is_word(ask_record(t, r), "taken", r->id));
}

/* Exactly the missing lines are requested, and delivering them one at a time completes the block.
 */
static void test_lines(void)
{
    static const uint8_t prev[ID_LEN] = {3};
    struct net *n = lone(false);
    struct talk t;
    struct record txs[5];
    struct buf brief = {0}, want = {0};
    for (size_t i = 0; i < 5; i++)
        txs[i] = n->records[net_add(n, make_tx(i))];
    join(&t, n, 0, NULL, true);
    for (size_t i = 0; i < 5; i += 2)
        teach(&t, &txs[i]);
    size_t block = net_add(n, make_block(2, prev, txs, 5));
    add_brief(&brief, &n->records[block], txs);
    add_text(&want, "lines ");
    add_hex(&want, n->records[block].id, ID_LEN);
    add_text(&want, " 1 3\n");
    must(strncmp(ask(&t, &brief), want.data, want.len) == 0);
    must(strcmp(ask_record(&t, &txs[1]), "") == 0 && !t.inbound->doomed);
    must(is_word(ask_record(&t, &txs[3]), "taken", n->records[block].id));
    must(n->nodes[0].had[block] == 1 && n->nodes[0].had[1] == 0);
    buf_free(&brief);
    buf_free(&want);
    leave(&t);
    net_free(n);
}

/* Two transactions with the same first digits: the block is requested whole, and no peer is blamed.
 */
static void test_shared(void)
{
    static const uint8_t prev[ID_LEN] = {3};
    struct net *n = lone(false);
    struct talk t;
    struct record tx = n->records[net_add(n, make_tx(1))], twin = make_tx(2);
    struct buf brief = {0};
    uint8_t id[ID_LEN];
    memcpy(id, twin.id, ID_LEN);
    memcpy(id, tx.id, WIRE_SHORT_LEN);
    recent_txs_add(&n->nodes[0].listener->recent_txs, id, twin.text.data, twin.text.len - 1);
    size_t block = net_add(n, make_block(2, prev, &tx, 1));
    join(&t, n, 0, NULL, true);
    add_brief(&brief, &n->records[block], &tx);
    must(is_word(ask(&t, &brief), "want", n->records[block].id));
    must(is_word(ask_record(&t, &n->records[block]), "taken", n->records[block].id));
    must(!t.inbound->doomed && n->nodes[0].had[block] == 1);
    buf_free(&brief);
    buf_free(&twin.text);
    leave(&t);
    net_free(n);
}

/* A liar is the first to send the header, with false digits, then a false body; honest peers
 * follow. */
static void broken_twin(bool body)
{
    static const uint8_t prev[ID_LEN] = {3};
    struct net *n = lone(false);
    struct talk liar, honest;
    struct record tx = n->records[net_add(n, make_tx(1))];
    struct record other = n->records[net_add(n, make_tx(2))];
    struct buf brief = {0}, twin = {0};
    uint8_t key[ID_LEN] = {5};
    join(&liar, n, 0, key, true);
    join(&honest, n, 0, NULL, true);
    teach(&liar, &other);
    struct record block = n->records[net_add(n, make_block(2, prev, &tx, 1))];
    add_brief(&brief, &block, &other);
    must(is_word(ask(&liar, &brief), "want", block.id));
    brief.len = 0;
    add_brief(&brief, &block, &tx);
    must(strcmp(ask(&honest, &brief), "") == 0);
    if (body) {
        size_t header =
            (size_t)((char *)memchr(block.text.data, '\n', block.text.len) - block.text.data) + 1;
        must(buf_add(&twin, block.text.data, header) == 0);
        must(buf_add(&twin, other.text.data, other.text.len) == 0);
        ask(&liar, &twin);
        must(liar.inbound->doomed);
        leave(&liar);
        must(!join_listener(honest.node->listener, key, "again", n->now));
    } else {
        wait(n, LISTENER_OTHERS_AFTER + 5000);
        must(!liar.inbound->doomed);
        leave(&liar);
    }
    must(is_word(hear(&honest), "want", block.id));
    must(is_word(ask_record(&honest, &block), "taken", block.id) && n->nodes[0].had[2] == 1);
    leave(&honest);
    buf_free(&brief);
    buf_free(&twin);
    net_free(n);
}

/* A liar announces a block first, and does not deliver it. A near peer that has it, too, is asked
 * soon, a far one later; and once, as the first may just be slow. */
static void slow_liar(int64_t round_trip, int64_t patience)
{
    static const uint8_t prev[ID_LEN] = {3};
    struct net *n = lone(false);
    struct talk liar, honest, other;
    struct record tx = n->records[net_add(n, make_tx(1))];
    struct record block = n->records[net_add(n, make_block(2, prev, &tx, 1))];
    struct buf brief = {0};
    n->now += 10000;
    join(&liar, n, 0, NULL, true);
    join(&honest, n, 0, NULL, true);
    join(&other, n, 0, NULL, true);
    honest.inbound->session->round_trip = other.inbound->session->round_trip = round_trip;
    honest.inbound->useful = 1;
    add_brief(&brief, &block, &tx);
    must(is_word(ask_word(&liar, "have", block.id), "want", block.id));
    must(!*ask(&honest, &brief) && !*ask(&other, &brief));
    wait(n, patience);
    must(!*hear(&honest) && !*hear(&other));
    wait(n, 500);
    must(is_word(hear(&honest), "want", block.id));
    must(patience == LISTENER_OTHERS_AFTER || !*hear(&other));
    wait(n, LISTENER_OTHERS_AFTER);
    must(patience == LISTENER_OTHERS_AFTER || is_word(hear(&other), "want", block.id));
    must(is_word(ask_record(&honest, &block), "taken", block.id));
    must(!liar.inbound->doomed && n->nodes[0].had[1] == 1);
    must(liar.inbound->state->late == 1 && honest.inbound->state->late == 0);
    leave(&liar);
    leave(&honest);
    leave(&other);
    buf_free(&brief);
    net_free(n);
}

/* Others have announced the block by the time that the liar's digits prove false: they are asked.
 */
static void twin_among_others(void)
{
    static const uint8_t prev[ID_LEN] = {3};
    struct net *n = lone(false);
    struct talk liar, honest;
    struct record tx = n->records[net_add(n, make_tx(1))];
    struct record other = n->records[net_add(n, make_tx(2))];
    struct record block = n->records[net_add(n, make_block(2, prev, &tx, 1))];
    struct buf brief = {0};
    join(&liar, n, 0, NULL, true);
    join(&honest, n, 0, NULL, true);
    teach(&liar, &other);
    add_brief(&brief, &block, &other);
    size_t header = (size_t)((char *)memchr(brief.data, '\n', brief.len) - brief.data) + 1;
    struct buf digits = {.data = brief.data + header, .len = brief.len - header};
    brief.len = header;
    must(!*ask(&liar, &brief) && !*ask_word(&honest, "have", block.id));
    must(!*ask(&liar, &digits) && is_word(hear(&honest), "want", block.id));
    must(is_word(ask_record(&honest, &block), "taken", block.id) && n->nodes[0].had[2] == 1);
    leave(&liar);
    leave(&honest);
    buf_free(&brief);
    net_free(n);
}

/* If more than half of its lines are missing, a block is requested whole. */
static void test_halves(void)
{
    static const uint8_t prev[ID_LEN] = {3};
    for (size_t known = 1; known <= 2; known++) {
        struct net *n = lone(false);
        struct talk t;
        struct record txs[4];
        struct buf brief = {0};
        join(&t, n, 0, NULL, true);
        for (size_t i = 0; i < 4; i++)
            txs[i] = n->records[net_add(n, make_tx(i))];
        for (size_t i = 0; i < known; i++)
            teach(&t, &txs[i]);
        struct record block = n->records[net_add(n, make_block(2, prev, txs, 4))];
        add_brief(&brief, &block, txs);
        const char *said = ask(&t, &brief);
        must(is_word(said, "want", block.id) == (known == 1));
        must(known == 1 || strncmp(said, "lines ", 6) == 0);
        buf_free(&brief);
        leave(&t);
        net_free(n);
    }
}

static void test_twins(void)
{
    twin_among_others();
    slow_liar(1, LISTENER_BLOCK_AFTER);
    slow_liar(125, 1000);
    slow_liar(0, LISTENER_OTHERS_AFTER);
    broken_twin(true);
    broken_twin(false);
}

/* --- Those who do not bring it ---------------------------------------------------------------- */

/* The first peer stalls, so the others are asked soon, beside it; when all that were asked leave,
 * the next at once. Whoever delivers it, all are told, and nobody has done wrong. */
static void test_stall(void)
{
    struct net *n = lone(false);
    struct talk t[4];
    struct record r = n->records[net_add(n, make_tx(1))];
    n->now += 10000;
    for (size_t i = 0; i < 4; i++) {
        join(&t[i], n, 0, NULL, true);
        must(is_word(ask_word(&t[i], "have", r.id), "want", r.id) == (i == 0));
        ask_word(&t[i], "have", r.id); /* twice is once */
        must(t[i].inbound->state->announced == 1);
    }
    wait(n, LISTENER_OTHERS_AFTER);
    for (size_t i = 0; i < 4; i++)
        must(!*hear(&t[i]));
    wait(n, 1250);
    for (size_t i = 0; i < 4; i++)
        must(is_word(hear(&t[i]), "want", r.id) == (i > 0));
    must(t[0].inbound->state->late == 1 && t[1].inbound->state->late == 0);
    leave(&t[1]);
    must(is_word(ask_record(&t[2], &r), "taken", r.id) && n->nodes[0].had[0] == 1);
    must(is_word(hear(&t[0]), "taken", r.id));
    must(is_word(hear(&t[3]), "taken", r.id));
    for (size_t i = 0; i < 4; i += i ? 2 : 3) { /* a late delivery is no offence, and no news */
        ask_record(&t[i], &r);
        must(!t[i].inbound->doomed && t[i].inbound->state->announced == 0);
    }
    must(n->nodes[0].had[0] == 1);
    leave(&t[0]);
    leave(&t[2]);
    leave(&t[3]);
    net_free(n);
}

static void test_leave(void)
{
    struct net *n = lone(false);
    struct talk t[3];
    struct record r = n->records[net_add(n, make_tx(1))];
    for (size_t i = 0; i < 3; i++) {
        join(&t[i], n, 0, NULL, true);
        must(is_word(ask_word(&t[i], "have", r.id), "want", r.id) == (i == 0));
    }
    leave(&t[0]);
    bool second = is_word(hear(&t[1]), "want", r.id);
    must(is_word(hear(&t[2]), "want", r.id) != second);
    leave(&t[second ? 1 : 2]);
    must(is_word(hear(&t[second ? 2 : 1]), "want", r.id));
    leave(&t[second ? 2 : 1]);
    net_free(n);
}

/* Strangers announce a record first and do not deliver it, though each of them delivers others all
 * the time. How long it takes until the honest peer is asked, in ms. */
static int64_t delay(size_t strangers, uint64_t network, size_t insist)
{
    struct net *n = lone(false);
    static struct talk t[100], honest;
    struct record r = n->records[net_add(n, make_tx(1))];
    uint64_t number = 1000;
    n->now += 10000;
    for (size_t i = 0; i < strangers; i++) {
        join(&t[i], n, 0, NULL, true);
        t[i].inbound->network = 7;
        ask_word(&t[i], "have", r.id);
    }
    join(&honest, n, 0, NULL, true);
    honest.inbound->network = network;
    int64_t begun = n->now;
    bool asked = is_word(ask_word(&honest, "have", r.id), "want", r.id);
    while (!asked && n->now < begun + 60000) {
        for (size_t i = 0; i < strangers && (n->now - begun) % 2000 == 0; i++) {
            struct record other = n->records[net_add(n, make_tx(number++))];
            must(is_word(ask_word(&t[i], "have", other.id), "want", other.id) || i);
            ask_record(&t[i], &other);
            for (size_t k = 0; k < insist; k++)
                ask_word(&t[i], "have", r.id);
        }
        wait(n, 250);
        if ((n->now - begun) % 5000 == 0)
            ask_word(&honest, "have", r.id);
        else
            hear(&honest);
        for (const char *at = honest.actor.heard.data; at && *at && !asked; at++)
            asked = strncmp(at, "want ", 5) == 0;
    }
    int64_t took = n->now - begun;
    for (size_t i = 0; i < strangers; i++) {
        must(!t[i].inbound->doomed);
        leave(&t[i]);
    }
    leave(&honest);
    net_free(n);
    return took;
}

static void test_delay(void)
{
    must(delay(1, 7, 1) <= 4000);
    must(delay(8, 7, 1) <= 6000);
    must(delay(15, 7, 3) <= 6000);
    must(delay(60, 7, 3) <= 12000); /* more than are remembered */
    must(delay(60, 8, 3) <= 6000);  /* of another network, it is among them */
}

/* A single announcer has longer, and may announce the record again afterwards. */
static void test_alone(void)
{
    struct net *n = lone(false);
    struct talk t;
    struct record r = n->records[net_add(n, make_tx(1))];
    n->now += 10000;
    join(&t, n, 0, NULL, true);
    must(is_word(ask_word(&t, "have", r.id), "want", r.id));
    wait(n, LISTENER_ANSWER_MAX - 1000);
    must(strcmp(ask_word(&t, "have", r.id), "") == 0 && t.inbound->state->announced == 1);
    wait(n, 3000);
    must(t.inbound->state->announced == 0);
    must(is_word(ask_word(&t, "have", r.id), "want", r.id));
    must(is_word(ask_record(&t, &r), "taken", r.id));
    ask_record(&t, &r); /* the credit of the first time */
    must(!t.inbound->doomed);
    ask_record(&t, &r);
    must(t.inbound->doomed && strcmp(t.inbound->session->word, "bad") == 0);
    leave(&t);
    net_free(n);
}

/* A peer that announces records and does not deliver them is asked for fewer; more than the limit
 * are ignored. Neither is an offence: a relay may have dropped them, or be fast. */
static void test_late(void)
{
    struct net *n = lone(false);
    struct talk t;
    size_t wanted = 0;
    n->now += 10000;
    join(&t, n, 0, NULL, true);
    for (uint64_t i = 0; i <= LISTENER_ANNOUNCED_MAX; i++)
        wanted += ask_word(&t, "have", (uint8_t[ID_LEN]){3, (uint8_t)i, (uint8_t)(i >> 8)})[0] ==
                  'w';
    must(wanted == LISTENER_ANNOUNCED_MAX && !t.inbound->doomed);
    wait(n, 24000);
    must(t.inbound->state->late == LISTENER_ANNOUNCED_MAX && t.inbound->state->announced == 0);
    wanted = 0;
    for (uint64_t i = 0; i < 200; i++)
        wanted += ask_word(&t, "have", (uint8_t[ID_LEN]){4, (uint8_t)i})[0] == 'w';
    must(wanted == 64 && !t.inbound->doomed);
    leave(&t);
    net_free(n);
}

/* What a peer delivered before it left is not blamed on the peer that gets its slot. */
static void test_places(void)
{
    struct net *n = lone(false);
    struct talk t, heir;
    struct record r = n->records[net_add(n, make_tx(1))];
    join(&t, n, 0, NULL, true);
    must(is_word(ask_word(&t, "have", r.id), "want", r.id));
    must(session_put(&t.actor.session, r.text.data, r.text.len) == 0);
    pump(&t);
    leave(&t);
    join(&heir, n, 0, NULL, true);
    settle(&heir);
    must(n->nodes[0].had[0] == 1 && !heir.inbound->doomed && heir.inbound->useful == 0);
    leave(&heir);
    net_free(n);
}

/* --- What an honest relay can be made to do --------------------------------------------------- */

/* A peer record that nobody signed, of the key with this number. */
static struct record make_peer(uint64_t number, int64_t time)
{
    struct record r = {.is_block = false};
    uint64_t seed = number;
    uint8_t key[ID_LEN], chain[ID_LEN], signature[SIGNATURE_LEN];
    char end[64];
    fill(key, sizeof key, &seed);
    fill(signature, sizeof signature, &seed);
    memset(chain, BRAINS_CHAIN_BYTE, ID_LEN);
    add_text(&r.text, "peer ");
    add_hex(&r.text, chain, ID_LEN);
    add_text(&r.text, " ");
    add_hex(&r.text, key, ID_LEN);
    snprintf(end, sizeof end, " 127.0.0.1:7001 %lld ", (long long)time);
    add_text(&r.text, end);
    add_hex(&r.text, signature, SIGNATURE_LEN);
    sha256(r.text.data, r.text.len, r.id);
    add_text(&r.text, "\n");
    return r;
}

/* Offers a record, gives it if it is wanted, and says what the answer to that was: 0 nothing, 't'
 * taken; '-' it was not wanted, 'T' taken without. */
static char offer(struct talk *t, const struct record *r)
{
    const char *said = ask_word(t, "have", r->id);
    if (is_word(said, "taken", r->id))
        return 'T';
    if (!is_word(said, "want", r->id)) {
        must(!*said);
        return '-';
    }
    said = ask_record(t, r);
    must(!*said || is_word(said, "taken", r->id));
    return *said;
}

static int no_tip(void *self, int64_t *height, uint8_t tip[ID_LEN], struct fault *f)
{
    (void)self, (void)height, (void)tip, (void)f;
    return 0;
}

static int no_holds(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    (void)self, (void)id, (void)f;
    return 0;
}

/* Allows no header. */
static int no_header(void *self, const struct block *b, const uint8_t id[ID_LEN], struct fault *f)
{
    (void)self, (void)b, (void)id;
    return fault_rule(f, "block: not here");
}

static int64_t any_size(void *self)
{
    (void)self;
    return BLOCK_SIZE_MAX;
}

/* A block that our ledger or clock does not allow, as a brief and whole. */
static void strange_blocks(void)
{
    static const struct view view = {
        .tip = no_tip, .holds = no_holds, .header = no_header, .maxblock = any_size};
    struct net *n = lone(false);
    struct record txs[3] = {make_tx(1), make_tx(2), make_tx(3)};
    struct record block = make_block(5, (uint8_t[ID_LEN]){5}, txs, 3);
    struct record other = make_block(6, (uint8_t[ID_LEN]){6}, txs, 3);
    struct record tx = n->records[net_add(n, make_tx(4))];
    struct talk t;
    struct buf brief = {0};
    n->nodes[0].listening.view = &view;
    join(&t, n, 0, NULL, true);
    add_brief(&brief, &block, txs);
    must(!*ask(&t, &brief) && offer(&t, &block) == '-');
    must(offer(&t, &other) == 0 && offer(&t, &other) == '-');
    must(offer(&t, &tx) == 't' && !t.inbound->doomed);
    leave(&t);
    for (size_t i = 0; i < 3; i++)
        buf_free(&txs[i].text);
    buf_free(&block.text);
    buf_free(&other.text);
    buf_free(&brief);
    net_free(n);
}

static void unknown_types(void)
{
    struct net *n = lone(false);
    struct talk t;
    struct record note = {.is_block = false}, tx = n->records[net_add(n, make_tx(4))];
    add_text(&note.text, "note of another kind");
    sha256(note.text.data, note.text.len, note.id);
    add_text(&note.text, "\n");
    join(&t, n, 0, NULL, true);
    must(offer(&t, &note) == 0 && offer(&t, &note) == '-' && offer(&t, &tx) == 't');
    must(!t.inbound->doomed);
    leave(&t);
    buf_free(&note.text);
    net_free(n);
}

/* Those above the rate are dropped, and taken from another peer; a key's newer ones are not
 * printed; none costs anything. */
static void peer_records(void)
{
    struct net *n = lone(false);
    struct talk t, other;
    struct record r = {.is_block = false};
    size_t taken = 0;
    int64_t time = 1700000000;
    join(&t, n, 0, NULL, true);
    join(&other, n, 0, NULL, true);
    for (uint64_t i = 0; i < 210; i++) {
        r = n->records[net_add(n, make_peer(i, time))];
        char answer = offer(&t, &r);
        must(answer == 't' || answer == 0);
        taken += answer == 't';
    }
    must(taken == 200 && offer(&t, &r) == '-' && offer(&other, &r) == 't');
    for (int64_t i = 1; i < 20; i++) {
        struct record again = make_peer(3, time + i);
        if (i < KEY_TIMES_BURST)
            net_add(n, again);
        must(offer(&other, &again) == 't' && offer(&other, &again) == 'T');
        if (i >= KEY_TIMES_BURST)
            buf_free(&again.text);
    }
    struct record old = make_peer(4, time - 1), future = make_peer(5, time + 3600);
    must(offer(&other, &old) == 't' && offer(&other, &future) == 0);
    for (size_t i = 0; i < n->record_count; i++)
        must(n->nodes[0].had[i] == (i < 200 || i >= 209));
    must(!t.inbound->doomed && !other.inbound->doomed);
    leave(&t);
    leave(&other);
    buf_free(&old.text);
    buf_free(&future.text);
    net_free(n);
}

static void test_relay(void)
{
    strange_blocks();
    unknown_types();
    peer_records();
}

/* Offers so many new records, of which the node's programs refuse every one: how many were wanted.
 */
static size_t offer_refused(struct talk *t, uint64_t seed, size_t count)
{
    struct net *n = t->node->net;
    size_t wanted = 0;
    for (uint64_t i = 0; i < count; i++) {
        struct record r = make_tx(seed + i);
        n->records[1] = r;
        n->record_count = 2;
        n->nodes[0].had[1] = 0;
        char answer = offer(t, &r);
        must(answer == 't' || answer == '-');
        wanted += answer == 't';
        must(answer == '-' || listener_judged(t->node->listener, r.id, LISTENER_REFUSED, n->now,
                                              &(struct wire_ref){0}) == t->inbound);
        buf_free(&r.text);
    }
    n->record_count = 1;
    return wanted;
}

/* A one-way sender's 20,000 refused payments cost this node its budget. So do those of a relay,
 * which is then shaped, whatever it delivers; what pools accept pays the budget back. */
static void test_refusals(void)
{
    struct net *n = lone(false);
    struct talk stranger, relay;
    join(&stranger, n, 0, NULL, true);
    join(&relay, n, 0, NULL, true);
    relay.inbound->session->theirs.roles = WIRE_SENDS | WIRE_LISTENS;
    struct record first = n->records[net_add(n, make_tx(1))];
    must(offer(&stranger, &first) == 't');
    size_t wanted = offer_refused(&stranger, 100, 20000);
    must(wanted > 990 && wanted <= 1000);
    wanted = offer_refused(&relay, 100000, 20000);
    must(wanted > 1040 && wanted <= 1050);
    for (int i = 0; i < 20; i++) {
        wanted = offer_refused(&relay, 200000 + 1000 * (uint64_t)i, 100);
        must(wanted <= 55);
        n->now += 1000;
        struct record paid = make_tx(400000 + (uint64_t)i);
        net_add(n, paid);
        must(offer(&relay, &paid) == 't');
        listener_judged(relay.node->listener, paid.id, LISTENER_ACCEPTED, n->now,
                        &(struct wire_ref){0});
        n->record_count = 1;
        buf_free(&paid.text);
    }
    must(!relay.inbound->doomed && !stranger.inbound->doomed);
    leave(&stranger);
    leave(&relay);
    net_free(n);
}

/* What this node's programs refuse costs the peer that delivered it requests, and not more; a
 * record for later is asked for again. */
static void test_verdicts(void)
{
    struct net *n = lone(false);
    struct listener *l = n->nodes[0].listener;
    struct talk t;
    size_t wanted = 0;
    n->nodes[0].listening.judged = true;
    join(&t, n, 0, NULL, true);
    struct record later = n->records[net_add(n, make_tx(1))];
    must(offer(&t, &later) == 't' && t.inbound->useful == 1);
    must(listener_judged(l, later.id, LISTENER_LATER, n->now, &(struct wire_ref){0}) == t.inbound);
    must(!listener_judged(l, later.id, LISTENER_REFUSED, n->now, &(struct wire_ref){0}));
    must(is_word(ask_word(&t, "have", later.id), "want", later.id));
    for (uint64_t i = 0; i < 2000; i++) {
        struct record r = make_tx(100 + i);
        n->records[1] = r;
        n->record_count = 2;
        n->nodes[0].had[1] = 0;
        char answer = offer(&t, &r);
        must(answer == 't' || answer == '-');
        wanted += answer == 't';
        must(answer == '-' || listener_judged(l, r.id, LISTENER_REFUSED, n->now,
                                              &(struct wire_ref){0}) == t.inbound);
        must(i || is_word(ask_word(&t, "have", r.id), "want", r.id)); /* it may be judged again */
        buf_free(&r.text);
    }
    must(wanted > 990 && wanted <= 1000 && t.inbound->useful == 1 && !t.inbound->doomed);
    n->record_count = 1;
    n->now += 1000; /* and then five a second */
    struct record r = n->records[net_add(n, make_tx(2))];
    must(offer(&t, &r) == 't' && t.inbound->costly == 0); /* only what was accepted cost anything */
    must(listener_judged(l, r.id, LISTENER_ACCEPTED, n->now, &(struct wire_ref){0}) == t.inbound);
    must(t.inbound->costly == 1);
    leave(&t);
    must(!listener_judged(l, r.id, LISTENER_ACCEPTED, n->now, &(struct wire_ref){0}));
    net_free(n);
}

/* --- What senders count ----------------------------------------------------------------------- */

static void need(unsigned peers, unsigned takers)
{
    struct net *n = lone(false);
    struct talk t[4];
    struct record r = make_tx(1);
    n->nodes[0].sending.need = peers;
    net_add(n, r);
    net_inject(n, 0, 0);
    for (size_t i = 0; i < 4; i++) {
        join(&t[i], n, 0, NULL, false);
        settle(&t[i]);
        must(is_word(hear(&t[i]), "have", r.id));
    }
    for (size_t i = 0; i < takers; i++) {
        must(open_of(n, 0) == 1);
        n->now += 1000;
        ask_word(&t[i], "taken", r.id);
        ask_word(&t[i], "taken", r.id); /* twice is once */
        must(t[i].outbound->taken == 1 && sender_progress(t[i].node->sender) == n->now);
    }
    must(open_of(n, 0) == (takers < peers));
    sender_give_up(n->nodes[0].sender);
    must(n->late == (takers < peers));
    for (size_t i = 0; i < 4; i++)
        leave(&t[i]);
    net_free(n);
}

static void test_need(void)
{
    need(1, 1);
    need(2, 1);
    need(2, 2);
    need(4, 4);
}

static void test_taken(void)
{
    struct net *n = lone(false);
    struct talk t;
    struct record r = make_tx(1);
    net_add(n, r);
    join(&t, n, 0, NULL, false);
    ask_word(&t, "taken", r.id); /* of one that is not here */
    ask_word(&t, "want", r.id);
    net_inject(n, 0, 0);
    ask_word(&t, "taken", (uint8_t[ID_LEN]){7});
    must(open_of(n, 0) == 1);
    must(is_word(ask_word(&t, "want", r.id), "", r.id) == false);
    must(strncmp(t.actor.heard.data, r.text.data, r.text.len) == 0);
    leave(&t);
    join(&t, n, 0, NULL, false); /* not offered to this one yet */
    must(session_put(&t.actor.session, "taken ", 6) == 0);
    struct hex32 hex = hex32(r.id);
    must(session_put(&t.actor.session, hex.text, 64) == 0);
    must(session_put(&t.actor.session, "\n", 1) == 0);
    pump(&t);
    must(open_of(n, 0) == 1 && t.outbound->taken == 0);
    leave(&t);
    net_free(n);
}

/* One that says that it has a record, and never asked for it, may lie. */
static void test_unsure(void)
{
    struct net *n = lone(false);
    struct talk liar, honest;
    struct record r = make_tx(1);
    net_add(n, r);
    net_inject(n, 0, 0);
    join(&liar, n, 0, NULL, false);
    join(&honest, n, 0, NULL, false);
    struct sender *s = liar.node->sender;
    settle(&liar);
    must(is_word(hear(&liar), "have", r.id) && is_word(hear(&honest), "have", r.id));
    ask_word(&liar, "taken", r.id);
    must(open_of(n, 0) == 0 && sender_unsure(s) == 1 && sender_waits(s));
    ask_word(&honest, "want", r.id);
    ask_word(&honest, "taken", r.id);
    must(sender_unsure(s) == 0 && !sender_waits(s));
    leave(&liar);
    leave(&honest);
    net_free(n);
}

/* --- Numbers ---------------------------------------------------------------------------------- */

/* Says a line, and gives the answer. */
static const char *ask_line(struct talk *t, const char *line)
{
    struct buf text = {0};
    add_text(&text, line);
    add_text(&text, "\n");
    const char *said = ask(t, &text);
    buf_free(&text);
    return said;
}

static bool says_records(const char *said, const struct record *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strncmp(said, r[i].text.data, r[i].text.len) != 0)
            return false;
        said += r[i].text.len;
    }
    return !*said;
}

/* A listener of version 3 names what a sender announced by number, or by id. */
static void sender_is_told_numbers(void)
{
    struct net *n = lone(false);
    struct talk t;
    struct record r[4];
    for (uint64_t i = 0; i < 4; i++) {
        r[i] = make_tx(i);
        net_inject(n, 0, net_add(n, r[i]));
    }
    join_in(3, &t, n, 0, NULL, false);
    settle(&t);
    must(strncmp(hear(&t), "have ", 5) == 0);
    must(says_records(ask_line(&t, "want 0-2"), r, 3));
    must(says_records(ask_word(&t, "want", r[3].id), r + 3, 1));
    must(says_records(ask_line(&t, "want 2 0"), (struct record[]){r[2], r[0]}, 2));
    must(!*ask_line(&t, "want 4") && !*ask_line(&t, "want 9223372036854775807"));
    ask_line(&t, "taken 1-2 99");
    must(open_of(n, 0) == 2 && t.outbound->taken == 2);
    ask_line(&t, "accepted 0 3");
    must(open_of(n, 0) == 0 && !t.outbound->doomed);
    ask_line(&t, "taken 3-1");
    must(t.outbound->doomed);
    leave(&t);
    net_free(n);
}

/* It is told of them by number, whoever else announces the same records in another order. */
static void listener_tells_numbers(void)
{
    struct net *n = lone(false);
    struct talk first, second;
    struct record r[3];
    struct buf have = {0};
    join_in(3, &first, n, 0, NULL, true);
    join_in(3, &second, n, 0, NULL, true);
    add_text(&have, "have");
    for (uint64_t i = 0; i < 3; i++) {
        r[i] = make_tx(i);
        net_add(n, r[i]);
        add_text(&have, " ");
        add_hex(&have, r[i].id, ID_LEN);
    }
    add_text(&have, "\n");
    must(strcmp(ask_word(&first, "have", r[2].id), "want 0\n") == 0);
    must(strcmp(ask(&second, &have), "want 0-1\n") == 0);
    must(strcmp(ask_record(&first, &r[2]), "taken 0\n") == 0);
    must(strcmp(hear(&second), "taken 2\n") == 0);
    must(session_put(&second.actor.session, r[0].text.data, r[0].text.len) == 0);
    must(strcmp(ask_record(&second, &r[1]), "taken 0-1\n") == 0);
    struct wire_ref ref;
    must(listener_judged(n->nodes[0].listener, r[1].id, LISTENER_ACCEPTED, n->now, &ref) ==
         second.inbound);
    must(ref.number == 1 && memcmp(ref.id, r[1].id, ID_LEN) == 0);
    buf_free(&have);
    leave(&first);
    leave(&second);
    net_free(n);
}

/* One of many announcements ago is named by its id, which the sender knows longer. */
static void old_ones_are_named_by_id(void)
{
    struct net *n = lone(false);
    struct talk t;
    struct record r = make_tx(1);
    struct wire_ref ref;
    net_add(n, r);
    join_in(3, &t, n, 0, NULL, true);
    ask_word(&t, "have", r.id);
    ask_record(&t, &r);
    for (size_t i = 0; i < WIRE_NAMED_BY_ID; i++)
        ask_word(&t, "have", r.id);
    must(listener_judged(n->nodes[0].listener, r.id, LISTENER_ACCEPTED, n->now, &ref) == t.inbound);
    must(ref.number == WIRE_NO_NUMBER);
    leave(&t);
    net_free(n);
}

static void test_numbers(void)
{
    sender_is_told_numbers();
    listener_tells_numbers();
    old_ones_are_named_by_id();
}

/* --- Eager push ------------------------------------------------------------------------------- */

static const char *ask_push(struct talk *t, const struct record *r)
{
    struct buf text = {0};
    add_text(&text, "push\n");
    must(buf_add(&text, r->text.data, r->text.len) == 0);
    const char *said = ask(t, &text);
    buf_free(&text);
    return said;
}

/* Delivers n new records, the first of this number, as requested. */
static void deliver(struct talk *t, uint64_t number, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct record r = make_tx(number + i);
        net_add(t->net, r);
        ask_word(t, "have", r.id);
        must(strncmp(t->actor.heard.data, "want ", 5) == 0);
        ask_record(t, &r);
    }
}

/* What a peer pushes is printed once and acknowledged, whether it is new, known, or requested from
 * another; but only from a peer that was told to. */
static void listener_is_pushed_to(void)
{
    struct net *n = lone(false);
    struct talk first, second;
    struct record r[2] = {make_tx(100), make_tx(101)};
    net_add(n, r[0]);
    net_add(n, r[1]);
    join_in(3, &first, n, 0, NULL, true);
    join_in(3, &second, n, 0, NULL, true);
    deliver(&first, 0, 3);
    must(!strstr(first.actor.heard.data, "eager") && !first.inbound->doomed);
    deliver(&first, 3, 1);
    must(strcmp(first.actor.heard.data, "eager\ntaken 3\n") == 0);
    must(strcmp(ask_push(&first, &r[0]), "taken 4\n") == 0);
    must(strcmp(ask_push(&first, &r[0]), "taken 5\n") == 0);
    must(strcmp(ask_word(&second, "have", r[1].id), "want 0\n") == 0);
    must(strcmp(ask_push(&first, &r[1]), "taken 6\n") == 0);
    must(strcmp(hear(&second), "taken 0\n") == 0);
    must(!*ask_record(&second, &r[1]) && !second.inbound->doomed);
    must(strcmp(ask_word(&second, "have", r[1].id), "taken 1\n") == 0);
    struct record more = make_tx(102);
    net_add(n, more);
    ask_push(&second, &more); /* it was not told to */
    must(second.inbound->doomed && !n->nodes[0].had[net_find(n, more.id)]);
    struct record block = make_block(1, r[0].id, r, 2);
    ask_push(&first, &block);
    must(first.inbound->doomed);
    buf_free(&block.text);
    leave(&first);
    leave(&second);
    net_free(n);
}

static bool is_eager(const struct talk *t)
{
    return t->inbound->state->eager;
}

static size_t count_eager(const struct talk *t, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += is_eager(&t[i]);
    return count;
}

/* The three peers that are the first most often push; one that is takes the place of one that is
 * not, which announces again. So do some that rely on us; but while records come fast, only two. */
static void the_first_become_eager(void)
{
    struct net *n = lone(false);
    struct talk t[4];
    for (size_t i = 0; i < 4; i++)
        join_in(3, &t[i], n, 0, NULL, true);
    deliver(&t[0], 0, 3);
    deliver(&t[1], 3, 1);
    must(is_eager(&t[0]) && is_eager(&t[1]) && count_eager(t, 4) == 2);
    n->now += 500;
    deliver(&t[2], 4, 10); /* too soon */
    must(!is_eager(&t[2]));
    n->now += 500;
    deliver(&t[3], 14, 1);
    deliver(&t[0], 15, 1);
    must(is_eager(&t[0]) && !is_eager(&t[1]) && is_eager(&t[2]) && is_eager(&t[3]));
    must(strstr(hear(&t[1]), "lazy\n") && count_eager(t, 4) == 3);
    struct record late = make_tx(1000);
    net_add(n, late);
    ask_push(&t[1], &late); /* on its way when it was told to stop */
    must(!t[1].inbound->doomed && n->nodes[0].had[net_find(n, late.id)] == 1);
    t[1].inbound->relies = true;
    n->now += 1000;
    deliver(&t[3], 16, 4);
    must(count_eager(t, 4) == 4 && strstr(hear(&t[1]), "eager\n"));
    n->now += 999;
    deliver(&t[0], 20, 60);
    must(count_eager(t, 4) == 4);
    n->now += 1;
    deliver(&t[2], 80, 1);
    must(count_eager(t, 4) == 2 && is_eager(&t[0]) && strstr(hear(&t[1]), "lazy\n"));
    for (size_t i = 0; i < 4; i++)
        leave(&t[i]);
    net_free(n);
}

/* Anyone can say that he relies on us. Peers of one network get one of those places while there are
 * others, who all get one in time. */
static void those_who_rely_take_turns(void)
{
    enum { SYBILS = 6, HONEST = 6, ALL = 1 + SYBILS + HONEST };
    struct net *n = lone(false);
    struct talk t[ALL];
    bool had[ALL] = {false};
    for (size_t i = 0; i < ALL; i++) {
        join_in(3, &t[i], n, 0, NULL, true);
        t[i].inbound->relies = i > 0;
        t[i].inbound->network = i <= SYBILS ? 1 : i;
    }
    for (size_t i = 0; i < 100; i++) {
        n->now += 10000;
        deliver(&t[0], 4 * i, 4);
        must(is_eager(&t[0]) && count_eager(t, ALL) == 4 && !count_eager(t + 1, SYBILS));
        for (size_t j = 0; j < ALL; j++)
            had[j] |= is_eager(&t[j]);
    }
    for (size_t j = SYBILS + 1; j < ALL; j++)
        must(had[j]);
    for (size_t i = 0; i < ALL; i++)
        leave(&t[i]);
    net_free(n);
}

static void sender_pushes(void)
{
    struct net *n = lone(false);
    struct talk t;
    struct record r[3] = {make_tx(0), make_tx(1), make_tx(2)};
    struct buf expected = {0};
    for (size_t i = 0; i < 3; i++)
        net_add(n, r[i]);
    join_in(3, &t, n, 0, NULL, false);
    ask_line(&t, "eager");
    for (size_t i = 0; i < 2; i++) {
        net_inject(n, 0, i);
        add_text(&expected, "push\n");
        must(buf_add(&expected, r[i].text.data, r[i].text.len) == 0);
    }
    settle(&t);
    must(buf_add(&expected, "", 1) == 0 && strcmp(hear(&t), expected.data) == 0);
    ask_line(&t, "taken 0-1");
    must(open_of(n, 0) == 0 && t.outbound->taken == 2);
    ask_line(&t, "lazy");
    net_inject(n, 0, 2);
    settle(&t);
    must(is_word(hear(&t), "have", r[2].id));
    must(says_records(ask_line(&t, "want 2"), r + 2, 1));
    ask_line(&t, "eager now");
    must(t.outbound->doomed);
    buf_free(&expected);
    leave(&t);
    net_free(n);
}

static void test_eager(void)
{
    listener_is_pushed_to();
    the_first_become_eager();
    those_who_rely_take_turns();
    sender_pushes();
}

/* --- Lulls ------------------------------------------------------------------------------------ */

/* What the other side has said after a turn at this time. */
static const char *at(struct talk *t, int64_t now)
{
    t->net->now = now;
    settle(t);
    return hear(t);
}

static void say_have(struct talk *t, const struct record *r)
{
    struct buf text = {0};
    add_word(&text, "have", r->id);
    must(session_put(&t->actor.session, text.data, text.len) == 0);
    pump(t);
    buf_free(&text);
}

/* A relay hears that its records were taken a little later, of all in one line, or of many at once;
 * a peer that only sends is waiting for it. */
static void relays_are_answered_later(void)
{
    struct net *n = lone(false);
    struct talk relay, sender;
    struct record r = make_tx(1000);
    net_add(n, r);
    join_in(3, &relay, n, 0, NULL, true);
    join_in(3, &sender, n, 0, NULL, true);
    deliver(&sender, 0, 2);
    net_inject(n, 0, 0);
    relay.inbound->session->theirs.roles = WIRE_SENDS | WIRE_LISTENS;
    const int64_t now = n->now;
    say_have(&relay, &n->records[1]);
    must(!*at(&relay, now));
    say_have(&relay, &n->records[2]);
    must(!*at(&relay, now + LULL_SHORTEST - 1));
    must(listener_wait(n->nodes[0].listener, n->now) <= 1 + LULL_LONGEST - LULL_SHORTEST);
    must(strcmp(at(&relay, now + LULL_LONGEST), "taken 0-1\n") == 0);
    say_have(&sender, &n->records[1]);
    must(strcmp(at(&sender, n->now), "taken 2\n") == 0);
    for (int i = 0; i < 255; i++)
        say_have(&relay, &n->records[1]);
    must(!*at(&relay, n->now));
    say_have(&relay, &n->records[1]);
    must(strcmp(at(&relay, n->now), "taken 2-257\n") == 0);
    leave(&relay);
    leave(&sender);
    net_free(n);
}

/* A record from a peer, as the sender of a node gets it. */
static void inject_known(struct net *n, size_t record, struct talk *from)
{
    sender_has(n->nodes[0].sender, from->outbound, n->records[record].id);
    net_inject(n, 0, record);
}

/* A relay is told at once of a record that it can have from nobody else; and of others, if it
 * requested the last one. If not, it hears of several a little later. */
static void relays_are_told_later(void)
{
    struct net *n = lone(false);
    struct talk relay, other;
    for (uint64_t i = 0; i < 6; i++)
        net_add(n, make_tx(i));
    join_in(3, &relay, n, 0, NULL, false);
    join_in(3, &other, n, 0, NULL, false);
    relay.outbound->relay = true;
    inject_known(n, 0, &other);
    must(is_word(at(&relay, n->now), "have", n->records[0].id));
    ask_line(&relay, "taken 0"); /* it had it already */
    inject_known(n, 1, &other);
    const int64_t now = n->now;
    must(!*at(&relay, now));
    inject_known(n, 2, &other);
    must(!*at(&relay, now + LULL_SHORTEST - 1));
    const int wait = sender_wait(n->nodes[0].sender, n->now, 1000);
    must(wait > 0 && wait <= 1 + LULL_LONGEST - LULL_SHORTEST);
    const char *said = at(&relay, now + LULL_LONGEST);
    must(strncmp(said, "have ", 5) == 0 && strlen(said) == 5 + 2 * 65);
    must(sender_wait(n->nodes[0].sender, n->now, 1000) == 1000);
    net_inject(n, 0, 3); /* our own */
    must(is_word(at(&relay, n->now), "have", n->records[3].id));
    must(says_records(ask_line(&relay, "want 3"), n->records + 3, 1));
    inject_known(n, 4, &other);
    must(is_word(at(&relay, n->now), "have", n->records[4].id));
    ask_line(&relay, "taken 1-4");
    inject_known(n, 5, &other);
    must(!*at(&relay, n->now));
    sender_hurry(n->nodes[0].sender);
    must(is_word(at(&relay, n->now), "have", n->records[5].id));
    leave(&relay);
    leave(&other);
    net_free(n);
}

/* Who is waiting to be told of others' records does not notice that there is a stem of our own. */
static void own_stems_wait(void)
{
    struct net *n = lone(true);
    struct talk relay, other;
    struct buf text = {0};
    struct fault f;
    n->nodes[0].sending.origins = true;
    join_in(3, &relay, n, 0, NULL, false);
    join_in(3, &other, n, 0, NULL, false);
    relay.outbound->relay = relay.outbound->accepted = true;
    for (uint64_t i = 0; i < 3; i++)
        net_add(n, make_tx(i));
    for (size_t i = 0; i < 2; i++) {
        add_word(&text, "fluff", n->records[i].id);
        must(sender_take(n->nodes[0].sender, text.data, text.len, n->now, &f) == 0);
        text.len = 0;
        inject_known(n, i, &other);
        must(is_word(at(&relay, n->now), "have", n->records[0].id) == !i);
        if (!i)
            ask_line(&relay, "taken 0");
    }
    net_inject(n, 0, 2);
    must(!*at(&relay, n->now) && is_word(at(&other, n->now), "stem", n->records[2].id));
    buf_free(&text);
    leave(&relay);
    leave(&other);
    net_free(n);
}

static void test_lulls(void)
{
    own_stems_wait();
    relays_are_answered_later();
    relays_are_told_later();
}

/* --- Elsewhere -------------------------------------------------------------------------------- */

/* Processor time of a hundred thousand announcements of records that the sender does not hold. */
static clock_t announce_many(struct talk *t, uint64_t *number)
{
    clock_t start = clock();
    for (uint64_t end = *number + 100000; *number < end; (*number)++) {
        uint8_t id[ID_LEN];
        uint64_t some = *number;
        for (size_t i = 0; i < ID_LEN; i += sizeof some) {
            uint64_t part = chance_next(&some);
            memcpy(id + i, &part, sizeof part);
        }
        sender_has(t->node->sender, t->outbound, id);
    }
    return clock() - start;
}

/* What a peer announced does not concern the next peer in its slot. */
static void announced_by_another(void)
{
    struct net *n = lone(false);
    struct record r = make_tx(1);
    struct talk one, other, t;
    join(&one, n, 0, NULL, false);
    join(&other, n, 0, NULL, false);
    sender_has(one.node->sender, one.outbound, r.id);
    unsigned slot = one.outbound->state->slot;
    leave(&one);
    sender_has(other.node->sender, other.outbound, r.id);
    join(&t, n, 0, NULL, false);
    must(t.outbound->state->slot == slot);
    net_add(n, r);
    net_inject(n, 0, 0);
    settle(&t);
    settle(&other);
    must(is_word(hear(&t), "have", r.id) && !*hear(&other));
    leave(&other);
    leave(&t);
    net_free(n);
}

/* A sender remembers so many announcements; that it forgets one for each further one costs little.
 */
static void test_elsewhere(void)
{
    struct net *n = lone(false);
    struct talk t;
    uint64_t number = 0;
    join(&t, n, 0, NULL, false);
    clock_t first = announce_many(&t, &number), last = 0;
    while (number < 500000)
        last = announce_many(&t, &number);
    must(last < 8 * first + CLOCKS_PER_SEC / 10);
    must(t.node->sender->elsewhere.count == SENDER_ELSEWHERE_MAX);
    leave(&t);
    net_free(n);
    announced_by_another();
}

static size_t count_ids(const char *said, const char *word)
{
    size_t ids = 0;
    for (const char *line = said; *line; line = strchr(line, '\n') + 1)
        if (line_is(line, strcspn(line, "\n"), word))
            ids += (strcspn(line, "\n") - strlen(word)) / 65;
    return ids;
}

static void inject_many(struct net *n, uint64_t first, uint64_t count)
{
    struct fault f;
    for (uint64_t i = first; i < first + count; i++) {
        struct record r = make_tx(i);
        must(sender_take(n->nodes[0].sender, r.text.data, r.text.len, n->now, &f) == 0);
        buf_free(&r.text);
    }
}

/* Acknowledges everything that was offered. */
static void take_all(struct talk *t)
{
    struct buf said = {0};
    add_text(&said, t->actor.heard.data);
    for (size_t i = 0; i + 5 < said.len; i++)
        if ((i == 0 || said.data[i - 1] == '\n') && memcmp(said.data + i, "have ", 5) == 0) {
            size_t len = strcspn(said.data + i, "\n");
            must(session_put(&t->actor.session, "taken", 5) == 0);
            must(session_put(&t->actor.session, said.data + i + 4, len - 3) == 0);
        }
    buf_free(&said);
}

static void test_window(void)
{
    struct net *n = lone(false);
    struct talk t;
    join(&t, n, 0, NULL, false);
    inject_many(n, 0, 2 * SENDER_WINDOW + 5);
    settle(&t);
    must(count_ids(hear(&t), "have") == SENDER_WINDOW);
    settle(&t);
    must(count_ids(hear(&t), "have") == 0);
    inject_many(n, 0, 1); /* one that is offered already, again */
    settle(&t);
    must(count_ids(hear(&t), "have") == 1 && t.outbound->state->open == SENDER_WINDOW);
    for (size_t round = 0; round < 3; round++) {
        wait(n, 1000);
        hear(&t);
    }
    /* nobody is waited for for ever, and then the rest is offered */
    n->now += SENDER_PATIENCE;
    settle(&t);
    must(count_ids(hear(&t), "have") == SENDER_WINDOW && t.outbound->state->open == SENDER_WINDOW);
    take_all(&t);
    pump(&t);
    settle(&t);
    must(count_ids(hear(&t), "have") == 5 && t.outbound->taken == SENDER_WINDOW);
    recount_sender(n->nodes[0].sender);
    leave(&t);
    net_free(n);
}

/* Takes what it is offered until nothing comes any more: how much; *first is its first id. */
static size_t drain(struct talk *t, char first[65], bool take)
{
    size_t offered = 0;
    *first = 0;
    for (settle(t); *hear(t); settle(t)) {
        if (!*first)
            snprintf(first, 65, "%s", t->actor.heard.data + strlen("have "));
        offered += count_ids(t->actor.heard.data, "have");
        if (take)
            take_all(t);
        pump(t);
    }
    return offered;
}

static bool is_tx_id(const char *hex, uint64_t number)
{
    struct record r = make_tx(number);
    bool same = strcmp(hex, hex32(r.id).text) == 0;
    buf_free(&r.text);
    return same;
}

/* A record that is no transaction: its length, and its line with a newline. */
static size_t statement(unsigned number, char line[static 256])
{
    return (size_t)snprintf(line, 256, "statement %064d %u %0128d\n", 1, number, 1);
}

static void inject_statements(struct net *n, unsigned count)
{
    struct fault f;
    char line[256];
    for (unsigned i = 0; i < count; i++) {
        size_t len = statement(i, line);
        must(sender_take(n->nodes[0].sender, line, len, n->now, &f) == 0);
    }
}

static bool is_statement_id(const char *hex, unsigned number)
{
    char line[256];
    uint8_t id[ID_LEN];
    sha256(line, statement(number, line) - 1, id);
    return strcmp(hex, hex32(id).text) == 0;
}

/* A new peer is offered all that is open, in order; then of what others took all transactions, in
 * order, and so many other records, newest first. */
static void test_newcomer(void)
{
    struct net *n = lone(false);
    struct talk t, second, third, fourth;
    char first[65];
    inject_many(n, 0, SENDER_WINDOW);
    join(&t, n, 0, NULL, false);
    must(drain(&t, first, false) == SENDER_WINDOW && is_tx_id(first, 0));
    join(&second, n, 0, NULL, false);
    must(drain(&second, first, true) == SENDER_WINDOW && is_tx_id(first, 0));
    must(open_of(n, 0) == 0);
    inject_many(n, SENDER_WINDOW, SENDER_REOFFER);
    must(drain(&second, first, true) == SENDER_REOFFER && is_tx_id(first, SENDER_WINDOW));
    join(&third, n, 0, NULL, false);
    must(drain(&third, first, true) == SENDER_WINDOW + SENDER_REOFFER && is_tx_id(first, 0));
    inject_statements(n, SENDER_REOFFER + 9);
    must(drain(&third, first, true) == SENDER_REOFFER + 9 && is_statement_id(first, 0));
    join(&fourth, n, 0, NULL, false);
    must(drain(&fourth, first, true) == SENDER_WINDOW + 2 * SENDER_REOFFER);
    must(is_statement_id(first, SENDER_REOFFER + 8));
    leave(&t);
    leave(&second);
    leave(&third);
    leave(&fourth);
    net_free(n);
}

/* What there is no room for goes, oldest first: the taken ones at once, others after a while. */
static void test_room(void)
{
    struct net *n = lone(false);
    struct sender *s = n->nodes[0].sender;
    struct talk t;
    struct record first = make_tx(0);
    n->nodes[0].sending.bytes = 100 * (first.text.len + sizeof(struct held));
    join(&t, n, 0, NULL, false);
    inject_many(n, 0, 100);
    must(!sender_full(s, n->now));
    inject_many(n, 100, 50);
    must(sender_full(s, n->now) && n->late == 0);
    settle(&t);
    hear(&t);
    ask_word(&t, "taken", first.id);
    must(sender_full(s, n->now) && open_of(n, 0) == 149 && s->first == 1);
    n->now += n->nodes[0].sending.hold - 1;
    must(sender_full(s, n->now));
    n->now++;
    must(!sender_full(s, n->now) && n->late == 49 && s->bytes <= n->nodes[0].sending.bytes);
    recount_sender(s);
    must(t.outbound->state->open == 100);
    ask_word(&t, "want", first.id); /* gone: no answer, no harm */
    must(!t.outbound->doomed);
    buf_free(&first.text);
    leave(&t);
    net_free(n);
}

/* --- main ------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    {"probe", test_probe},         {"flood", test_flood},       {"briefs", test_briefs},
    {"lines", test_lines},         {"halves", test_halves},     {"shared", test_shared},
    {"twins", test_twins},         {"stall", test_stall},       {"leave", test_leave},
    {"delay", test_delay},         {"alone", test_alone},       {"late", test_late},
    {"relay", test_relay},         {"verdicts", test_verdicts}, {"places", test_places},
    {"need", test_need},           {"taken", test_taken},       {"unsure", test_unsure},
    {"window", test_window},       {"newcomer", test_newcomer}, {"room", test_room},
    {"elsewhere", test_elsewhere}, {"refusals", test_refusals}, {"numbers", test_numbers},
    {"eager", test_eager},         {"lulls", test_lulls},
};

static bool run_test(const char *name)
{
    bool found = false;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        if (strcmp(name, "all") == 0 || strcmp(name, tests[i].name) == 0) {
            tests[i].run();
            found = true;
        }
    return found;
}

int main(int argc, char **argv)
{
    int seeds = argc > 2 ? atoi(argv[2]) : 1, first = argc > 3 ? atoi(argv[3]) : 1;
    if (argc > 1 && strcmp(argv[1], "spread") == 0) {
        test_spread(first, seeds);
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "stems") == 0) {
        test_stems(first, seeds);
        return 0;
    }
    for (int i = 1; i < argc; i++)
        if (!run_test(argv[i]))
            errx(2, "no test is called %s", argv[i]);
    return argc > 1 ? 0 : 2;
}
