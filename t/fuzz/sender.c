/*
 * gossip/sender: peers that say anything, and anything on stdin. What the bytes of the input do is
 * told at `step`; the others are what the peer whose turn it is says, or stdin.
 */
#include "fuzz.h"

#include "../lib/brains.h"

enum { MATES = 4, TXS = 8, BLOCKS = 4, KNOWN = TXS + BLOCKS, STDIN = MATES };

struct run {
    struct sender *sender;
    struct outbound *peers[MATES];
    struct record known[KNOWN];
    struct buf said; /* by whose turn it is, and not yet handed over */
    size_t turn;
    size_t late;
    int64_t now;
};

static void refuse(void *self, uint64_t line, const char *why)
{
    (void)self;
    must(line > 0 && why[0]);
}

static void late(void *self, const uint8_t id[ID_LEN])
{
    struct run *r = self;
    must(held_find(r->sender, id));
    r->late++;
}

static void leave(struct run *r, size_t i)
{
    if (i < MATES && r->peers[i])
        leave_sender(r->sender, r->peers[i]);
    if (i < MATES)
        r->peers[i] = NULL;
    if (i == r->turn)
        r->said.len = 0;
}

static void join(struct run *r, size_t i)
{
    static const char *const hellos[] = {
        "hello 1 1111111111111111111111111111111111111111111111111111111111111111 0 "
        "1111111111111111111111111111111111111111111111111111111111111111 plain\n",
        "hello 3 1111111111111111111111111111111111111111111111111111111111111111 0 "
        "1111111111111111111111111111111111111111111111111111111111111111 plain -\n"};
    const char *hello = hellos[i % 3 == 2];
    const int version = i % 3 == 2 ? 3 : 1;
    if (r->peers[i])
        return;
    r->peers[i] = join_sender_in(version, r->sender, "peer", r->now);
    must(give(outbound_end(r->peers[i]), hello, strlen(hello), r->now) == 0);
}

/* What a peer is told is whole lines of words, or what it asked for. */
static void check_told(struct run *r, struct outbound *m)
{
    const char *bytes;
    ptrdiff_t n = session_outgoing(m->session, &bytes);
    if (n == 0)
        return;
    must(n > 0 && bytes[n - 1] == '\n');
    for (const char *line = bytes; line < bytes + n;) {
        uint8_t ids[WIRE_IDS_MAX][ID_LEN];
        struct fault f;
        const char *end = memchr(line, '\n', (size_t)(bytes + n - line));
        size_t len = (size_t)(end - line);
        enum wire_word word = len ? wire_word(line, len) : WIRE_RECORD;
        must(word != WIRE_WANT && word != WIRE_TAKEN && word != WIRE_LINES && word != WIRE_PULL);
        int count = word == WIRE_HAVE || word == WIRE_STEM ? wire_ids(line, len, ids, &f) : 0;
        must(count >= 0 && (word != WIRE_STEM || r->sender->config->stems));
        line = end + 1;
    }
    session_sent(m->session, (size_t)n, r->now);
}

static void settle(struct run *r)
{
    sender_settle(r->sender, r->now);
    for (size_t i = 0; i < MATES; i++) {
        if (r->peers[i] && r->peers[i]->doomed)
            leave(r, i);
        else if (r->peers[i])
            check_told(r, r->peers[i]);
    }
}

static void read_stdin(struct run *r)
{
    struct fault f;
    size_t at = 0;
    for (size_t i = r->said.len; i > 0 && !at; i--)
        at = r->said.data[i - 1] == '\n' ? i
                                         : 0; /* whole lines alone, as net/record_reader.h has it */
    if (at)
        must(sender_take(r->sender, r->said.data, at, r->now, &f) == 0);
    recount_sender(r->sender);
}

static void hand_over(struct run *r)
{
    if (r->turn == STDIN)
        read_stdin(r);
    else if (r->peers[r->turn] && r->said.len &&
             give(outbound_end(r->peers[r->turn]), r->said.data, r->said.len, r->now))
        leave(r, r->turn);
    r->said.len = 0;
}

static void turn_to(struct run *r, size_t i)
{
    hand_over(r);
    r->turn = i;
    if (i < MATES)
        join(r, i);
}

static void pass(struct run *r, int64_t ms)
{
    struct fault f;
    r->now += ms;
    for (size_t i = 0; i < MATES; i++)
        if (r->peers[i] && session_tick(r->peers[i]->session, r->now, &f))
            leave(r, i);
}

/* Room is made, or what is there is too young to go. */
static void make_room(struct run *r)
{
    bool full = sender_full(r->sender, r->now);
    recount_sender(r->sender);
    must(full || r->sender->bytes <= r->sender->config->bytes);
}

/* Text that stands for a byte over 0x7f: of which record by its low digit, and what of it. */
static void add_known(struct run *r, uint8_t c)
{
    static const char *const words[] = {"want", "taken", "lines", "fluff"};
    const struct record *k = &r->known[(c & 0xf) % KNOWN];
    switch (c >> 4) {
    case 8:
        add_text(&r->said, hex32(k->id).text);
        break;
    case 9:
        must(buf_add(&r->said, k->text.data, k->text.len) == 0);
        break;
    case 10:
    case 11:
    case 13:
        add_word(&r->said, words[c >> 4 == 13 ? 3 : (c >> 4) - 10], k->id);
        break;
    case 12:
        add_text(&r->said, "lines ");
        add_text(&r->said, hex32(k->id).text);
        add_text(&r->said, " ");
        break;
    default:
        must(buf_add(&r->said, &c, 1) == 0);
    }
}

static void step(struct run *r, uint8_t c)
{
    if (c >= 1 && c <= MATES + 1) {
        turn_to(r, c - 1U);
    } else if (c == 0x0e) {
        leave(r, r->turn);
    } else if (c == 0x0f) {
        hand_over(r);
        settle(r);
    } else if (c >= 0x10 && c <= 0x13) {
        pass(r, 1000 << 2 * (c & 3));
    } else if (c == 0x14) {
        make_room(r);
    } else if (c == 0x15) {
        hand_over(r);
    } else if (c >= 0x80) {
        add_known(r, c);
    } else {
        must(buf_add(&r->said, &c, 1) == 0);
    }
    recount_sender(r->sender);
}

static void make_known(struct run *r)
{
    static const uint8_t prev[ID_LEN] = {1};
    static const size_t lines[BLOCKS] = {0, 1, 2, 4};
    for (size_t i = 0; i < TXS; i++)
        r->known[i] = make_tx(i);
    for (size_t i = 0; i < BLOCKS; i++)
        r->known[TXS + i] = make_block((int64_t)i + 1, prev, r->known, lines[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct run r = {.now = 1000, .turn = STDIN};
    struct sender_config config = {
        .bytes = 5000, .hold = 20000, .refuse = refuse, .late = late, .self = &r};
    size_t open;
    make_known(&r);
    memset(config.chain, BRAINS_CHAIN_BYTE, ID_LEN);
    config.stems = n && data[0] & 1;
    config.need = n && data[0] & 2 ? 2 : 1;
    config.seed = n ? data[0] : 0;
    r.sender = sender_new(&config);
    must(r.sender != NULL);
    for (size_t i = 1; i < n; i++)
        step(&r, data[i]);
    hand_over(&r);
    settle(&r);
    open = sender_open(r.sender);
    r.late = 0;
    sender_give_up(r.sender);
    must(r.late == open);
    for (size_t i = 0; i < MATES; i++)
        leave(&r, i);
    sender_free(r.sender);
    for (size_t i = 0; i < KNOWN; i++)
        buf_free(&r.known[i].text);
    buf_free(&r.said);
    return 0;
}
