#include "stream/stream.h"

#include "base/array.h"
#include "base/hex.h"
#include "crypto/merkle.h"
#include "record/state_line.h"
#include "stream/locate.h"
#include "stream/parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_BYTES = 1 << 20, BATCH_ITEMS = 1 << 14 };

struct stream {
    struct lines *lines;
    struct line held; /* a line read but not yet used: the header that ended the previous block */
    bool has_held;
    uint64_t limit;
    const struct record_type *only; /* of others, only the form is checked; NULL: all are parsed */
};

struct stream *stream_new(struct source src, uint64_t first_line, uint64_t offset)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s) {
        if (src.close)
            src.close(src.self);
        return NULL;
    }
    s->limit = BLOCK_SIZE_MAX;
    s->lines = lines_new(src, first_line, offset);
    if (!s->lines) {
        free(s);
        return NULL;
    }
    return s;
}

void stream_free(struct stream *s)
{
    if (s)
        lines_free(s->lines);
    free(s);
}

uint64_t block_size_limit(int64_t maxblock)
{
    return maxblock < BLOCK_SIZE_MAX ? (uint64_t)maxblock : BLOCK_SIZE_MAX;
}

/* How many lines that members sign a body of such a chain may have. */
static uint64_t signed_lines_max(const struct rules *r)
{
    if (!r || rules_has(r, "finality"))
        return BLOCK_ATTESTS_MAX;
    return strcmp(rules_seal(r->seal)->name, "bft") == 0 ? BLOCK_VOTES_MAX : 0;
}

uint64_t block_text_limit(const struct rules *r)
{
    return block_size_limit(r ? r->maxblock : INT64_MAX) + STATE_LINE_SIZE_MAX +
           signed_lines_max(r) * SIGNED_LINE_SIZE_MAX;
}

void stream_limit(struct stream *s, int64_t maxblock)
{
    s->limit = block_size_limit(maxblock);
}

void stream_only(struct stream *s, const struct record_type *type)
{
    s->only = type;
}

void batch_free(struct batch *b)
{
    free(b->items);
    free(b->entries);
    free(b->rules);
    free(b->jobs);
    free(b->room);
    buf_free(&b->text);
    buf_free(&b->leaves);
    *b = (struct batch){0};
}

static struct item *add_item(struct batch *b, const struct line *first)
{
    if (ARRAY_RESERVE(b->items, b->items_cap, b->count + 1))
        return NULL;
    struct item *item = &b->items[b->count++];
    memset(item, 0, offsetof(struct item, fault));
    item->line = first->number;
    item->offset = first->offset;
    return item;
}

/* Gives a genesis block its rules. 0, or -1: no memory. */
static int add_rules(struct batch *b, struct item *item)
{
    if (ARRAY_RESERVE(b->rules, b->rules_cap, b->rules_count + 1))
        return -1;
    item->rules = &b->rules[b->rules_count++];
    *item->rules = (struct rules){0};
    return 0;
}

static struct entry *add_entry(struct batch *b)
{
    if (ARRAY_RESERVE(b->entries, b->entries_cap, b->entries_count + 1))
        return NULL;
    struct entry *e = &b->entries[b->entries_count++];
    memset(e, 0, sizeof *e);
    return e;
}

void item_break(struct item *item, uint64_t line, const struct fault *why)
{
    if (item->broken)
        return;
    item->broken = true;
    item->fault = *why;
    item->fault.line = line;
}

/* Counts the line and keeps its bytes. 0, or -1: no memory. */
static int take_line(struct batch *b, struct item *item, const struct line *line)
{
    item->stream_size += line->size;
    if (buf_add(&b->text, line->text, line->len) ||
        (line->state != LINE_TORN && buf_add(&b->text, "\n", 1)))
        return -1;
    item->size = b->text.len - item->at;
    return 0;
}

/* Counts a line of a broken item, and keeps it for locate.h unless the item is too large. 0, or -1:
 * no memory. */
static int pass_line(struct batch *b, struct item *item, const struct line *line, uint64_t limit)
{
    if (item->stream_size + line->size <= limit)
        return take_line(b, item, line);
    item->stream_size += line->size;
    return 0;
}

static int next_line(struct stream *s, struct line *line, struct fault *f)
{
    if (!s->has_held)
        return lines_next(s->lines, line, f);
    *line = s->held;
    s->has_held = false;
    return 1;
}

static int parse_genesis_entry(struct item *item, struct entry *e, const struct line *line,
                               struct fault *f)
{
    if (e->type == &rule_type)
        return rules_read(item->rules, line->text, line->len, f);
    if (e->type == &grant_type)
        return grant_parse(line->text, line->len, &e->grant.account, &e->grant.amount, f);
    if (e->type == &member_type)
        return record_check(e->type, line->text, line->len, f);
    return fault_rule(f, "block: a genesis holds only rule, member and grant lines");
}

int stream_parse_entry(struct item *item, struct entry *e, const struct line *line, struct fault *f)
{
    if (line_form(line, f))
        return -1;
    e->type = record_type_of(line->text, line->len);
    if (item->is_genesis)
        return parse_genesis_entry(item, e, line, f);
    if (e->type == &state_type)
        return record_check(e->type, line->text, line->len, f);
    if (entry_is_signed(e))
        return signed_parse(e->type, line->text, line->len, &e->signed_line, NULL, f);
    if (e->type != &tx_type)
        return fault_rule(f, "block: its body holds only tx lines");
    return tx_parse(line->text, line->len, &e->tx, f);
}

/* A line that members sign, after so many of its type. */
static int check_signed(struct item *item, const struct entry *e, struct fault *f)
{
    size_t most = e->type == &vote_type ? BLOCK_VOTES_MAX : BLOCK_ATTESTS_MAX;
    if (item->count > item->signed_count || (item->count && e[-1].type != e->type))
        return fault_rule(f, "block: its %s lines stand before all others", e->type->name);
    if (item->count == most)
        return fault_rule(f, "block: over %zu %s lines", most, e->type->name);
    item->signed_count++;
    return 0;
}

/* Votes or attest lines come first, then at most one state line, then the transactions: so what
 * maxblock does not bound is bounded in number. */
static int check_order(struct item *item, const struct entry *e, const struct line *line,
                       struct fault *f)
{
    if (e->type == &tx_type || item->is_genesis)
        return 0;
    item->uncounted += line->size;
    if (entry_is_signed(e))
        return check_signed(item, e, f);
    if (item->count > item->signed_count)
        return fault_rule(f, "block: a state line stands before the transactions, and once");
    return 0;
}

/* Parses the line as one of the item's entries, or breaks the item. 0, or -1 and trouble. */
static int read_entry(struct batch *b, struct item *item, const struct line *line, struct fault *f)
{
    struct fault why;
    struct entry *e = add_entry(b);
    if (!e)
        return fault_memory(f);
    e->at = item->size;
    e->len = line->len;
    if (stream_parse_entry(item, e, line, &why) || check_order(item, e, line, &why)) {
        item_break(item, line->number, &why);
        item->torn |= line->cut;
    }
    item->count++;
    return take_line(b, item, line) ? fault_memory(f) : 0;
}

static void cut_short(struct item *item, uint64_t lines, bool ended)
{
    struct fault why;
    fault_rule(&why, "block: cut short: %" PRIu64 " of its %" PRId64 " lines are there", lines,
               item->block.count);
    item_break(item, item->line, &why);
    item->torn |= ended;
}

static void check_size(const struct stream *s, struct item *item)
{
    struct fault why;
    uint64_t limit = item->is_genesis ? BLOCK_SIZE_MAX : s->limit;
    if (item->broken || item->stream_size - item->uncounted <= limit)
        return;
    fault_rule(&why, "block: over maxblock, %" PRIu64 " bytes", limit);
    item_break(item, item->line, &why);
}

/* Reads the body after a header: as many lines as the header counts, or up to the next header. Once
 * the item is broken, its lines are kept but not parsed. 0, or -1 and trouble. */
static int read_body(struct stream *s, struct batch *b, struct item *item, struct fault *f)
{
    for (int64_t i = 0; i < item->block.count; i++) {
        struct line line;
        int got = next_line(s, &line, f);
        if (got < 0)
            return -1;
        if (got && line_is(line.text, line.len, "block")) {
            s->held = line;
            s->has_held = true;
        }
        if (!got || s->has_held) {
            cut_short(item, (uint64_t)i, !got);
            return 0;
        }
        if (item->broken && pass_line(b, item, &line, s->limit))
            return fault_memory(f);
        if (!item->broken && read_entry(b, item, &line, f))
            return -1;
        check_size(s, item);
    }
    return 0;
}

enum { TOGETHER = 16 }; /* lines that are hashed side by side */

/* Hashes the lines of the item's entries. */
static void hash_entries(struct batch *b, const struct item *item)
{
    struct sha256_text texts[TOGETHER];
    const char *text = b->text.data + item->at;
    for (size_t i = 0; i < item->count;) {
        size_t n = 0;
        for (; n < TOGETHER && i < item->count; n++, i++) {
            struct entry *e = &b->entries[item->first + i];
            texts[n] = (struct sha256_text){text + e->at, e->len, e->id};
        }
        sha256_all(texts, n);
    }
}

/* 0, or -1: no memory. */
static int check_root(struct batch *b, struct item *item)
{
    struct fault why;
    uint8_t root[SHA256_LEN];
    b->leaves.len = 0;
    if (buf_reserve(&b->leaves, item->count * SHA256_LEN))
        return -1;
    uint8_t(*leaves)[SHA256_LEN] = (void *)b->leaves.data;
    for (size_t i = 0; i < item->count; i++)
        memcpy(leaves[i], b->entries[item->first + i].id, SHA256_LEN);
    merkle_root_of(leaves, item->count, root);
    if (memcmp(root, item->block.root, SHA256_LEN)) {
        fault_rule(&why, "block: root does not match the lines: it should be %s", hex32(root).text);
        item_break(item, item->line, &why);
    }
    return 0;
}

const uint8_t *item_chain(const struct item *item)
{
    if (item->type == &tx_type)
        return item->entries[0].tx.chain;
    return item->type && item->type->of_chain ? item->signed_line.chain : NULL;
}

bool item_has_id(const struct item *item)
{
    return item->has_header || (!item->torn && item->size == item->stream_size);
}

static int read_block(struct stream *s, struct batch *b, struct item *item, const struct line *line,
                      struct fault *f)
{
    struct fault why;
    sha256(line->text, line->len, item->id);
    if (line_form(line, &why) || block_parse(line->text, line->len, &item->block, &why)) {
        item_break(item, line->number, &why);
        item->torn = line->cut;
        return take_line(b, item, line) ? fault_memory(f) : 0;
    }
    item->has_header = true;
    item->is_genesis = block_is_genesis(&item->block);
    if ((item->is_genesis && add_rules(b, item)) || take_line(b, item, line))
        return fault_memory(f);
    check_size(s, item);
    if (read_body(s, b, item, f))
        return -1;
    hash_entries(b, item);
    if (!item->broken && check_root(b, item))
        return fault_memory(f);
    if (!item->broken && item->is_genesis && rules_complete(item->rules, &why))
        item_break(item, item->line, &why);
    return 0;
}

static int read_tx(struct batch *b, struct item *item, const struct line *line, struct fault *f)
{
    struct fault why;
    struct entry *e = add_entry(b);
    if (!e)
        return fault_memory(f);
    e->type = item->type;
    item->count = 1;
    if (tx_parse(line->text, line->len, &e->tx, &why))
        item_break(item, line->number, &why);
    return 0;
}

/* A line that is only passed on. */
static int read_passing(struct batch *b, struct item *item, const struct line *line,
                        struct fault *f)
{
    struct fault why;
    item->unread = true;
    if (line_form(line, &why)) {
        sha256(line->text, line->len, item->id);
        item_break(item, line->number, &why);
        item->torn = line->cut;
    }
    return take_line(b, item, line) ? fault_memory(f) : 0;
}

/* Records that are neither signed nor blocks are parsed by whoever judges them. */
static int read_loose(struct batch *b, struct item *item, const struct line *line, struct fault *f)
{
    struct fault why;
    if (line_form(line, &why)) {
        item_break(item, line->number, &why);
        item->torn = line->cut;
    } else if (item->type == &tx_type) {
        if (read_tx(b, item, line, f))
            return -1;
    } else if (item_is_signed(item) &&
               signed_parse(item->type, line->text, line->len, &item->signed_line, NULL, &why)) {
        item_break(item, line->number, &why);
    }
    return take_line(b, item, line) ? fault_memory(f) : 0;
}

/* Turns offsets into pointers, once the batch's arrays no longer move. */
static void settle(struct batch *b)
{
    size_t rules = 0;
    for (size_t i = 0; i < b->count; i++) {
        struct item *item = &b->items[i];
        if (item->is_genesis)
            item->rules = &b->rules[rules++];
        item->text = b->text.data + item->at;
        item->entries = item->count ? b->entries + item->first : NULL;
        for (size_t j = 0; j < item->count; j++) {
            struct entry *e = &item->entries[j];
            if (entry_is_signed(e))
                e->signed_line.text = item->text + e->at;
            else
                tx_move(&e->tx, item->text + e->at);
        }
        item->signed_line.text = item->text;
        if (item->has_header) {
            const char *end = memchr(item->text, '\n', item->size);
            item->block.seal.text = (end ? end : item->text + item->size) - item->block.seal.len;
        }
    }
}

/* Whether the item's id is yet to be computed, as that of its line. */
static bool is_loose(const struct item *item)
{
    return item->type != &block_type && !item->unread;
}

static void hash_loose(struct batch *b)
{
    struct sha256_text texts[TOGETHER];
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++) {
        struct item *item = &b->items[i];
        if (!is_loose(item))
            continue;
        bool whole = item->size && item->text[item->size - 1] == '\n';
        texts[n++] = (struct sha256_text){item->text, item->size - whole, item->id};
        if (n == TOGETHER) {
            sha256_all(texts, n);
            n = 0;
        }
    }
    sha256_all(texts, n);
    for (size_t i = 0; i < b->count; i++)
        if (is_loose(&b->items[i]) && b->items[i].count)
            memcpy(b->items[i].entries->id, b->items[i].id, ID_LEN);
}

static int read_item(struct stream *s, struct batch *b, struct item *item, const struct line *line,
                     struct fault *f)
{
    item->at = b->text.len;
    item->first = b->entries_count;
    item->type = record_type_of(line->text, line->len);
    if (s->only && item->type != s->only)
        return read_passing(b, item, line, f);
    return item->type == &block_type ? read_block(s, b, item, line, f)
                                     : read_loose(b, item, line, f);
}

bool stream_ready(struct stream *s)
{
    return s->has_held || lines_ready(s->lines);
}

int stream_next(struct stream *s, struct batch *b, struct fault *f)
{
    b->count = b->entries_count = b->rules_count = b->text.len = 0;
    do {
        struct line line;
        int got = next_line(s, &line, f);
        if (got < 0)
            return -1;
        if (!got)
            break;
        struct item *item = add_item(b, &line);
        if (!item)
            return fault_memory(f);
        if (read_item(s, b, item, &line, f))
            return -1;
    } while (b->text.len < BATCH_BYTES && b->count < BATCH_ITEMS && stream_ready(s));
    settle(b);
    hash_loose(b);
    return b->count > 0;
}

int batch_parse(struct batch *b, const char *text, size_t n, uint64_t first_line, uint64_t offset,
                struct fault *f)
{
    struct span span = {text, n};
    struct stream *s = stream_new(source_memory(&span), first_line, offset);
    if (!s)
        return fault_memory(f);
    int got = stream_next(s, b, f);
    stream_free(s);
    return got < 0 ? -1 : 0;
}
