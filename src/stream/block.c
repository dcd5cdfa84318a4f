/* Reads a block: its header, and the body that the header counts. */
#include "base/array.h"
#include "base/hex.h"
#include "hash/merkle.h"
#include "record/state_line.h"
#include "stream/locate.h"
#include "stream/parts.h"

#include <inttypes.h>
#include <string.h>

/* Gives a genesis block its rules. 0, or -1: no memory. */
static int add_rules(struct batch *b, struct item *item)
{
    if (ARRAY_RESERVE(b->rules, b->rules_cap, b->rules_count + 1))
        return -1;
    item->rules = &b->rules[b->rules_count++];
    *item->rules = (struct rules){0};
    return 0;
}

/* Counts a line of a broken item, and keeps it for locate.h unless the item is too large. 0, or -1:
 * no memory. */
static int pass_line(struct batch *b, struct item *item, const struct line *line, uint64_t limit)
{
    if (item->stream_size + line->size <= limit)
        return item_take_line(b, item, line);
    item->stream_size += line->size;
    return 0;
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
    struct entry *e = batch_add_entry(b);
    if (!e)
        return fault_memory(f);
    e->at = item->size;
    e->len = line->len;
    if (stream_parse_entry(item, e, line, &why) || check_order(item, e, line, &why)) {
        item_break(item, line->number, &why);
        item->torn |= line->cut;
    }
    item->count++;
    return item_take_line(b, item, line) ? fault_memory(f) : 0;
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
        int got = stream_line(s, &line, f);
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

/* Hashes the lines of the item's entries. */
static void hash_entries(struct batch *b, const struct item *item)
{
    struct sha256_text texts[HASHED_TOGETHER];
    const char *text = b->text.data + item->at;
    for (size_t i = 0; i < item->count;) {
        size_t n = 0;
        for (; n < HASHED_TOGETHER && i < item->count; n++, i++) {
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

int block_read(struct stream *s, struct batch *b, struct item *item, const struct line *line,
               struct fault *f)
{
    struct fault why;
    sha256(line->text, line->len, item->id);
    if (line_form(line, &why) || block_parse(line->text, line->len, &item->block, &why)) {
        item_break(item, line->number, &why);
        item->torn = line->cut;
        return item_take_line(b, item, line) ? fault_memory(f) : 0;
    }
    item->has_header = true;
    item->is_genesis = block_is_genesis(&item->block);
    if ((item->is_genesis && add_rules(b, item)) || item_take_line(b, item, line))
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
