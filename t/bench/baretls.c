/*
 * baretls: TLS as our channels speak it, and nothing on top: what the network's programs are held
 * against.
 *
 *     baretls take WHERE                  listens, and writes HOST:PORT to the file WHERE
 *     baretls send ADDRESS <FILE          sends the file by 64 KiB, and waits until all of it came
 *     baretls trip ADDRESS COUNT PAUSE    a record of 300 bytes there, a byte back: the median of
 *                                         so many, in microseconds, with so many between them
 *
 * A message is its length, 8 bytes in the machine's order, and its bytes; the answer is one byte.
 */
#include "loopback.h"

#include <sys/socket.h>
#include <sys/stat.h>

enum { PIECE = 1 << 16, RECORD = 300, COUNT_MAX = 1000000 };

static struct tls *start(void)
{
    struct fault f;
    struct tls *t = tls_new(NULL, &f);
    check(!t, &f);
    return t;
}

/* --- Taking ----------------------------------------------------------------------------------- */

/* Serves one connection: messages until it is closed. */
static void serve(struct channel *c)
{
    char bytes[1 << 14];
    uint64_t left = 0;
    size_t head = 0, got;
    while ((got = receive(c, bytes, sizeof bytes)))
        for (size_t at = 0; at < got;) {
            if (head < sizeof left) {
                ((char *)&left)[head++] = bytes[at++];
                continue;
            }
            size_t part = left < got - at ? (size_t)left : got - at;
            at += part;
            left -= part;
            if (left == 0) {
                send_all(c, "", 1);
                head = 0;
            }
        }
}

static void take(const char *where)
{
    struct tls *t = start();
    int at = listen_at(where);
    for (int fd; (fd = accept4(at, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        struct channel *c = open_channel(t, fd, false);
        serve(c);
        channel_close(c);
    }
    err(2, "accept");
}

/* --- Sending ---------------------------------------------------------------------------------- */

static void await_answer(struct channel *c)
{
    char byte;
    if (receive(c, &byte, 1) != 1)
        errx(2, "closed");
}

static void send_file(struct channel *c)
{
    static char bytes[PIECE];
    struct stat st;
    ssize_t n;
    if (fstat(0, &st))
        err(2, "stdin");
    uint64_t size = (uint64_t)st.st_size;
    send_all(c, &size, sizeof size);
    while ((n = read(0, bytes, sizeof bytes)) > 0)
        send_all(c, bytes, (size_t)n);
    if (n < 0)
        err(2, "stdin");
    await_answer(c);
}

static void trip(struct channel *c, size_t count, useconds_t pause)
{
    char message[sizeof(uint64_t) + RECORD] = {0};
    double *took = memory(count, sizeof *took);
    uint64_t size = RECORD;
    memcpy(message, &size, sizeof size);
    for (size_t i = 0; i < count; i++) {
        if (pause)
            usleep(pause);
        double begin = now();
        send_all(c, message, sizeof message);
        await_answer(c);
        took[i] = now() - begin;
    }
    printf("%.1f\n", median(took, count));
    free(took);
}

int main(int argc, char **argv)
{
    const char *word = argc > 2 ? argv[1] : "";
    if (strcmp(word, "take") == 0)
        take(argv[2]);
    bool sends = argc == 3 && strcmp(word, "send") == 0;
    long count = argc == 5 && strcmp(word, "trip") == 0 ? atol(argv[3]) : 0;
    if (!sends && (count < 1 || count > COUNT_MAX))
        errx(2, "usage: baretls take WHERE | send ADDRESS | trip ADDRESS COUNT PAUSE");
    struct tls *t = start();
    struct channel *c = open_channel(t, dial(argv[2]), true);
    if (sends)
        send_file(c);
    else
        trip(c, (size_t)count, (useconds_t)atol(argv[4]));
    channel_close(c);
    tls_free(t);
    return fflush(stdout) ? 2 : 0;
}
