/*
 * idle ADDRESS CHAIN COUNT [deflate]: COUNT peers, each with its own key, that dial ADDRESS, say
 * hello, and stay silent, answering only pings. Prints `ready` once all have been greeted; ends
 * with status 0 when stopped by a signal, 2 if any of them was disconnected.
 */
#include "base/hex.h"
#include "loopback.h"
#include "net/link.h"

enum { COUNT_MAX = 4096 };

struct crowd {
    const char *address;
    struct hello hello;
    struct loop *loop;
    size_t count, greeted;
    struct tls *keys[COUNT_MAX];
    struct session sessions[COUNT_MAX];
    struct link *links[COUNT_MAX];
    size_t opened;
};

static int opened(void *self, struct link *l, struct fault *f)
{
    struct crowd *c = self;
    struct session *s = &c->sessions[c->opened++];
    (void)f;
    if (session_init(s, &c->hello, loop_now()))
        errx(2, "out of memory");
    link_attach(l, s, c);
    return 0;
}

static void closed(void *self, struct link *l, const struct fault *why)
{
    (void)self, (void)l;
    errx(2, "let go: %s", why->text);
}

static int greeted(void *self, struct session *s, int64_t at, struct fault *f)
{
    struct crowd *c = self;
    (void)s, (void)at, (void)f;
    c->greeted++;
    return 0;
}

static int line(void *self, struct session *s, enum wire_word word, const char *text, size_t len,
                int64_t at, struct fault *f)
{
    (void)self, (void)s, (void)word, (void)text, (void)len, (void)at, (void)f;
    return 0;
}

static void turn(struct crowd *c)
{
    struct fault f;
    check(loop_turn(c->loop, 1000, &f), &f);
    for (size_t i = 0; i < c->count; i++)
        if (c->links[i] && link_session(c->links[i]) && session_backlog(link_session(c->links[i])))
            link_push(c->links[i], loop_now());
}

/* One after the other, so that no handshake waits for a thousand others. */
static void join(struct crowd *c, const struct link_owner *owner)
{
    struct fault f;
    for (size_t i = 0; i < c->count; i++) {
        struct channel *channel;
        c->keys[i] = tls_new(NULL, &f);
        check(!c->keys[i], &f);
        channel = channel_new(c->keys[i], dial(c->address), true);
        c->links[i] = channel ? link_new(c->loop, channel, owner, NULL) : NULL;
        if (!c->links[i])
            errx(2, "out of memory");
        while (c->greeted <= i)
            turn(c);
    }
}

int main(int argc, char **argv)
{
    struct crowd *c = memory(1, sizeof *c);
    struct link_owner owner = {
        .opened = opened, .closed = closed, .role = {.greeted = greeted, .line = line}, .self = c};
    struct fault f;
    c->count = argc > 3 ? (size_t)atol(argv[3]) : 0;
    if (c->count < 1 || c->count > COUNT_MAX || strlen(argv[2]) != (size_t)2 * ID_LEN ||
        hex_decode(c->hello.chain, argv[2], ID_LEN))
        errx(2, "usage: idle ADDRESS CHAIN COUNT [deflate]");
    c->address = argv[1];
    c->hello.version = WIRE_VERSION;
    c->hello.deflate = argc > 4;
    memcpy(c->hello.tip, c->hello.chain, ID_LEN);
    c->loop = loop_new(&f);
    check(!c->loop || loop_catch_signals(c->loop, &f), &f);
    join(c, &owner);
    puts("ready");
    if (fflush(stdout))
        return 2;
    while (!loop_stopped(c->loop))
        turn(c);
    return 0; /* the system frees everything */
}
