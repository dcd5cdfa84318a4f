/* The lines of a history: written, and read. */
#include "validator/said_line.h"

#include "base/hex.h"
#include "base/num.h"

const char *const said_steps[] = {"propose", "prevote", "precommit"};

enum { STEPS = 3 };

static int put_number(struct buf *out, int64_t n)
{
    return buf_add(out, " ", 1) != 0 || buf_add_number(out, n) != 0 ? -1 : 0;
}

/* The last field of a line. */
static int put_root(struct buf *out, const struct said_root *root)
{
    return buf_add(out, " ", 1) != 0 ||
                   buf_add_string(out, root->known ? hex32(root->bytes).text : "-") != 0 ||
                   buf_add(out, "\n", 1) != 0
               ? -1
               : 0;
}

int said_put_vote(struct buf *out, const struct said_vote *v)
{
    return buf_add_string(out, "vote") != 0 || put_number(out, v->height) != 0 ||
                   put_number(out, v->round) != 0 || buf_add(out, " ", 1) != 0 ||
                   buf_add_string(out, said_steps[v->step]) != 0 || put_root(out, &v->root) != 0
               ? -1
               : 0;
}

int said_put_attest(struct buf *out, const struct said_attest *a)
{
    return buf_add_string(out, "attest") != 0 || put_number(out, a->source) != 0 ||
                   put_number(out, a->target) != 0 || put_root(out, &a->root) != 0
               ? -1
               : 0;
}

int said_put_first(struct buf *out, const struct said *s)
{
    return buf_add_string(out, "history ") != 0 || buf_add_string(out, hex32(s->chain).text) != 0 ||
                   buf_add(out, " ", 1) != 0 || buf_add_string(out, hex32(s->key).text) != 0 ||
                   buf_add(out, "\n", 1) != 0
               ? -1
               : 0;
}

int said_put_heard(struct buf *out, const char *line, size_t n)
{
    return buf_add_string(out, SAID_HEARD) != 0 || buf_add(out, line, n) != 0 ||
                   buf_add(out, "\n", 1) != 0
               ? -1
               : 0;
}

static bool get_number(struct field x, int64_t *out)
{
    return number_parse(x.text, x.len, out) == 0;
}

bool said_get_bytes(struct field x, uint8_t out[32])
{
    return x.len == 64 && hex_decode(out, x.text, 32) == 0;
}

static bool get_root(struct field x, struct said_root *out)
{
    *out = (struct said_root){0};
    if (field_is(x, "-"))
        return true;
    out->known = true;
    return said_get_bytes(x, out->bytes);
}

static bool get_step(struct field x, enum said_step *out)
{
    for (int i = 0; i < STEPS; i++)
        if (field_is(x, said_steps[i])) {
            *out = (enum said_step)i;
            return true;
        }
    return false;
}

bool said_get_vote(const struct field *x, size_t n, struct said_vote *v)
{
    return n == 5 && field_is(x[0], "vote") && get_number(x[1], &v->height) &&
           get_number(x[2], &v->round) && get_step(x[3], &v->step) && get_root(x[4], &v->root);
}

bool said_get_attest(const struct field *x, size_t n, struct said_attest *a)
{
    return n == 4 && field_is(x[0], "attest") && get_number(x[1], &a->source) &&
           get_number(x[2], &a->target) && get_root(x[3], &a->root);
}

bool said_is_heard(const struct field *x, size_t n)
{
    return n == 9 && field_is(x[0], "heard") &&
           (field_is(x[1], "vote") || field_is(x[1], "proposal"));
}
