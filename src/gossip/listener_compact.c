/* Compact blocks: a header, then the first digits of the ids of its lines. Lines that are known
 * here are filled in, the others requested. */
#include "gossip/listener_parts.h"

#include "base/hex.h"
#include "base/num.h"
#include "crypto/merkle.h"
#include "work/target.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TX_SIZE_MIN = 300,    /* no transaction is shorter */
    LINES_LINE_MAX = 8192 /* indexes in a `lines` line */
};

static void free_filling(struct filling *fill)
{
    buf_free(&fill->header);
    buf_free(&fill->text);
    free(fill->shorts);
    free(fill->at);
    free(fill->len);
    free(fill);
}

void filling_drop(struct listener *l, struct filling *fill)
{
    struct inbound *g = inbound_at(l, fill->slot);
    struct asked *a = idmap_find(&l->asked, fill->id);
    if (a && a->filling == fill)
        a->filling = NULL;
    if (g && g->state->shorts == fill)
        g->state->shorts = NULL; /* those that still arrive are skipped */
    if (g && g->state->lines == fill)
        g->state->lines = NULL; /* those that still arrive are records like others */
    l->fillings--;
    free_filling(fill);
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
    if (!target_met(id, block->target))
        return fault_rule(f, "block: no proof of work: its hash is over the target");
    if ((uint64_t)block->count > listener_block_limit(l) / TX_SIZE_MIN)
        return fault_rule(f, "block: over maxblock");
    *strange = v && v->header(v->self, block, id, f) < 0 && f->kind == FAULT_RULE;
    return 0;
}

static struct filling *new_filling(const struct inbound *g, const struct buf *header,
                                   const struct block *block, const uint8_t id[ID_LEN])
{
    struct filling *fill = calloc(1, sizeof *fill);
    if (!fill)
        return NULL;
    fill->slot = g->state->slot;
    fill->block = *block;
    fill->header = *header;
    memcpy(fill->id, id, ID_LEN);
    return fill;
}

static int complete(struct listener *l, struct inbound *g, struct filling *fill, int64_t now,
                    struct fault *f);

/* Begins to fill a new block; takes over the header. */
static int begin_filling(struct listener *l, struct inbound *g, struct asked *a, struct buf *header,
                         const struct block *block, int64_t now, struct fault *f)
{
    struct filling *fill = new_filling(g, header, block, a->id);
    if (!fill)
        return fault_memory(f);
    *header = (struct buf){0};
    l->fillings++;
    a->filling = fill;
    g->state->shorts = fill;
    return block->count ? 0 : complete(l, g, fill, now, f);
}

static int take_header(struct listener *l, struct inbound *g, struct buf *header,
                       const struct block *block, const uint8_t id[ID_LEN], int64_t now,
                       struct fault *f)
{
    bool ask_it, strange;
    if (listener_judge_header(l, block, id, &strange, f))
        return -1;
    g->state->shorts_left = block->count;
    if (strange) {
        listener_log(l, g, "bad", id, f->text);
        inbound_useless(g, now);
        asked_ignore(l, id);
        return 0;
    }
    asked_announce(l, g, id, false, now, &ask_it);
    if (!ask_it)
        return 0;
    struct asked *a = asked_of(l, g, id);
    if (l->fillings == LISTENER_FILLINGS_MAX || g->state->lines || a->filling)
        return asked_ask(l, g, id) ? fault_memory(f) : 0;
    return begin_filling(l, g, a, header, block, now, f);
}

int take_brief(struct listener *l, struct inbound *g, const char *line, size_t len, int64_t now,
               struct fault *f)
{
    struct buf header = {0};
    struct block block = {0};
    uint8_t id[ID_LEN];
    int failed = brief_header(line, len, &header, &block, id, f) ||
                 take_header(l, g, &header, &block, id, now, f);
    buf_free(&header);
    return failed ? -1 : 0;
}

/* --- short ------------------------------------------------------------------------------------ */

/* Makes room for n more short ids. The memory stays in proportion to what has arrived. */
static int reserve_shorts(struct filling *fill, size_t n)
{
    if (fill->count + n <= fill->cap)
        return 0;
    size_t cap = fill->cap * 2 > fill->count + n ? fill->cap * 2 : fill->count + n;
    void *shorts = realloc(fill->shorts, cap * sizeof *fill->shorts);
    if (!shorts)
        return -1;
    fill->shorts = shorts;
    fill->cap = cap;
    return 0;
}

static int read_shorts(struct filling *fill, const char *line, size_t len, size_t n,
                       struct fault *f)
{
    const size_t word = strlen("short");
    uint8_t ignored[WIRE_SHORT_LEN];
    (void)len;
    if (fill && reserve_shorts(fill, n))
        return fault_memory(f);
    for (size_t i = 0; i < n; i++) {
        const char *at = line + word + i * (2 * WIRE_SHORT_LEN + 1);
        uint8_t *out = fill ? fill->shorts[fill->count + i] : ignored;
        if (*at != ' ' || hex_decode(out, at + 1, WIRE_SHORT_LEN))
            return fault_rule(f, "short: not 16 lowercase hex digits");
    }
    if (fill)
        fill->count += n;
    return 0;
}

/* Fills in the lines that are known here, up to the size of a block. 0, or -1: no memory. */
static int fill_in(struct listener *l, struct filling *fill)
{
    fill->at = calloc(fill->count, sizeof *fill->at);
    fill->len = calloc(fill->count, sizeof *fill->len);
    if (!fill->at || !fill->len)
        return -1;
    for (size_t i = 0; i < fill->count; i++) {
        struct field known = recents_find(&l->recents, fill->shorts[i]);
        if (fill->text.len + known.len > listener_block_limit(l))
            known = (struct field){NULL, 0};
        fill->at[i] = fill->text.len;
        fill->len[i] = known.len;
        if (!known.text)
            fill->missing++;
        else if (buf_add(&fill->text, known.text, known.len))
            return -1;
    }
    return 0;
}

/* Requests the missing lines. 0, or -1: no memory. */
static int ask_lines(struct listener *l, struct inbound *g, const struct filling *fill)
{
    size_t on_line = 0;
    l->scratch.len = 0;
    for (size_t i = 0; i < fill->count; i++) {
        if (fill->len[i])
            continue;
        if (on_line == 0 && (buf_add_string(&l->scratch, "lines ") ||
                             buf_add_string(&l->scratch, hex32(fill->id).text)))
            return -1;
        if (buf_add_string(&l->scratch, " ") || buf_add_number(&l->scratch, (long long)i))
            return -1;
        on_line = on_line + 1 == LINES_LINE_MAX ? 0 : on_line + 1;
        if (on_line == 0 && buf_add_string(&l->scratch, "\n"))
            return -1;
    }
    if (on_line && buf_add_string(&l->scratch, "\n"))
        return -1;
    g->state->wanted += fill->missing;
    return session_put(g->session, l->scratch.data, l->scratch.len);
}

static void log_brief(const struct listener *l, const struct inbound *g, const struct filling *fill)
{
    char words[64];
    snprintf(words, sizeof words, "%zu %zu", fill->count - fill->missing, fill->count);
    listener_log(l, g, "brief", fill->id, words);
}

/* All short ids have arrived. */
static int end_shorts(struct listener *l, struct inbound *g, struct filling *fill, int64_t now,
                      struct fault *f)
{
    g->state->shorts = NULL;
    if (fill_in(l, fill))
        return fault_memory(f);
    log_brief(l, g, fill);
    if (!fill->missing)
        return complete(l, g, fill, now, f);
    if (fill->missing > fill->count / 2) {
        uint8_t id[ID_LEN];
        memcpy(id, fill->id, ID_LEN);
        filling_drop(l, fill);
        return asked_ask(l, g, id) ? fault_memory(f) : 0;
    }
    g->state->lines = fill;
    while (fill->len[fill->next])
        fill->next++;
    return ask_lines(l, g, fill) ? fault_memory(f) : 0;
}

int take_short(struct listener *l, struct inbound *g, const char *line, size_t len, int64_t now,
               struct fault *f)
{
    struct inbound_state *s = g->state;
    struct filling *fill = s->shorts;
    size_t rest = len - strlen("short");
    size_t n = rest / (2 * WIRE_SHORT_LEN + 1);
    if (n < 1 || n > WIRE_SHORTS_MAX || n * (2 * WIRE_SHORT_LEN + 1) != rest)
        return fault_rule(f, "short: not 1 to %d ids", WIRE_SHORTS_MAX);
    if ((int64_t)n > s->shorts_left)
        return fault_rule(f, "short: more than the brief counts");
    if (read_shorts(fill, line, len, n, f))
        return -1;
    s->shorts_left -= (int64_t)n;
    return fill && !s->shorts_left ? end_shorts(l, g, fill, now, f) : 0;
}

/* --- The lines -------------------------------------------------------------------------------- */

static const char *line_at(const struct filling *fill, size_t i)
{
    return fill->text.data + fill->at[i];
}

static bool root_holds(const struct filling *fill)
{
    struct merkle m;
    uint8_t id[SHA256_LEN];
    merkle_init(&m);
    for (size_t i = 0; i < fill->count; i++) {
        sha256(line_at(fill, i), fill->len[i], id);
        merkle_add(&m, id);
    }
    merkle_root(&m, id);
    return memcmp(id, fill->block.root, SHA256_LEN) == 0;
}

static int gather_filled(struct listener *l, struct inbound *g, const struct filling *fill)
{
    struct buf all = {0};
    int failed = buf_add(&all, fill->header.data, fill->header.len);
    for (size_t i = 0; i < fill->count && !failed; i++)
        failed = buf_add(&all, line_at(fill, i), fill->len[i]) || buf_add(&all, "\n", 1);
    failed = failed || listener_gather(l, g, all.data, all.len);
    buf_free(&all);
    return failed ? -1 : 0;
}

/* Gives up filling, and requests the whole block: from another announcer if that is better and
 * there is one, else from this peer. 0, or -1: no memory. */
static int want_whole(struct listener *l, struct inbound *g, struct filling *fill, bool other,
                      int64_t now)
{
    struct asked *a = idmap_find(&l->asked, fill->id);
    filling_drop(l, fill);
    if (!a || (other && asked_more(l, a, 1, now)))
        return 0;
    return asked_ask(l, g, a->id);
}

/* All lines are there. If they do not match the root, the whole block is requested from somebody:
 * two ids may share their first digits, so nobody need have lied. */
static int complete(struct listener *l, struct inbound *g, struct filling *fill, int64_t now,
                    struct fault *f)
{
    if (root_holds(fill)) {
        int failed = gather_filled(l, g, fill);
        filling_drop(l, fill);
        return failed ? fault_memory(f) : 0;
    }
    listener_log(l, g, "bad", fill->id, "brief: its lines do not make its root");
    return want_whole(l, g, fill, true, now) ? fault_memory(f) : 0;
}

static int keep_line(struct filling *fill, const char *line, size_t len)
{
    fill->at[fill->next] = fill->text.len;
    if (buf_add(&fill->text, line, len))
        return -1;
    fill->len[fill->next] = len;
    fill->missing--;
    while (fill->next < fill->count && fill->len[fill->next])
        fill->next++;
    return 0;
}

int take_missing(struct listener *l, struct inbound *g, const char *line, size_t len, int64_t now,
                 struct fault *f)
{
    struct filling *fill = g->state->lines;
    uint8_t id[SHA256_LEN];
    sha256(line, len, id);
    if (!len || memcmp(id, fill->shorts[fill->next], WIRE_SHORT_LEN))
        return 0;
    g->state->wanted -= g->state->wanted > 0;
    g->state->brought = now;
    fill->arrived += len;
    if (fill->header.len + fill->text.len + len + fill->count > listener_block_limit(l))
        return want_whole(l, g, fill, false, now) ? fault_memory(f) : 1; /* of long lines that share
                                                                            their first digits */
    if (keep_line(fill, line, len))
        return fault_memory(f);
    if (fill->missing)
        return 1;
    g->state->lines = NULL;
    return complete(l, g, fill, now, f) ? -1 : 1;
}
