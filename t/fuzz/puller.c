/* gossip/puller and gossip/session: a peer that says anything. Its hello is ours to say; `@` in
 * what it says stands for the id of the block that it gave last, `!` for a moment. */
#include "gossip/puller.h"
#include "pull_talk.h"
#include "record/block.h"

enum { MAXBLOCK = 2000 };

struct run {
    struct puller puller;
    struct talk talk;
};

/* Our chain has what begins with a 1, and genesis. */
static int has(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    static const uint8_t zero[ID_LEN];
    (void)self, (void)f;
    return *id >> 4 == 1 || memcmp(id, zero, ID_LEN) == 0;
}

static int locate(void *self, uint8_t ids[][ID_LEN], int count, struct fault *f)
{
    (void)self, (void)f;
    must(count <= 1);
    memset(ids[count], 0x11, ID_LEN);
    return count + 1;
}

static uint64_t maxblock(void *self)
{
    (void)self;
    return MAXBLOCK;
}

static int greeted(void *self, struct session *s, int64_t now, struct fault *f)
{
    struct run *r = self;
    return puller_greeted(&r->puller, s, now, f);
}

static int line(void *self, struct session *s, enum wire_word word, const char *text, size_t len,
                int64_t now, struct fault *f)
{
    struct run *r = self;
    return puller_line(&r->puller, s, word, text, len, now, f);
}

/* What was gathered is blocks, each with its body and none over maxblock. */
static void check_blocks(const char *text, size_t n)
{
    size_t at = 0;
    while (at < n) {
        struct block b;
        struct fault f;
        size_t begin = at,
               len = (size_t)((const char *)memchr(text + at, '\n', n - at) - text) - at;
        must(line_check(text + at, len, &f) == 0 && block_parse(text + at, len, &b, &f) == 0);
        for (int64_t lines = -1; lines < b.count; lines++) {
            const char *end = memchr(text + at, '\n', n - at);
            must(end != NULL);
            at = (size_t)(end - text) + 1;
        }
        must(at - begin <= MAXBLOCK);
    }
}

static void check(struct run *r)
{
    struct buf out = {0};
    const struct puller *p = &r->puller;
    must(p->whole <= p->text.len && p->text.len - p->whole <= MAXBLOCK);
    must(p->blocks <= WIRE_PULL_MAX && (p->pulling || !p->body_left));
    must(puller_take(&r->puller, &out) == 0 && r->puller.whole == 0);
    check_blocks(out.data, out.len);
    buf_free(&out);
}

static int step(struct run *r, char c)
{
    struct fault f;
    if (c == '@')
        return talk_say_id(&r->talk, r->puller.last);
    if (c != '!')
        return talk_say(&r->talk, &c, 1);
    check(r);
    r->talk.now += 20000;
    if (puller_tick(&r->puller, r->talk.now, &f) || session_tick(&r->talk.session, r->talk.now, &f))
        return -1;
    return puller_ask(&r->puller, &r->talk.session, r->talk.now, &f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct puller_chain chain = {has, locate, maxblock, NULL};
    struct run r = {0};
    puller_init(&r.puller, &chain);
    talk_begin(&r.talk, (struct session_role){greeted, line, &r}, (struct hello){.version = 1});
    must(r.puller.pulling);
    for (size_t i = 0; i < n && step(&r, (char)data[i]) == 0; i++)
        ;
    check(&r);
    puller_free(&r.puller);
    session_free(&r.talk.session);
    return 0;
}
