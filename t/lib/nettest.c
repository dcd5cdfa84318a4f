/*
 * Channels under test, against each other in one process, or against another program.
 *
 *     nettest certificate          what certificates say, and whose are refused
 *     nettest start [lean]         libssl with libcrypto as it is, or started lean before; mapped
 *                                  only once
 *     nettest open                 handshakes: who is who, also a byte at a time
 *     nettest bytes [plain]        10 MB both ways, in pieces of any size, intact
 *     nettest cut                  a connection that ends after each number of bytes
 *     nettest garble               one that changes a byte, wherever it is
 *     nettest ends                 what closing looks like, and no SIGPIPE
 *     nettest memory               bytes that an idle channel takes; at most 40,000
 *     nettest rate                 handshakes a second, one line's round trip, MB a second
 *     nettest listen [plain]       prints "port N", takes one connection; prints "open ACCOUNT" or
 *                                  the fault, and sends back what it gets until that ends
 *     nettest dial PORT [plain]    the same for a connection to 127.0.0.1
 */
#include "base/hex.h"
#include "crypto/certificate.h"
#include "net/tls.h"
#include "random.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 200000 }; /* ms allowed for anything */

static void must(bool truth, const char *what)
{
    if (!truth)
        errx(1, "%s", what);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void key_of(const char *text, struct secret_key *k)
{
    struct fault f;
    if (secret_key_from_text(k, text, strlen(text), &f))
        errx(2, "%s", f.text);
}

static struct tls *tls_of(const char *text)
{
    struct secret_key k;
    struct fault f;
    key_of(text, &k);
    struct tls *t = tls_new(&k, &f);
    if (!t)
        errx(2, "%s", f.text);
    must(memcmp(tls_account(t), k.public, 32) == 0, "our account is not our key");
    secret_key_wipe(&k);
    return t;
}

/* --- Pairs of channels ----------------------------------------------------------------------- */

struct side {
    struct channel *c;
    int state; /* the last result of channel_open */
    struct fault f;
};

struct pair {
    struct tls *a, *b;
    struct side sides[2]; /* the dialing side, the listening side */
};

static struct channel *channel(struct tls *t, int fd, bool dialed)
{
    if (fcntl(fd, F_SETFL, O_NONBLOCK))
        err(2, "fcntl");
    struct channel *c = channel_new(t, fd, dialed);
    must(c != NULL, "no channel");
    must(channel_fd(c) == fd && !channel_pending(c) && !channel_account(c), "a new channel");
    return c;
}

static void sockets(int fd[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd))
        err(2, "socketpair");
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sa;
}

static int listener(int *port)
{
    struct sockaddr_in sa = loopback(0);
    socklen_t n = sizeof sa;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&sa, n) || listen(fd, 8) ||
        getsockname(fd, (struct sockaddr *)&sa, &n))
        err(2, "listen");
    *port = ntohs(sa.sin_port);
    return fd;
}

/* A socket that is connecting, without waiting for it. */
static int dial(int port)
{
    struct sockaddr_in sa = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || (connect(fd, (struct sockaddr *)&sa, sizeof sa) && errno != EINPROGRESS))
        err(2, "connect");
    return fd;
}

static void tcp(int fd[2])
{
    int port, l = listener(&port);
    fd[0] = dial(port);
    fd[1] = accept(l, NULL, NULL);
    if (fd[1] < 0)
        err(2, "accept");
    close(l);
}

static void pair_over(struct pair *p, int dialing, int listening)
{
    p->sides[0] = (struct side){.c = channel(p->a, dialing, true)};
    p->sides[1] = (struct side){.c = channel(p->b, listening, false)};
}

static void pair_close(struct pair *p)
{
    channel_close(p->sides[0].c);
    channel_close(p->sides[1].c);
}

static void step(struct side *s)
{
    if (s->state == 0)
        s->state = channel_open(s->c, &s->f);
}

/* Runs until both sides are done, successfully or not. */
static void shake(struct pair *p)
{
    double end = seconds() + PATIENCE / 1000.0;
    while (p->sides[0].state == 0 || p->sides[1].state == 0) {
        step(&p->sides[0]);
        step(&p->sides[1]);
        must(seconds() < end, "a handshake without end");
    }
}

static void shake_well(struct pair *p)
{
    shake(p);
    for (int i = 0; i < 2; i++)
        if (p->sides[i].state != 1)
            errx(1, "side %d: %s", i, p->sides[i].f.text);
    if (!p->a)
        return;
    must(memcmp(channel_account(p->sides[0].c), tls_account(p->b), 32) == 0, "the listener's key");
    must(memcmp(channel_account(p->sides[1].c), tls_account(p->a), 32) == 0, "the dialer's key");
}

/* --- A wire between two channels, which can be cut and garbled ------------------------------- */

struct wire {
    int ends[2];   /* towards the dialing side, and towards the listening side */
    size_t piece;  /* bytes carried at a time */
    size_t cut_at; /* carried in all, before the wire is cut */
    size_t flip;   /* the byte of those that is changed */
    size_t carried;
};

static void wire_pair(struct pair *p, struct wire *w)
{
    int one[2], two[2];
    sockets(one);
    sockets(two);
    w->ends[0] = one[1];
    w->ends[1] = two[1];
    pair_over(p, one[0], two[0]);
}

static void wire_cut(struct wire *w)
{
    for (int i = 0; i < 2; i++) {
        if (w->ends[i] >= 0)
            close(w->ends[i]);
        w->ends[i] = -1;
    }
}

/* One piece in each direction. */
static void carry(struct wire *w)
{
    uint8_t bytes[4096];
    for (int i = 0; i < 2 && w->ends[0] >= 0; i++) {
        size_t want = w->piece < w->cut_at - w->carried ? w->piece : w->cut_at - w->carried;
        if (want == 0) {
            wire_cut(w);
            return;
        }
        ssize_t n = recv(w->ends[i], bytes, want < sizeof bytes ? want : sizeof bytes,
                         MSG_DONTWAIT);
        if (n <= 0)
            continue;
        if (w->flip >= w->carried && w->flip - w->carried < (size_t)n)
            bytes[w->flip - w->carried] ^= 0x20;
        if (send(w->ends[!i], bytes, (size_t)n, MSG_NOSIGNAL) == n)
            w->carried += (size_t)n;
    }
}

static bool settled(const struct pair *p)
{
    return p->sides[0].state != 0 && p->sides[1].state != 0;
}

/* How the two ended, over a wire, which is cut when nothing moves any more. */
static void shake_over(struct pair *p, struct wire *w)
{
    for (int idle = 0; !settled(p); idle++) {
        size_t before = w->carried;
        step(&p->sides[0]);
        step(&p->sides[1]);
        carry(w);
        if (w->carried != before)
            idle = 0;
        if (idle == 10)
            wire_cut(w);
        must(idle < 20, "a handshake without end");
    }
}

/* --- Certificates ---------------------------------------------------------------------------- */

static int certify(EVP_PKEY *pkey, uint8_t account[32])
{
    X509 *x = X509_new();
    must(pkey && x && X509_set_pubkey(x, pkey) == 1, "no certificate to ask about");
    int result = certificate_account(x, account);
    X509_free(x);
    EVP_PKEY_free(pkey);
    return result;
}

static size_t der_of(const char *text, uint8_t out[1024])
{
    struct secret_key k;
    struct certificate c;
    struct fault f;
    uint8_t account[32], *end = out;
    key_of(text, &k);
    must(certificate_make(&c, &k, &f) == 0, "no certificate");
    must(certificate_account(c.x509, account) == 0 && memcmp(account, k.public, 32) == 0,
         "another account than its key");
    must(X509_verify(c.x509, c.pkey) == 1, "it does not sign itself");
    must(i2d_X509(c.x509, NULL) < 1024, "too long");
    size_t n = (size_t)i2d_X509(c.x509, &end);
    certificate_free(&c);
    secret_key_wipe(&k);
    return n;
}

static void certificates(void)
{
    uint8_t one[1024], same[1024], other[1024], account[32], point[32] = {0};
    size_t n = der_of("one", one), m = der_of("two", other);
    must(n == der_of("one", same) && memcmp(one, same, n) == 0, "one key, two certificates");
    must(n == m && memcmp(one, other, n) != 0, "two keys, one certificate");
    must(certify(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), account) == -1, "RSA");
    must(certify(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), account) == -1, "P-256");
    must(certify(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), account) == -1, "X25519");
    must(certify(EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), account) == -1, "Ed448");
    must(certify(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), account) == 0, "Ed25519");
    for (uint8_t low = 0; low < 2; low++) {
        point[0] = low;
        must(certify(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, point, 32), account) == -1,
             "a key that anyone can sign for");
    }
    printf("%zu bytes\n", n);
}

/* --- Starting -------------------------------------------------------------------------------- */

/* The number of mapped files whose names contain this. */
static int mapped(const char *name)
{
    char line[1024], last[1024] = "";
    int count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    must(maps != NULL, "no /proc");
    while (fgets(line, sizeof line, maps)) {
        const char *path = strchr(line, '/');
        if (!path || !strstr(path, name) || strcmp(path, last) == 0)
            continue;
        count++;
        snprintf(last, sizeof last, "%s", path);
    }
    fclose(maps);
    return count;
}

static void check_signature(void)
{
    struct secret_key k;
    struct fault f;
    uint8_t signature[64];
    key_of("signer", &k);
    must(ed25519_load(&f) == 0, "signatures cannot be checked");
    must(secret_key_sign(&k, "text", 4, signature, &f) == 0, "no signature");
    must(ed25519_verify(k.public, signature, "text", 4), "a signature that holds");
    must(!ed25519_verify(k.public, signature, "test", 4), "one that does not");
    secret_key_wipe(&k);
}

/* lean: libcrypto was initialised before, without its optional parts, as when a key was read from
 * its file. */
static void start(bool lean)
{
    struct fault f;
    int fd[2];
    if (lean)
        check_signature();
    struct pair p = {.a = tls_new(NULL, &f)};
    must(p.a != NULL, "libssl does not start");
    check_signature();
    p.b = tls_of("listener");
    must(memcmp(tls_account(p.a), tls_account(p.b), 32) != 0, "a fresh key");
    sockets(fd);
    pair_over(&p, fd[0], fd[1]);
    shake_well(&p);
    check_signature();
    must(mapped("/libcrypto.so") == 1, "libcrypto is mapped twice");
    pair_close(&p);
    tls_free(p.a);
    tls_free(p.b);
}

/* --- Handshakes ------------------------------------------------------------------------------ */

static void both(struct pair *p)
{
    *p = (struct pair){.a = tls_of("dialer"), .b = tls_of("listener")};
}

static void neither(struct pair *p)
{
    tls_free(p->a);
    tls_free(p->b);
}

static void open_over(struct pair *p, void (*make)(int fd[2]))
{
    int fd[2];
    make(fd);
    pair_over(p, fd[0], fd[1]);
    shake_well(p);
    must(channel_open(p->sides[0].c, &p->sides[0].f) == 1, "open is open");
    pair_close(p);
}

static void opening(void)
{
    struct pair p, plain = {0};
    struct wire w = {.piece = 1, .cut_at = SIZE_MAX, .flip = SIZE_MAX};
    both(&p);
    open_over(&p, sockets);
    open_over(&p, tcp);
    open_over(&plain, sockets);
    open_over(&plain, tcp);
    wire_pair(&p, &w);
    shake_over(&p, &w);
    shake_well(&p);
    printf("%zu bytes of handshake\n", w.carried);
    wire_cut(&w);
    pair_close(&p);
    neither(&p);
}

static void refused(void)
{
    struct fault f;
    int port, l = listener(&port), state;
    close(l);
    struct channel *c = channel(NULL, dial(port), true);
    while ((state = channel_open(c, &f)) == 0) {
        struct pollfd p = {.fd = channel_fd(c), .events = POLLOUT};
        must(channel_waits_to_write(c) && poll(&p, 1, PATIENCE) == 1, "a connect that waits");
    }
    must(state == -1 && f.kind == FAULT_TROUBLE && strstr(f.text, "Connection refused"), f.text);
    must(channel_open(c, &f) == -1 && channel_read(c, &l, 1, &f) == -1, "broken stays broken");
    channel_close(c);
}

/* --- Bytes ----------------------------------------------------------------------------------- */

enum { TOTAL = 10000000, WINDOW = 65536 };

/* What one side has yet to send and to receive; both streams are the same for all. */
struct talk {
    struct channel *c;
    uint64_t say, hear, dice;
    uint8_t out[WINDOW]; /* sent, not taken */
    size_t held, said, heard, waits;
};

/* Bytes are drawn in eights; `at` is how many have been used. */
static uint8_t next_byte(uint64_t *seed, size_t at)
{
    uint64_t before = *seed;
    uint64_t x = chance_next(seed);
    if (at % 8 != 7)
        *seed = before;
    return (uint8_t)(x >> 8 * (at % 8));
}

/* At another address each time. */
static void speak(struct talk *t)
{
    static uint8_t places[2][WINDOW];
    struct fault f;
    size_t room = TOTAL - t->said - t->held;
    size_t more = chance_next(&t->dice) % (WINDOW - t->held + 1);
    more = more < room ? more : room;
    for (size_t i = 0; i < more; i++, t->held++)
        t->out[t->held] = next_byte(&t->say, t->said + t->held);
    uint8_t *place = places[chance_next(&t->dice) & 1];
    memcpy(place, t->out, t->held);
    ptrdiff_t n = channel_write(t->c, place, t->held, &f);
    if (n < 0)
        errx(1, "write: %s", f.text);
    t->waits += n == 0 && t->held > 0;
    memmove(t->out, t->out + n, t->held - (size_t)n);
    t->held -= (size_t)n;
    t->said += (size_t)n;
}

static void listen_to(struct talk *t)
{
    uint8_t in[WINDOW];
    struct fault f;
    ptrdiff_t n = channel_read(t->c, in, 1 + chance_next(&t->dice) % WINDOW, &f);
    if (n < 0)
        errx(1, "read: %s", f.text);
    for (ptrdiff_t i = 0; i < n; i++, t->heard++)
        must(in[i] == next_byte(&t->hear, t->heard), "another byte came");
}

static bool has_more(const struct talk *t)
{
    return t->said < TOTAL || t->heard < TOTAL;
}

/* Each side sends and receives at random, so that buffers fill up. */
static size_t converse(struct pair *p)
{
    static struct talk talks[2];
    uint64_t dice = 7;
    for (int i = 0; i < 2; i++)
        talks[i] = (struct talk){
            .c = p->sides[i].c, .say = (uint64_t)i, .hear = (uint64_t)!i, .dice = 3 + (uint64_t)i};
    double end = seconds() + 6 * PATIENCE / 1000.0;
    while (has_more(&talks[0]) || has_more(&talks[1])) {
        struct talk *t = &talks[chance_next(&dice) & 1];
        if (chance_next(&dice) & 1)
            speak(t);
        else
            listen_to(t);
        must(seconds() < end, "bytes that do not come");
    }
    return talks[0].waits + talks[1].waits;
}

static void small_buffers(const int fd[2])
{
    int size = 8192;
    for (int i = 0; i < 2; i++)
        if (setsockopt(fd[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size) ||
            setsockopt(fd[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof size))
            err(2, "setsockopt");
}

static void bytes_over(struct pair *p, void (*make)(int fd[2]), bool small)
{
    int fd[2];
    make(fd);
    if (small)
        small_buffers(fd);
    pair_over(p, fd[0], fd[1]);
    shake_well(p);
    size_t waits = converse(p);
    must(!small || waits > 0, "no write had to wait");
    printf("%d bytes each way, %zu writes had to wait\n", TOTAL, waits);
    pair_close(p);
}

static void bytes(bool plain)
{
    struct pair p = {0};
    if (!plain)
        both(&p);
    bytes_over(&p, sockets, false);
    bytes_over(&p, sockets, true);
    bytes_over(&p, tcp, false);
    neither(&p);
}

/* --- Broken connections ---------------------------------------------------------------------- */

/* The length of an undisturbed handshake, in bytes of both sides. */
static size_t handshake_length(struct pair *p)
{
    struct wire w = {.piece = 4096, .cut_at = SIZE_MAX, .flip = SIZE_MAX};
    wire_pair(p, &w);
    shake_over(p, &w);
    pair_close(p);
    wire_cut(&w);
    return w.carried;
}

/* The listening side, which sends last, never opens before everything has arrived. */
static void cut(void)
{
    struct pair p;
    both(&p);
    size_t all = handshake_length(&p);
    for (size_t n = 0; n < all; n++) {
        struct wire w = {.piece = 1 + n % 700, .cut_at = n, .flip = SIZE_MAX};
        wire_pair(&p, &w);
        shake_over(&p, &w);
        must(p.sides[1].state == -1 && strcmp(p.sides[1].f.text, "closed") == 0, p.sides[1].f.text);
        must(p.sides[0].state == 1 || strcmp(p.sides[0].f.text, "closed") == 0, p.sides[0].f.text);
        pair_close(&p);
    }
    printf("%zu bytes\n", all);
    neither(&p);
}

/* Some first bytes of a record (its version) mean nothing; whatever is changed, a side that opens
 * knows the other. */
static void garble(void)
{
    struct pair p;
    both(&p);
    size_t all = handshake_length(&p), opened = 0;
    for (size_t n = 0; n < all; n++) {
        struct wire w = {.piece = 4096, .cut_at = SIZE_MAX, .flip = n};
        wire_pair(&p, &w);
        shake_over(&p, &w);
        bool good = p.sides[1].state == 1;
        opened += good;
        if (good)
            must(memcmp(channel_account(p.sides[1].c), tls_account(p.a), 32) == 0, "who is it?");
        if (p.sides[0].state == 1)
            must(memcmp(channel_account(p.sides[0].c), tls_account(p.b), 32) == 0, "who is it?");
        wire_cut(&w);
        pair_close(&p);
    }
    must(opened < 20, "changed bytes were let through");
    printf("%zu bytes, %zu of which mean nothing\n", all, opened);
    neither(&p);
}

static void read_end(struct pair *p, int side, const char *words)
{
    struct fault f = {0};
    uint8_t byte;
    ptrdiff_t n;
    double end = seconds() + PATIENCE / 1000.0;
    while ((n = channel_read(p->sides[side].c, &byte, 1, &f)) == 0)
        must(seconds() < end, "an end that does not come");
    must(n == -1 && f.kind == FAULT_TROUBLE && strcmp(f.text, words) == 0, f.text);
}

static void write_end(struct pair *p, int side)
{
    struct fault f = {0};
    ptrdiff_t n = 0;
    for (int i = 0; i < 1000 && n >= 0; i++)
        n = channel_write(p->sides[side].c, "text", 4, &f);
    must(n == -1 && strcmp(f.text, "closed") == 0, "writing to nobody");
}

/* The last bytes before the end are read. */
static void end_over(struct pair *p, void (*make)(int fd[2]), int side, bool abruptly)
{
    struct fault f;
    uint8_t got[8];
    int fd[2];
    make(fd);
    pair_over(p, fd[0], fd[1]);
    shake_well(p);
    must(channel_write(p->sides[side].c, "last", 4, &f) == 4, "a write");
    if (abruptly)
        shutdown(fd[side], SHUT_WR);
    else
        channel_close(p->sides[side].c);
    ptrdiff_t n;
    while ((n = channel_read(p->sides[!side].c, got, sizeof got, &f)) == 0)
        ;
    must(n == 4 && memcmp(got, "last", 4) == 0, "the last bytes");
    read_end(p, !side, "closed");
    if (!abruptly)
        write_end(p, !side);
    channel_close(p->sides[!side].c);
    if (abruptly)
        channel_close(p->sides[side].c);
}

static void pending(struct pair *p)
{
    struct fault f;
    uint8_t got[4];
    int fd[2];
    ptrdiff_t n;
    sockets(fd);
    pair_over(p, fd[0], fd[1]);
    shake_well(p);
    must(channel_write(p->sides[0].c, "abcdef", 6, &f) == 6, "a write");
    while ((n = channel_read(p->sides[1].c, got, 2, &f)) == 0)
        ;
    must(n == 2 && channel_pending(p->sides[1].c) == (p->a != NULL), "what lies in the channel");
    must(channel_read(p->sides[1].c, got, 4, &f) == 4, "the rest");
    must(channel_read(p->sides[1].c, got, 4, &f) == 0 && !channel_pending(p->sides[1].c),
         "no more");
    must(!channel_waits_to_write(p->sides[1].c), "it waits to read");
    pair_close(p);
}

/* Several writes that arrive together: poll may not see the later ones once the first is read. */
static void together(struct pair *p)
{
    struct fault f;
    uint8_t got[4];
    int fd[2];
    ptrdiff_t n;
    sockets(fd);
    pair_over(p, fd[0], fd[1]);
    shake_well(p);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 10; i++)
            must(channel_write(p->sides[0].c, "line", 4, &f) == 4, "a write");
        for (int i = 0; i < 10; i++) {
            struct pollfd in = {.fd = fd[1], .events = POLLIN};
            must(channel_pending(p->sides[1].c) || poll(&in, 1, 10000) == 1, "it is shown");
            while ((n = channel_read(p->sides[1].c, got, sizeof got, &f)) == 0)
                ;
            must(n == 4 && memcmp(got, "line", 4) == 0, "a whole write");
        }
        must(channel_read(p->sides[1].c, got, 4, &f) == 0 && !channel_pending(p->sides[1].c),
             "no more");
    }
    pair_close(p);
}

static void ends(void)
{
    struct pair p, plain = {0};
    both(&p);
    signal(SIGPIPE, SIG_DFL);
    for (int i = 0; i < 8; i++)
        end_over(i & 4 ? &plain : &p, i & 1 ? tcp : sockets, i >> 1 & 1, false);
    for (int i = 0; i < 8; i++)
        end_over(i & 4 ? &plain : &p, i & 1 ? tcp : sockets, i >> 1 & 1, true);
    pending(&p);
    pending(&plain);
    together(&p);
    together(&plain);
    refused();
    neither(&p);
}

/* --- What it costs --------------------------------------------------------------------------- */

enum { IDLE = 400, IDLE_MOST = 40000 };

static void exchange_line(struct pair *p)
{
    struct fault f;
    uint8_t got[64];
    for (int i = 0; i < 2; i++) {
        must(channel_write(p->sides[i].c, "hello 1\n", 8, &f) == 8, "a line");
        while (channel_read(p->sides[!i].c, got, sizeof got, &f) == 0)
            ;
    }
}

static void memory(void)
{
    static struct pair pairs[IDLE];
    struct pair p;
    int fd[2];
    both(&p);
    open_over(&p, sockets);
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    for (int i = 0; i < IDLE; i++) {
        pairs[i] = p;
        sockets(fd);
        pair_over(&pairs[i], fd[0], fd[1]);
        shake_well(&pairs[i]);
        exchange_line(&pairs[i]);
    }
    size_t each = (mallinfo2().uordblks + mallinfo2().hblkhd - before) / (2 * IDLE);
    printf("%zu bytes for an idle channel\n", each);
    must(each < IDLE_MOST, "too much");
    for (int i = 0; i < IDLE; i++)
        pair_close(&pairs[i]);
    neither(&p);
}

static void rate_handshakes(struct pair *p)
{
    int n = 0;
    double begin = seconds();
    for (; seconds() < begin + 1; n++)
        open_over(p, tcp);
    printf("%.0f handshakes a second, both sides on one processor\n", n / (seconds() - begin));
}

static void wait_for(struct channel *c, short events)
{
    struct pollfd p = {.fd = channel_fd(c), .events = events};
    if (poll(&p, 1, PATIENCE) != 1)
        errx(1, "nothing came");
}

static size_t read_some(struct channel *c, void *out, size_t n)
{
    struct fault f;
    ptrdiff_t got;
    while ((got = channel_read(c, out, n, &f)) == 0)
        wait_for(c, POLLIN);
    return got > 0 ? (size_t)got : 0;
}

static void write_all(struct channel *c, const uint8_t *bytes, size_t n)
{
    struct fault f;
    while (n) {
        ptrdiff_t sent = channel_write(c, bytes, n, &f);
        if (sent < 0)
            errx(1, "write: %s", f.text);
        if (sent == 0)
            wait_for(c, POLLOUT);
        bytes += sent;
        n -= (size_t)sent;
    }
}

/* Echoes short input, and discards the rest. */
static void *answer(void *self)
{
    static uint8_t in[WINDOW];
    size_t n;
    while ((n = read_some(self, in, sizeof in)) > 0)
        if (n < 100)
            write_all(self, in, n);
    return NULL;
}

static void rate_bytes(struct pair *p, const char *what)
{
    static uint8_t out[WINDOW];
    int fd[2], n = 0;
    pthread_t thread;
    tcp(fd);
    pair_over(p, fd[0], fd[1]);
    shake_well(p);
    if (pthread_create(&thread, NULL, answer, p->sides[1].c))
        errx(2, "no thread");
    double begin = seconds();
    for (; seconds() < begin + 1; n++) {
        write_all(p->sides[0].c, out, 80);
        read_some(p->sides[0].c, out, sizeof out);
    }
    printf("%s: %.1f us for a line there and back\n", what, 1e6 * (seconds() - begin) / n);
    begin = seconds();
    for (n = 0; seconds() < begin + 1; n++)
        write_all(p->sides[0].c, out, sizeof out);
    printf("%s: %.0f MB a second in pieces of 64 KiB\n", what,
           n * (double)WINDOW / 1e6 / (seconds() - begin));
    channel_close(p->sides[0].c);
    pthread_join(thread, NULL);
    channel_close(p->sides[1].c);
}

static void rate(void)
{
    struct pair p, plain = {0};
    both(&p);
    rate_handshakes(&p);
    rate_bytes(&p, "TLS");
    rate_bytes(&plain, "plain");
    neither(&p);
}

/* --- Against another program ----------------------------------------------------------------- */

static int tell_fault(const struct fault *f)
{
    printf("%s: %s\n", f->kind == FAULT_RULE ? "rule" : "trouble", f->text);
    return 1;
}

/* Opens the channel, and echoes what it receives. */
static int serve(struct channel *c)
{
    static uint8_t in[4096];
    struct fault f;
    int state;
    while ((state = channel_open(c, &f)) == 0)
        wait_for(c, channel_waits_to_write(c) ? POLLOUT : POLLIN);
    if (state < 0)
        return tell_fault(&f);
    const uint8_t *account = channel_account(c);
    printf("open %s\n", account ? hex32(account).text : "-");
    fflush(stdout);
    for (;;) {
        ptrdiff_t n = channel_read(c, in, sizeof in, &f);
        if (n < 0)
            break;
        if (n > 0)
            write_all(c, in, (size_t)n);
        else
            wait_for(c, POLLIN);
    }
    tell_fault(&f);
    return 0;
}

static int serve_as(const char *name, int fd, bool dialed, bool plain)
{
    struct tls *t = plain ? NULL : tls_of(name);
    struct channel *c = channel(t, fd, dialed);
    int status = serve(c);
    channel_close(c);
    tls_free(t);
    return status;
}

static int take_one(bool plain)
{
    int port, l = listener(&port);
    printf("port %d\n", port);
    fflush(stdout);
    int fd = accept(l, NULL, NULL);
    if (fd < 0)
        err(2, "accept");
    close(l);
    return serve_as("listener", fd, false, plain);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    bool plain = strcmp(argv[argc - 1], "plain") == 0;
    if (strcmp(what, "certificate") == 0)
        certificates();
    else if (strcmp(what, "start") == 0)
        start(argc > 2);
    else if (strcmp(what, "open") == 0)
        opening();
    else if (strcmp(what, "bytes") == 0)
        bytes(plain);
    else if (strcmp(what, "cut") == 0)
        cut();
    else if (strcmp(what, "garble") == 0)
        garble();
    else if (strcmp(what, "ends") == 0)
        ends();
    else if (strcmp(what, "memory") == 0)
        memory();
    else if (strcmp(what, "rate") == 0)
        rate();
    else if (strcmp(what, "listen") == 0)
        return take_one(plain);
    else if (strcmp(what, "dial") == 0 && argc > 2)
        return serve_as("dialer", dial(atoi(argv[2])), true, plain);
    else
        errx(2, "usage: see the head of nettest.c");
    return 0;
}
