#include "gossip/puller.h"

#include "hash/sha256.h"
#include "record/block.h"

#include <inttypes.h>
#include <string.h>

void puller_init(struct puller *p, const struct puller_chain *chain)
{
    *p = (struct puller){.chain = chain, .last_height = -1, .highest = -1};
}

void puller_free(struct puller *p)
{
    buf_free(&p->text);
}

/* --- Requests --------------------------------------------------------------------------------- */

/* The last block received comes first, so that the answer continues there, judged or not. */
static int locate(struct puller *p, uint8_t ids[WIRE_LOCATOR_MAX][ID_LEN], struct fault *f)
{
    int count = 0, has = p->last_height >= 0 && p->goes_on;
    if (p->last_height >= 0 && !has)
        has = p->chain->has(p->chain->self, p->last, f);
    if (has < 0)
        return -1;
    if (has)
        memcpy(ids[count++], p->last, ID_LEN);
    return p->chain->locate(p->chain->self, ids, count, f);
}

/* How many blocks to request, if they are as large as those of the last answer. */
static int64_t answer_size(const struct puller *p)
{
    int64_t count = p->blocks ? PULLER_ANSWER / (p->bytes / p->blocks) : WIRE_PULL_MAX;
    return count < 1 ? 1 : count > WIRE_PULL_MAX ? WIRE_PULL_MAX : count;
}

static int ask_now(struct puller *p, struct session *s, int64_t now, struct fault *f)
{
    uint8_t ids[WIRE_LOCATOR_MAX][ID_LEN];
    struct buf line = {0};
    int count = locate(p, ids, f);
    if (count < 0)
        return -1;
    p->pulling = true;
    p->blocks_left = answer_size(p);
    p->blocks = p->bytes = 0;
    p->progress = now;
    if (buf_add_string(&line, "pull ") || buf_add_number(&line, p->blocks_left) ||
        wire_put_ids("", (const uint8_t(*)[ID_LEN])ids, (size_t)count, &line) ||
        session_put(s, line.data, line.len)) {
        buf_free(&line);
        return fault_memory(f);
    }
    buf_free(&line);
    return 0;
}

/* Requests the blocks above our own chain or, goes_on, after the last one received. */
static int ask(struct puller *p, bool goes_on, struct session *s, int64_t now, struct fault *f)
{
    p->goes_on = goes_on;
    p->due = p->held;
    p->pulling = false;
    return p->held ? 0 : ask_now(p, s, now, f);
}

/* Requests more, unless the peer's tip is here. */
static int ask_if_ahead(struct puller *p, struct session *s, int64_t now, struct fault *f)
{
    int has = p->chain->has(p->chain->self, p->tip, f);
    return has ? (has < 0 ? -1 : 0) : ask(p, false, s, now, f);
}

int puller_greeted(struct puller *p, struct session *s, int64_t now, struct fault *f)
{
    memcpy(p->tip, s->theirs.tip, ID_LEN);
    p->height = s->theirs.height;
    return ask_if_ahead(p, s, now, f);
}

int puller_ask(struct puller *p, struct session *s, int64_t now, struct fault *f)
{
    if (!puller_idle(p))
        return 0;
    p->highest = -1;
    p->rewinds = 0;
    return ask(p, false, s, now, f);
}

int puller_look(struct puller *p, struct session *s, int64_t now, struct fault *f)
{
    uint8_t ids[WIRE_LOCATOR_MAX][ID_LEN];
    struct buf line = {0};
    if (!puller_idle(p) || s->theirs.version < 2)
        return 0;
    if (p->chain->locate(p->chain->self, ids, 0, f) < 0)
        return -1;
    p->pulling = p->looking = true;
    p->blocks_left = 0;
    p->progress = now;
    bool failed = wire_put_ids("pull 0", (const uint8_t(*)[ID_LEN])ids, 1, &line) ||
                  session_put(s, line.data, line.len);
    buf_free(&line);
    return failed ? fault_memory(f) : 1;
}

int puller_hold(struct puller *p, bool held, struct session *s, int64_t now, struct fault *f)
{
    p->held = held;
    return p->due && !held ? ask(p, p->goes_on, s, now, f) : 0;
}

bool puller_idle(const struct puller *p)
{
    return !p->pulling && !p->due;
}

/* --- Blocks ----------------------------------------------------------------------------------- */

static int add_line(struct puller *p, const char *line, size_t len, struct fault *f)
{
    if (p->text.len - p->whole + len + 1 > p->chain->maxblock(p->chain->self))
        return fault_rule(f, "block: over maxblock, %" PRIu64 " bytes",
                          p->chain->maxblock(p->chain->self));
    if (buf_add(&p->text, line, len) || buf_add(&p->text, "\n", 1))
        return fault_memory(f);
    p->bytes += (int64_t)len + 1;
    return 0;
}

static int take_header(struct puller *p, const char *line, size_t len, int64_t now, struct fault *f)
{
    struct block b;
    if (line_check(line, len, f))
        return -1;
    if (!line_is(line, len, "block"))
        return fault_rule(f, "an answer to a pull holds only blocks");
    if (block_parse(line, len, &b, f))
        return -1;
    if (p->blocks_left-- == 0)
        return fault_rule(f, "more blocks than were requested");
    if (p->blocks && memcmp(b.prev, p->last, ID_LEN))
        return fault_rule(f, "block: does not follow the one before it");
    if ((uint64_t)b.count > p->chain->maxblock(p->chain->self))
        return fault_rule(f, "block: %" PRId64 " lines are over maxblock", b.count);
    if (add_line(p, line, len, f))
        return -1;
    sha256(line, len, p->last);
    p->last_height = b.height;
    p->body_left = b.count;
    p->body_began = now;
    return 0;
}

static int take_record(struct puller *p, const char *line, size_t len, int64_t now, struct fault *f)
{
    if (!p->pulling)
        return fault_rule(f, "a record that was not requested");
    if (!p->body_left) {
        if (take_header(p, line, len, now, f))
            return -1;
    } else {
        if (add_line(p, line, len, f))
            return -1;
        p->body_left--;
    }
    p->progress = now;
    if (p->body_left)
        return 0;
    p->blocks++;
    p->whole = p->text.len;
    return 0;
}

int puller_take(struct puller *p, struct buf *out)
{
    if (buf_add(out, p->text.data, p->whole))
        return -1;
    buf_drop(&p->text, p->whole);
    p->whole = 0;
    if (!p->text.len)
        buf_free(&p->text); /* an idle puller costs little */
    return 0;
}

void puller_forget(struct puller *p)
{
    buf_free(&p->text);
    p->whole = 0;
    p->body_left = 0;
}

/* --- The end of an answer --------------------------------------------------------------------- */

/* An answer without blocks is right only if we lack nothing. */
static int take_empty(struct puller *p, struct session *s, int64_t now, struct fault *f)
{
    int has = p->chain->has(p->chain->self, p->tip, f);
    p->pulling = false;
    if (has < 0)
        return -1;
    if (has || p->height == 0)
        return 0;
    if (p->last_height >= 0 && memcmp(p->tip, p->last, ID_LEN) == 0)
        return 0;
    if (p->rewinds++)
        return fault_rule(f, "claims a tip, but sends no block above ours");
    return ask(p, false, s, now, f); /* not after the last block received */
}

static int take_pulled(struct puller *p, struct session *s, const char *line, size_t len,
                       int64_t now, struct fault *f)
{
    if (!p->pulling)
        return fault_rule(f, "pulled: nothing was requested");
    if (p->body_left)
        return fault_rule(f, "pulled: a block is cut short");
    if (wire_pulled(line, len, &p->height, p->tip, f))
        return -1;
    if (p->looking) {
        p->pulling = p->looking = false;
        return 0;
    }
    if (!p->blocks)
        return take_empty(p, s, now, f);
    if (memcmp(p->tip, p->last, ID_LEN) == 0) {
        p->pulling = false;
        return 0;
    }
    if (p->last_height <= p->highest && p->rewinds++ == PULLER_REWINDS_MAX)
        return fault_rule(f, "sends the same blocks again and again");
    if (p->last_height > p->highest)
        p->highest = p->last_height;
    return ask(p, true, s, now, f);
}

int puller_line(struct puller *p, struct session *s, enum wire_word word, const char *line,
                size_t len, int64_t now, struct fault *f)
{
    if (word == WIRE_RECORD)
        return take_record(p, line, len, now, f);
    if (word == WIRE_PULLED)
        return take_pulled(p, s, line, len, now, f);
    return fault_rule(f, "an unexpected line: %.*s", len > 20 ? 20 : (int)len, line);
}

int puller_tick(const struct puller *p, int64_t now, struct fault *f)
{
    if (!p->pulling)
        return 0;
    if (now - p->progress > PULLER_STALL)
        return fault_rule(f, "stalls: nothing arrived for %d s", PULLER_STALL / 1000);
    if (p->body_left && now - p->body_began > PULLER_BLOCK_MAX)
        return fault_rule(f, "stalls: a block took over %d s", PULLER_BLOCK_MAX / 1000);
    return 0;
}

void puller_excuse(struct puller *p, int64_t now)
{
    p->progress = p->body_began = now;
}
