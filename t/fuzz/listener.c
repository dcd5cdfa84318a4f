/*
 * gossip/listener: peers that say anything. What the bytes of the input do is told at `step`; the
 * others are what the peer whose turn it is says. Signatures are not looked at, and any hash is
 * work enough, so that what it says can be right.
 */
#include "fuzz.h"

#include "../lib/brains.h"

enum { GUESTS = 6, TXS = 8, BLOCKS = 4, KNOWN = TXS + BLOCKS, MAXBLOCK = 4000 };

struct run {
    struct listener *listener;
    struct inbound *peers[GUESTS];
    struct record known[KNOWN]; /* transactions, then blocks of 0, 1, 2 and 4 of them */
    unsigned printed[KNOWN];
    struct buf said; /* by the peer whose turn it is, and not yet handed over */
    size_t turn;
    int64_t now;
};

/* --- The ledger: genesis, and the last two blocks --------------------------------------------- */

static int view_tip(void *self, int64_t *height, uint8_t tip[ID_LEN], struct fault *f)
{
    struct run *r = self;
    (void)f;
    *height = 2;
    memcpy(tip, r->known[KNOWN - 1].id, ID_LEN);
    return 1;
}

static int view_holds(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    struct run *r = self;
    (void)f;
    return memcmp(id, r->known[KNOWN - 1].id, ID_LEN) == 0;
}

static int view_header(void *self, const struct block *b, const uint8_t id[ID_LEN], struct fault *f)
{
    (void)self, (void)id;
    return b->time % 7 == 0 ? fault_rule(f, "block: a time of sevens") : b->height < 3;
}

static int view_locate(void *self, const char *ids, size_t n, int64_t *height, struct fault *f)
{
    (void)self, (void)f;
    must(n >= 64 && (n + 1) % 65 == 0 && n / 65 < WIRE_LOCATOR_MAX);
    *height = ids[0] - '0';
    return ids[0] >= '0' && ids[0] < '3';
}

static int view_block(void *self, int64_t height, struct buf *out, uint8_t id[ID_LEN],
                      struct fault *f)
{
    struct run *r = self;
    (void)f;
    must(height >= 0);
    if (height < 1 || height > 2)
        return 0;
    const struct record *b = &r->known[KNOWN - 3 + height];
    memcpy(id, b->id, ID_LEN);
    must(buf_add(out, b->text.data, b->text.len) == 0);
    return 1;
}

static int64_t view_headers(void *self, int64_t height, int64_t count, struct buf *out,
                            struct fault *f)
{
    struct run *r = self;
    int64_t given = 0;
    (void)f;
    must(height >= 0 && count >= 1);
    for (; height >= 1 && height + given <= 2 && given < count; given++) {
        const struct record *b = &r->known[KNOWN - 3 + height + given];
        const char *end = memchr(b->text.data, '\n', b->text.len);
        must(buf_add(out, b->text.data, (size_t)(end - b->text.data) + 1) == 0);
    }
    return given;
}

/* A jump to an even height is there. */
static int view_jump(void *self, int64_t height, struct buf *out, struct fault *f)
{
    (void)self, (void)f;
    return height % 2 ? 0 : buf_add_string(out, "block 1 x\n") ? -1 : 1;
}

static int view_prove(void *self, const uint8_t id[ID_LEN], struct buf *out, uint64_t *read,
                      struct fault *f)
{
    struct run *r = self;
    (void)f;
    *read = id[0];
    if (memcmp(id, r->known[0].id, ID_LEN))
        return 0;
    must(buf_add_string(out, "proof x\n") == 0);
    return 1;
}

static int64_t view_maxblock(void *self)
{
    (void)self;
    return MAXBLOCK;
}

static int64_t now_is(void *self)
{
    struct run *r = self;
    return 1700000000 + r->now / 1000;
}

/* --- What comes out --------------------------------------------------------------------------- */

/* A printed record is whole, and known ones come once. Where its last line ends. */
static size_t check_record(struct run *r, const char *text, size_t n)
{
    struct block b;
    struct fault f;
    uint8_t id[ID_LEN];
    const char *end = memchr(text, '\n', n);
    must(end != NULL);
    size_t len = (size_t)(end - text), at = len + 1;
    must(line_check(text, len, &f) == 0);
    if (line_is(text, len, "fluff")) {
        must(len == 6 + (size_t)2 * ID_LEN);
        return at;
    }
    must(line_is(text, len, "tx") || line_is(text, len, "block") || line_is(text, len, "peer") ||
         line_is(text, len, "statement"));
    sha256(text, len, id);
    for (size_t i = 0; i < KNOWN; i++)
        must(memcmp(id, r->known[i].id, ID_LEN) || ++r->printed[i] == 1);
    if (!line_is(text, len, "block"))
        return at;
    must(block_parse(text, len, &b, &f) == 0);
    for (int64_t i = 0; i < b.count; i++) {
        end = memchr(text + at, '\n', n - at);
        must(end && line_is(text + at, (size_t)(end - text) - at, "tx"));
        at = (size_t)(end - text) + 1;
    }
    must(at <= MAXBLOCK || block_is_genesis(&b));
    return at;
}

static void check_out(struct run *r)
{
    struct buf *out = listener_out(r->listener);
    for (size_t at = 0; at < out->len;)
        at += check_record(r, out->data + at, out->len - at);
    out->len = 0;
}

/* What a peer is told is whole lines of words, or the blocks that it pulled. */
static void check_told(struct inbound *g, int64_t now)
{
    const char *bytes;
    ptrdiff_t n = session_outgoing(g->session, &bytes);
    if (n == 0)
        return;
    must(n > 0 && bytes[n - 1] == '\n');
    for (const char *line = bytes; line < bytes + n;) {
        const char *end = memchr(line, '\n', (size_t)(bytes + n - line));
        enum wire_word word = wire_word(line, (size_t)(end - line));
        must(word == WIRE_WANT || word == WIRE_TAKEN || word == WIRE_LINES || word == WIRE_PULLED ||
             word == WIRE_EAGER || word == WIRE_LAZY || word == WIRE_PING || word == WIRE_PONG ||
             word == WIRE_BYE || word == WIRE_HELLO || word == WIRE_RECORD);
        line = end + 1;
    }
    session_sent(g->session, (size_t)n, now);
}

/* --- Steps ------------------------------------------------------------------------------------ */

static void leave(struct run *r, size_t i)
{
    if (r->peers[i])
        leave_listener(r->listener, r->peers[i], r->now);
    r->peers[i] = NULL;
    if (i == r->turn)
        r->said.len = 0;
}

/* Half of them have a key, and a third speaks version 3 and may push. */
static void join(struct run *r, size_t i)
{
    static const char *const hellos[] = {
        "hello 1 1111111111111111111111111111111111111111111111111111111111111111 0 "
        "1111111111111111111111111111111111111111111111111111111111111111 plain\n",
        "hello 3 1111111111111111111111111111111111111111111111111111111111111111 0 "
        "1111111111111111111111111111111111111111111111111111111111111111 plain -\n"};
    const char *hello = hellos[i % 3 == 2];
    const int version = i % 3 == 2 ? 3 : 1;
    uint8_t key[ID_LEN] = {(uint8_t)i};
    if (r->peers[i])
        return;
    r->peers[i] = join_listener_in(version, r->listener, i % 2 ? key : NULL, "peer", r->now);
    must(r->peers[i] || i % 2);
    if (!r->peers[i])
        return;
    must(give(inbound_end(r->peers[i]), hello, strlen(hello), r->now) == 0);
    r->peers[i]->state->was_eager = version == 3;
}

static void hand_over(struct run *r)
{
    struct inbound *g = r->peers[r->turn];
    if (g && r->said.len && give(inbound_end(g), r->said.data, r->said.len, r->now))
        leave(r, r->turn);
    r->said.len = 0;
}

static void settle(struct run *r)
{
    struct fault f;
    must(listener_settle(r->listener, r->now, &f) == 0);
    check_out(r);
    for (size_t i = 0; i < GUESTS; i++) {
        struct inbound *g = r->peers[i];
        if (g && g->doomed) {
            must(g->why.text[0]);
            leave(r, i);
        } else if (g) {
            listener_serve(r->listener, g);
            check_told(g, r->now);
        }
    }
}

static void pass(struct run *r, int64_t ms)
{
    struct fault f;
    r->now += ms;
    listener_tick(r->listener, r->now);
    for (size_t i = 0; i < GUESTS; i++)
        if (r->peers[i] && session_tick(r->peers[i]->session, r->now, &f))
            leave(r, i);
}

/* Text that stands for a byte over 0x7f: of which record by its low digit, and what of it. */
static void add_known(struct run *r, uint8_t c)
{
    size_t which = (c & 0xf) % KNOWN;
    const struct record *k = &r->known[which];
    switch (c >> 4) {
    case 8:
        add_text(&r->said, hex32(k->id).text);
        break;
    case 9:
        must(buf_add(&r->said, k->text.data, k->text.len) == 0);
        break;
    case 10:
        add_word(&r->said, c & 1 ? "stem" : "have", k->id);
        break;
    case 11:
        add_hex(&r->said, k->id, WIRE_SHORT_LEN);
        break;
    case 12:
        if (k->is_block)
            add_brief(&r->said, k, r->known);
        break;
    case 13:
        add_word(&r->said, "have", k->id);
        break;
    default:
        must(buf_add(&r->said, &c, 1) == 0);
    }
}

static void step(struct run *r, uint8_t c)
{
    if (c >= 1 && c <= GUESTS) {
        hand_over(r);
        r->turn = c - 1U;
        join(r, r->turn);
    } else if (c == 0x0e) {
        leave(r, r->turn);
    } else if (c == 0x0f) {
        hand_over(r);
        settle(r);
    } else if (c >= 0x10 && c <= 0x13) {
        pass(r, 1000 << 2 * (c & 3));
    } else if (c == 0x14) {
        listener_excuse(r->listener, 1000);
    } else if (c == 0x15) {
        hand_over(r);
    } else if (c >= 0x80) {
        add_known(r, c);
    } else {
        must(buf_add(&r->said, &c, 1) == 0);
    }
    recount_listener(r->listener);
}

static void make_known(struct run *r)
{
    static const uint8_t prev[ID_LEN] = {1};
    static const size_t lines[BLOCKS] = {1, 4, 0, 2};
    for (size_t i = 0; i < TXS; i++)
        r->known[i] = make_tx(i);
    for (size_t i = 0; i < BLOCKS; i++)
        r->known[TXS + i] = make_block((int64_t)i + 1, i ? r->known[TXS + i - 1].id : prev,
                                       r->known, lines[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct record_type *const types[] = {&statement_type, NULL};
    struct run r = {.now = 1000};
    const struct view view = {.tip = view_tip,
                              .holds = view_holds,
                              .header = view_header,
                              .locate = view_locate,
                              .block = view_block,
                              .maxblock = view_maxblock,
                              .headers = view_headers,
                              .jump = view_jump,
                              .prove = view_prove,
                              .self = &r};
    struct listener_config config = {.types = types, .clock = now_is, .self = &r};
    make_known(&r);
    memset(config.chain, BRAINS_CHAIN_BYTE, ID_LEN);
    config.stems = n && data[0] & 1;
    config.view = n && data[0] & 2 ? &view : NULL;
    r.listener = listener_new(&config);
    must(r.listener != NULL);
    for (size_t i = 1; i < n; i++)
        step(&r, data[i]);
    hand_over(&r);
    settle(&r);
    for (size_t i = 0; i < GUESTS; i++)
        leave(&r, i);
    listener_free(r.listener);
    for (size_t i = 0; i < KNOWN; i++)
        buf_free(&r.known[i].text);
    buf_free(&r.said);
    return 0;
}
