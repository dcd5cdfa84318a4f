#include "stream/stream.h"

#include "base/array.h"
#include "record/state_line.h"
#include "stream/parts.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_BYTES = 1 << 20, BATCH_ITEMS = 1 << 14 };

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

struct entry *batch_add_entry(struct batch *b)
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

int item_take_line(struct batch *b, struct item *item, const struct line *line)
{
    item->stream_size += line->size;
    if (buf_add(&b->text, line->text, line->len) ||
        (line->state != LINE_TORN && buf_add(&b->text, "\n", 1)))
        return -1;
    item->size = b->text.len - item->at;
    return 0;
}

int stream_line(struct stream *s, struct line *line, struct fault *f)
{
    if (!s->has_held)
        return lines_next(s->lines, line, f);
    *line = s->held;
    s->has_held = false;
    return 1;
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

static int read_tx(struct batch *b, struct item *item, const struct line *line, struct fault *f)
{
    struct fault why;
    struct entry *e = batch_add_entry(b);
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
    return item_take_line(b, item, line) ? fault_memory(f) : 0;
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
    return item_take_line(b, item, line) ? fault_memory(f) : 0;
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
    struct sha256_text texts[HASHED_TOGETHER];
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++) {
        struct item *item = &b->items[i];
        if (!is_loose(item))
            continue;
        bool whole = item->size && item->text[item->size - 1] == '\n';
        texts[n++] = (struct sha256_text){item->text, item->size - whole, item->id};
        if (n == HASHED_TOGETHER) {
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
    return item->type == &block_type ? block_read(s, b, item, line, f)
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
        int got = stream_line(s, &line, f);
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
