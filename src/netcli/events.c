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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HELD_MAX = 1 << 16 };

static struct buf held;
static bool is_holding, is_begun;
static int64_t began; /* when the first event held was written: near enough for the budget */
static struct event_budget budget;

/* --- One event -------------------------------------------------------------------------------- */

enum { TIME_MAX = 20 + 8 }; /* bytes of the time and the space after it */

/* Six digits. */
static char *put_micros(char *at, long micros)
{
    for (int i = 6; i-- > 0; micros /= 10)
        at[i] = (char)('0' + micros % 10);
    return at + 6;
}

/* The digits of the seconds are kept, as they change seldom. */
static char *put_time(char *at)
{
    static time_t second;
    static char digits[24] = "0.";
    struct timespec now;
    struct fault f;
    if (clock_read(&now, &f))
        cli_fail(NULL, &f);
    if (now.tv_sec != second)
        snprintf(digits, sizeof digits, "%lld.", (long long)now.tv_sec);
    second = now.tv_sec;
    at = put_micros(stpcpy(at, digits), now.tv_nsec / 1000);
    *at++ = ' ';
    return at;
}

static char *put_id(char *at, const uint8_t *id)
{
    if (!id)
        return stpcpy(at, "-");
    hex_encode(at, id, ID_LEN);
    return at + 2 * ID_LEN;
}

/* Out of memory, the event is lost. */
static void put_event(const char *who, const char *event, const uint8_t *id, const char *words)
{
    const size_t most = TIME_MAX + strlen(who) + strlen(event) + 2 * ID_LEN + 4 +
                        (words ? strlen(words) : 0);
    if (buf_reserve(&held, most))
        return;
    char *at = put_time(held.data + held.len);
    at = stpcpy(at, who);
    *at++ = ' ';
    at = stpcpy(at, event);
    *at++ = ' ';
    at = put_id(at, id);
    if (words) {
        *at++ = ' ';
        at = stpcpy(at, words);
    }
    *at++ = '\n';
    held.len = (size_t)(at - held.data);
}

/* --- Writing them ----------------------------------------------------------------------------- */

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
    if (held.len == 0)
        began = loop_now();
    if (!event_budget_allows(&budget, who, event, words, began))
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
