#include "node/screen.h"

#include "base/hex.h"
#include "base/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ACCOUNT_DIGITS = 2 * ID_LEN, SHORT = 8, DAY = 86400 };

/* An event's fields: TIME WHO EVENT ID [WORDS]. */
struct event {
    struct field time, who, what, id, words;
};

static struct field next_field(const char **at, const char *end)
{
    const char *begin = *at, *space = memchr(begin, ' ', (size_t)(end - begin));
    struct field x = {begin, (size_t)((space ? space : end) - begin)};
    *at = space ? space + 1 : end;
    return x;
}

static bool parse(const char *line, size_t n, struct event *e)
{
    const char *at = line, *end = line + n;
    if (n == 0 || *line < '0' || *line > '9')
        return false;
    e->time = next_field(&at, end);
    e->who = next_field(&at, end);
    e->what = next_field(&at, end);
    e->id = next_field(&at, end);
    e->words = (struct field){at, (size_t)(end - at)};
    return e->id.len > 0;
}

/* A line under construction; what does not fit is left out. */
struct text {
    char *out;
    size_t len;
};

static void put(struct text *t, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n && t->len < SCREEN_MAX - 2; i++) {
        unsigned char c = (unsigned char)bytes[i];
        t->out[t->len++] = c < ' ' || c > '~' ? '?' : (char)c;
    }
}

static void put_string(struct text *t, const char *s)
{
    put(t, s, strlen(s));
}

static void put_time(struct text *t, struct field time)
{
    char clock[16];
    int64_t s = 0;
    const char *dot = memchr(time.text, '.', time.len);
    if (number_parse(time.text, dot ? (size_t)(dot - time.text) : time.len, &s))
        s = 0;
    snprintf(clock, sizeof clock, "%02d:%02d:%02d ", (int)(s % DAY / 3600), (int)(s / 60 % 60),
             (int)(s % 60));
    put_string(t, clock);
}

/* An account by its name or first digits; an address as it is. */
static void put_who(struct text *t, const struct screen *s, struct field who)
{
    struct account account;
    struct fault ignored;
    bool is_account = account_field(who, "", &account, &ignored) == 0;
    const char *name = is_account && s->book ? book_name(s->book, &account) : NULL;
    if (name)
        put_string(t, name);
    else
        put(t, who.text, is_account ? SHORT : who.len);
}

/* A reason, decoded, with names for the accounts in it. */
static void put_reason(struct text *t, const struct screen *s, struct field words)
{
    char reason[TEXT_MAX];
    struct fault f;
    bool is_text = words.len <= TEXT_FORM_MAX && field_text(words, "reason", &f) == 0;
    const char *at = is_text ? reason : words.text;
    const char *end = at + (is_text ? text_decode(words, reason) : words.len);
    while (at < end) {
        struct field word = next_field(&at, end);
        put_who(t, s, word);
        if (at < end)
            put_string(t, " ");
    }
}

/* Where the origin of the record with this id is kept; NULL: nowhere. */
static struct screen_origin *origin_of(struct screen *s, struct field id)
{
    uint8_t bytes[ID_LEN];
    if (!s->origins || id.len != ACCOUNT_DIGITS || hex_decode(bytes, id.text, ID_LEN))
        return NULL;
    return &s->origins[(bytes[0] << 4 | bytes[1] >> 4) % SCREEN_ORIGINS];
}

static void remember(struct screen *s, const struct event *e)
{
    struct screen_origin *o = origin_of(s, e->id);
    if (!o)
        return;
    snprintf(o->id, sizeof o->id, "%.16s", e->id.text);
    snprintf(o->who, sizeof o->who, "%.*s", (int)(e->who.len < 72 ? e->who.len : 71), e->who.text);
    snprintf(o->type, sizeof o->type, "%.*s", (int)(e->words.len < 16 ? e->words.len : 15),
             e->words.text);
}

/* A verdict does not say the record's type, nor who brought it if that peer has left. */
static void recall(struct screen *s, struct event *e, struct field *type)
{
    const struct screen_origin *o = origin_of(s, e->id);
    if (!o || strncmp(o->id, e->id.text, sizeof o->id - 1) != 0)
        return;
    if (field_is(e->who, "-"))
        e->who = (struct field){o->who, strlen(o->who)};
    *type = (struct field){o->type, strlen(o->type)};
}

static void put_record(struct text *t, const struct screen *s, const char *what, struct field type,
                       const struct event *e)
{
    put_string(t, what);
    if (type.len) {
        put_string(t, " ");
        put(t, type.text, type.len);
    }
    put_string(t, " ");
    put(t, e->id.text, e->id.len < SHORT ? e->id.len : SHORT);
    if (field_is(e->who, "-"))
        return;
    put_string(t, " from ");
    put_who(t, s, e->who);
}

/* Dozens of them go with each block. */
static bool is_vote(struct field type)
{
    return field_is(type, "vote") || field_is(type, "proposal");
}

static bool put_event(struct text *t, struct screen *s, struct event *e)
{
    const char *at = e->words.text;
    struct field first = next_field(&at, e->words.text + e->words.len), type = {NULL, 0};
    bool is_refused = field_is(e->what, "refused");
    s->verdicts |= field_is(e->what, "accepted");
    if (is_refused || field_is(e->what, "accepted"))
        recall(s, e, is_refused ? &type : &first);
    bool is_nobody = field_is(e->who, "-") && !is_refused;
    put_time(t, e->time);
    if (field_is(e->what, "new") && !is_nobody)
        remember(s, e);
    if (is_nobody) {
        /* Of the events that concern no peer, errors in the file of peers are shown; records of the
         * last run, which are printed again, are not. */
        if (!field_is(e->what, "bad"))
            return false;
        put(t, e->words.text, e->words.len);
    } else if (field_is(e->what, s->verdicts ? "accepted" : "new")) {
        if (is_vote(first))
            return false;
        put_record(t, s, "new", first, e);
    } else if (is_refused) {
        put_record(t, s, "refused", type, e);
        put_string(t, ": ");
        put_reason(t, s, e->words);
    } else if (field_is(e->what, "in") && e->who.len == ACCOUNT_DIGITS &&
               !(s->me && field_is(e->who, s->me))) {
        put_string(t, "connected: ");
        put(t, first.text, first.len);
        put_string(t, " is ");
        put_who(t, s, e->who);
    } else {
        return false;
    }
    return true;
}

size_t screen_line(struct screen *s, const char *line, size_t n, char out[SCREEN_MAX])
{
    struct event e;
    struct text t = {out, 0};
    if (!parse(line, n, &e) || !put_event(&t, s, &e))
        return 0;
    t.out[t.len++] = '\n';
    t.out[t.len] = '\0';
    return t.len;
}
