#include "record/block.h"

#include "record/types.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { HEIGHT = 1, PREV, ROOT, TIME, TARGET, MINER, COUNT, SEAL, FIELDS };

static const uint8_t zero[ID_LEN];
static const struct account nobody;

static int seal_check(struct field x, struct fault *f)
{
    bool fits = (x.len >= 1 && x.len <= NONCE_MAX) || x.len == SEAL_MAX;
    return fits && hex_is(x.text, x.len)
               ? 0
               : fault_rule(f, "block: seal is not 1 to %d lowercase hex digits", NONCE_MAX);
}

/* A fast path for headers without a fault: a check of a chain by its headers reads a million of
 * them. */
static bool parse_sound(const char *line, size_t len, struct block *b)
{
    struct fault ignored;
    struct cursor c = {line, line + len};
    if (!cursor_word(&c, "block") || !cursor_number(&c, &b->height) || !cursor_id(&c, b->prev) ||
        !cursor_id(&c, b->root) || !cursor_number(&c, &b->time) || !cursor_id(&c, b->target) ||
        !cursor_account(&c, &b->miner) || !cursor_number(&c, &b->count))
        return false;
    b->seal = (struct field){c.text, (size_t)(c.end - c.text)};
    return seal_check(b->seal, &ignored) == 0 && memcmp(b->target, zero, ID_LEN) != 0;
}

/* All fields except the seal. */
static int parse_fields(const struct field *x, struct block *b, struct fault *f)
{
    return field_number(x[HEIGHT], "block: height", &b->height, f) ||
                   field_id(x[PREV], "block: prev", b->prev, f) ||
                   field_id(x[ROOT], "block: root", b->root, f) ||
                   field_number(x[TIME], "block: time", &b->time, f) ||
                   field_id(x[TARGET], "block: target", b->target, f) ||
                   account_field(x[MINER], "block: miner", &b->miner, f) ||
                   field_number(x[COUNT], "block: count", &b->count, f)
               ? -1
               : 0;
}

static int target_check(const struct block *b, struct fault *f)
{
    return memcmp(b->target, zero, ID_LEN) == 0 ? fault_rule(f, "block: target is zero") : 0;
}

int block_form(const char *line, size_t len, struct block *b, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    if (!field_is(x[0], "block"))
        return fault_rule(f, "not a block");
    if (n != FIELDS)
        return fault_rule(f, "block: %zu fields, expected %d", n, FIELDS);
    if (parse_fields(x, b, f) || seal_check(x[SEAL], f))
        return -1;
    b->seal = x[SEAL];
    return 0;
}

int block_parse(const char *line, size_t len, struct block *b, struct fault *f)
{
    if (parse_sound(line, len, b))
        return 0;
    return block_form(line, len, b, f) ? -1 : target_check(b, f);
}

int block_parse_unsealed(const struct field x[BLOCK_UNSEALED], struct block *b, struct fault *f)
{
    *b = (struct block){0};
    if (!field_is(x[0], "block"))
        return fault_rule(f, "not a block");
    return parse_fields(x, b, f) ? -1 : target_check(b, f);
}

size_t block_signed_text(const struct block *b, char out[BLOCK_SIGNED_MAX])
{
    return (size_t)snprintf(out, BLOCK_SIGNED_MAX,
                            "block %" PRId64 " %s %s %" PRId64 " %s %s %" PRId64, b->height,
                            hex32(b->prev).text, hex32(b->root).text, b->time,
                            hex32(b->target).text, account_text(&b->miner).text, b->count);
}

int block_format(const struct block *b, struct buf *out)
{
    char line[BLOCK_SIGNED_MAX];
    return buf_add(out, line, block_signed_text(b, line)) || buf_add(out, " ", 1) ||
                   buf_add(out, b->seal.text, b->seal.len)
               ? -1
               : 0;
}

bool block_is_genesis(const struct block *b)
{
    return b->height == 0 && memcmp(b->prev, zero, ID_LEN) == 0 &&
           account_equal(&b->miner, &nobody) && field_is(b->seal, "0");
}

static int check(const char *line, size_t len, struct fault *f)
{
    struct block b;
    return block_parse(line, len, &b, f);
}

const struct record_type block_type = {
    .name = "block", .check = check, .alone = true, .gossiped = true};
