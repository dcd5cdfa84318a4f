/* sync/header_puller and gossip/session: a peer that says anything to a light client, which asks it
 * for headers, proofs, balances and attest lines in turn. In what it says `@` stands for the id of
 * the header that it gave last, `&` for the id that is wanted, `!` for a moment. */
#include "sync/header_puller.h"
#include "hash/sha256.h"
#include "pull_talk.h"
#include "record/block.h"

struct run {
    struct header_puller puller;
    struct talk talk;
    bool begun, of_account; /* what was asked for last */
    size_t taken, proved;
};

static int has(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    (void)self, (void)f;
    return *id >> 4 == 1;
}

static int locate(void *self, uint8_t ids[][ID_LEN], int max)
{
    (void)self;
    must(max >= WIRE_LOCATOR_MAX - 1);
    memset(ids[0], 0x11, ID_LEN);
    return 1;
}

static bool begun(void *self)
{
    const struct run *r = self;
    return r->begun;
}

/* What is taken is one header in good form, or one genesis block with its whole body. */
static int take(void *self, const char *text, size_t len, bool genesis, struct fault *f)
{
    struct run *r = self;
    struct block b;
    const char *end = memchr(text, '\n', len);
    int64_t lines = 0;
    size_t first = end ? (size_t)(end - text) : len;
    must(genesis == (end != NULL) && !(genesis && r->begun));
    if (!genesis && !r->begun)
        return fault_rule(f, "block: the genesis block is missing");
    must(block_parse(text, first, &b, f) == 0 && block_is_genesis(&b) == genesis);
    for (size_t i = first + 1; i < len; i++)
        lines += text[i] == '\n';
    must(!genesis || (lines == b.count && text[len - 1] == '\n'));
    r->begun |= genesis;
    r->taken++;
    if (b.time % 7 == 0)
        return fault_rule(f, "block: a time of sevens");
    return b.time % 2 == 0;
}

/* It gets two lines, the second of which is a proof of this block. */
static int attest(void *self, const uint8_t block[ID_LEN], const char *text, size_t len,
                  struct fault *f)
{
    struct proof p;
    const char *end = memchr(text, '\n', len);
    (void)self;
    must(end && !memchr(end + 1, '\n', (size_t)(text + len - end - 1)));
    must(proof_parse(end + 1, (size_t)(text + len - end - 1), &p, f) == 0);
    must(memcmp(p.block, block, ID_LEN) == 0);
    return len % 2 == 0;
}

static void answered(void *self, struct header_puller *p)
{
    struct run *r = self;
    struct block b;
    struct fault f;
    uint8_t id[ID_LEN];
    r->proved += p->proved;
    if (!p->header.len)
        must(!p->proved);
    if (!p->header.len)
        return;
    must(block_parse(p->header.data, p->header.len, &b, &f) == 0 || !p->proved ||
         f.text[0]); /* whose form its owner judges */
    sha256(p->header.data, p->header.len, id);
    must(memcmp(p->proved ? p->proof.block : p->wanted, id, ID_LEN) == 0);
    must(!p->proved || r->of_account || memcmp(p->proof.id, p->wanted, ID_LEN) == 0);
    must(!r->of_account || p->state_lines == 2);
}

static int greeted(void *self, struct session *s, int64_t now, struct fault *f)
{
    struct run *r = self;
    (void)now, (void)f;
    header_puller_greeted(&r->puller, s);
    return 0;
}

static int line(void *self, struct session *s, enum wire_word word, const char *text, size_t len,
                int64_t now, struct fault *f)
{
    struct run *r = self;
    return header_puller_line(&r->puller, s, word, text, len, now, f);
}

/* Asks for what the bytes so far decide. */
static int ask(struct run *r, size_t turn)
{
    static const uint8_t wanted[ID_LEN] = {0x55};
    struct fault f;
    if (r->puller.request != REQUEST_NONE)
        return 0;
    r->of_account = turn % 4 == 3;
    if (r->of_account)
        return header_puller_balance(&r->puller, &r->talk.session, &(struct account){.id = {0x55}},
                                     3, r->talk.now, &f);
    if (turn % 8 == 6)
        return header_puller_attests(&r->puller, &r->talk.session, wanted, 3, r->talk.now, &f);
    return turn % 2 ? header_puller_prove(&r->puller, &r->talk.session, wanted, r->talk.now, &f)
                    : header_puller_ask(&r->puller, &r->talk.session, 3, r->talk.now, &f);
}

static int step(struct run *r, char c, size_t turn)
{
    struct fault f;
    if (c == '@')
        return talk_say_id(&r->talk, r->puller.last);
    if (c == '&')
        return talk_say_id(&r->talk, r->puller.wanted);
    if (c != '!')
        return talk_say(&r->talk, &c, 1);
    r->talk.now += 10000;
    must(r->puller.left >= -1 && r->puller.left <= 3);
    must(r->puller.got <= 3 || r->puller.was == REQUEST_ATTESTS ||
         r->puller.request == REQUEST_ATTESTS);
    if (header_puller_tick(&r->puller, r->talk.now, &f) ||
        session_tick(&r->talk.session, r->talk.now, &f))
        return -1;
    return ask(r, turn);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct run r = {.begun = n && data[0] & 1};
    const struct header_chain chain = {
        .has = has, .locate = locate, .begun = begun, .take = take, .attest = attest, .self = &r};
    header_puller_init(&r.puller, &chain, &r, answered);
    talk_begin(&r.talk, (struct session_role){greeted, line, &r},
               (struct hello){.version = WIRE_VERSION, .roles = WIRE_HEADERS});
    must(ask(&r, n ? data[0] >> 1 : 0) == 0);
    for (size_t i = 1; i < n && step(&r, (char)data[i], i) == 0; i++)
        ;
    header_puller_free(&r.puller);
    session_free(&r.talk.session);
    return 0;
}
