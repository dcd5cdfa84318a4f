/* Compact blocks: a header, then the first digits of the ids of its lines. Lines that are known
 * here are filled in, the others requested. */
#include "gossip/listener_parts.h"

#include "base/array.h"
#include "base/hex.h"
#include "hash/merkle.h"
#include "seal/header.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RECONSTRUCTION_LINES_MAX = 1 << 18, /* so many take 6 MB; a longer block is requested whole */
    LINES_LINE_MAX = 8192               /* indexes in a `lines` line */
};

static void free_filling(struct reconstruction *r)
{
    buf_free(&r->header);
    buf_free(&r->text);
    free(r->shorts);
    free(r->at);
    free(r->len);
    free(r);
}

void reconstruction_drop(struct listener *l, struct reconstruction *r)
{
    struct inbound *peer = inbound_at(l, r->slot);
    struct in_flight *a = idmap_find(&l->in_flight, r->id);
    if (a && a->reconstruction == r)
        a->reconstruction = NULL;
    if (peer && peer->state->shorts == r)
        peer->state->shorts = NULL; /* those that still arrive are skipped */
    if (peer && peer->state->lines == r)
        peer->state->lines = NULL; /* those that still arrive are records like others */
    l->reconstructions--;
    free_filling(r);
}

/* --- brief ------------------------------------------------------------------------------------ */

/* The header line of a brief, with its newline, and its block. */
static int brief_header(const char *line, size_t len, struct buf *header, struct block *block,
                        uint8_t id[ID_LEN], struct fault *f)
{
    const size_t word = strlen("brief");
    if (line_check(line, len, f))
        return -1;
    if (buf_add_string(header, "block") || buf_add(header, line + word, len - word) ||
        buf_add(header, "\n", 1))
        return fault_memory(f);
    if (block_parse(header->data, header->len - 1, block, f))
        return -1;
    sha256(header->data, header->len - 1, id);
    return 0;
}

int listener_judge_header(const struct listener *l, const struct block *block,
                          const uint8_t id[ID_LEN], bool *strange, struct fault *f)
{
    const struct view *v = l->config->view;
    *strange = false;
    if (block_is_genesis(block))
        return fault_rule(f, "brief: of a genesis block");
    if (header_alone(NULL, block, id, f))
        return -1;
    if ((uint64_t)block->count > listener_block_limit(l) / LINE_SIZE_MIN)
        return fault_rule(f, "block: over maxblock");
    *strange = v && v->header(v->self, block, id, f) < 0 && f->kind == FAULT_RULE;
    return 0;
}

static struct reconstruction *new_filling(const struct inbound *peer, const struct buf *header,
                                          const struct block *block, const uint8_t id[ID_LEN])
{
    struct reconstruction *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->slot = peer->state->slot;
    r->block = *block;
    r->header = *header;
    memcpy(r->id, id, ID_LEN);
    return r;
}

static int complete(struct listener *l, struct inbound *peer, struct reconstruction *r, int64_t now,
                    struct fault *f);

/* Begins to fill a new block; takes over the header. */
static int begin_reconstruction(struct listener *l, struct inbound *peer, struct in_flight *a,
                                struct buf *header, const struct block *block, int64_t now,
                                struct fault *f)
{
    struct reconstruction *r = new_filling(peer, header, block, a->id);
    if (!r)
        return fault_memory(f);
    *header = (struct buf){0};
    l->reconstructions++;
    a->reconstruction = r;
    peer->state->shorts = r;
    return block->count ? 0 : complete(l, peer, r, now, f);
}

static int take_header(struct listener *l, struct inbound *peer, struct buf *header,
                       const struct block *block, const uint8_t id[ID_LEN], int64_t now,
                       struct fault *f)
{
    bool ask_it, strange;
    const int64_t number = inbound_number(peer);
    if (listener_judge_header(l, block, id, &strange, f))
        return -1;
    peer->state->shorts_left = block->count;
    if (strange) {
        listener_log(l, peer, "bad", id, f->text);
        inbound_useless(peer, now);
        in_flight_ignore(l, id);
        return 0;
    }
    in_flight_announce(l, peer, id, number, false, now, &ask_it);
    struct in_flight *a = idmap_find(&l->in_flight, id);
    if (a)
        a->is_block = true;
    if (!ask_it || !a)
        return 0;
    if (l->reconstructions == LISTENER_RECONSTRUCTIONS_MAX ||
        block->count > RECONSTRUCTION_LINES_MAX || peer->state->lines || a->reconstruction)
        return in_flight_request(l, peer, id, number) ? fault_memory(f) : 0;
    return begin_reconstruction(l, peer, a, header, block, now, f);
}

int take_brief(struct listener *l, struct inbound *peer, const char *line, size_t len, int64_t now,
               struct fault *f)
{
    struct buf header = {0};
    struct block block = {0};
    uint8_t id[ID_LEN];
    int failed = brief_header(line, len, &header, &block, id, f) ||
                 take_header(l, peer, &header, &block, id, now, f);
    buf_free(&header);
    return failed ? -1 : 0;
}

/* --- short ------------------------------------------------------------------------------------ */

static int read_shorts(struct reconstruction *r, const char *line, size_t len, size_t n,
                       struct fault *f)
{
    const size_t word = strlen("short");
    uint8_t ignored[WIRE_SHORT_LEN];
    (void)len;
    if (r && ARRAY_RESERVE(r->shorts, r->cap, r->count + n))
        return fault_memory(f);
    for (size_t i = 0; i < n; i++) {
        const char *at = line + word + i * (2 * WIRE_SHORT_LEN + 1);
        uint8_t *out = r ? r->shorts[r->count + i] : ignored;
        if (*at != ' ' || hex_decode(out, at + 1, WIRE_SHORT_LEN))
            return fault_rule(f, "short: not 16 lowercase hex digits");
    }
    if (r)
        r->count += n;
    return 0;
}

/* Fills in the lines that are known here, up to the size of a block. 0, or -1: no memory. */
static int fill_in(struct listener *l, struct reconstruction *r)
{
    r->at = calloc(r->count, sizeof *r->at);
    r->len = calloc(r->count, sizeof *r->len);
    if (!r->at || !r->len)
        return -1;
    for (size_t i = 0; i < r->count; i++) {
        if (i + RECENT_TXS_AHEAD < r->count)
            recent_txs_prefetch(&l->recent_txs, r->shorts[i + RECENT_TXS_AHEAD]);
        struct field known = recent_txs_find(&l->recent_txs, r->shorts[i]);
        if (r->text.len + known.len > listener_block_limit(l))
            known = (struct field){NULL, 0};
        r->at[i] = r->text.len;
        r->len[i] = known.len;
        if (!known.text)
            r->missing++;
        else if (buf_add(&r->text, known.text, known.len))
            return -1;
    }
    return 0;
}

/* Requests the missing lines. 0, or -1: no memory. */
static int ask_lines(struct listener *l, struct inbound *peer, const struct reconstruction *r)
{
    size_t on_line = 0;
    l->scratch.len = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (r->len[i])
            continue;
        if (on_line == 0 && (buf_add_string(&l->scratch, "lines ") ||
                             buf_add_string(&l->scratch, hex32(r->id).text)))
            return -1;
        if (buf_add_string(&l->scratch, " ") || buf_add_number(&l->scratch, (long long)i))
            return -1;
        on_line = on_line + 1 == LINES_LINE_MAX ? 0 : on_line + 1;
        if (on_line == 0 && buf_add_string(&l->scratch, "\n"))
            return -1;
    }
    if (on_line && buf_add_string(&l->scratch, "\n"))
        return -1;
    peer->state->wanted += r->missing;
    return session_put(peer->session, l->scratch.data, l->scratch.len);
}

static void log_brief(const struct listener *l, const struct inbound *peer,
                      const struct reconstruction *r)
{
    char words[64];
    snprintf(words, sizeof words, "%zu %zu", r->count - r->missing, r->count);
    listener_log(l, peer, "brief", r->id, words);
}

/* All short ids have arrived. */
static int end_shorts(struct listener *l, struct inbound *peer, struct reconstruction *r,
                      int64_t now, struct fault *f)
{
    peer->state->shorts = NULL;
    if (fill_in(l, r))
        return fault_memory(f);
    log_brief(l, peer, r);
    if (!r->missing)
        return complete(l, peer, r, now, f);
    if (r->missing > r->count / 2) {
        uint8_t id[ID_LEN];
        memcpy(id, r->id, ID_LEN);
        reconstruction_drop(l, r);
        return in_flight_request(l, peer, id, WIRE_NO_NUMBER) ? fault_memory(f) : 0;
    }
    peer->state->lines = r;
    while (r->len[r->next])
        r->next++;
    return ask_lines(l, peer, r) ? fault_memory(f) : 0;
}

int take_short(struct listener *l, struct inbound *peer, const char *line, size_t len, int64_t now,
               struct fault *f)
{
    struct inbound_state *s = peer->state;
    struct reconstruction *r = s->shorts;
    size_t rest = len - strlen("short");
    size_t n = rest / (2 * WIRE_SHORT_LEN + 1);
    if (n < 1 || n > WIRE_SHORTS_MAX || n * (2 * WIRE_SHORT_LEN + 1) != rest)
        return fault_rule(f, "short: not 1 to %d ids", WIRE_SHORTS_MAX);
    if ((int64_t)n > s->shorts_left)
        return fault_rule(f, "short: more than the brief counts");
    if (read_shorts(r, line, len, n, f))
        return -1;
    s->shorts_left -= (int64_t)n;
    return r && !s->shorts_left ? end_shorts(l, peer, r, now, f) : 0;
}

/* --- The lines -------------------------------------------------------------------------------- */

static const char *line_at(const struct reconstruction *r, size_t i)
{
    return r->text.data + r->at[i];
}

static bool root_holds(const struct reconstruction *r)
{
    struct merkle m;
    uint8_t id[SHA256_LEN];
    merkle_init(&m);
    for (size_t i = 0; i < r->count; i++) {
        sha256(line_at(r, i), r->len[i], id);
        merkle_add(&m, id);
    }
    merkle_root(&m, id);
    return memcmp(id, r->block.root, SHA256_LEN) == 0;
}

static int gather_filled(struct listener *l, struct inbound *peer, const struct reconstruction *r)
{
    struct buf all = {0};
    int failed = buf_add(&all, r->header.data, r->header.len);
    for (size_t i = 0; i < r->count && !failed; i++)
        failed = buf_add(&all, line_at(r, i), r->len[i]) || buf_add(&all, "\n", 1);
    failed = failed || listener_gather(l, peer, all.data, all.len, WIRE_NO_NUMBER);
    buf_free(&all);
    return failed ? -1 : 0;
}

/* Gives up reconstruction, and requests the whole block: from another announcer if that is better
 * and there is one, else from this peer. 0, or -1: no memory. */
static int want_whole(struct listener *l, struct inbound *peer, struct reconstruction *r,
                      bool other, int64_t now)
{
    struct in_flight *a = idmap_find(&l->in_flight, r->id);
    reconstruction_drop(l, r);
    if (!a || (other && in_flight_request_more(l, a, 1, now)))
        return 0;
    return in_flight_request(l, peer, a->id, WIRE_NO_NUMBER);
}

/* All lines are there. If they do not match the root, the whole block is requested from somebody:
 * two ids may share their first digits, so nobody need have lied. */
static int complete(struct listener *l, struct inbound *peer, struct reconstruction *r, int64_t now,
                    struct fault *f)
{
    if (root_holds(r)) {
        int failed = gather_filled(l, peer, r);
        reconstruction_drop(l, r);
        return failed ? fault_memory(f) : 0;
    }
    listener_log(l, peer, "bad", r->id, "brief: its lines do not make its root");
    return want_whole(l, peer, r, true, now) ? fault_memory(f) : 0;
}

static int keep_line(struct reconstruction *r, const char *line, size_t len)
{
    r->at[r->next] = r->text.len;
    if (buf_add(&r->text, line, len))
        return -1;
    r->len[r->next] = len;
    r->missing--;
    while (r->next < r->count && r->len[r->next])
        r->next++;
    return 0;
}

int take_missing(struct listener *l, struct inbound *peer, const char *line, size_t len,
                 int64_t now, struct fault *f)
{
    struct reconstruction *r = peer->state->lines;
    uint8_t id[SHA256_LEN];
    sha256(line, len, id);
    if (!len || memcmp(id, r->shorts[r->next], WIRE_SHORT_LEN))
        return 0;
    peer->state->wanted -= peer->state->wanted > 0;
    peer->state->brought = now;
    r->arrived += len;
    if (r->header.len + r->text.len + len + r->count > listener_block_limit(l))
        return want_whole(l, peer, r, false, now) ? fault_memory(f) : 1; /* of long lines that share
                                                                            their first digits */
    if (keep_line(r, line, len))
        return fault_memory(f);
    if (r->missing)
        return 1;
    peer->state->lines = NULL;
    return complete(l, peer, r, now, f) ? -1 : 1;
}
