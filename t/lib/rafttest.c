/*
 * rafttest TEST [SETTING...]: one test of the Raft engine, most of a rule of consensus, by its name
 * (R1 ...; `list` prints them). Status 1 if what must hold does not; so a rule's test, given
 * break=RULE as a setting, must fail.
 */
#include "raftworld.h"

enum { TEXT_MAX = 20000 };

/* --- What tests say ------------------------------------------------------------------------------
 */

/* A message, as text, from one node to another. */
static void give(uint32_t to, uint32_t from, const char *text)
{
    struct fault f;
    size_t used;
    struct engine_item *x = raft_item_parse(text, strlen(text), &used, w.names, &f);
    if (x == NULL)
        errx(2, "%s: %s", f.text, text);
    step(to, (struct engine_event){.kind = ENGINE_MESSAGE, .from = from, .items = &x, .count = 1});
    engine_item_unref(x);
}

static void timer(uint32_t n)
{
    step(n, (struct engine_event){.kind = ENGINE_TIMER});
}

static void nothing_sent(void)
{
    while (w.packets > 0)
        drop_packet(0);
}

/* The text of the last message from `from` to `to` that begins with a word; "": there is none. */
static const char *sent(uint32_t from, uint32_t to, const char *word)
{
    static char found[TEXT_MAX];
    found[0] = '\0';
    for (size_t i = 0; i < w.packets; i++) {
        struct buf text = {0};
        if (w.packet[i].from != from || w.packet[i].to != to)
            continue;
        must(raft_item_format(w.packet[i].item, w.names, &text) == 0 && text.len < TEXT_MAX);
        if (text.len > strlen(word) && memcmp(text.data, word, strlen(word)) == 0)
            snprintf(found, sizeof found, "%.*s", (int)text.len, text.data);
        buf_free(&text);
    }
    return found;
}

static bool was_sent(uint32_t from, uint32_t to, const char *text)
{
    return sent(from, to, text)[0] != '\0';
}

static uint64_t last(uint32_t n)
{
    return raft_log_last(&raft_of(n)->log);
}

static struct raft_peer *peer(uint32_t leader, uint32_t n)
{
    return raft_peer_find(raft_of(leader), n);
}

/* n1 of three follows n2 in term 2, with so many entries of that term on its disk. */
static void follower_with(unsigned entries)
{
    char text[200];
    begin_world(3, 3);
    int used = snprintf(text, sizeof text, "append 2 0 0 0 1 %u\n", entries);
    for (unsigned i = 0; i < entries; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "2 nothing\n");
    give(0, 1, text);
    sync_disk(0);
    nothing_sent();
    must(last(0) == entries);
}

/* n1 stands for election, and has the votes of n2 to n`voters`: it leads term `term`. */
static void win(uint64_t term, uint32_t voters)
{
    char text[40];
    command(0, "campaign");
    for (uint32_t n = 1; n < voters; n++) {
        snprintf(text, sizeof text, "prevoted %llu yes\n", (unsigned long long)term);
        give(0, n, text);
    }
    sync_disk(0);
    for (uint32_t n = 1; n < voters; n++) {
        snprintf(text, sizeof text, "voted %llu yes\n", (unsigned long long)term);
        give(0, n, text);
    }
    must(raft_of(0)->role == RAFT_LEADER && raft_of(0)->term == term);
    timer(0);
    sync_disk(0);
    nothing_sent();
}

/* Some nodes, of which n1 leads, and has committed an entry of its term. */
static void led_world(uint32_t nodes, uint32_t members)
{
    begin_world(nodes, members);
    command(0, "campaign");
    settle();
    must(raft_of(0)->role == RAFT_LEADER && raft_of(0)->commit == last(0) && last(0) > 0);
}

/* --- The rules
 * ------------------------------------------------------------------------------------ */

static void r1(void)
{
    follower_with(1);
    win(3, 2); /* entries: term 2, term 3 */
    must(last(0) == 2);
    give(0, 1, "matched 3 1 0\n");
    give(0, 2, "matched 3 1 0\n");
    must(raft_of(0)->commit == 0);
    give(0, 1, "matched 3 2 0\n");
    must(raft_of(0)->commit == 2);
}

static void r2(void)
{
    begin_world(3, 3);
    give(0, 1, "vote 5 0 0 no\n");
    must(w.node[0].count == 1 && w.node[0].kept == 0); /* term and vote in one record */
    must(!was_sent(0, 1, "voted"));
    sync_disk(0);
    must(was_sent(0, 1, "voted 5 yes"));
    nothing_sent();
    pass_time(0);
    command(1, "campaign");
    give(1, 0, "prevoted 1 yes\n");
    must(!was_sent(1, 0, "vote ") && raft_of(1)->role == RAFT_CANDIDATE);
    sync_disk(1);
    must(was_sent(1, 0, "vote 1"));
    kill_node(0, 0);
    start(0);
    give(0, 2, "vote 5 9 5 no\n");
    sync_disk(0);
    must(was_sent(0, 2, "voted 5 no"));
}

static void r3(void)
{
    begin_world(3, 3);
    command(0, "campaign");
    give(0, 1, "prevoted 1 yes\n");
    sync_disk(0); /* a candidate in term 1, which voted for itself */
    give(0, 1, "append 1 7 1 0 1 0\n");
    must(raft_of(0)->role == RAFT_FOLLOWER && raft_of(0)->term == 1);
    pass_time(0);
    command(0, "campaign"); /* it forgets the leader, and asks for pre-votes */
    nothing_sent();
    give(0, 2, "vote 1 9 1 no\n");
    sync_disk(0);
    must(!was_sent(0, 2, "voted 1 yes") && was_sent(0, 2, "voted 1 no"));
}

static void r4(void)
{
    begin_world(5, 5);
    command(0, "campaign");
    for (int i = 0; i < 5; i++)
        give(0, 1, "prevoted 1 yes\n");
    must(raft_of(0)->role == RAFT_PRECANDIDATE);
    give(0, 2, "prevoted 1 yes\n");
    sync_disk(0);
    for (int i = 0; i < 5; i++)
        give(0, 1, "voted 1 yes\n");
    give(0, 2, "voted 0 yes\n"); /* of an old term */
    must(raft_of(0)->role == RAFT_CANDIDATE);
    give(0, 2, "voted 1 yes\n");
    must(raft_of(0)->role == RAFT_LEADER);
}

static void r5(void)
{
    static const struct {
        const char *vote, *answer;
    } cases[] = {{"vote 5 0 0 no\n", "voted 5 no"},
                 {"vote 6 1 2 no\n", "voted 6 no"},
                 {"vote 7 9 1 no\n", "voted 7 no"},
                 {"vote 8 2 2 no\n", "voted 8 yes"},
                 {"vote 9 1 3 no\n", "voted 9 yes"}};
    follower_with(2);
    w.now += 1000; /* its leader is not heard any more */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        give(0, 2, cases[i].vote);
        sync_disk(0);
        must(was_sent(0, 2, cases[i].answer));
        nothing_sent();
    }
}

static void r6(void)
{
    follower_with(3);
    give(0, 2, "append 3 1 2 3 1 0\n"); /* agrees with entry 1, and says that 3 are committed */
    must(raft_of(0)->commit == 1);
    give(0, 2, "append 3 1 2 3 1 1\n3 nothing\n");
    must(raft_of(0)->commit == 2 && last(0) == 2);
}

static void r7(void)
{
    follower_with(3);
    give(0, 1, "append 2 0 0 0 1 1\n2 nothing\n");
    must(last(0) == 3);
    give(0, 1, "append 2 1 2 0 1 0\n");
    must(last(0) == 3);
    give(0, 2, "append 3 1 2 0 1 1\n3 nothing\n");
    must(last(0) == 2);
}

static void reload(const char *const *records, size_t count, const char *word)
{
    struct fault f = {0};
    size_t used;
    begin_world(3, 3);
    raft_engine.free(w.node[0].engine);
    for (size_t i = 0; i < count; i++)
        w.node[0].disk[i].item = raft_item_parse(records[i], strlen(records[i]), &used, w.names,
                                                 &f);
    w.node[0].kept = w.node[0].count = count;
    int result = try_start(0, &f);
    must(word == NULL ? result == 0 : result != 0 && strstr(f.text, word) != NULL);
    end_world();
}

static void r8(void)
{
    static const char *const past[] = {"state 1 n1 0\n", "entries 0 2 1\n1 nothing\n"};
    static const char *const whole[] = {"state 1 n1 0\n", "entries 0 1 1\n1 nothing\n"};
    follower_with(2);
    give(0, 1, "append 2 2 2 2 1 0\n");
    must(raft_of(0)->commit == 2);
    give(0, 1, "append 2 2 2 1 1 0\n");
    must(raft_of(0)->commit == 2);
    end_world();
    reload(whole, 2, NULL);
    reload(past, 2, "more is committed");
    begin_world(3, 3);
}

static void r9(void)
{
    follower_with(1);
    win(3, 2);
    step(0, (struct engine_event){.kind = ENGINE_READ, .serial = 7});
    timer(0);
    w.now += 60;
    timer(0); /* a heartbeat, to which both answer, though they have no entry of this term yet */
    give(0, 1, "matched 3 1 1\n");
    give(0, 2, "matched 3 1 1\n");
    timer(0);
    must(w.node[0].answered == 0);
    give(0, 1, "matched 3 2 1\n");
    timer(0);
    must(w.node[0].answered == 0 && was_sent(0, 1, "append 3 2 3 2 2 0"));
    give(0, 1, "matched 3 2 2\n");
    must(w.node[0].answered == 7 && w.node[0].answer_index == 2);
}

static void r10(void)
{
    begin_world(3, 3);
    win(1, 2);
    give(0, 1, "matched 1 1 0\n");
    w.now += 60;
    timer(0); /* round 1 */
    step(0, (struct engine_event){.kind = ENGINE_READ, .serial = 7});
    give(0, 1, "matched 1 1 1\n");
    must(w.node[0].answered == 0);
    timer(0); /* round 2 */
    give(0, 1, "matched 1 1 1\n");
    give(0, 2, "matched 1 1 1\n");
    must(w.node[0].answered == 0);
    give(0, 2, "matched 1 1 2\n");
    must(w.node[0].answered == 7 && w.node[0].answer_index == 1);
}

static bool settings_are_wrong(const char *word, const char *why)
{
    struct raft_settings s;
    struct fault f;
    const char *words[] = {word, "checkquorum=no"};
    return raft_settings_read(&s, words, 2, &f) != 0 && strstr(f.text, why) != NULL;
}

static void r11(void)
{
    must(settings_are_wrong("reads=lease", "needs checkquorum"));
    w.settings[w.setting_count++] = "reads=lease";
    led_world(3, 3);
    pass_time(200); /* heartbeats have been answered: there is a lease */
    step(0, (struct engine_event){.kind = ENGINE_READ, .serial = 1});
    timer(0);
    must(w.node[0].answered == 1);
    command(0, "transfer n2"); /* n2 is told to stand, and others would vote for it */
    must(was_sent(0, 1, "campaign"));
    step(0, (struct engine_event){.kind = ENGINE_READ, .serial = 2});
    timer(0);
    must(w.node[0].answered == 1);
}

static void r12(void)
{
    led_world(3, 3);
    uint64_t term = raft_of(1)->term, saves = w.node[1].count;
    kill_node(0, 0);
    command(1, "campaign");
    must(raft_of(1)->term == term && raft_of(1)->leader == NODE_NONE);
    give(2, 1, "prevote 9 99 9\n");
    must(raft_of(2)->term == term && raft_of(2)->vote == 0 && w.node[1].count == saves);
    nothing_sent();
    pass_time(1500); /* and so there is a new leader */
    must(raft_of(1)->role == RAFT_LEADER || raft_of(2)->role == RAFT_LEADER);
}

static bool chained(uint32_t from, uint32_t to)
{
    bool old = from <= 1 && to <= 1; /* n1, which led, reaches n2 alone */
    return old || (from > 1 && to > 1);
}

static void r13(void)
{
    led_world(5, 5);
    w.passes = chained;
    pass_time(1500);
    must(raft_of(0)->role != RAFT_LEADER);
    must(w.leader[w.latest_term] > 2 && raft_of(2)->leader == w.leader[w.latest_term] - 1);
}

static bool rejected(uint32_t n)
{
    return strstr(w.node[n].notes, "reject member") != NULL;
}

/* Which of four nodes can talk: none, {n2 n3 n4}, {n2 n3}, {n1 n4}. */
static uint32_t phase;

static bool in_phase(uint32_t from, uint32_t to)
{
    static const unsigned groups[] = {0, 14, 6, 9};
    return (groups[phase] >> from & 1) && (groups[phase] >> to & 1);
}

/* The known case of four nodes and two removals, given to two of them (raft-dev, 2015). */
static void r14(void)
{
    w.settings[w.setting_count++] = "joint=never";
    led_world(4, 4);
    phase = 0;
    w.passes = in_phase;
    command(0, "member remove n2");
    must(!rejected(0));
    phase = 1; /* n2 leads with the votes of n3 and n4, */
    w.now += 150;
    command(1, "campaign");
    for (int i = 0; raft_of(1)->role != RAFT_LEADER && i < 100; i++) {
        while (w.packets > 0)
            deliver(0);
        sync_disk(1);
        sync_disk(2);
        sync_disk(3);
    }
    must(raft_of(1)->role == RAFT_LEADER);
    nothing_sent();
    command(1, "member remove n1");
    bool was = rejected(1); /* ... and has committed nothing yet */
    phase = 2;
    propose(1, 1);
    settle(); /* {n2 n3} would be a quorum of {n2 n3 n4}, */
    phase = 3;
    pass_time(1500); /* ... and {n1 n4} of {n1 n3 n4} */
    propose(0, 2);
    pass_time(500);
    must(was);
}

static void r15(void)
{
    led_world(6, 3);
    phase = 0;
    w.passes = in_phase; /* nobody hears anybody */
    command(0, "member add n4 n5 n6 remove n2 n3");
    uint64_t at = last(0);
    must(raft_config_joint(&raft_config_now(raft_of(0))->config));
    timer(0);
    sync_disk(0);
    for (uint32_t n = 3; n < 6; n++) { /* n1 n4 n5 n6 have it: all of the new, n1 of the old */
        char text[60];
        snprintf(text, sizeof text, "matched 1 %llu 0\n", (unsigned long long)at);
        give(0, n, text);
    }
    must(raft_of(0)->commit < at && last(0) == at);
    w.passes = NULL;
    kill_node(0, 0);
    sync_disk(0);
    start(0);
    pass_time(3000); /* whoever leads now ends what was begun */
    for (uint32_t n = 0; n < 6; n++)
        if (raft_of(n)->role == RAFT_LEADER)
            must(!raft_config_joint(&raft_config_now(raft_of(n))->config));
}

/* A change counts as soon as it is in the log, and no longer once it is not. */
static void r16(void)
{
    follower_with(1);
    give(0, 1, "append 2 1 2 0 1 2\n2 members\nvoters: n1 n2\n");
    must(raft_of(0)->commit == 0 && raft_of(0)->peer_count == 2);
    give(0, 2, "append 3 1 2 0 1 1\n3 nothing\n");
    must(raft_of(0)->peer_count == 3);
}

static void r17(void)
{
    led_world(4, 3);
    phase = 0;
    w.passes = in_phase;
    command(0, "member learner n4");
    timer(0);
    give(0, 3, "matched 1 2 0\n"); /* the learner has it: that is not counted, */
    must(raft_of(0)->commit == 1);
    sync_disk(0); /* ... the leader is, */
    must(raft_of(0)->commit == 1);
    give(0, 1, "matched 1 2 0\n");
    must(raft_of(0)->commit == 2);
    command(0, "member remove n1");
    timer(0);
    sync_disk(0); /* ... and it is not, once it is no member */
    give(0, 1, "matched 1 3 0\n");
    must(raft_of(0)->commit == 2 && raft_of(0)->role == RAFT_LEADER);
    give(0, 2, "matched 1 3 0\n");
    must(raft_of(0)->commit == 3 && raft_of(0)->role == RAFT_FOLLOWER);
}

#define IMAGE "voters: n1 n2 n3\nclients 1\nn2 1-4\nstate\n"

static void r18(void)
{
    char text[200];
    unsigned size = (unsigned)strlen(IMAGE);
    follower_with(3);
    snprintf(text, sizeof text, "snapshot 2 2 2 0 %u 1 4\n%s", size, IMAGE);
    give(0, 1, text);
    must(last(0) == 3 && raft_of(0)->commit == 2); /* what follows it stays */
    snprintf(text, sizeof text, "snapshot 2 1 2 0 %u 1 4\n%s", size, IMAGE);
    give(0, 1, text);
    must(last(0) == 3 && raft_of(0)->commit == 2); /* that was committed before */
    end_world();
    follower_with(3);
    snprintf(text, sizeof text, "snapshot 3 2 3 0 %u 1 4\n%s", size, IMAGE);
    give(0, 2, text);
    must(last(0) == 2 && raft_of(0)->commit == 2); /* another log: all of it goes */
    must(!was_sent(0, 2, "matched"));
    sync_disk(0);
    must(was_sent(0, 2, "matched 3 2"));
}

static unsigned images;

static void count_images(uint32_t from, uint32_t to, const struct raft_item *x)
{
    (void)from;
    (void)to;
    images += x->head.kind == RAFT_SNAPSHOT;
}

static void r19(void)
{
    w.settings[w.setting_count++] = "keep=0";
    w.settings[w.setting_count++] = "piece=10";
    led_world(3, 3);
    kill_node(2, 0);
    for (uint64_t s = 1; s <= 5; s++)
        propose(0, s);
    settle();
    snapshot(0, last(0));
    must(raft_of(0)->log.base == last(0));
    settle();
    w.watch = count_images;
    propose(0, 6); /* which comes after the image */
    settle();
    start(2);
    w.now += 60;
    settle(); /* one heartbeat, and no new entry */
    must(images > 1 && images < 20);
    must(last(2) == last(0) && w.node[2].last_index == last(0));
    must(peer(0, 2)->progress == RAFT_STREAMING && peer(0, 2)->next == last(0) + 1);
    propose(0, 3); /* it was committed before, which the image tells as well */
    propose(2, 1);
    settle();
    must(w.node[2].last_index == last(2) && last(2) == last(0));
}

static void r20(void)
{
    begin_world(3, 3);
    give(0, 1, "append 2 0 0 0 1 1\n2 nothing\n");
    uint64_t first = w.node[0].count;
    give(0, 2, "append 3 0 0 0 1 1\n3 nothing\n");
    uint64_t second = w.node[0].count;
    step(0, (struct engine_event){.kind = ENGINE_SAVED, .serial = first});
    must(!was_sent(0, 1, "matched") && !was_sent(0, 2, "matched 3 1"));
    step(0, (struct engine_event){.kind = ENGINE_SAVED, .serial = second});
    must(was_sent(0, 2, "matched 3 1 1"));
    w.node[0].kept = w.node[0].count;
}

static void r21(void)
{
    follower_with(2);
    win(3, 2);
    must(peer(0, 1)->match == 0 && peer(0, 2)->match == 0);
    give(0, 1, "matched 3 2 0\n");
    must(peer(0, 1)->match == 2 && peer(0, 1)->next > 2);
    give(0, 1, "matched 3 1 0\n");
    must(peer(0, 1)->match == 2);
    give(0, 1, "unmatched 3 1 0 0 0\n");
    must(peer(0, 1)->match == 2 && peer(0, 1)->next > 2);
    give(0, 1, "matched 3 99 0\n"); /* there is no such entry */
    must(peer(0, 1)->match == 2);
}

static void r22(void)
{
    begin_world(1, 1);
    command(0, "campaign");
    settle();
    propose(0, 1);
    timer(0);
    must(raft_of(0)->commit < last(0) && w.chosen[last(0)].serial == 0);
    sync_disk(0);
    must(raft_of(0)->commit == last(0) && w.chosen[last(0)].serial == 1);
}

static void r23(void)
{
    char text[200];
    follower_with(1);
    snprintf(text, sizeof text, "snapshot 2 7 2 0 %u 1 4\n%s", (unsigned)strlen(IMAGE), IMAGE);
    give(0, 1, text);
    sync_disk(0);
    must(last(0) == 7);
    give(0, 1, "append 2 0 0 0 1 1\n2 nothing\n");
    must(last(0) == 7 && raft_of(0)->commit == 7);
}

static void r24(void)
{
    led_world(4, 3);
    uint64_t term = raft_of(1)->term;
    give(1, 3, "vote 50 99 49 no\n");
    give(1, 3, "unmatched 50 0 0 0 0\n");
    give(1, 3, "prevoted 50 no\n");
    must(raft_of(1)->term == term && raft_of(1)->leader == 0);
}

static void r25(void)
{
    uint64_t draws[4] = {0};
    begin_world(3, 3);
    struct raft *r = raft_of(0);
    for (int i = 0; i < 1000; i++) {
        int64_t before = r->timeout;
        command(0, "campaign");
        must(r->timeout >= r->set.election && r->timeout < 2 * r->set.election);
        must(r->election_due == w.now + r->timeout);
        draws[(r->timeout - r->set.election) * 4 / r->set.election]++;
        draws[0] += r->timeout == before;
        nothing_sent();
    }
    for (int i = 0; i < 4; i++)
        must(draws[i] > 150 && draws[i] < 350);
}

static void r26(void)
{
    static const char *const gap[] = {"state 1 n1 0\n", "entries 0 0 1\n1 nothing\n",
                                      "entries 2 0 1\n1 nothing\n"};
    static const char *const falls[] = {"state 3 n1 0\n", "state 2 n1 0\n"};
    static const char *const twice[] = {"state 3 n1 0\n", "state 3 n2 0\n"};
    static const char *const future[] = {"state 1 n1 0\n", "entries 0 0 1\n2 nothing\n"};
    static const char *const over[] = {"state 2 n1 0\n", "entries 0 2 2\n1 nothing\n1 nothing\n",
                                       "entries 1 1 1\n2 nothing\n"};
    static const char *const message[] = {"state 2 n1 0\n", "campaign 3\n"};
    static const char *const image[] = {"state 2 n1 0\n", "image 1 1 2\nvoters: n1\nclients 0\n"};
    static const char *const good[] = {"image 4 1 3\nvoters: n1\nclients 0\nx\n", "state 2 n1 4\n",
                                       "entries 4 5 2\n1 nothing\n2 nothing\n",
                                       "entries 5 5 1\n2 nothing\n", "state 3 - 6\n"};
    reload(gap, 3, "record 3 of the log: entries are missing");
    reload(falls, 2, "lower");
    reload(twice, 2, "second vote");
    reload(future, 2, "out of order");
    reload(over, 3, "replaces entries that are committed");
    reload(message, 2, "a message");
    reload(image, 2, "not the first");
    reload(good, 5, NULL);
    begin_world(1, 1);
}

/* --- What is not a rule of the list
 * ---------------------------------------------------------------- */

static unsigned appends, bare;

static void count_appends(uint32_t from, uint32_t to, const struct raft_item *x)
{
    (void)from;
    (void)to;
    if (x->head.kind == RAFT_APPEND)
        *(x->count > 0 ? &appends : &bare) += 1;
}

/* A hundred proposals of one instant are one message to each follower and one save; and the leader
 * sends before its own disk has them. */
static void batches(void)
{
    led_world(3, 3);
    size_t saves = w.node[0].count;
    w.watch = count_appends;
    for (uint64_t s = 1; s <= 100; s++)
        propose(0, s);
    must(appends == 0 && w.node[0].deadline <= w.now);
    timer(0);
    must(appends == 2 && w.node[0].count == saves + 1 && w.node[0].kept == saves);
    must(w.packet[0].item == w.packet[1].item); /* which they share */
    settle();
    must(w.node[0].last_index == last(0) && last(0) == 101);
    must(w.node[2].last_index == 101);
}

/* To a follower that does not answer no more is sent than the window holds. */
static void windows(void)
{
    w.settings[w.setting_count++] = "window=1000";
    w.settings[w.setting_count++] = "batch=200";
    led_world(3, 3);
    nothing_sent();
    kill_node(2, 0);
    w.watch = count_appends;
    for (uint64_t s = 1; s <= 100; s++) {
        propose(0, s);
        timer(0);
        nothing_sent();
    }
    must(peer(0, 2)->next - 1 - peer(0, 2)->match < 20);
    must(raft_log_total(&raft_of(0)->log, peer(0, 2)->next - 1) -
             raft_log_total(&raft_of(0)->log, peer(0, 2)->match) <
         1200);
    start(2); /* and all that was lost comes again */
    pass_time(1000);
    must(last(0) == 101 && last(1) == 101 && last(2) == 101);
}

/* Proposals wait for a leader, are passed on to it, and are committed once (rule P13). */
static void proposals(void)
{
    begin_world(3, 3);
    propose(1, 1);
    propose(2, 1);
    settle();
    must(w.highest == 0);
    command(0, "campaign");
    settle();
    propose(1, 2);
    propose(1, 2);
    propose(1, 1);
    propose(0, 1);
    settle();
    kill_node(0, 0);
    propose(1, 3); /* the leader is gone */
    propose(2, 2);
    pass_time(2000);
    must(w.node[1].last_index == w.node[2].last_index);
    uint64_t found[3] = {0};
    for (uint64_t i = 1; i <= w.highest; i++)
        if (w.chosen[i].serial != 0)
            found[w.chosen[i].client] += w.chosen[i].serial;
    must(found[0] == 1 && found[1] == 6 && found[2] == 3);
}

/* Without a leader a node keeps 256 MiB of proposals, and says which one it does not keep. */
static void full(void)
{
    char *text = malloc(PAYLOAD_MAX);
    must(text != NULL);
    memset(text, 'x', PAYLOAD_MAX);
    text[PAYLOAD_MAX - 1] = '\n';
    struct payload *p = payload_new(text, PAYLOAD_MAX);
    begin_world(1, 1);
    for (uint64_t s = 1; s <= PROPOSALS_BYTES_MAX / PAYLOAD_MAX + 1; s++)
        step(0, (struct engine_event){
                    .kind = ENGINE_PROPOSE, .id = {.client = 0, .serial = s}, .payload = p});
    must(proposals_count(&raft_of(0)->proposals) == 16);
    must(strcmp(w.node[0].notes, "full n1:17\n") == 0);
    payload_unref(p);
    free(text);
}

/* A read at a follower is answered by way of the leader, and `later` without one. */
static void reads(void)
{
    led_world(3, 3);
    propose(0, 1);
    settle();
    step(2, (struct engine_event){.kind = ENGINE_READ, .serial = 5});
    settle();
    must(w.node[2].answered == 5 && w.node[2].answer_index == 2);
    kill_node(0, 0);
    step(2, (struct engine_event){.kind = ENGINE_READ, .serial = 6});
    settle();
    must(w.node[2].answered == 5);
    pass_time(2000);
    must(w.node[2].answered == 6 && w.node[2].answer_index == UINT64_MAX);
}

static void transfers(void)
{
    led_world(3, 3);
    command(1, "transfer n3"); /* a follower passes it on */
    settle();
    must(raft_of(2)->role == RAFT_LEADER && raft_of(0)->role == RAFT_FOLLOWER);
    kill_node(0, 0);
    command(2, "transfer n1");
    propose(2, 1);
    settle();
    must(raft_of(2)->commit == last(2) && w.highest < last(2)); /* held back */
    pass_time(400);
    must(strstr(w.node[2].notes, "transfer given-up") != NULL);
    must(raft_of(2)->role == RAFT_LEADER && w.chosen[last(2)].serial == 1);
    command(2, "transfer n9");
    command(2, "transfer n3");
    must(strstr(w.node[2].notes, "reject transfer n9") && strstr(w.node[2].notes, "leads already"));
}

static bool has_role(uint32_t at, uint32_t node, uint32_t role)
{
    return raft_config_roles(&raft_config_now(raft_of(at))->config, node) == role;
}

static void members(void)
{
    led_world(6, 3);
    command(0, "member learner n4");
    settle();
    must(has_role(3, 3, RAFT_LEARNER) && last(3) == last(0));
    command(2, "member add n4"); /* passed on */
    settle();
    must(has_role(3, 3, RAFT_VOTER) && raft_of(3)->commit == last(0));
    command(0, "member add n5 n6 remove n2 n3"); /* joint */
    settle();
    must(has_role(4, 4, RAFT_VOTER) && has_role(0, 1, 0) && raft_of(0)->peer_count == 4);
    must(!raft_may_stand(raft_of(1)) && !raft_may_stand(raft_of(2))); /* they were told */
    must(w.node[1].deadline == INT64_MAX);
    command(0, "member remove n1"); /* the leader */
    settle();
    must(raft_of(0)->role == RAFT_FOLLOWER);
    pass_time(2000);
    uint32_t leader = raft_of(3)->leader;
    must(leader >= 3 && raft_of(leader)->role == RAFT_LEADER);
    command(leader, "member remove n4 n5 n6");
    command(leader, "member paint n1");
    command(leader, "member add  n1");
    must(strstr(w.node[leader].notes, "removed all voters") != NULL);
    must(strstr(w.node[leader].notes, "no changes of members") != NULL);
    must(strstr(w.node[leader].notes, "single spaces") != NULL);
}

/* A node that comes back has what it saved, and says it again from the start. */
static void restarts(void)
{
    w.settings[w.setting_count++] = "keep=0";
    led_world(3, 3);
    for (uint64_t s = 1; s <= 5; s++)
        propose(0, s);
    settle();
    snapshot(0, 4);
    propose(0, 6);
    settle();
    must(w.node[0].kept < 6);
    kill_node(0, 0);
    start(0);
    must(raft_of(0)->image.index == 4 && raft_of(0)->commit >= 6);
    must(w.node[0].last_index == raft_of(0)->commit && last(0) == 7);
    kill_node(1, 0);
    kill_node(2, 0);
    start(1);
    start(2);
    pass_time(2000);
    for (uint64_t s = 1; s <= 6; s++)
        propose(0, s);
    settle();
    must(w.node[0].last_index == 7 && w.node[1].last_index == 7); /* none of them again */
}

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    {"R1", r1},
    {"R2", r2},
    {"R3", r3},
    {"R4", r4},
    {"R5", r5},
    {"R6", r6},
    {"R7", r7},
    {"R8", r8},
    {"R9", r9},
    {"R10", r10},
    {"R11", r11},
    {"R12", r12},
    {"R13", r13},
    {"R14", r14},
    {"R15", r15},
    {"R16", r16},
    {"R17", r17},
    {"R18", r18},
    {"R19", r19},
    {"R20", r20},
    {"R21", r21},
    {"R22", r22},
    {"R23", r23},
    {"R24", r24},
    {"R25", r25},
    {"R26", r26},
    {"batches", batches},
    {"windows", windows},
    {"reads", reads},
    {"members", members},
    {"proposals", proposals},
    {"full", full},
    {"transfers", transfers},
    {"restarts", restarts},
};

int main(int argc, char **argv)
{
    if (argc < 2)
        errx(2, "usage: rafttest TEST [SETTING...]");
    for (int i = 2; i < argc && i < 10; i++)
        w.settings[w.setting_count++] = argv[i];
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        if (strcmp(argv[1], "list") == 0)
            puts(tests[i].name);
        if (strcmp(argv[1], tests[i].name) != 0)
            continue;
        tests[i].run();
        end_world();
        return 0;
    }
    return strcmp(argv[1], "list") == 0 ? 0 : 2;
}
