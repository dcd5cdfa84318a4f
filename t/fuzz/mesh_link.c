/*
 * mesh/connection, without TLS: whatever a member sends, what is handed on are its messages, byte
 * for byte; anything else closes the connection with a rule.
 */
#include "fuzz.h"
#include "mesh/connection.h"

#include <sys/socket.h>
#include <unistd.h>

struct run {
    struct loop *loop;
    struct mesh_connection *connection; /* NULL: it has ended */
    struct buf messages;
};

static const char *opened(void *self, struct mesh_connection *c, struct fault *f)
{
    (void)self, (void)c, (void)f;
    return "n2";
}

static int message(void *self, const char *text, size_t n)
{
    struct run *r = self;
    must(n > 0 && text[n - 1] == '\n' && memcmp(text, "message n2 ", 11) == 0);
    return buf_add(&r->messages, text, n);
}

static void closed(void *self, struct mesh_connection *c, const struct fault *why)
{
    struct run *r = self;
    must(c == r->connection && why->text[0] != '\0');
    r->connection = NULL;
}

static void feed(struct run *r, int fd, struct pieces *p)
{
    char piece[1 << 12];
    struct fault f;
    size_t got;
    while (r->connection != NULL && (got = (size_t)pieces_read(p, piece, sizeof piece)) > 0) {
        must(send(fd, piece, got, MSG_NOSIGNAL) == (ssize_t)got);
        must(loop_turn(r->loop, 0, &f) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct pieces p = {.bytes = (const char *)data, .len = n, .dice = fingerprint(data, n)};
    struct run r = {0};
    struct mesh_connection_owner owner = {opened, message, closed, &r};
    struct fault f = {0};
    int ends[2];
    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    r.loop = loop_new(&f);
    must(r.loop != NULL);
    struct channel *channel = channel_new(NULL, ends[0], false);
    must(channel != NULL);
    r.connection = mesh_connection_new(r.loop, channel, &owner, NULL);
    must(r.connection != NULL && loop_turn(r.loop, 0, &f) == 0);
    feed(&r, ends[1], &p);
    for (int i = 0; i < 3; i++)
        must(loop_turn(r.loop, 0, &f) == 0);
    must(r.messages.len <= n);
    must_equal(r.messages.data, r.messages.len, data, r.messages.len);
    if (r.connection != NULL)
        mesh_connection_close(r.connection, &(struct fault){.text = "done"});
    close(ends[1]);
    loop_free(r.loop);
    buf_free(&r.messages);
    return 0;
}
