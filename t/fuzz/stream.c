/*
 * stream/stream, over bytes that come in pieces of any size: every byte belongs to exactly one
 * item, an item says the truth about itself, and the pieces change nothing.
 */
#include "stream/stream.h"
#include "fuzz.h"
#include "hash/merkle.h"

struct text {
    char *bytes;
    size_t len, lines; /* newlines before `at` */
    size_t at;
};

static void check_entry(const struct item *item, const struct entry *e)
{
    uint8_t id[ID_LEN];
    must(e->at < item->size);
    const char *line = item->text + e->at, *end = memchr(line, '\n', item->size - e->at);
    must(end);
    sha256(line, (size_t)(end - line), id);
    must(memcmp(id, e->id, ID_LEN) == 0);
    if (e->type != &tx_type)
        return;
    must(e->tx.line == line && e->tx.len == (size_t)(end - line));
    size_t words_end = e->tx.words.at + e->tx.words.len;
    must(words_end < e->tx.len && words_end <= e->tx.signed_len);
    must(words_end == e->tx.signed_len || e->tx.has_sponsor || e->tx.proof.policy.len);
}

static void check_block(const struct item *item)
{
    struct merkle m;
    uint8_t root[ID_LEN];
    must(item->has_header && (uint64_t)item->block.count == item->count);
    merkle_init(&m);
    for (size_t i = 0; i < item->count; i++) {
        must(item->is_genesis ? item->entries[i].type != &tx_type
                              : item->entries[i].type == &tx_type || i == 0);
        merkle_add(&m, item->entries[i].id);
    }
    merkle_root(&m, root);
    must(memcmp(root, item->block.root, ID_LEN) == 0);
    must(item->is_genesis == block_is_genesis(&item->block));
    const char *end = memchr(item->text, '\n', item->size);
    must(end == item->block.seal.text + item->block.seal.len);
}

static void check_id(const struct item *item)
{
    uint8_t id[ID_LEN];
    const char *end = memchr(item->text, '\n', item->size);
    sha256(item->text, (size_t)(end - item->text), id);
    must(memcmp(id, item->id, ID_LEN) == 0);
}

static void check_signed(const struct item *item)
{
    struct signed_line s;
    const struct signed_line *is = &item->signed_line;
    struct fault f;
    must(signed_parse(item->type, item->text, item->size - 1, &s, NULL, &f) == 0);
    must(is->text == item->text && is->len == item->size - 1 && is->signed_len == s.signed_len);
    must(memcmp(is->signer, s.signer, ID_LEN) == 0);
    must(memcmp(is->signature, s.signature, SIGNATURE_LEN) == 0);
    must((item_chain(item) != NULL) == item->type->of_chain);
    must(!item_chain(item) || memcmp(item_chain(item), s.chain, ID_LEN) == 0);
}

/* Each line that was kept is a line of the stream, or the beginning of one that is too long. */
static void check_text(const struct item *item, const char *from)
{
    const char *end = from + item->stream_size, *kept = item->text, *kept_end = kept + item->size;
    while (kept < kept_end) {
        const char *newline = memchr(kept, '\n', (size_t)(kept_end - kept));
        const char *line_end = memchr(from, '\n', (size_t)(end - from));
        size_t n = (size_t)((newline ? newline : kept_end) - kept);
        size_t whole = (size_t)((line_end ? line_end : end) - from);
        must(n == whole || (n == LINE_MAX_LEN && n < whole));
        must(memcmp(kept, from, n) == 0);
        kept += n + 1;
        from += whole + 1;
    }
}

static void check_item(struct text *t, const struct item *item)
{
    must(item->offset == t->at && item->line == t->lines + 1);
    must(item->stream_size > 0 && item->stream_size <= t->len - t->at &&
         item->size <= item->stream_size);
    check_text(item, t->bytes + t->at);
    for (size_t i = 0; i < item->stream_size; i++)
        t->lines += t->bytes[t->at + i] == '\n';
    t->at += item->stream_size;
    must(!item->torn || (item->broken && t->at == t->len));
    if (item->broken) {
        must(item->fault.kind == FAULT_RULE && item->fault.line >= item->line &&
             item->fault.text[0]);
        return;
    }
    must(item->size == item->stream_size && item->text[item->size - 1] == '\n');
    for (size_t i = 0; i < item->count; i++)
        check_entry(item, &item->entries[i]);
    check_id(item);
    if (item->type == &block_type)
        check_block(item);
    if (item->type && item->type->fields)
        check_signed(item);
    must(item->type != &tx_type || item->count == 1);
}

/* Reads it all; gives a number that says what was met. */
static uint32_t read_all(const char *bytes, size_t len, uint32_t dice)
{
    struct pieces p = {.bytes = bytes, .len = len, .dice = dice};
    struct text t = {.bytes = (char *)bytes, .len = len};
    struct stream *s = stream_new(pieces_source(&p), 1, 0);
    struct batch b = {0};
    struct fault f;
    uint32_t sum = 0;
    must(s);
    if (len % 3 == 0)
        stream_limit(s, 1000);
    while (stream_next(s, &b, &f) == 1)
        for (size_t i = 0; i < b.count; i++) {
            const struct item *item = &b.items[i];
            check_item(&t, item);
            sum = sum * 31 + (uint32_t)item->stream_size + item->broken;
            sum += item->broken ? fingerprint(item->fault.text, strlen(item->fault.text)) : 0;
        }
    must(t.at == t.len && stream_next(s, &b, &f) == 0);
    batch_free(&b);
    stream_free(s);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    size_t len;
    char *text = swell(data, n, &len);
    uint32_t dice = fingerprint(data, n);
    must(read_all(text, len, dice) == read_all(text, len, ~dice));
    free(text);
    return 0;
}
