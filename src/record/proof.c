#include "record/proof.h"

#include "base/hex.h"
#include "record/types.h"

#include <inttypes.h>
#include <stdio.h>

enum { BLOCK = 1, COUNT, INDEX, ID, FIXED };

/* The hashes after the fixed fields, from text to end. */
static int parse_path(const char *text, const char *end, struct proof *p, struct fault *f)
{
    for (p->hashes = 0; text < end; p->hashes++) {
        const char *space = memchr(text, ' ', (size_t)(end - text));
        struct field x = {text, (size_t)((space ? space : end) - text)};
        if (p->hashes == PROOF_PATH_MAX)
            return fault_rule(f, "proof: over %d hashes", PROOF_PATH_MAX);
        if (field_id(x, "proof: hash", p->path[p->hashes], f))
            return -1;
        text += x.len + 1;
    }
    return 0;
}

int proof_parse(const char *line, size_t len, struct proof *p, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    if (!field_is(x[0], "proof"))
        return fault_rule(f, "not a proof");
    if (n < FIXED)
        return fault_rule(f, "proof: %zu fields, expected %d or more", n, FIXED);
    if (field_id(x[BLOCK], "proof: block", p->block, f) ||
        field_number(x[COUNT], "proof: count", &p->count, f) ||
        field_number(x[INDEX], "proof: index", &p->index, f) ||
        field_id(x[ID], "proof: id", p->id, f) ||
        parse_path(x[ID].text + x[ID].len + 1, line + len, p, f))
        return -1;
    if (p->index >= p->count)
        return fault_rule(f, "proof: index %" PRId64 " is not below its count, %" PRId64, p->index,
                          p->count);
    return 0;
}

int proof_format(const struct proof *p, struct buf *out)
{
    char head[2 * 2 * ID_LEN + 2 * 20 + 16];
    int n = snprintf(head, sizeof head, "proof %s %" PRId64 " %" PRId64 " %s", hex32(p->block).text,
                     p->count, p->index, hex32(p->id).text);
    if (buf_add(out, head, (size_t)n))
        return -1;
    for (size_t i = 0; i < p->hashes; i++)
        if (buf_add_string(out, " ") || buf_add(out, hex32(p->path[i]).text, 2 * ID_LEN))
            return -1;
    return 0;
}

static int check(const char *line, size_t len, struct fault *f)
{
    struct proof p;
    return proof_parse(line, len, &p, f);
}

const struct record_type proof_type = {.name = "proof", .check = check, .alone = true};
