#include "netcli/events.h"

#include "base/buf.h"
#include "base/chance.h"
#include "base/clock.h"
#include "base/hex.h"
#include "cli/cli.h"
#include "gossip/event_budget.h"
#include "net/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HELD_MAX = 1 << 16 };

static struct buf held;
static bool is_holding, is_begun;
static struct event_budget budget;

/* The length of the whole lines that fit into one write to a pipe, which is not mixed with the
 * writes of other programs; of a longer line, all of it. */
static size_t next_write(const char *lines, size_t n)
{
    if (n <= PIPE_BUF)
        return n;
    const char *end = memrchr(lines, '\n', PIPE_BUF);
    if (!end)
        end = memchr(lines, '\n', n);
    return end ? (size_t)(end - lines) + 1 : n;
}

/* Events that cannot be written are lost, as any message is. */
static void flush(void)
{
    for (size_t at = 0; at < held.len;) {
        ssize_t put = write(STDERR_FILENO, held.data + at,
                            next_write(held.data + at, held.len - at));
        if (put < 0 && errno != EINTR)
            break;
        at += put > 0 ? (size_t)put : 0;
    }
    held.len = 0;
}

/* Six digits. */
static void put_micros(char out[6], long micros)
{
    for (int i = 6; i-- > 0; micros /= 10)
        out[i] = (char)('0' + micros % 10);
}

static int put_time(void)
{
    struct timespec now;
    struct fault f;
    char part[8] = ".......";
    if (clock_read(&now, &f))
        cli_fail(NULL, &f);
    put_micros(part + 1, now.tv_nsec / 1000);
    part[7] = ' ';
    return buf_add_number(&held, (long long)now.tv_sec) || buf_add(&held, part, sizeof part);
}

static int put_id(const uint8_t *id)
{
    char text[2 * ID_LEN];
    if (!id)
        return buf_add(&held, "-", 1);
    hex_encode(text, id, ID_LEN);
    return buf_add(&held, text, sizeof text);
}

static void put_event(const char *who, const char *event, const uint8_t *id, const char *words)
{
    const size_t before = held.len;
    if (put_time() || buf_add_string(&held, who) || buf_add(&held, " ", 1) ||
        buf_add_string(&held, event) || buf_add(&held, " ", 1) || put_id(id) ||
        (words && (buf_add(&held, " ", 1) || buf_add_string(&held, words))) ||
        buf_add(&held, "\n", 1))
        held.len = before; /* out of memory, the event is lost */
}

/* From time to time, reports how many events were left out. */
static void report(bool last)
{
    struct buf words = {0};
    if (budget.pending && event_budget_report(&budget, last, loop_now(), &words) > 0 &&
        buf_add(&words, "", 1) == 0)
        put_event("-", "suppressed", NULL, words.data);
    buf_free(&words);
}

void cli_flush_events(void)
{
    report(false);
    flush();
}

static void finish(void)
{
    report(true);
    flush();
}

static void begin(void)
{
    is_begun = true;
    event_budget_init(&budget, chance_seed(), loop_now());
    cli_before_messages(cli_flush_events);
    atexit(finish);
}

void cli_hold_events(void)
{
    is_holding = true;
    if (!is_begun)
        begin();
}

void cli_event(const char *who, const char *event, const uint8_t *id, const char *words)
{
    if (!is_begun)
        begin();
    if (!event_budget_allows(&budget, who, event, words, loop_now()))
        return;
    put_event(who, event, id, words);
    if (!is_holding || held.len >= HELD_MAX)
        cli_flush_events();
}

void cli_log(void *self, const char *who, const char *event, const uint8_t *id, const char *words)
{
    (void)self;
    cli_event(who, event, id, words);
}
