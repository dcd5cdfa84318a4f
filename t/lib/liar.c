/*
 * A peer that says whatever it is told: for tests of what the network's programs bear.
 *
 *     liar [OPTION...] HOST:PORT <SCRIPT     dials, and does what the script says
 *     liar [OPTION...] -w FILE <SCRIPT       listens on a free port of 127.0.0.1, which it writes
 *                                            into FILE, and does that to each who comes
 *     liar peers COUNT CHAIN [HOST:PORT]     peer records, each of a fresh key; # stands for a
 * number
 *
 *     -c CHAIN     says hello, and waits for the other's, before the script
 *     -z           offers deflate; where the other does too, all that the script says is coded
 *     -p           plain, no TLS
 *     -k KEY       with this key file (else each round has a fresh key)
 *     -r ROUNDS    the whole so many times, one after the other (1)
 *     -n COUNT     so many connections, that all stay while the script runs over the last
 *     -e COUNT     goes so many steps into the handshake, and hangs up
 *     -t SECONDS   the end of it all, whatever comes (300)
 *     -q           what is heard is not printed
 *
 * A line of the script is said as it is, but for %r (64 digits by chance) and %n (a number that
 * counts). Lines that begin with an exclamation mark:
 *
 *     !times N LINE   says the line N times          !bytes N HEX    says a byte N times
 *     !random N       says N bytes by chance         !drip N MS HEX  a byte every MS milliseconds
 *     !file FILE      says what is in the file       !give FILE      announces its records, gives
 *     !wait WORD      until such a line came                         those wanted, until all are
 *     !deaf, !hear    reads no more, reads again                     taken or 2 s pass in silence
 *     !sleep MS       !stay (until the other hangs up)
 *
 * Each line that was heard is printed; at a round's end, `end WHY SAID HEARD`: bytes (WHY: done,
 * closed, time, or what else went wrong).
 */
#include "base/chance.h"
#include "base/hex.h"
#include "crypto/keyfile.h"
#include "hash/sha256.h"
#include "net/loop.h"
#include "net/tls.h"
#include "record/peer.h"
#include "wire/coding.h"
#include "wire/wire.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    PIECE = 1 << 16,
    BEHIND_MAX = 1 << 18, /* bytes that wait to be sent before more is made */
    WORDS_MAX = 32,
    PATIENCE = 2000, /* ms of silence in which a gift is not taken */
};

struct record {
    uint8_t id[SHA256_LEN];
    const char *text;
    size_t len;
};

struct gift {
    struct buf text;
    struct record *list;
    size_t count, taken;
};

struct heard_word {
    char text[16];
    size_t came, awaited;
};

struct liar {
    const char *chain, *where, *key;
    bool deflate, plain, quiet;
    size_t rounds, count, steps;
    int64_t end; /* of it all, by loop_now */
    int listening;
    struct sockaddr_in to;
    struct buf script;
    struct tls *tls;
    uint64_t chance;

    /* The connection. */
    struct channel *c, **standing;
    bool over, deaf, coded;
    char why[sizeof((struct fault *)0)->text];
    struct coding *coding;
    struct buf out, in;
    size_t said, heard, number;
    int64_t last; /* when a line came */
    struct heard_word words[WORDS_MAX];
    struct gift *gift;
};

static void memory(bool failed)
{
    if (failed)
        errx(2, "out of memory");
}

static void read_whole(int fd, struct buf *out)
{
    ptrdiff_t n;
    do {
        memory(buf_reserve(out, PIECE));
        n = read(fd, out->data + out->len, PIECE);
        if (n < 0)
            err(2, "read");
        out->len += (size_t)n;
    } while (n);
}

static void read_file(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err(2, "%s", path);
    read_whole(fd, out);
    close(fd);
}

/* --- Bytes there and back --------------------------------------------------------------------- */

static void over(struct liar *l, const char *why)
{
    if (!l->over)
        snprintf(l->why, sizeof l->why, "%s", why);
    l->over = true;
}

static void put(struct liar *l, const void *bytes, size_t n)
{
    memory(l->coded ? coding_deflate(l->coding, bytes, n, 0, &l->out) : buf_add(&l->out, bytes, n));
    l->said += n;
}

static void give(struct liar *l, const char *line, size_t len);

static void count_word(struct liar *l, const char *line, size_t len)
{
    size_t n = 0;
    while (n < len && line[n] != ' ')
        n++;
    for (size_t i = 0; i < WORDS_MAX; i++) {
        struct heard_word *w = &l->words[i];
        if (!*w->text && n < sizeof w->text)
            memcpy(w->text, line, n);
        if (strlen(w->text) == n && memcmp(w->text, line, n) == 0) {
            w->came++;
            return;
        }
    }
}

static void take_line(struct liar *l, const char *line, size_t len)
{
    if (!l->quiet)
        printf("%.*s\n", (int)len, line);
    l->last = loop_now();
    count_word(l, line, len);
    if (l->gift)
        give(l, line, len);
    if (l->deflate && !l->coding && line_is(line, len, "hello") &&
        memmem(line, len, " deflate", 8)) {
        l->coding = coding_new();
        memory(!l->coding);
    }
}

/* The whole lines of l->in; those behind the hello may be coded otherwise, and are left. */
static void take_lines(struct liar *l)
{
    const struct coding *before = l->coding;
    size_t used = 0;
    char *newline;
    while (l->coding == before && used < l->in.len &&
           (newline = memchr(l->in.data + used, '\n', l->in.len - used))) {
        size_t len = (size_t)(newline - l->in.data) - used;
        take_line(l, l->in.data + used, len);
        used += len + 1;
    }
    buf_drop(&l->in, used);
}

static void take_coded(struct liar *l, const char *bytes, size_t n)
{
    char out[4096];
    struct fault f;
    ptrdiff_t got;
    while ((got = coding_inflate(l->coding, &bytes, &n, out, sizeof out, &f)) > 0) {
        memory(buf_add(&l->in, out, (size_t)got));
        take_lines(l);
    }
    if (got < 0)
        over(l, f.text);
}

static void take_bytes(struct liar *l, const char *bytes, size_t n)
{
    l->heard += n;
    if (l->coding) {
        take_coded(l, bytes, n);
        return;
    }
    memory(buf_add(&l->in, bytes, n));
    take_lines(l);
    if (!l->coding)
        return;
    struct buf rest = l->in;
    l->in = (struct buf){0};
    take_coded(l, rest.data, rest.len);
    buf_free(&rest);
}

static void hear(struct liar *l)
{
    char bytes[PIECE];
    struct fault f;
    ptrdiff_t n = 0;
    while (!l->deaf && !l->over && (n = channel_read(l->c, bytes, sizeof bytes, &f)) > 0)
        take_bytes(l, bytes, (size_t)n);
    if (n < 0)
        over(l, f.text);
}

static void send_some(struct liar *l)
{
    struct fault f;
    ptrdiff_t n = 1;
    size_t sent = 0;
    while (sent < l->out.len && n > 0) {
        n = channel_write(l->c, l->out.data + sent, l->out.len - sent, &f);
        sent += n > 0 ? (size_t)n : 0;
    }
    buf_drop(&l->out, sent);
    if (n >= 0)
        return;
    hear(l); /* why, perhaps */
    over(l, f.text);
}

/* One turn: sends and hears what can be without waiting, and else waits so long at most. */
static void turn(struct liar *l, int milliseconds)
{
    size_t waiting = l->out.len, heard = l->heard;
    if (loop_now() > l->end)
        over(l, "time");
    if (l->over)
        return;
    send_some(l);
    hear(l);
    if (l->over || l->out.len < waiting || l->heard > heard || milliseconds == 0)
        return;
    struct pollfd p = {.fd = channel_fd(l->c), .events = l->deaf ? 0 : POLLIN};
    if (l->out.len)
        p.events |= POLLOUT;
    poll(&p, 1, milliseconds);
}

/* Goes on until what is put has been sent but for so much. */
static void flush(struct liar *l, size_t but)
{
    if (l->coded && !but)
        memory(coding_deflate(l->coding, "", 0, 1, &l->out));
    while (!l->over && l->out.len > but)
        turn(l, 100);
}

static void wait_for(struct liar *l, int64_t milliseconds)
{
    int64_t until = loop_now() + milliseconds;
    flush(l, 0);
    for (int64_t left; !l->over && (left = until - loop_now()) > 0;)
        turn(l, left < 100 ? (int)left : 100);
}

/* --- Gifts ------------------------------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, SHA256_LEN);
}

/* The lines that a block's header counts, as far as it can be told. */
static size_t lines_behind(const char *line, size_t len)
{
    struct field x[FIELDS_MAX];
    if (!line_is(line, len, "block") || fields_split(line, len, x) != 9 || x[7].len > 6)
        return 0;
    return (size_t)atoll(x[7].text);
}

/* Splits the text into records, without asking what is in them. */
static void split(struct gift *g)
{
    const char *at = g->text.data, *end = at + g->text.len;
    size_t cap = 0, behind = 0;
    for (const char *next; at < end; at = next) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((newline ? newline : end) - at);
        next = newline ? newline + 1 : end;
        if (behind) {
            behind--;
            g->list[g->count - 1].len += (size_t)(next - at);
            continue;
        }
        if (g->count == cap)
            g->list = realloc(g->list, (cap = 2 * cap + 64) * sizeof *g->list);
        memory(!g->list);
        struct record *r = &g->list[g->count++];
        *r = (struct record){.text = at, .len = (size_t)(next - at)};
        sha256(at, len, r->id);
        behind = lines_behind(at, len);
    }
}

/* Answers `want`, counts `taken`. */
static void give(struct liar *l, const char *line, size_t len)
{
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    struct fault f;
    enum wire_word word = len ? wire_word(line, len) : WIRE_RECORD;
    if (word != WIRE_WANT && word != WIRE_TAKEN)
        return;
    int n = wire_ids(line, len, ids, &f);
    for (int i = 0; i < n; i++) {
        const struct record *r = bsearch(ids[i], l->gift->list, l->gift->count,
                                         sizeof *l->gift->list, compare);
        if (r && word == WIRE_WANT)
            put(l, r->text, r->len);
        l->gift->taken += r && word == WIRE_TAKEN;
    }
    if (l->coded)
        memory(coding_deflate(l->coding, "", 0, 1, &l->out));
}

static void announce(struct liar *l, const struct gift *g, size_t from)
{
    struct buf line = {0};
    size_t n = g->count - from < WIRE_IDS_MAX ? g->count - from : WIRE_IDS_MAX;
    memory(buf_add_string(&line, "have"));
    for (size_t i = 0; i < n; i++)
        memory(buf_add_string(&line, " ") ||
               buf_add_string(&line, hex32(g->list[from + i].id).text));
    memory(buf_add_string(&line, "\n"));
    put(l, line.data, line.len);
    buf_free(&line);
}

static void give_all(struct liar *l, const char *path)
{
    struct gift g = {0};
    read_file(path, &g.text);
    split(&g);
    qsort(g.list, g.count, sizeof *g.list, compare);
    l->gift = &g;
    l->last = loop_now();
    for (size_t i = 0; i < g.count && !l->over; i += WIRE_IDS_MAX) {
        announce(l, &g, i);
        while (!l->over && i > g.taken + 2048 && loop_now() - l->last < PATIENCE)
            wait_for(l, 1);
    }
    while (!l->over && g.taken < g.count && loop_now() - l->last < PATIENCE)
        wait_for(l, 1);
    l->gift = NULL;
    buf_free(&g.text);
    free(g.list);
}

/* --- The script ------------------------------------------------------------------------------- */

static void chance_digits(struct liar *l, char out[64])
{
    uint8_t bytes[32];
    for (size_t i = 0; i < sizeof bytes; i += 8)
        memcpy(bytes + i, &(uint64_t){chance_next(&l->chance)}, 8);
    hex_encode(out, bytes, sizeof bytes);
}

static void say_line(struct liar *l, const char *line)
{
    char digits[64];
    struct buf filled = {0};
    for (; *line; line++) {
        if (line[0] == '%' && line[1] == 'r') {
            chance_digits(l, digits);
            memory(buf_add(&filled, digits, sizeof digits));
            line++;
        } else if (line[0] == '%' && line[1] == 'n') {
            memory(buf_add_number(&filled, (long long)l->number++));
            line++;
        } else {
            memory(buf_add(&filled, line, 1));
        }
    }
    memory(buf_add(&filled, "\n", 1));
    put(l, filled.data, filled.len);
    buf_free(&filled);
}

static void say_times(struct liar *l, const char *arguments)
{
    char *line;
    size_t n = strtoull(arguments, &line, 10);
    line += *line == ' ';
    for (size_t i = 0; i < n && !l->over; i++) {
        say_line(l, line);
        flush(l, BEHIND_MAX);
    }
}

/* by_chance: else the same byte again and again. */
static void say_bytes(struct liar *l, const char *arguments, bool by_chance)
{
    char piece[PIECE], *hex;
    size_t n = strtoull(arguments, &hex, 10);
    memset(piece, (int)strtoul(hex, NULL, 16), sizeof piece);
    while (n && !l->over) {
        size_t part = n < sizeof piece ? n : sizeof piece;
        for (size_t i = 0; by_chance && i < part; i++)
            piece[i] = (char)chance_next(&l->chance);
        put(l, piece, part);
        flush(l, BEHIND_MAX);
        n -= part;
    }
}

static void drip(struct liar *l, const char *arguments)
{
    char *rest;
    size_t n = strtoull(arguments, &rest, 10);
    int64_t pause = strtoll(rest, &rest, 10);
    char byte = (char)strtoul(rest, NULL, 16);
    for (size_t i = 0; i < n && !l->over; i++) {
        put(l, &byte, 1);
        wait_for(l, pause);
    }
}

static void say_file(struct liar *l, const char *path)
{
    struct buf all = {0};
    read_file(path, &all);
    for (size_t at = 0; at < all.len && !l->over; at += PIECE) {
        put(l, all.data + at, all.len - at < PIECE ? all.len - at : PIECE);
        flush(l, BEHIND_MAX);
    }
    buf_free(&all);
}

static void wait_word(struct liar *l, const char *word)
{
    struct heard_word *w = l->words;
    size_t i = 0;
    flush(l, 0);
    while (i < WORDS_MAX - 1 && *w[i].text && strcmp(w[i].text, word) != 0)
        i++;
    if (!*w[i].text)
        snprintf(w[i].text, sizeof w[i].text, "%s", word);
    w[i].awaited++;
    while (!l->over && w[i].came < w[i].awaited)
        turn(l, 100);
}

static bool is_command(const char *line, const char *name, const char **arguments)
{
    size_t n = strlen(name);
    if (*line != '!' || strncmp(line + 1, name, n) != 0 || (line[n + 1] && line[n + 1] != ' '))
        return false;
    *arguments = line[n + 1] ? line + n + 2 : "";
    return true;
}

static void obey(struct liar *l, const char *line)
{
    const char *arguments;
    if (*line != '!')
        say_line(l, line);
    else if (is_command(line, "times", &arguments))
        say_times(l, arguments);
    else if (is_command(line, "bytes", &arguments))
        say_bytes(l, arguments, false);
    else if (is_command(line, "random", &arguments))
        say_bytes(l, arguments, true);
    else if (is_command(line, "drip", &arguments))
        drip(l, arguments);
    else if (is_command(line, "file", &arguments))
        say_file(l, arguments);
    else if (is_command(line, "give", &arguments))
        give_all(l, arguments);
    else if (is_command(line, "wait", &arguments))
        wait_word(l, arguments);
    else if (is_command(line, "deaf", &arguments) || is_command(line, "hear", &arguments))
        l->deaf = line[1] == 'd';
    else if (is_command(line, "sleep", &arguments))
        wait_for(l, atoll(arguments));
    else if (is_command(line, "stay", &arguments))
        wait_for(l, INT32_MAX);
    else
        errx(2, "no such command: %s", line);
}

static void run_script(struct liar *l)
{
    struct buf script = {0};
    char *rest = NULL;
    memory(buf_add(&script, l->script.data, l->script.len) || buf_add(&script, "", 1));
    for (char *line = strtok_r(script.data, "\n", &rest); line && !l->over;
         line = strtok_r(NULL, "\n", &rest))
        obey(l, line);
    flush(l, 0);
    buf_free(&script);
}

/* --- Connections ------------------------------------------------------------------------------ */

static int dial(const struct liar *l)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        err(2, "socket");
    if (connect(fd, (const struct sockaddr *)&l->to, sizeof l->to))
        err(2, "connect");
    return fd;
}

/* Waits until the end of time at most: -1. */
static int take_caller(const struct liar *l)
{
    struct pollfd p = {.fd = l->listening, .events = POLLIN};
    int64_t left = l->end - loop_now();
    if (left <= 0 || poll(&p, 1, (int)left) != 1)
        return -1;
    int fd = accept4(l->listening, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        err(2, "accept");
    return fd;
}

/* Opens the channel, as far as it is to go: whether the rest may begin. */
static bool shake_hands(struct liar *l)
{
    struct fault f;
    size_t steps = 0;
    int state;
    while ((state = channel_open(l->c, &f)) == 0) {
        if (++steps == l->steps)
            return false;
        struct pollfd p = {.fd = channel_fd(l->c),
                           .events = channel_waits_to_write(l->c) ? POLLOUT : POLLIN};
        if (poll(&p, 1, 100) == 0 && loop_now() > l->end) {
            over(l, "time");
            return false;
        }
    }
    if (state < 0)
        over(l, f.text);
    return state > 0;
}

static void say_hello(struct liar *l)
{
    char line[256];
    int version = channel_version(l->c);
    if (version < 1)
        version = 1;
    if (version > 2 && l->listening < 0)
        version = 2; /* in which answers have whole ids, for scripts that wait for them */
    const char *roles = l->listening < 0 ? " s" : " lb";
    int n = snprintf(line, sizeof line, "hello %d %s 0 %s %s%s\n", version, l->chain, l->chain,
                     l->deflate ? "deflate" : "plain", version > 1 ? roles : "");
    put(l, line, (size_t)n);
    wait_word(l, "hello");
    l->coded = l->coding;
}

static void connect_to(struct liar *l, int fd)
{
    if (fcntl(fd, F_SETFL, O_NONBLOCK))
        err(2, "fcntl");
    l->c = channel_new(l->tls, fd, l->listening < 0);
    memory(!l->c);
    if (shake_hands(l) && l->chain)
        say_hello(l);
}

/* The channel itself stays. */
static void forget_connection(struct liar *l)
{
    coding_free(l->coding);
    buf_free(&l->in);
    buf_free(&l->out);
    l->coding = NULL;
    l->over = l->deaf = l->coded = false;
    l->said = l->heard = l->number = 0;
    memset(l->words, 0, sizeof l->words);
}

static void hang_up(struct liar *l)
{
    channel_close(l->c);
    l->c = NULL;
    forget_connection(l);
}

static void tell_end(const struct liar *l)
{
    printf("end %s %zu %zu\n", l->over ? l->why : "done", l->said, l->heard);
    fflush(stdout);
}

/* A key of its own for each round, unless it was given one. */
static void take_key(struct liar *l)
{
    struct secret_key key = {0};
    struct fault f;
    if (l->plain || (l->tls && l->key))
        return;
    tls_free(l->tls);
    if (l->key && keyfile_read(l->key, NULL, &key, &f))
        errx(2, "%s: %s", l->key, f.text);
    l->tls = tls_new(l->key ? &key : NULL, &f);
    secret_key_wipe(&key);
    if (!l->tls)
        errx(2, "%s", f.text);
}

/* One round: the script over a connection. Whether there was one. */
static bool play(struct liar *l)
{
    take_key(l);
    int fd = l->listening < 0 ? dial(l) : take_caller(l);
    if (fd < 0)
        return false;
    connect_to(l, fd);
    if (!l->over && !l->steps)
        run_script(l);
    tell_end(l);
    hang_up(l);
    return true;
}

/* All connections but the last only stand there, with one key; those that could be made are told.
 */
static void stand_by(struct liar *l)
{
    size_t made = 0;
    l->standing = calloc(l->count, sizeof *l->standing);
    memory(!l->standing);
    for (size_t i = 1; i < l->count; i++) {
        if (i == 1)
            take_key(l);
        connect_to(l, dial(l));
        made += !l->over;
        l->standing[i] = l->c;
        l->c = NULL;
        forget_connection(l);
    }
    if (l->count > 1)
        printf("stand %zu\n", made);
    fflush(stdout);
}

static void listen_at(struct liar *l)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof name;
    l->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (l->listening < 0 || bind(l->listening, (struct sockaddr *)&name, sizeof name) ||
        listen(l->listening, 64) || getsockname(l->listening, (struct sockaddr *)&name, &len))
        err(2, "listen");
    FILE *file = fopen(l->where, "we");
    if (!file || fprintf(file, "127.0.0.1:%d\n", ntohs(name.sin_port)) < 0 || fclose(file))
        err(2, "%s", l->where);
}

/* --- Peer records ----------------------------------------------------------------------------- */

static void put_peer(const uint8_t chain[ID_LEN], const char *where, int number)
{
    struct secret_key key;
    struct fault f;
    struct buf line = {0};
    uint8_t signature[ED25519_SIGNATURE_LEN];
    char address[64], digits[2 * sizeof signature];
    struct peer p = {.time = time(NULL)};
    if (secret_key_random(&key, &f))
        errx(2, "%s", f.text);
    const char *mark = where ? strchr(where, '#') : NULL;
    int n = mark ? snprintf(address, sizeof address, "%.*s%d%s", (int)(mark - where), where, number,
                            mark + 1)
            : where ? snprintf(address, sizeof address, "%s", where)
                    : snprintf(address, sizeof address, "10.%d.%d.%d:7001", number >> 16 & 255,
                               number >> 8 & 255, number & 255);
    if (n >= (int)sizeof address)
        errx(2, "%s: too long", where);
    p.address = (struct field){address, (size_t)n};
    memcpy(p.line.chain, chain, ID_LEN);
    memcpy(p.line.signer, key.public, ID_LEN);
    memory(peer_format(&p, &line));
    if (secret_key_sign(&key, line.data, line.len, signature, &f))
        errx(2, "%s", f.text);
    hex_encode(digits, signature, sizeof signature);
    printf("%.*s %.*s\n", (int)line.len, line.data, (int)sizeof digits, digits);
    secret_key_wipe(&key);
    buf_free(&line);
}

static int make_peers(int count, const char *digits, const char *where)
{
    uint8_t chain[ID_LEN];
    if (strlen(digits) != 2 * ID_LEN || hex_decode(chain, digits, ID_LEN))
        errx(2, "%s: no id", digits);
    for (int i = 0; i < count; i++)
        put_peer(chain, where, i);
    return 0;
}

/* --- Starting --------------------------------------------------------------------------------- */

static void take_option(struct liar *l, int c)
{
    l->deflate |= c == 'z';
    l->plain |= c == 'p';
    l->quiet |= c == 'q';
    if (c == 'c')
        l->chain = optarg;
    if (c == 'w')
        l->where = optarg;
    if (c == 'k')
        l->key = optarg;
    if (c == 'r')
        l->rounds = (size_t)atoll(optarg);
    if (c == 'n')
        l->count = (size_t)atoll(optarg);
    if (c == 'e')
        l->steps = (size_t)atoll(optarg);
    if (c == 't')
        l->end = loop_now() + 1000 * atoll(optarg);
    if (c == '?')
        errx(2, "usage: see the head of liar.c");
}

static void parse_address(struct liar *l, const char *text)
{
    char host[32];
    unsigned port;
    if (!text || sscanf(text, "%31[0-9.]:%u", host, &port) != 2)
        errx(2, "not HOST:PORT");
    l->to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, host, &l->to.sin_addr) != 1)
        errx(2, "%s: no address", host);
}

static void all_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        err(2, "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    struct liar l = {.rounds = 1, .count = 1, .listening = -1, .chance = chance_seed()};
    l.end = loop_now() + 300000;
    if ((argc == 4 || argc == 5) && strcmp(argv[1], "peers") == 0)
        return make_peers(atoi(argv[2]), argv[3], argv[4]);
    for (int c; (c = getopt(argc, argv, "c:w:k:r:n:e:t:zpq")) != -1;)
        take_option(&l, c);
    signal(SIGPIPE, SIG_IGN);
    alarm((unsigned)((l.end - loop_now()) / 1000 + 5)); /* whatever happens */
    all_descriptors();
    if (l.where)
        listen_at(&l);
    else
        parse_address(&l, argv[optind]);
    if (!l.steps)
        read_whole(0, &l.script);
    stand_by(&l);
    for (size_t i = 0; i < l.rounds && loop_now() < l.end && play(&l); i++)
        ;
    for (size_t i = 1; i < l.count; i++)
        channel_close(l.standing[i]);
    free(l.standing);
    tls_free(l.tls);
    buf_free(&l.script);
    return 0;
}
