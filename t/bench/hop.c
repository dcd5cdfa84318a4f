/*
 * hop COUNT PAUSE CHAIN ADDRESS LAST [FROM TO]... <RECORDS: sends COUNT records, one at a time, to
 * the listener at ADDRESS, and waits for each until it comes out of the FIFO LAST, at the far end.
 * Between two records it is silent for PAUSE microseconds. Where pairs of FIFOs are given, it hands
 * on what comes out of FROM into TO, and notes when. For each leg of the way a line of output,
 *
 *     LEG<tab>MICROSECONDS
 *
 * the median of how long a record took: `first`, from `have` until it came out of the first FROM;
 * `leg N`, from having been handed on by pair N until it came out of the next, or LAST; `all`.
 */
#include "base/hex.h"
#include "hash/sha256.h"
#include "loopback.h"
#include "record/field.h"

enum { PAIRS_MAX = 8, LINE = 65536 };

struct way {
    struct channel *channel;
    int from[PAIRS_MAX + 1], to[PAIRS_MAX]; /* the last of `from` is LAST */
    int pairs;
    double came[PAIRS_MAX + 1], went[PAIRS_MAX + 1]; /* of the record in flight */
    char heard[LINE];                                /* of a line from the channel */
    size_t heard_len;
};

static int open_fifo(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        err(2, "%s", path);
    return fd;
}

/* The next whole line received; NULL if none has arrived. Valid until the next call. */
static const char *hear(struct way *w)
{
    static char line[LINE];
    struct fault f;
    for (;;) {
        char *end = memchr(w->heard, '\n', w->heard_len);
        if (end) {
            size_t n = (size_t)(end - w->heard);
            memcpy(line, w->heard, n);
            line[n] = 0;
            w->heard_len -= n + 1;
            memmove(w->heard, end + 1, w->heard_len);
            return line;
        }
        ptrdiff_t got = channel_read(w->channel, w->heard + w->heard_len,
                                     sizeof w->heard - w->heard_len, &f);
        check(got < 0, &f);
        if (got == 0)
            return NULL;
        w->heard_len += (size_t)got;
    }
}

static void say(struct way *w, const char *text, size_t n)
{
    send_all(w->channel, text, n);
}

/* Handles the listener's lines. */
static void listen_to(struct way *w, const char *record, size_t n)
{
    for (const char *line; (line = hear(w));) {
        if (strncmp(line, "want ", 5) == 0)
            say(w, record, n);
        else if (strncmp(line, "ping ", 5) == 0)
            say(w, "pong 1\n", 7);
        else if (strncmp(line, "bye", 3) == 0)
            errx(2, "the listener said %s", line);
    }
}

/* Notes what came out at place i, and passes it on. Whether that was the far end. */
static bool hand_on(struct way *w, int i)
{
    char bytes[LINE];
    ssize_t n = read(w->from[i], bytes, sizeof bytes);
    if (n <= 0)
        errx(2, "FIFO %d has ended", i);
    w->came[i] = now();
    if (i == w->pairs)
        return true;
    if (write(w->to[i], bytes, (size_t)n) != n)
        err(2, "FIFO %d", i);
    w->went[i] = now();
    return false;
}

static void send_record(struct way *w, const char *record, size_t n)
{
    struct pollfd p[PAIRS_MAX + 2] = {0};
    char have[ID_LEN * 2 + 7];
    uint8_t id[SHA256_LEN];
    sha256(record, n - 1, id);
    snprintf(have, sizeof have, "have %s\n", hex32(id).text);
    say(w, have, strlen(have));
    for (int i = 0; i <= w->pairs; i++)
        p[i] = (struct pollfd){w->from[i], POLLIN, 0};
    p[w->pairs + 1] = (struct pollfd){channel_fd(w->channel), POLLIN, 0};
    for (;;) {
        if (poll(p, (nfds_t)w->pairs + 2, 10000) <= 0)
            errx(2, "a record did not come through in 10 s");
        if (p[w->pairs + 1].revents)
            listen_to(w, record, n);
        for (int i = 0; i <= w->pairs; i++)
            if (p[i].revents && hand_on(w, i))
                return;
    }
}

static void greet(struct way *w, const char *chain)
{
    char hello[256];
    int n = snprintf(hello, sizeof hello, "hello 1 %s 0 %s plain\n", chain, chain);
    say(w, hello, (size_t)n);
    for (const char *line; !(line = hear(w)) || strncmp(line, "hello ", 6) != 0;)
        wait_for(w->channel);
}

static void tell(const char *leg, double *took, size_t count)
{
    printf("%s\t%.1f\n", leg, median(took, count));
}

/* Prints how long each leg takes, and then all together. */
static void measure(struct way *w, size_t count, useconds_t pause)
{
    const size_t pairs = (size_t)w->pairs;
    double *took = memory((pairs + 2) * count, sizeof *took);
    char *record = NULL, leg[32];
    size_t cap = 0;
    for (size_t i = 0; i < count; i++) {
        ssize_t n = getline(&record, &cap, stdin);
        if (n < 2)
            errx(2, "stdin: fewer than %zu records", count);
        usleep(pause);
        double begin = now();
        send_record(w, record, (size_t)n);
        for (size_t j = 0; j <= pairs; j++)
            took[j * count + i] = w->came[j] - (j ? w->went[j - 1] : begin);
        took[(pairs + 1) * count + i] = w->came[pairs] - begin;
        listen_to(w, record, (size_t)n);
    }
    free(record);
    for (size_t j = 0; j <= pairs + 1; j++) {
        snprintf(leg, sizeof leg, j > pairs ? "all" : j ? "leg %zu" : "first", j);
        tell(leg, took + j * count, count);
    }
    free(took);
}

int main(int argc, char **argv)
{
    struct way *w = memory(1, sizeof *w);
    struct fault f;
    long count = argc > 5 ? atol(argv[1]) : 0;
    w->pairs = (argc - 6) / 2;
    if (count < 1 || argc % 2 || w->pairs > PAIRS_MAX)
        errx(2, "usage: hop COUNT PAUSE CHAIN ADDRESS LAST [FROM TO]...");
    /* Opens both ends of a FIFO, so that no open waits for the other end. */
    w->from[w->pairs] = open_fifo(argv[5], O_RDWR);
    for (int i = 0; i < w->pairs; i++) {
        w->from[i] = open_fifo(argv[6 + 2 * i], O_RDWR);
        w->to[i] = open_fifo(argv[7 + 2 * i], O_RDWR);
    }
    struct tls *t = tls_new(NULL, &f);
    check(!t, &f);
    w->channel = open_channel(t, dial(argv[4]), true);
    greet(w, argv[3]);
    measure(w, (size_t)count, (useconds_t)atol(argv[2]));
    channel_close(w->channel);
    tls_free(t);
    free(w);
    return fflush(stdout) ? 2 : 0;
}
