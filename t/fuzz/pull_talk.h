/* A session with a peer that says anything to a program that pulls. */
#ifndef FUZZ_PULL_TALK_H
#define FUZZ_PULL_TALK_H

#include "base/hex.h"
#include "fuzz.h"
#include "wire/session.h"

struct talk {
    struct session session;
    struct session_role role;
    int64_t now;
};

/* The peer says these bytes: 0, or -1, and it has broken a rule. */
static int talk_say(struct talk *t, const char *bytes, size_t n)
{
    struct fault f;
    int result = session_take(&t->session, bytes, n, &t->role, t->now, &f);
    must(result == 0 || (f.kind == FAULT_RULE && f.text[0]));
    session_sent(&t->session, session_backlog(&t->session), t->now);
    return result;
}

static int talk_say_id(struct talk *t, const uint8_t id[ID_LEN])
{
    return talk_say(t, hex32(id).text, 2 * ID_LEN);
}

/* Both sides say hello; the peer claims a tip that we lack. */
static void talk_begin(struct talk *t, struct session_role role, struct hello hello)
{
    struct buf theirs = {0};
    t->role = role;
    t->now = 1;
    must(session_init(&t->session, &hello, t->now) == 0);
    memset(hello.tip, 0x22, ID_LEN);
    hello.height = 9;
    must(hello_format(&hello, &theirs) == 0 && talk_say(t, theirs.data, theirs.len) == 0);
    buf_free(&theirs);
}

#endif
