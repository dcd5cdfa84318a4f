/* When a session is too slow, and when its peer is asked whether it is still there. */
#include "wire/session.h"

#include "base/chance.h"

#include <inttypes.h>
#include <stdio.h>

enum { PING_NUMBERS = 1 << 30 };

static int too_slow(struct session *s, struct fault *f, const char *what)
{
    s->word = "slow";
    session_bye(s, s->word);
    return fault_rule(f, "slow: %s", what);
}

/* Frees empty buffers, so that an idle session costs little memory. */
static void give_back(struct session *s)
{
    if (!s->in.len)
        buf_free(&s->in);
    if (!s->out.len)
        buf_free(&s->out);
    if (!s->urgent.len)
        buf_free(&s->urgent);
    if (!s->queue.len)
        buf_free(&s->queue);
}

/* 0, or -1: no memory. */
static int ping(struct session *s, int64_t now)
{
    char line[32];
    s->measured = s->pinged = now;
    s->ping_number = (int64_t)chance_below(&s->chance, PING_NUMBERS);
    int n = snprintf(line, sizeof line, "ping %" PRId64 "\n", s->ping_number);
    return buf_add(&s->urgent, line, (size_t)n);
}

int session_tick(struct session *s, int64_t now, struct fault *f)
{
    give_back(s);
    if (!s->greeted && now - s->began > SESSION_GREETING_MAX)
        return too_slow(s, f, "no hello came");
    if (now - s->heard > SESSION_SILENCE_MAX)
        return too_slow(s, f, "silent for 90 s");
    if (s->in.len && now - s->line_began > SESSION_LINE_MAX)
        return too_slow(s, f, "a line that does not end");
    if (!session_backlog(s))
        s->unread_since = now;
    if (now - s->unread_since > SESSION_UNREAD_MAX)
        return too_slow(s, f, "does not read");
    bool measure = s->measures && (!s->measured || now - s->measured >= SESSION_SILENCE);
    bool silent = !s->asked && now - s->heard >= SESSION_SILENCE;
    if (!s->greeted || !(measure || silent))
        return 0;
    if (silent)
        s->asked = now;
    return ping(s, now) ? fault_memory(f) : 0;
}

void session_excuse(struct session *s, int64_t now)
{
    s->heard = s->line_began = now;
    s->unread_since = now;
    if (!s->greeted)
        s->began = now;
}
