/*
 * placestest: who has a place at the sender (gossip/duplex.h) while more peers dial us than it has
 * places for. Prints `ok NAME` for each scene; status 1 if one fails.
 */
#include "gossip/duplex_parts.h"
#include "gossip/sender_parts.h"
#include "wire/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(x) ((x) ? (void)0 : (printf("line %d: %s\n", __LINE__, #x), exit(1)))

enum { SECOND = 1000, DIALED = 8, PLACES = SENDER_PEERS_MAX - DIALED, PEERS_MAX = 300 };

struct scene {
    struct sender_config sending;
    struct duplex_config connecting;
    struct duplex *duplex;
    struct peer_owner owner;
    struct duplex_peer *peers[PEERS_MAX];
    size_t count;
    int64_t now;
};

static void refuse(void *self, uint64_t line, const char *why)
{
    (void)self, (void)line, (void)why;
}

/* A node that dials up to so many. */
static void begin(struct scene *s, size_t dialed)
{
    *s = (struct scene){.now = 1};
    s->sending = (struct sender_config){.bytes = 1 << 20, .need = 1, .refuse = refuse, .seed = 1};
    s->connecting = (struct duplex_config){.roles = WIRE_SENDS | WIRE_LISTENS, .dialed = dialed};
    s->connecting.sender = sender_new(&s->sending);
    must(s->connecting.sender && (s->duplex = duplex_new(&s->connecting)));
    s->owner = duplex_owner(s->duplex);
}

static void meet(struct scene *s, size_t n, const struct peer_link *link)
{
    struct hello theirs = {.version = WIRE_VERSION,
                           .roles = WIRE_LISTENS | WIRE_SENDS | WIRE_VERDICTS};
    struct buf line = {0};
    struct fault f;
    must(hello_format(&theirs, &line) == 0);
    while (n--) {
        struct session *session;
        struct session_role role = s->owner.role;
        struct duplex_peer *p = s->owner.join(s->owner.self, link, &session, s->now, &f);
        must(p && s->count < PEERS_MAX);
        role.self = p;
        must(session_take(session, line.data, line.len, &role, s->now, &f) == 0);
        s->peers[s->count++] = p;
    }
    buf_free(&line);
}

/* So many more peers of this network dial us. */
static void dial(struct scene *s, size_t n, uint64_t network)
{
    const struct peer_link link = {
        .address = "192.0.2.1:7001", .network = network, .version = WIRE_VERSION};
    meet(s, n, &link);
}

/* We dial so many more. */
static void reach(struct scene *s, size_t n)
{
    const struct peer_link link = {
        .address = "192.0.2.2:7001", .dialed = true, .version = WIRE_VERSION};
    meet(s, n, &link);
}

static void pass(struct scene *s, int seconds)
{
    while (seconds-- > 0)
        duplex_turn(s->duplex, false, false, s->now += SECOND);
}

/* How many of the peers [from, to) have a place. */
static size_t placed(const struct scene *s, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++)
        n += s->peers[i]->out != NULL;
    return n;
}

static void end(struct scene *s)
{
    struct fault why;
    fault_trouble(&why, "the end");
    while (s->count)
        s->owner.leave(s->owner.self, s->peers[--s->count], &why, s->now);
    duplex_free(s->duplex);
    sender_free(s->connecting.sender);
}

/* One network takes all places and as many again wait; each peer of another gets one at once. */
static void test_crowd(void)
{
    struct scene s;
    begin(&s, DIALED);
    dial(&s, PLACES, 1);
    must(!duplex_expects(s.duplex));
    dial(&s, PLACES, 1);
    must(duplex_expects(s.duplex));
    must(placed(&s, 0, PLACES) == PLACES && placed(&s, PLACES, s.count) == 0);
    for (size_t i = 0; i < 10; i++)
        dial(&s, 1, 2 + i);
    pass(&s, 10);
    must(placed(&s, s.count - 10, s.count) == 10);
    must(placed(&s, 0, s.count) == PLACES && placed(&s, 0, PLACES / 2) == PLACES / 2);
    end(&s);
}

/* Among peers of one network, half of the places are shared by turns. A connection that loses its
 * place and gets it back numbers its announcements on. What
 * the peer can do is known of one that had to wait, too. */
static void test_turns(void)
{
    struct scene s;
    bool lost = false, back = false;
    begin(&s, DIALED);
    dial(&s, (size_t)PLACES + 1, 1);
    const struct duplex_peer *late = s.peers[PLACES];
    pass(&s, DUPLEX_TENURE / SECOND - 1);
    must(!late->out);
    pass(&s, 2);
    must(late->out && placed(&s, 0, s.count) == PLACES);
    must(late->out->verdicts && late->out->relay);
    s.peers[PLACES]->session.announcements = 7;
    for (int i = 0; i < PLACES * DUPLEX_TENURE / SECOND; i++) {
        pass(&s, 1);
        must(placed(&s, 0, PLACES / 2) == PLACES / 2);
        lost |= !late->out;
        back |= lost && late->out;
        must(!late->out || late->out->state->announcements.first == (lost ? 7 : 0));
    }
    must(back);
    end(&s);
}

/* However many a node may dial, half of the places are for those who dial it. Who is dialed gets
 * one nevertheless, and those of accepted peers last. */
static void test_dialed(void)
{
    const size_t half = SENDER_PEERS_MAX / 2, few = 4;
    struct scene s;
    begin(&s, SENDER_PEERS_MAX);
    for (size_t i = 0; i < half + few; i++)
        dial(&s, 1, 1 + i);
    must(placed(&s, 0, s.count) == half && duplex_expects(s.duplex));
    pass(&s, 1);
    reach(&s, half);
    must(placed(&s, 0, s.count) == SENDER_PEERS_MAX);
    reach(&s, few);
    must(placed(&s, 0, s.count) == SENDER_PEERS_MAX);
    pass(&s, (int)few);
    must(placed(&s, half + few, s.count) == half + few);
    must(placed(&s, 0, s.count) == SENDER_PEERS_MAX);
    pass(&s, 2 * DUPLEX_TENURE / SECOND);
    must(placed(&s, half + few, s.count) == half + few);
    end(&s);
}

/* What a peer says of pushing while it waits for a place holds once it has one, and again after it
 * has lost it. */
static void test_eager(void)
{
    struct scene s;
    struct fault f;
    begin(&s, DIALED);
    dial(&s, (size_t)PLACES + 1, 1);
    struct duplex_peer *late = s.peers[PLACES];
    struct session_role role = s.owner.role;
    role.self = late;
    must(!late->out && session_take(&late->session, "eager\n", 6, &role, s.now, &f) == 0);
    for (int lost = 0; lost < 2; lost++) {
        while (!late->out)
            pass(&s, 1);
        must(late->out->eager);
        while (late->out)
            pass(&s, 1);
    }
    end(&s);
}

/* A node may dial more peers than places are kept for. What they leave is shared by turns. */
static void test_many_dialed(size_t reached)
{
    enum { ACCEPTED = 30 };
    bool had[ACCEPTED] = {false};
    struct scene s;
    begin(&s, DUPLEX_DIALED_MAX);
    reach(&s, reached);
    for (size_t i = 0; i < ACCEPTED; i++)
        dial(&s, 1, 1 + i);
    for (int i = 0; i < ACCEPTED * DUPLEX_TENURE / SECOND; i++) {
        pass(&s, 1);
        must(placed(&s, 0, reached) == reached);
        must(placed(&s, reached, s.count) == SENDER_PEERS_MAX - reached);
        for (size_t j = 0; j < ACCEPTED; j++)
            had[j] |= s.peers[reached + j]->out != NULL;
    }
    for (size_t j = 0; j < ACCEPTED; j++)
        must(had[j]);
    end(&s);
}

int main(void)
{
    test_dialed();
    test_many_dialed(40);
    test_many_dialed(DUPLEX_DIALED_MAX);
    puts("ok dialed");
    test_crowd();
    puts("ok crowd");
    test_turns();
    puts("ok turns");
    test_eager();
    puts("ok eager");
    return 0;
}
