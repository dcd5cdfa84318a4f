/* Blocks whose bodies are arriving, line by line. */
#include "gossip/listener_parts.h"

#include "hash/sha256.h"

#include <string.h>

enum {
    BODY_FREE = 30000,     /* ms for a block's body, whatever its size */
    BODY_BYTES_PER_MS = 4, /* ... and the rate at which it must arrive after that */
};

void body_drop(struct listener *l, struct inbound *peer)
{
    l->blocks_bytes -= peer->state->block.len;
    buf_free(&peer->state->block);
}

/* Bytes a second at which a peer's block arrives; -1: none does. */
static int64_t block_rate(const struct inbound *peer, int64_t now)
{
    const struct inbound_state *s = peer->state;
    if (peer->doomed || !s->block.len)
        return -1;
    return (int64_t)s->block.len * 1000 / (now - s->body_began + 1);
}

/* The blocks in transit take too much memory: the one that arrives most slowly is dropped, with its
 * peer. */
static void drop_slowest_block(struct listener *l, int64_t now)
{
    struct fault f;
    struct inbound *slowest = NULL;
    for (size_t i = 0; i < l->top; i++) {
        struct inbound *peer = l->peers[i];
        if (peer && block_rate(peer, now) >= 0 &&
            (!slowest || block_rate(peer, now) < block_rate(slowest, now)))
            slowest = peer;
    }
    if (!slowest)
        return;
    fault_rule(&f, "slow: too many bytes of unfinished blocks, and this one is the slowest");
    listener_log(l, slowest, "bad", NULL, f.text);
    inbound_doom(slowest, "slow", &f);
    body_drop(l, slowest);
}

/* Appends a line to a block in transit. 0, or -1 and a fault. */
static int add_to_block(struct listener *l, struct inbound *peer, const char *line, size_t len,
                        int64_t now, struct fault *f)
{
    struct buf *block = &peer->state->block;
    if (block->len + len + 1 > listener_block_limit(l))
        return fault_rule(f, "block: over maxblock");
    if (l->blocks_bytes + len + 1 > LISTENER_BLOCKS_BYTES)
        drop_slowest_block(l, now);
    if (peer->doomed) {
        *f = peer->why;
        return -1;
    }
    if (buf_add(block, line, len + 1)) /* with its newline */
        return fault_memory(f);
    l->blocks_bytes += len + 1;
    return 0;
}

/* Begins with a block's header. */
static int begin_body(struct listener *l, struct inbound *peer, const char *line, size_t len,
                      int64_t now, struct fault *f)
{
    struct block block;
    struct inbound_state *s = peer->state;
    uint8_t id[SHA256_LEN];
    if (line_check(line, len, f) || block_parse(line, len, &block, f))
        return -1;
    sha256(line, len, id);
    if (inbound_admit(peer, f))
        return -1;
    s->skipping = false;
    if (!block_is_genesis(&block) && listener_judge_header(l, &block, id, &s->skipping, f))
        return -1;
    s->body_left = block.count;
    s->body_began = now;
    s->skipped = 0;
    memcpy(s->block_id, id, ID_LEN);
    if (!s->skipping)
        return add_to_block(l, peer, line, len, now, f);
    listener_log(l, peer, "bad", id, f->text);
    inbound_useless(peer, now);
    in_flight_ignore(l, id);
    return 0;
}

/* A line of the body of a block that is not taken. */
static int skip_line(const struct listener *l, struct inbound *peer, size_t len, struct fault *f)
{
    peer->state->skipped += len + 1;
    return peer->state->skipped > listener_block_limit(l) ? fault_rule(f, "block: over maxblock")
                                                          : 0;
}

static int end_body(struct listener *l, struct inbound *peer, struct fault *f)
{
    struct buf *block = &peer->state->block;
    if (peer->state->skipping)
        return 0;
    int failed = listener_gather(l, peer, block->data, block->len, WIRE_NO_NUMBER);
    body_drop(l, peer);
    return failed ? fault_memory(f) : 0;
}

int take_block(struct listener *l, struct inbound *peer, const char *line, size_t len, int64_t now,
               struct fault *f)
{
    if (begin_body(l, peer, line, len, now, f))
        return -1;
    return peer->state->body_left ? 0 : end_body(l, peer, f);
}

int take_body(struct listener *l, struct inbound *peer, enum wire_word word, const char *line,
              size_t len, int64_t now, struct fault *f)
{
    struct inbound_state *s = peer->state;
    if (word != WIRE_RECORD || line_is(line, len, "block"))
        return fault_rule(f, "block: cut short: %lld of its lines are missing",
                          (long long)s->body_left);
    if (s->skipping ? skip_line(l, peer, len, f) : add_to_block(l, peer, line, len, now, f))
        return -1;
    s->brought = now;
    return --s->body_left ? 0 : end_body(l, peer, f);
}

bool body_is_late(const struct inbound *peer, int64_t now)
{
    const struct inbound_state *s = peer->state;
    return s->body_left &&
           now - s->body_began > BODY_FREE + (int64_t)s->block.len / BODY_BYTES_PER_MS;
}
