#include "record/ticket.h"

#include "base/hex.h"

#include <endian.h>
#include <stdio.h>

enum { NONCE_LEN = 8 };

/* Where the fields of a record begin: those of each type, and then the header. */
enum { SHARE = 1, FIRST, LAST, TICKET_WORKER, TICKET_BLOCK, TICKET_FIELDS = 13 };
enum { SHARE_WORKER = 2, SHARE_BLOCK, SHARE_FIELDS = 12 };
enum { BEST = 5, RECEIPT_BLOCK, RECEIPT_FIELDS = 14 };

/* Prefixes the rule in *f with the type of record that broke it. */
static int fault_in(const char *type, struct fault *f)
{
    char text[sizeof f->text];
    snprintf(text, sizeof text, "%s", f->text);
    return fault_rule(f, "%s: %s", type, text);
}

static int field_nonce(struct field x, const char *what, uint64_t *out, struct fault *f)
{
    if (x.len != 2 * NONCE_LEN || hex_decode((uint8_t *)out, x.text, NONCE_LEN))
        return fault_rule(f, "%s is not %d lowercase hex digits", what, 2 * NONCE_LEN);
    *out = be64toh(*out);
    return 0;
}

/* Splits the line into exactly so many fields, of which the first is the type. */
static int split(const char *line, size_t len, const char *type, size_t fields,
                 struct field x[FIELDS_MAX], struct fault *f)
{
    size_t n = fields_split(line, len, x);
    if (!field_is(x[0], type))
        return fault_rule(f, "not a %s", type);
    return n == fields ? 0 : fault_rule(f, "%s: %zu fields, expected %zu", type, n, fields);
}

static int check_share(const uint8_t share[ID_LEN], const struct block *b, struct fault *f)
{
    return memcmp(share, b->target, ID_LEN) < 0 ? fault_rule(f, "share is below the block's target")
                                                : 0;
}

/* What tickets and receipts have in common; the header begins at x[block]. */
static int parse_range(const struct field *x, size_t block, struct ticket *t, struct fault *f)
{
    if (field_id(x[SHARE], "share", t->share, f) || field_nonce(x[FIRST], "first", &t->first, f) ||
        field_nonce(x[LAST], "last", &t->last, f) ||
        account_field(x[TICKET_WORKER], "worker", &t->worker, f) ||
        block_parse_unsealed(x + block, &t->block, f) || check_share(t->share, &t->block, f))
        return -1;
    return t->first > t->last ? fault_rule(f, "first is over last") : 0;
}

int ticket_parse(const char *line, size_t len, struct ticket *t, struct fault *f)
{
    struct field x[FIELDS_MAX];
    if (split(line, len, "ticket", TICKET_FIELDS, x, f))
        return -1;
    return parse_range(x, TICKET_BLOCK, t, f) ? fault_in("ticket", f) : 0;
}

int receipt_parse(const char *line, size_t len, struct receipt *r, struct fault *f)
{
    struct field x[FIELDS_MAX];
    if (split(line, len, "exhausted", RECEIPT_FIELDS, x, f))
        return -1;
    if (parse_range(x, RECEIPT_BLOCK, &r->ticket, f) || field_nonce(x[BEST], "best", &r->best, f))
        return fault_in("exhausted", f);
    if (r->best < r->ticket.first || r->best > r->ticket.last)
        return fault_rule(f, "exhausted: best is not in the range");
    return 0;
}

int share_parse(const char *line, size_t len, struct share *s, struct fault *f)
{
    struct field x[FIELDS_MAX];
    if (split(line, len, "share", SHARE_FIELDS, x, f))
        return -1;
    const char *header = x[SHARE_BLOCK].text;
    s->header = (struct field){header, (size_t)(line + len - header)};
    if (field_id(x[SHARE], "share", s->share, f) ||
        account_field(x[SHARE_WORKER], "worker", &s->worker, f) ||
        block_parse(s->header.text, s->header.len, &s->block, f) ||
        check_share(s->share, &s->block, f))
        return fault_in("share", f);
    return 0;
}

static int add_account(struct buf *out, const struct account *a)
{
    return buf_add_string(out, " ") || buf_add_string(out, account_text(a).text) ? -1 : 0;
}

static int add_id(struct buf *out, const uint8_t id[ID_LEN])
{
    return buf_add_string(out, " ") || buf_add(out, hex32(id).text, 2 * ID_LEN);
}

static int add_nonce(struct buf *out, uint64_t nonce)
{
    char digits[2 * NONCE_LEN];
    nonce = htobe64(nonce);
    hex_encode(digits, (const uint8_t *)&nonce, NONCE_LEN);
    return buf_add_string(out, " ") || buf_add(out, digits, sizeof digits);
}

/* Appends the header; if it has no seal, without the space that it would end in. */
static int add_header(struct buf *out, const struct block *b)
{
    if (buf_add_string(out, " ") || block_format(b, out))
        return -1;
    out->len -= b->seal.len == 0;
    return 0;
}

static int add_range(struct buf *out, const char *type, const struct ticket *t)
{
    return buf_add_string(out, type) || add_id(out, t->share) || add_nonce(out, t->first) ||
           add_nonce(out, t->last) || add_account(out, &t->worker);
}

int ticket_format(const struct ticket *t, struct buf *out)
{
    return add_range(out, "ticket", t) || add_header(out, &t->block) ? -1 : 0;
}

int receipt_format(const struct receipt *r, struct buf *out)
{
    return add_range(out, "exhausted", &r->ticket) || add_nonce(out, r->best) ||
                   add_header(out, &r->ticket.block)
               ? -1
               : 0;
}

int share_format(const struct share *s, struct buf *out)
{
    return buf_add_string(out, "share") || add_id(out, s->share) || add_account(out, &s->worker) ||
                   add_header(out, &s->block)
               ? -1
               : 0;
}
