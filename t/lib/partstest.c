/*
 * Tests of the small parts of the network, each alone.
 *
 * partstest idhash|idmap|idset|ordered|recent_txs|session|silence|record_reader|spool|timers|udp
 */
#include <err.h>

#define must(truth) ((truth) ? (void)0 : errx(1, "%s:%d: not so: %s", __FILE__, __LINE__, #truth))

#include "base/large.h"
#include "base/lines.h"
#include "base/ordered.h"
#include "base/timers.h"
#include "brains.h"
#include "gossip/event_budget.h"
#include "net/compression.h"
#include "net/record_reader.h"
#include "net/spool.h"
#include "net/udp.h"
#include "peers/netgroups.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <unistd.h>

/* --- Tables ----------------------------------------------------------------------------------- */

enum { IDS = 300 };

/* Ids that differ only in their first and last bytes. */
static void make_id(uint8_t id[ID_LEN], size_t i)
{
    memset(id, 0, ID_LEN);
    id[0] = (uint8_t)(i % 50);
    id[ID_LEN - 1] = (uint8_t)(i / 50);
}

/* How many of 4096 slots are used by 4096 ids that differ only in the bits of a number at some bit.
 * At random it would be 2589, give or take 30. */
static int places_taken(const struct idhash *h, int bit, uint64_t alike)
{
    bool taken[4096] = {false};
    int count = 0;
    for (uint64_t i = 0; i < 4096; i++) {
        uint64_t words[5] = {alike, alike, alike, alike, 0};
        uint8_t id[ID_LEN];
        words[bit / 64] ^= i << bit % 64;
        words[bit / 64 + 1] ^= bit % 64 ? i >> (64 - bit % 64) : 0;
        memcpy(id, words, sizeof id);
        bool *place = &taken[idhash(h, id) % 4096];
        count += !*place;
        *place = true;
    }
    return count;
}

/* Anyone who chooses ids cannot choose their slots. */
static void test_idhash(void)
{
    for (uint64_t seed = 0; seed < 4; seed++) {
        struct idhash h = idhash_seeded(seed);
        for (int bit = 0; bit <= 256 - 12; bit++) {
            must(places_taken(&h, bit, 0) > 2000);
            must(places_taken(&h, bit, UINT64_MAX) > 2000);
            must(places_taken(&h, bit, 0x9e3779b97f4a7c15) > 2000);
        }
    }
}

struct counted {
    uint8_t id[ID_LEN];
    size_t number;
};

static void compare(const struct idmap *m, const bool model[IDS], size_t count)
{
    size_t place = 0, met = 0;
    must(m->count == count);
    for (struct counted *c; (c = idmap_each(m, &place)); met++)
        must(c->number < IDS && model[c->number]);
    must(met == count);
    for (size_t i = 0; i < IDS; i++) {
        uint8_t id[ID_LEN];
        make_id(id, i);
        struct counted *c = idmap_find(m, id);
        must((c != NULL) == model[i] && (!c || c->number == i));
    }
}

/* Entries of this size: large ones make a table that grows in place. */
static void idmap_with(uint64_t seed, size_t entry_size)
{
    struct idmap m;
    bool model[IDS] = {false};
    size_t count = 0, limit = 100 + chance_below(&seed, 150);
    idmap_init(&m, entry_size, limit, chance_next(&seed));
    for (int step = 0; step < 3000; step++) {
        uint8_t id[ID_LEN];
        size_t i = chance_below(&seed, IDS);
        make_id(id, i);
        struct counted *c = idmap_find(&m, id);
        must((c != NULL) == model[i]);
        if (c) {
            idmap_remove(&m, c);
        } else {
            c = idmap_add(&m, id);
            must((c != NULL) == (count < limit) && (!c || c->number == 0));
            if (!c)
                continue;
            c->number = i;
        }
        model[i] = !model[i];
        count += model[i] ? 1 : (size_t)-1;
        if (step % 10 == 0)
            compare(&m, model, count);
    }
    idmap_clear(&m);
    memset(model, 0, sizeof model);
    compare(&m, model, 0);
    idmap_free(&m);
}

static void test_idmap(void)
{
    for (uint64_t seed = 0; seed < 20; seed++)
        idmap_with(seed, sizeof(struct counted));
    for (uint64_t seed = 20; seed < 30; seed++)
        idmap_with(seed, LARGE_PAGE / 64);
}

/* It has the newest `limit` ids, and none that is older than the newest 2 * limit. */
static void test_idset(void)
{
    struct idset s;
    const size_t limit = 40;
    idset_init(&s, limit, 5);
    for (size_t i = 0; i < IDS; i++) {
        uint8_t id[ID_LEN];
        make_id(id, i);
        must(!idset_has(&s, id) && idset_add(&s, id) == 0 && idset_add(&s, id) == 0);
        for (size_t j = 0; j < IDS; j++) {
            make_id(id, j);
            must(!idset_has(&s, id) || (j <= i && i - j < 2 * limit));
            must(idset_has(&s, id) || j > i || i - j >= limit);
        }
    }
    idset_free(&s);
}

/* --- base/ordered ----------------------------------------------------------------------------- */

static int depth_of(const struct ordered *x)
{
    int left = x ? depth_of(x->left) : 0, right = x ? depth_of(x->right) : 0;
    return x ? 1 + (left > right ? left : right) : 0;
}

enum { NUMBERS = 4096 };

static void check_ends(struct ordered *root, struct ordered *nodes, const bool *model)
{
    size_t first = 0, last = NUMBERS;
    while (first < NUMBERS && !model[first])
        first++;
    while (last > 0 && !model[last - 1])
        last--;
    must(ordered_first(root) == (first < NUMBERS ? &nodes[first] : NULL));
    must(ordered_last(root) == (last ? &nodes[last - 1] : NULL));
}

/* As a set of numbers, added in the worst order for a plain tree, and then in any. */
static void test_ordered(void)
{
    static struct ordered nodes[NUMBERS];
    static bool model[NUMBERS];
    struct ordered *root = NULL;
    uint64_t chance = 1;
    for (size_t i = 0; i < NUMBERS; i++) {
        nodes[i] = (struct ordered){.key = (int64_t)i, .rank = chance_next(&chance)};
        ordered_add(&root, &nodes[i]);
        model[i] = true;
    }
    must(depth_of(root) < 60);
    for (size_t round = 0; round < 100000; round++) {
        size_t i = chance_below(&chance, NUMBERS);
        must(ordered_find(root, (int64_t)i) == (model[i] ? &nodes[i] : NULL));
        if (model[i])
            ordered_remove(&root, &nodes[i]);
        else
            ordered_add(&root, &nodes[i]);
        model[i] = !model[i];
        if (round % 100 == 0)
            check_ends(root, nodes, model);
    }
    for (size_t i = 0; i < NUMBERS; i++)
        if (model[i])
            ordered_remove(&root, &nodes[i]);
    must(!root && !ordered_first(root) && !ordered_last(root) && !ordered_find(root, 1));
}

static void recent_id(uint8_t id[ID_LEN], size_t i)
{
    memset(id, 0x77, ID_LEN);
    memcpy(id, &i, sizeof i);
}

/* It has the newest RECENT_TXS_BYTES, unchanged, by their first digits; of two with the same
 * digits, the first. */
static void test_recent_txs(void)
{
    enum { LINE = 10000, LINES = 5000 };
    struct recent_txs r;
    char *line = malloc(LINE);
    uint8_t id[ID_LEN];
    must(line != NULL);
    recent_txs_init(&r, 9);
    for (size_t i = 0; i < LINES; i++) {
        recent_id(id, i);
        memset(line, 'a' + (int)(i % 26), LINE);
        recent_txs_add(&r, id, line, LINE);
        recent_txs_add(&r, id, "twin", 4);
    }
    size_t kept = 0;
    for (size_t i = 0; i < LINES; i++) {
        recent_id(id, i);
        struct field found = recent_txs_find(&r, id);
        must(found.text || LINES - i > RECENT_TXS_BYTES / LINE);
        must(!found.text || (found.len == LINE && found.text[LINE - 1] == 'a' + (char)(i % 26)));
        kept += found.text != NULL;
    }
    must(kept <= 2 * RECENT_TXS_BYTES / LINE);
    must(r.young.len <= RECENT_TXS_BYTES && r.old.len <= RECENT_TXS_BYTES);
    recent_txs_free(&r);
    recent_txs_init(&r, 9);
    for (size_t i = 0; i < 2 * RECENT_TXS_MAX + 5; i++) {
        recent_id(id, i);
        recent_txs_add(&r, id, "x", 1);
    }
    must(r.young.count == 5 && r.old.count == RECENT_TXS_MAX);
    recent_txs_free(&r);
    free(line);
}

/* --- Crowds ----------------------------------------------------------------------------------- */

/* Members come and go at random; everything is counted again the slow way. */
static void test_netgroups(void)
{
    enum { MEMBERS = 60, NETWORKS = 7 };
    static struct netgroup_member members[MEMBERS];
    size_t network[MEMBERS] = {0}, order[MEMBERS] = {0}, arrivals = 0;
    uint64_t seed = 5;
    struct netgroups *c = netgroups_new(MEMBERS, 1);
    must(c && !netgroups_newest(c) && !netgroups_oldest(c) && netgroups_most(c) == 0);
    for (int step = 0; step < 20000; step++) {
        size_t i = chance_below(&seed, MEMBERS), count[NETWORKS + 1] = {0}, all = 0, most = 0;
        if (members[i].group) {
            netgroups_remove(c, &members[i]);
        } else {
            network[i] = 1 + chance_below(&seed, NETWORKS);
            order[i] = arrivals++;
            must(netgroups_add(c, &members[i], network[i]) == 0);
        }
        for (size_t j = 0; j < MEMBERS; j++)
            if (members[j].group) {
                all++;
                if (++count[network[j]] > most)
                    most = count[network[j]];
            }
        must(netgroups_count(c) == all && netgroups_most(c) == most);
        for (size_t n = 1; n <= NETWORKS; n++)
            must(netgroups_of(c, n) == count[n]);
        if (!all)
            continue;
        size_t newest = (size_t)(netgroups_newest(c) - members);
        size_t oldest = (size_t)(netgroups_oldest(c) - members);
        must(network[newest] == network[oldest] && count[network[newest]] == most);
        for (size_t j = 0; j < MEMBERS; j++)
            must(!members[j].group || network[j] != network[newest] ||
                 (order[j] <= order[newest] && order[j] >= order[oldest]));
    }
    netgroups_free(c);
}

/* A key's records: newer ones alone, some at once, then one in five minutes; those of an earlier
 * run do not count. */
static void test_key_times(void)
{
    struct key_times t;
    uint8_t key[ID_LEN] = {1};
    key_times_init(&t, 3);
    for (int i = 0; i < 100; i++)
        key_times_note(&t, key, 99 - i % 50, 0);
    must(!key_times_take(&t, key, 99, 0));
    must(key_times_take(&t, key, 100, 0) && !key_times_take(&t, key, 100, 0));
    for (int i = 1; i < KEY_TIMES_BURST; i++)
        must(!key_times_take(&t, key, 99, 0) && key_times_take(&t, key, 100 + i, 0));
    for (int i = 0; i < 100; i++)
        must(!key_times_take(&t, key, 200 + i, KEY_TIMES_EVERY - 1));
    must(key_times_take(&t, key, 300, KEY_TIMES_EVERY) &&
         !key_times_take(&t, key, 301, KEY_TIMES_EVERY));
    for (uint32_t i = 0; i < KEY_TIMES_MAX; i++) {
        uint8_t other[ID_LEN] = {2};
        memcpy(other + 1, &i, sizeof i);
        must(key_times_take(&t, other, 1, KEY_TIMES_EVERY));
        must(i % 1000 || !key_times_take(&t, key, 302, KEY_TIMES_EVERY));
    }
    must(t.young.count <= KEY_TIMES_MAX && t.old.count <= KEY_TIMES_MAX);
    key_times_free(&t);
}

/* --- Events ----------------------------------------------------------------------------------- */

/* However much strangers cause, little is written; what is new always is, and so is what the peer
 * that delivered it causes. */
static void test_events(void)
{
    static struct event_budget b;
    struct buf said = {0};
    char who[40];
    size_t written = 0, honest = 0;
    event_budget_init(&b, 3, 0);
    must(event_budget_report(&b, true, 99999, &said) == 0);
    for (int i = 0; i < 1000000; i++) {
        int64_t now = i / 10; /* 100 s of 10,000 a second */
        snprintf(who, sizeof who, "stranger %d", i % 5000);
        written += event_budget_allows(&b, who, i % 2 ? "asked" : "late", NULL, now);
        if (i % 100)
            continue;
        must(event_budget_allows(&b, "honest", "new", "tx", now));
        honest += event_budget_allows(&b, "honest", "asked", NULL, now);
        must(event_budget_allows(&b, "honest", "offer", "have", now));
        must(event_budget_allows(&b, "honest", "gave", NULL, now));
    }
    must(written >= 6000 && written < 2 * (4096 + 100 * 20) + 100 && honest > 9900);
    must(event_budget_report(&b, false, 100000, &said) == 1 && buf_add(&said, "", 1) == 0);
    must(strncmp(said.data, "asked ", 6) == 0 && strstr(said.data, " late 49"));
    must(event_budget_report(&b, false, 200000, &said) == 0);
    must(event_budget_allows(&b, "stranger", "in", NULL, 100000));
    written = 0;
    for (int i = 0; i < 10000; i++)
        written += event_budget_allows(&b, "stranger", "offer", "have again", 100000);
    must(written == EVENT_BUDGET_BURST);
    must(event_budget_report(&b, false, 100001, &said) == 0);
    said.len = 0;
    must(event_budget_report(&b, true, 100001, &said) == 1 && buf_add(&said, "", 1) == 0);
    must(strcmp(said.data, "offer 5904") == 0);
    buf_free(&said);
}

/* However fast records come, that they are new is written, and so is the beginning of their ways.
 */
static void test_steps(void)
{
    static struct event_budget b;
    struct buf said = {0};
    size_t taken = 0;
    event_budget_init(&b, 3, 0);
    for (int i = 0; i < 100000; i++) { /* 10 s of 10,000 a second */
        must(event_budget_allows(&b, "honest", "new", "tx", i / 10));
        taken += event_budget_allows(&b, "honest", "taken", NULL, i / 10);
        must(i >= EVENT_BUDGET_STEPS || taken == (size_t)i + 1);
    }
    must(taken == EVENT_BUDGET_STEPS + 9999);
    must(event_budget_report(&b, true, 10000, &said) == 1 && buf_add(&said, "", 1) == 0);
    must(strcmp(said.data, "taken 73617") == 0);
    buf_free(&said);
}

/* --- Sessions --------------------------------------------------------------------------------- */

static void make_session(struct actor *a, bool deflate, int64_t now)
{
    struct hello h = {.version = 1, .deflate = deflate};
    actor_init(a, 1, now);
    session_free(&a->session);
    memset(h.chain, BRAINS_CHAIN_BYTE, ID_LEN);
    must(session_init(&a->session, &h, now) == 0);
}

/* Lines of any length, both ways at once, split anywhere, arrive as they were sent. */
static void lines_between(uint64_t seed, bool deflate, bool other)
{
    struct actor a, b;
    struct buf sent[2] = {{0}, {0}};
    make_session(&a, deflate, 0);
    make_session(&b, other, 0);
    while (!a.session.greeted || !b.session.greeted) {
        carry(actor_end(&a), actor_end(&b), 1 + chance_below(&seed, 9), 0);
        carry(actor_end(&b), actor_end(&a), 1 + chance_below(&seed, 9), 0);
    }
    must((a.session.coding != NULL) == (deflate && other));
    for (int i = 0; i < 40; i++) {
        struct actor *from = i % 2 ? &a : &b, *to = i % 2 ? &b : &a;
        struct buf line = {0};
        size_t len = chance_below(&seed, i % 5 ? 300 : LINE_MAX_LEN);
        must(buf_reserve(&line, len + 1) == 0);
        memset(line.data, 'x', len);
        for (size_t j = 0; j < len; j += 7)
            line.data[j] = (char)('a' + chance_below(&seed, 26));
        line.data[len] = '\n';
        line.len = len + 1;
        must(session_put(&from->session, line.data, line.len) == 0);
        must(buf_add(&sent[i % 2], line.data, line.len) == 0);
        must(carry(actor_end(from), actor_end(to), 1 + chance_below(&seed, 30000), 0) >= 0);
        buf_free(&line);
    }
    while (carry(actor_end(&a), actor_end(&b), 999, 0) + carry(actor_end(&b), actor_end(&a), 1, 0))
        ;
    must(a.heard.len == sent[0].len && memcmp(a.heard.data, sent[0].data, a.heard.len) == 0);
    must(b.heard.len == sent[1].len && memcmp(b.heard.data, sent[1].data, b.heard.len) == 0);
    buf_free(&sent[0]);
    buf_free(&sent[1]);
    actor_free(&a);
    actor_free(&b);
}

static struct actor greeted_one(int64_t now)
{
    struct actor a, b;
    actor_init(&a, 1, now);
    actor_init(&b, 1, now);
    must(carry(actor_end(&b), actor_end(&a), SIZE_MAX, now) > 0);
    session_sent(&a.session, session_backlog(&a.session), now);
    actor_free(&b);
    return a;
}

/* A hello and the coded bytes right after it, in one piece. */
static void coded_at_once(void)
{
    struct actor a, b;
    make_session(&a, true, 0);
    make_session(&b, true, 0);
    must(carry(actor_end(&b), actor_end(&a), SIZE_MAX, 0) > 0 && a.session.greeted);
    must(session_put(&a.session, "have x\n", 7) == 0);
    must(carry(actor_end(&a), actor_end(&b), SIZE_MAX, 0) > 0);
    must(b.heard.len == 7 && memcmp(b.heard.data, "have x\n", 7) == 0);
    actor_free(&a);
    actor_free(&b);
}

/* The longest line is accepted however it is split, and one byte more is not; then the words of
 * bye. */
static void bounds_of_lines(size_t piece)
{
    for (size_t over = 0; over < 2; over++) {
        struct actor a = greeted_one(0);
        char *line = malloc(LINE_MAX_LEN + 2);
        const char *said;
        int failed = 0;
        must(line != NULL);
        memset(line, 'x', LINE_MAX_LEN + over);
        line[LINE_MAX_LEN + over] = '\n';
        for (size_t at = 0; at <= LINE_MAX_LEN + over && !failed; at += piece) {
            size_t n = LINE_MAX_LEN + over + 1 - at;
            failed = give(actor_end(&a), line + at, n < piece ? n : piece, 0);
        }
        must((failed != 0) == over && (a.heard.len == LINE_MAX_LEN + 1) == !over);
        must(!over ||
             (session_outgoing(&a.session, &said) == 8 && memcmp(said, "bye bad\n", 8) == 0));
        free(line);
        actor_free(&a);
    }
}

static void words(void)
{
    static const struct {
        const char *said, *answer;
        bool failed;
    } cases[] = {
        {"ping 7\n", "pong 7\n", false},  {"pong 7\n", "", false},
        {"ping x\n", "bye bad\n", true},  {"ping\n", "bye bad\n", true},
        {"hello 1\n", "bye bad\n", true}, {"bye full\n", "", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct actor a = greeted_one(0);
        const char *answer;
        must((give(actor_end(&a), cases[i].said, strlen(cases[i].said), 0) != 0) ==
             cases[i].failed);
        ptrdiff_t n = session_outgoing(&a.session, &answer);
        must((size_t)n == strlen(cases[i].answer) &&
             (n == 0 || memcmp(answer, cases[i].answer, (size_t)n) == 0));
        must(a.heard.len == 0 && a.session.over == (strncmp(cases[i].said, "bye", 3) == 0));
        must(!a.session.over || strcmp(a.session.their_word, "full") == 0);
        actor_free(&a);
    }
}

/* A pong overtakes the lines that wait: at most a piece of about 16 KiB is sent before it. The
 * lines stay in order and whole. */
static void pong_overtakes(bool deflate)
{
    struct actor a, b;
    struct buf all = {0};
    char line[100];
    const char *bytes;
    make_session(&a, deflate, 0);
    make_session(&b, deflate, 0);
    must(carry(actor_end(&a), actor_end(&b), SIZE_MAX, 0) > 0);
    must(carry(actor_end(&b), actor_end(&a), SIZE_MAX, 0) > 0);
    for (int i = 0; i < 20000; i++) {
        int n = snprintf(line, sizeof line, "line %d %d\n", i, i * 7919 % 65537);
        must(buf_add(&all, line, (size_t)n) == 0);
    }
    must(session_put(&a.session, all.data, all.len) == 0);
    must(session_outgoing(&a.session, &bytes) > 0);
    if (!deflate) {
        must(give(actor_end(&a), "ping 5\n", 7, 0) == 0);
        ptrdiff_t first = session_outgoing(&a.session, &bytes);
        must(first > 0 && first <= 17000);
        must(give(actor_end(&b), bytes, (size_t)first, 0) == 0);
        session_sent(&a.session, (size_t)first, 0);
        must(session_outgoing(&a.session, &bytes) > 7 && memcmp(bytes, "pong 5\n", 7) == 0);
    }
    must(carry(actor_end(&a), actor_end(&b), SIZE_MAX, 0) > 0);
    must(b.heard.len == all.len && memcmp(b.heard.data, all.data, all.len) == 0);
    must(session_backlog(&a.session) == 0);
    buf_free(&all);
    actor_free(&a);
    actor_free(&b);
}

/* Appends n lines of random hex digits, as of ids. */
static void add_digits(struct buf *all, size_t n, uint64_t *seed)
{
    for (size_t i = 0; i < n; i++) {
        char line[65];
        for (size_t j = 0; j < 64; j++)
            line[j] = "0123456789abcdef"[chance_below(seed, 16)];
        line[64] = '\n';
        must(buf_add(all, line, sizeof line) == 0);
    }
}

/* Compression is turned off and on again in the middle of a stream: everything arrives, and what it
 * takes on the wire is what was asked for. */
static void compression_changes(void)
{
    struct actor a, b;
    struct buf all = {0};
    uint64_t seed = 7;
    make_session(&a, true, 0);
    make_session(&b, true, 0);
    session_compress(&a.session, false); /* before it is known that there will be a stream */
    must(carry(actor_end(&a), actor_end(&b), SIZE_MAX, 0) > 0);
    must(carry(actor_end(&b), actor_end(&a), SIZE_MAX, 0) > 0);
    for (int i = 0; i < 6; i++) {
        const size_t before = all.len;
        add_digits(&all, i < 2 ? 5000 : 300, &seed);
        must(session_put(&a.session, all.data + before, all.len - before) == 0);
        ptrdiff_t sent = carry(actor_end(&a), actor_end(&b), SIZE_MAX, 0);
        ptrdiff_t lines = (ptrdiff_t)(all.len - before);
        must(i % 2 ? sent < lines * 2 / 3 : sent > lines && sent < lines + lines / 50);
        session_compress(&a.session, i % 2 == 0);
    }
    must(b.heard.len == all.len && memcmp(b.heard.data, all.data, all.len) == 0);
    must(a.session.lines == all.len);
    buf_free(&all);
    actor_free(&a);
    actor_free(&b);
}

/* Little is always compressed; much, if the link is slow and it is the link that is. */
static void worth_compressing(void)
{
    const uint64_t much = 20 << 20;
    must(compression_is_worth(
        &(struct compression_sample){COMPRESSION_LITTLE, COMPRESSION_LITTLE, 10, 0}));
    must(!compression_is_worth(&(struct compression_sample){much, much, 200000, 0}));
    must(!compression_is_worth(&(struct compression_sample){much, much, 1000000, 0}));
    must(compression_is_worth(&(struct compression_sample){much, much / 10, 1000000, 0}));
    must(!compression_is_worth(&(struct compression_sample){much, much / 10, 1000000, 900000}));
    must(!compression_is_worth(&(struct compression_sample){much, 0, 1000000, 1000001}));
}

/* Pings of a peer that does not read are answered up to a limit. */
static void pings_unread(void)
{
    struct actor a = greeted_one(0);
    for (int i = 0; i < 10000; i++)
        must(give(actor_end(&a), "ping 5\n", 7, 0) == 0);
    must(session_backlog(&a.session) < 5000);
    actor_free(&a);
}

static void test_session(void)
{
    for (uint64_t seed = 0; seed < 30; seed++)
        lines_between(seed, seed % 2, seed % 3);
    coded_at_once();
    bounds_of_lines(1 << 20);
    bounds_of_lines(4096);
    bounds_of_lines(LINE_MAX_LEN);
    words();
    pong_overtakes(false);
    pong_overtakes(true);
    compression_changes();
    worth_compressing();
    pings_unread();
}

/* When a session pings, and when it closes, to the millisecond; and with which word. */
static int tick(struct actor *a, int64_t now)
{
    struct fault f;
    int failed = session_tick(&a->session, now, &f);
    must(!failed || (f.kind == FAULT_RULE && strcmp(a->session.word, "slow") == 0));
    return failed;
}

/* Whether a ping is all that it says; sends it, and gives the answer to it. */
static bool pinged(struct actor *a, char pong[32], int64_t now)
{
    const char *said;
    ptrdiff_t n = session_outgoing(&a->session, &said);
    if (n < 7 || n >= 32 || memcmp(said, "ping ", 5) != 0 || said[n - 1] != '\n')
        return false;
    snprintf(pong, 32, "pong %.*s", (int)(n - 5), said + 5);
    session_sent(&a->session, (size_t)n, now);
    return true;
}

static void silence(void)
{
    struct actor a = greeted_one(5);
    char pong[32];
    must(tick(&a, 5 + SESSION_SILENCE - 1) == 0 && !session_backlog(&a.session));
    must(tick(&a, 5 + SESSION_SILENCE) == 0);
    must(pinged(&a, pong, 5 + SESSION_SILENCE));
    must(tick(&a, 2 * SESSION_SILENCE) == 0 && !session_backlog(&a.session)); /* asked once */
    must(tick(&a, 5 + SESSION_SILENCE_MAX) == 0);
    must(tick(&a, 5 + SESSION_SILENCE_MAX + 1) != 0);
    actor_free(&a);
    a = greeted_one(5);
    must(tick(&a, 30005) == 0 && pinged(&a, pong, 30005));
    must(give(actor_end(&a), pong, strlen(pong), 31000) == 0);
    must(tick(&a, 31000 + SESSION_SILENCE) == 0); /* again */
    must(pinged(&a, pong, 31000 + SESSION_SILENCE));
    actor_free(&a);
}

/* The round trip is that of the ping's own number: an answer sent ahead makes nobody seem near. */
static void round_trips(void)
{
    struct actor a = greeted_one(0);
    char pong[32], next[32];
    a.session.measures = true;
    a.session.chance = 1;
    must(tick(&a, 1000) == 0 && pinged(&a, pong, 1000));
    must(give(actor_end(&a), "pong 1\n", 7, 1001) == 0 && !a.session.round_trip);
    must(give(actor_end(&a), "pong\npong x\n", 12, 1002) == 0 && !a.session.round_trip);
    must(give(actor_end(&a), pong, strlen(pong), 1080) == 0 && a.session.round_trip == 80);
    must(tick(&a, 1000 + SESSION_SILENCE) == 0 && pinged(&a, next, 1000 + SESSION_SILENCE));
    must(strcmp(next, pong) != 0);
    must(give(actor_end(&a), pong, strlen(pong), 31001) == 0 && a.session.round_trip == 80);
    must(give(actor_end(&a), next, strlen(next), 31050) == 0 && a.session.round_trip == 50);
    actor_free(&a);
}

static void slowness(void)
{
    struct actor a;
    actor_init(&a, 1, 5); /* no hello */
    session_sent(&a.session, session_backlog(&a.session), 5);
    must(tick(&a, 5 + SESSION_GREETING_MAX) == 0);
    must(tick(&a, 5 + SESSION_GREETING_MAX + 1) != 0);
    actor_free(&a);
    a = greeted_one(0); /* half a line, and then a byte now and then */
    must(give(actor_end(&a), "have", 4, 1000) == 0 && give(actor_end(&a), "x", 1, 20000) == 0);
    must(tick(&a, 1000 + SESSION_LINE_MAX) == 0 && tick(&a, 1001 + SESSION_LINE_MAX) != 0);
    actor_free(&a);
    a = greeted_one(0); /* reads nothing, says much */
    must(session_put(&a.session, "x\n", 2) == 0);
    for (int64_t now = 0; now <= SESSION_UNREAD_MAX; now += 10000)
        must(give(actor_end(&a), "y\n", 2, now) == 0 && tick(&a, now) == 0);
    must(tick(&a, SESSION_UNREAD_MAX + 1) != 0);
    actor_free(&a);
    a = greeted_one(0); /* reads a little now and then */
    must(session_put(&a.session, "lines\n", 6) == 0 && session_backlog(&a.session) == 6);
    for (int64_t now = 0; now < 5 * SESSION_UNREAD_MAX; now += SESSION_UNREAD_MAX) {
        must(give(actor_end(&a), "y\n", 2, now) == 0 && tick(&a, now) == 0);
        session_sent(&a.session, 1, now);
    }
    actor_free(&a);
    a = greeted_one(0); /* all of that is forgiven for the time when we did not read */
    must(give(actor_end(&a), "have", 4, 0) == 0 && session_put(&a.session, "x\n", 2) == 0);
    session_excuse(&a.session, 200000);
    must(tick(&a, 200000) == 0);
    actor_free(&a);
}

static void test_silence(void)
{
    silence();
    round_trips();
    slowness();
}

/* --- Files ------------------------------------------------------------------------------------ */

/* Only whole records, however they are split; an incomplete one at the end is given as it is. */
static void record_reader_with(uint64_t seed)
{
    static const uint8_t prev[ID_LEN] = {1};
    struct record_reader in = {.fd = -1};
    struct fault f;
    struct record txs[3];
    struct buf all = {0}, got = {0};
    int fds[2];
    for (uint64_t i = 0; i < 3; i++)
        txs[i] = make_tx(i);
    struct record block = make_block(1, prev, txs, 3);
    for (int i = 0; i < 30; i++) {
        const struct buf *b = chance_below(&seed, 2) ? &block.text : &txs[i % 3].text;
        must(buf_add(&all, b->data,
                     chance_below(&seed, 5) || b != &block.text
                         ? b->len
                         : (size_t)((char *)memchr(b->data, '\n', b->len) - b->data) + 1) == 0);
        if (chance_below(&seed, 3) == 0 && all.data[all.len - 1] == '\n')
            add_text(&all, i % 2 ? "block x\n" : "\n");
    }
    add_text(&all, "tx torn");
    must(pipe(fds) == 0);
    in.fd = fds[0];
    for (size_t at = 0; !in.ended;) {
        size_t n = chance_below(&seed, 1000);
        n = n < all.len - at ? n : all.len - at;
        if (n && write(fds[1], all.data + at, n) != (ssize_t)n)
            err(2, "write");
        at += n;
        if (at == all.len && fds[1] >= 0) {
            close(fds[1]);
            fds[1] = -1;
        }
        if (!n && fds[1] >= 0)
            continue;
        must(record_reader_read(&in, &f) == 1);
        must(in.ended || in.whole == 0 || in.in.data[in.whole - 1] == '\n');
        must(buf_add(&got, in.in.data, in.whole) == 0);
        /* a result never ends within a block, unless the block was cut short */
        struct span span = {in.in.data, in.whole};
        struct stream *s = stream_new(source_memory(&span), 1, 0);
        struct batch b = {0};
        while (!in.ended && stream_next(s, &b, &f) > 0)
            for (size_t i = 0; i < b.count; i++)
                must(!b.items[i].torn || i + 1 == b.count);
        batch_free(&b);
        stream_free(s);
        record_reader_drop(&in);
        must(in.whole == 0 && in.scanned <= in.in.len);
    }
    must(got.len == all.len && memcmp(got.data, all.data, all.len) == 0);
    record_reader_free(&in);
    close(fds[0]);
    buf_free(&all);
    buf_free(&got);
    buf_free(&block.text);
    for (size_t i = 0; i < 3; i++)
        buf_free(&txs[i].text);
}

/* A block that has not fully arrived is not given. */
static void half_a_block(void)
{
    static const uint8_t prev[ID_LEN] = {1};
    struct record tx = make_tx(1), block = make_block(1, prev, &tx, 1);
    struct record_reader in = {.fd = -1};
    struct fault f;
    int fds[2];
    size_t header = block.text.len - tx.text.len;
    must(pipe(fds) == 0);
    in.fd = fds[0];
    must(write(fds[1], block.text.data, header) == (ssize_t)header);
    must(record_reader_read(&in, &f) == 1 && in.whole == 0);
    must(write(fds[1], block.text.data, header) == (ssize_t)header); /* the next ends the cut one */
    must(record_reader_read(&in, &f) == 1 && in.whole == header);
    record_reader_drop(&in);
    must(write(fds[1], tx.text.data, tx.text.len) == (ssize_t)tx.text.len);
    must(record_reader_read(&in, &f) == 1 && in.whole == block.text.len);
    record_reader_free(&in);
    close(fds[0]);
    close(fds[1]);
    buf_free(&tx.text);
    buf_free(&block.text);
}

static void test_record_reader(void)
{
    for (uint64_t seed = 0; seed < 50; seed++)
        record_reader_with(seed);
    half_a_block();
}

static void reopen(struct spool *s, struct buf *out)
{
    struct fault f;
    spool_close(s);
    out->len = 0;
    must(spool_open(s, "spool", out, &f) == 0);
}

/* What was added last is still there when the spool is opened again, except a torn line. */
static void test_spool(void)
{
    enum { LINE = 100000, LINES = 400 };
    struct spool s = {.file = LINEFILE("spool")};
    struct buf out = {0};
    struct fault f;
    char *line = malloc(LINE);
    must(line && spool_open(&s, "spool", &out, &f) == 0 && out.len == 0);
    for (int i = 0; i < LINES; i++) {
        memset(line, 'a' + i % 26, LINE - 1);
        line[LINE - 1] = '\n';
        must(spool_add(&s, line, LINE, &f) == 0);
        if (i % 37)
            continue;
        reopen(&s, &out);
        must(out.len % LINE == 0 && out.len <= 2 * SPOOL_BYTES);
        must(out.len >= (size_t)(i + 1) * LINE || out.len > SPOOL_BYTES - LINE);
        for (size_t back = 0; back < out.len / LINE; back++)
            must(out.data[out.len - 2 - back * LINE] == 'a' + (i - (int)back) % 26);
    }
    reopen(&s, &out);
    size_t whole = out.len;
    must(spool_add(&s, "torn", 4, &f) == 0);
    reopen(&s, &out);
    must(out.len == whole);
    must(spool_add(&s, "next\n", 5, &f) == 0);
    reopen(&s, &out);
    must(out.len == whole + 5 && memcmp(out.data + whole, "next\n", 5) == 0);
    spool_close(&s);
    must(spool_open(&s, "no/such/spool", &out, &f) == -1 && f.kind == FAULT_TROUBLE);
    buf_free(&out);
    free(line);
}

/* --- Timers ----------------------------------------------------------------------------------- */

enum { TIMERS = 300, NEVER = -1 };

struct alarm {
    struct timer timer;
    struct timers *all;
    int64_t due, again; /* as the timer should be; ms after which it is set anew, or 0 */
    int64_t *last;      /* when one fired last in this call: they come in order */
};

static void ring(void *self, int64_t now)
{
    struct alarm *a = self;
    must(a->due != NEVER && a->due <= now && a->due >= *a->last);
    *a->last = a->due;
    a->due = NEVER;
    if (a->again) {
        must(timers_set(a->all, &a->timer, now - 5) == 0); /* for the next call */
        a->due = now + 1;
    }
}

static int64_t first_due(const struct alarm *alarms)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < TIMERS; i++)
        if (alarms[i].due != NEVER && alarms[i].due < first)
            first = alarms[i].due;
    return first;
}

static void test_timers(void)
{
    static struct alarm alarms[TIMERS];
    struct timers all = {0};
    uint64_t dice = 5;
    int64_t last;
    for (size_t i = 0; i < TIMERS; i++)
        alarms[i] = (struct alarm){.timer = {.fire = ring, .self = &alarms[i]},
                                   .all = &all,
                                   .due = NEVER,
                                   .again = i % 7 == 0,
                                   .last = &last};
    for (int64_t now = 1; now < 20000; now++) {
        struct alarm *a = &alarms[chance_below(&dice, TIMERS)];
        if (chance_below(&dice, 3)) {
            a->due = now + (int64_t)chance_below(&dice, 500);
            must(timers_set(&all, &a->timer, a->due) == 0);
        } else {
            a->due = NEVER;
            timers_cancel(&all, &a->timer);
        }
        must(timers_next(&all) == first_due(alarms));
        last = 0;
        if (chance_below(&dice, 4) == 0)
            timers_fire(&all, now);
        must(timers_next(&all) == first_due(alarms));
    }
    timers_free(&all);
}

/* --- Datagrams -------------------------------------------------------------------------------- */

struct port {
    struct udp *udp;
    struct sockaddr_storage from;
    socklen_t from_len;
    size_t count, bytes;
    bool answers, frees;
};

static void received(void *self, const struct sockaddr *from, socklen_t len, const uint8_t *bytes,
                     size_t n)
{
    struct port *p = self;
    memcpy(&p->from, from, len);
    p->from_len = len;
    p->count++;
    p->bytes += n;
    for (size_t i = 0; i < n; i++)
        must(bytes[i] == (uint8_t)(i + n));
    if (p->answers)
        must(udp_send(p->udp, from, len, bytes, n));
    if (p->frees) {
        udp_free(p->udp);
        p->udp = NULL;
    }
}

static struct udp *open_port(struct loop *l, struct port *p, const char *at)
{
    struct address address;
    struct udp_owner owner = {received, p};
    struct fault f;
    must(address_parse(at, strlen(at), true, &address, &f) == 0);
    p->udp = udp_new(l, &address, &owner, &f);
    return p->udp;
}

static bool send_to(struct port *p, const struct port *to, size_t n)
{
    uint8_t bytes[UDP_MAX + 1];
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    at.sin_port = htons((uint16_t)atoi(strchr(udp_address(to->udp), ':') + 1));
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(i + n);
    return udp_send(p->udp, (struct sockaddr *)&at, sizeof at, bytes, n);
}

static void await(struct loop *l, const size_t *count, size_t until)
{
    struct fault f;
    for (int64_t end = loop_now() + 60000; *count < until;) {
        must(loop_now() < end);
        must(loop_turn(l, 1000, &f) == 0);
    }
    must(*count == until);
}

/* Somebody else's datagram, as long as it likes. */
static void shout(const struct port *to, size_t n)
{
    static const uint8_t zeros[2 * UDP_MAX];
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    at.sin_port = htons((uint16_t)atoi(strchr(udp_address(to->udp), ':') + 1));
    must(sendto(fd, zeros, n, 0, (struct sockaddr *)&at, sizeof at) == (ssize_t)n);
    close(fd);
}

static void count_up(void *self, int64_t now)
{
    size_t *fired = self;
    (void)now;
    ++*fired;
}

static void test_udp(void)
{
    struct fault f;
    struct loop *l = loop_new(&f);
    struct port a = {0}, b = {.answers = true}, same = {0};
    const size_t sizes[] = {1, 0, 100, UDP_MAX};
    must(l && open_port(l, &a, "127.0.0.1:0") && open_port(l, &b, "127.0.0.1:0"));
    must(!open_port(l, &same, udp_address(b.udp))); /* the port is taken */
    for (size_t i = 0; i < 4; i++)
        must(send_to(&a, &b, sizes[i]));
    await(l, &a.count, 4);
    must(b.count == 4 && b.bytes == 101 + UDP_MAX && a.bytes == b.bytes);
    must(!send_to(&a, &b, UDP_MAX + 1));
    shout(&b, UDP_MAX + 1); /* too long: dropped */
    must(send_to(&a, &b, 7));
    await(l, &a.count, 5);
    must(b.count == 5);
    for (size_t i = 0; i < 100; i++) /* more than are read in a turn */
        must(send_to(&a, &b, 1));
    await(l, &b.count, 105);
    b.frees = true;
    b.answers = false;
    must(send_to(&a, &b, 1) && send_to(&a, &b, 1));
    await(l, &b.count, 106);
    must(!b.udp && loop_turn(l, 0, &f) == 0);
    /* a timer of the loop, and one that is cancelled */
    size_t fired = 0, cancelled = 0;
    struct timer timer = {.fire = count_up, .self = &fired},
                 other = {.fire = count_up, .self = &cancelled};
    int64_t begun = loop_now();
    must(loop_set_timer(l, &timer, begun + 30) == 0 && loop_set_timer(l, &other, begun + 10) == 0);
    loop_cancel_timer(l, &other);
    while (!fired)
        must(loop_turn(l, -1, &f) == 0);
    must(loop_now() - begun >= 30 && fired == 1 && cancelled == 0);
    udp_free(a.udp);
    loop_free(l);
}

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    {"idhash", test_idhash},
    {"idmap", test_idmap},
    {"idset", test_idset},
    {"timers", test_timers},
    {"udp", test_udp},
    {"recent_txs", test_recent_txs},
    {"netgroups", test_netgroups},
    {"key_times", test_key_times},
    {"events", test_events},
    {"steps", test_steps},
    {"session", test_session},
    {"silence", test_silence},
    {"record_reader", test_record_reader},
    {"spool", test_spool},
    {"ordered", test_ordered},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof tests / sizeof *tests; i++)
        if (strcmp(argv[1], tests[i].name) == 0) {
            tests[i].run();
            return 0;
        }
    errx(2, "usage: partstest TEST");
}
