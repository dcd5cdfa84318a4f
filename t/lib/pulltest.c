/*
 * A puller under test, against a peer that is a script, with a clock that is a number.
 *
 *     pulltest stall     30 s without a line, and what puts that off
 *     pulltest done      nothing is due, and nothing stalls
 *     pulltest block     5 min from a block's first line to its last
 *     pulltest excuse    what was not read by our own doing is no fault
 *     pulltest hold      nothing is asked for while it is held, and the same later
 *     pulltest sizes     large blocks are asked for in small numbers
 */
#include "base/hex.h"
#include "gossip/puller.h"
#include "hash/sha256.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void must(bool truth, const char *what)
{
    if (!truth)
        errx(1, "%s", what);
}

/* --- Two sides -------------------------------------------------------------------------------- */

static const uint8_t genesis[ID_LEN] = {1};

/* A puller whose own chain is a genesis block, and what it is told. */
struct test {
    struct puller_chain chain;
    struct puller puller;
    struct session session;
    int64_t now;
    int64_t height; /* the peer's last block, */
    uint8_t tip[ID_LEN];
    int64_t body_left; /* ... which lacks so many lines */
};

static int has(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    (void)self, (void)f;
    return memcmp(id, genesis, ID_LEN) == 0;
}

static int locate(void *self, uint8_t ids[][ID_LEN], int count, struct fault *f)
{
    (void)self, (void)f;
    memcpy(ids[count++], genesis, ID_LEN);
    return count;
}

static uint64_t maxblock(void *self)
{
    (void)self;
    return 1 << 20;
}

static void put_line(struct test *t, enum wire_word word, const char *line)
{
    struct fault f;
    if (puller_line(&t->puller, &t->session, word, line, strlen(line), t->now, &f))
        errx(1, "%.40s: %s", line, f.text);
}

/* The peer has greeted, and its tip is not ours: it was asked. */
static void begin(struct test *t)
{
    struct fault f;
    struct hello ours = {.version = 1};
    *t = (struct test){.now = 1000000};
    t->chain = (struct puller_chain){has, locate, maxblock, t};
    puller_init(&t->puller, &t->chain);
    must(session_init(&t->session, &ours, t->now) == 0, "no session");
    t->session.theirs = (struct hello){.tip = {2}, .height = 5000};
    session_sent(&t->session, t->session.out.len, t->now);
    memcpy(t->tip, genesis, ID_LEN);
    must(puller_greeted(&t->puller, &t->session, t->now, &f) == 0, "not greeted");
}

static void end(struct test *t)
{
    puller_free(&t->puller);
    session_free(&t->session);
}

/* The next block's header, which promises so many lines. */
static void give_header(struct test *t, int64_t lines)
{
    char line[600];
    t->height++;
    snprintf(line, sizeof line, "block %" PRId64 " %s %064d 1700000000 %064d %064d %" PRId64 " 0",
             t->height, hex32(t->tip).text, 0, 1, 0, lines);
    put_line(t, WIRE_RECORD, line);
    sha256(line, strlen(line), t->tip);
    t->body_left = lines;
}

/* A line of the last block. */
static void give_line(struct test *t, size_t size)
{
    static char line[60001];
    memset(line, 'x', size);
    line[size] = '\0';
    put_line(t, WIRE_RECORD, line);
    t->body_left--;
}

static void give_blocks(struct test *t, int64_t count, size_t bytes)
{
    for (int64_t i = 0; i < count; i++) {
        give_header(t, (int64_t)(bytes / 50000));
        while (t->body_left)
            give_line(t, 50000);
    }
}

/* That was its answer; it has more. */
static void end_answer(struct test *t)
{
    char line[128];
    snprintf(line, sizeof line, "pulled 5000 %064d", 2);
    put_line(t, WIRE_PULLED, line);
}

/* The pull that was said since, its newline cut off; "" where there was none. */
static const char *asked(struct test *t, char out[4096])
{
    const char *said;
    ptrdiff_t n = session_outgoing(&t->session, &said);
    snprintf(out, 4096, "%.*s", (int)n, said ? said : "");
    out[strcspn(out, "\n")] = '\0';
    session_sent(&t->session, (size_t)n, t->now);
    return out;
}

static void asks(struct test *t, int count, const uint8_t *first)
{
    char got[4096], want[100];
    snprintf(want, sizeof want, "pull %d %s", count, hex32(first).text);
    if (strncmp(asked(t, got), want, strlen(want)))
        errx(1, "asked '%s', not '%s'", got, want);
}

static void asks_nothing(struct test *t)
{
    char got[4096];
    must(!*asked(t, got), "asked for something");
}

static bool stalls(const struct test *t, int64_t now, const char *why)
{
    struct fault f;
    if (puller_tick(&t->puller, now, &f) == 0)
        return false;
    if (f.kind != FAULT_RULE || !strstr(f.text, why))
        errx(1, "not '%s' but '%s'", why, f.text);
    return true;
}

/* --- Tests ------------------------------------------------------------------------------------ */

static void stall(void)
{
    struct test t;
    begin(&t);
    must(!stalls(&t, t.now + PULLER_STALL, ""), "stalls too early");
    must(stalls(&t, t.now + PULLER_STALL + 1, "nothing arrived for 30 s"),
         "may be silent for ever");
    t.now += PULLER_STALL;
    give_header(&t, 2);
    t.now += PULLER_STALL;
    must(!stalls(&t, t.now, ""), "stalls though a header came");
    give_line(&t, 10);
    must(!stalls(&t, t.now + PULLER_STALL, ""), "stalls though a line came");
    must(stalls(&t, t.now + PULLER_STALL + 1, "nothing arrived"), "half a block lasts for ever");
    give_line(&t, 10);
    end_answer(&t);
    must(stalls(&t, t.now + PULLER_STALL + 1, "nothing arrived"),
         "the second answer lasts for ever");
    end(&t);
}

static void silent_when_done(void)
{
    struct test t;
    char line[128];
    begin(&t);
    give_blocks(&t, 3, 0);
    snprintf(line, sizeof line, "pulled 3 %s", hex32(t.tip).text);
    put_line(&t, WIRE_PULLED, line);
    must(puller_idle(&t.puller), "something is still to come");
    must(!stalls(&t, t.now + 100 * PULLER_STALL, ""), "stalls though nothing is due");
    end(&t);
}

static void block(void)
{
    struct test t;
    begin(&t);
    give_header(&t, 1000);
    for (int64_t i = 0; i < PULLER_BLOCK_MAX / 20000; i++) {
        t.now += 20000;
        give_line(&t, 10);
        must(!stalls(&t, t.now, ""), "stalls too early");
    }
    must(stalls(&t, t.now + 1, "a block took over 300 s"), "a block may drip for ever");
    end(&t);
}

static void excuse(void)
{
    struct test t;
    begin(&t);
    give_header(&t, 2);
    t.now += 10 * PULLER_BLOCK_MAX;
    puller_excuse(&t.puller, t.now);
    must(!stalls(&t, t.now + PULLER_STALL, ""), "blamed for what we did not read");
    must(stalls(&t, t.now + PULLER_STALL + 1, "nothing arrived"), "excused for ever");
    end(&t);
}

static void hold_it(struct test *t, bool held)
{
    struct fault f;
    must(puller_hold(&t->puller, held, &t->session, t->now, &f) == 0, "not held");
}

static void hold(void)
{
    struct test t;
    begin(&t);
    asks(&t, WIRE_PULL_MAX, genesis);
    hold_it(&t, true);
    give_blocks(&t, WIRE_PULL_MAX, 0);
    end_answer(&t);
    asks_nothing(&t);
    must(!puller_idle(&t.puller), "nothing more is to come");
    must(!stalls(&t, t.now + 100 * PULLER_STALL, ""), "stalls though nothing was asked for");
    hold_it(&t, true);
    asks_nothing(&t);
    t.now += 100 * PULLER_STALL;
    hold_it(&t, false);
    asks(&t, WIRE_PULL_MAX, t.tip); /* it goes on where it was */
    must(!stalls(&t, t.now + PULLER_STALL, ""), "blamed for what was not asked for");
    hold_it(&t, false);
    asks_nothing(&t);
    end(&t);
}

static void sizes(void)
{
    struct test t;
    begin(&t);
    asks(&t, WIRE_PULL_MAX, genesis);
    give_blocks(&t, 3, 200000);
    end_answer(&t);
    asks(&t, 2, t.tip);
    give_blocks(&t, 2, 1000000);
    end_answer(&t);
    asks(&t, 1, t.tip);
    give_blocks(&t, 1, 100000);
    end_answer(&t);
    asks(&t, 5, t.tip);
    give_blocks(&t, 5, 0);
    end_answer(&t);
    asks(&t, WIRE_PULL_MAX, t.tip);
    end(&t);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {{"stall", stall}, {"done", silent_when_done},
                 {"block", block}, {"excuse", excuse},
                 {"hold", hold},   {"sizes", sizes}};
    for (size_t i = 0; argc == 2 && i < sizeof tests / sizeof *tests; i++)
        if (strcmp(argv[1], tests[i].name) == 0) {
            tests[i].run();
            return 0;
        }
    errx(2, "usage: pulltest stall | done | block | excuse | hold | sizes");
}
