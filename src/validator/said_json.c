/* The interchange of EIP-3076: JSON in and out. Numbers are strings there, and bytes 0x and digits.
 */
#include "validator/said.h"

#include "base/array.h"
#include "base/hex.h"
#include "base/num.h"
#include "validator/said_line.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define VERSION "5"
/* Nothing of this height comes after it. */
#define LAST_ROUND INT64_MAX

static int put_bytes(struct buf *out, const uint8_t bytes[32])
{
    return buf_add_string(out, "\"0x") != 0 || buf_add_string(out, hex32(bytes).text) != 0 ||
                   buf_add_string(out, "\"") != 0
               ? -1
               : 0;
}

/* `,"NAME":"N"`, without the comma at first. */
static int put_field(struct buf *out, const char *name, int64_t n)
{
    return buf_add_string(out, name) != 0 || buf_add_number(out, n) != 0 ||
                   buf_add_string(out, "\"") != 0
               ? -1
               : 0;
}

static int put_root(struct buf *out, const struct said_root *root)
{
    if (root->known &&
        (buf_add_string(out, ",\"signing_root\":") != 0 || put_bytes(out, root->bytes) != 0))
        return -1;
    return buf_add_string(out, "}");
}

static int put_entries(struct buf *out, const struct said *s)
{
    if (buf_add_string(out, ",\"signed_blocks\":[") != 0)
        return -1;
    if (s->voted && (put_field(out, "{\"slot\":\"", s->last.height) != 0 ||
                     put_root(out, &(struct said_root){0}) != 0))
        return -1;
    if (buf_add_string(out, "],\"signed_attestations\":[") != 0)
        return -1;
    for (size_t i = 0; i < s->count; i++)
        if (put_field(out, i > 0 ? ",{\"source_epoch\":\"" : "{\"source_epoch\":\"",
                      s->attests[i].source) != 0 ||
            put_field(out, ",\"target_epoch\":\"", s->attests[i].target) != 0 ||
            put_root(out, &s->attests[i].root) != 0)
            return -1;
    return buf_add_string(out, "]}]}\n");
}

int said_export(const struct said *s, struct buf *out, struct fault *f)
{
    return buf_add_string(out, "{\"metadata\":{\"interchange_format_version\":\"" VERSION
                               "\",\"genesis_validators_root\":") != 0 ||
                   put_bytes(out, s->chain) != 0 ||
                   buf_add_string(out, "},\"data\":[{\"pubkey\":") != 0 ||
                   put_bytes(out, s->key) != 0 || put_entries(out, s) != 0
               ? fault_memory(f)
               : 0;
}

/* A member that is 0x and 64 digits, in any case. */
static bool get_bytes(const json_t *object, const char *name, uint8_t out[32])
{
    const char *text = json_string_value(json_object_get(object, name));
    char digits[64];
    if (text == NULL || strlen(text) != 66 || memcmp(text, "0x", 2) != 0)
        return false;
    for (size_t i = 0; i < sizeof digits; i++)
        digits[i] = text[2 + i] >= 'A' && text[2 + i] <= 'F' ? (char)(text[2 + i] - 'A' + 'a')
                                                             : text[2 + i];
    return hex_decode(out, digits, 32) == 0;
}

static bool get_number(const json_t *object, const char *name, int64_t *out)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL && number_parse(text, strlen(text), out) == 0;
}

static bool get_root(const json_t *object, struct said_root *out)
{
    *out = (struct said_root){.known = json_object_get(object, "signing_root") != NULL};
    return !out->known || get_bytes(object, "signing_root", out->bytes);
}

/* What an interchange says of the key. */
struct taken {
    struct said_vote vote; /* the last one */
    bool voted, concerns;  /* whether there is one; whether the key is there at all */
    struct said_attest *attests;
    size_t count, cap;
};

static int take_block(const json_t *x, struct taken *t, struct fault *f)
{
    struct said_vote v = {.round = LAST_ROUND, .step = SAID_PRECOMMIT};
    if (!get_number(x, "slot", &v.height))
        return fault_rule(f, "interchange: a signed block has no slot");
    if (!t->voted || v.height > t->vote.height)
        t->vote = v;
    t->voted = true;
    return 0;
}

static int take_attest(const json_t *x, struct taken *t, struct fault *f)
{
    struct said_attest a = {0};
    if (!get_number(x, "source_epoch", &a.source) || !get_number(x, "target_epoch", &a.target) ||
        !get_root(x, &a.root))
        return fault_rule(f, "interchange: a signed attestation has no epochs, or a bad root");
    if (ARRAY_RESERVE(t->attests, t->cap, t->count + 1) != 0)
        return fault_memory(f);
    t->attests[t->count++] = a;
    return 0;
}

typedef int take_one(const json_t *x, struct taken *t, struct fault *f);

static int take_all(const json_t *list, take_one *take, struct taken *t, struct fault *f)
{
    if (!json_is_array(list))
        return fault_rule(f, "interchange: a key lacks signed_blocks or signed_attestations");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (take(json_array_get(list, i), t, f) != 0)
            return -1;
    return 0;
}

/* What concerns this key, of which there has to be something. */
static int take_data(const struct said *s, const json_t *data, struct taken *t, struct fault *f)
{
    if (!json_is_array(data))
        return fault_rule(f, "interchange: there is no data");
    for (size_t i = 0; i < json_array_size(data); i++) {
        const json_t *one = json_array_get(data, i);
        uint8_t key[32];
        if (!get_bytes(one, "pubkey", key) || memcmp(key, s->key, 32) != 0)
            continue;
        t->concerns = true;
        if (take_all(json_object_get(one, "signed_blocks"), take_block, t, f) != 0 ||
            take_all(json_object_get(one, "signed_attestations"), take_attest, t, f) != 0)
            return -1;
    }
    return t->concerns ? 0
                       : fault_rule(f, "interchange: it says nothing of this key, %.8s...",
                                    hex32(s->key).text);
}

static int order(const void *x, const void *y)
{
    const struct said_attest *a = x, *b = y;
    if (a->target != b->target)
        return a->target < b->target ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    if (a->root.known != b->root.known)
        return a->root.known ? 1 : -1;
    return memcmp(a->root.bytes, b->root.bytes, 32);
}

/* The lines of what is new of those attests, by ascending target. `known`: in order. */
static int put_attests(struct taken *t, const struct said_attest *known, size_t count,
                       struct buf *lines)
{
    if (t->count > 0)
        qsort(t->attests, t->count, sizeof *t->attests, order);
    for (size_t i = 0; i < t->count; i++) {
        const struct said_attest *a = &t->attests[i];
        bool is_known = (i > 0 && order(a - 1, a) == 0) ||
                        (count > 0 && bsearch(a, known, count, sizeof *known, order) != NULL);
        if (!is_known && said_put_attest(lines, a) != 0)
            return -1;
    }
    return 0;
}

/* The lines of all that is new. 0, or -1: no memory. */
static int put_new(const struct said *s, struct taken *t, struct buf *lines)
{
    struct said_attest *known = NULL;
    size_t cap = 0;
    if (t->voted && !said_covers_vote(s, &t->vote) && said_put_vote(lines, &t->vote) != 0)
        return -1;
    if (ARRAY_RESERVE(known, cap, s->count) != 0)
        return -1;
    if (s->count > 0) {
        memcpy(known, s->attests, s->count * sizeof *known);
        qsort(known, s->count, sizeof *known, order);
    }
    int failed = put_attests(t, known, s->count, lines);
    free(known);
    return failed;
}

static int take_root(struct said *s, const json_t *root, struct buf *lines, struct fault *f)
{
    struct taken t = {0};
    const json_t *metadata = json_object_get(root, "metadata");
    const char *version = json_string_value(
        json_object_get(metadata, "interchange_format_version"));
    uint8_t chain[32];
    if (version == NULL || strcmp(version, VERSION) != 0)
        return fault_rule(f, "interchange: its version is not " VERSION);
    if (!get_bytes(metadata, "genesis_validators_root", chain) || memcmp(chain, s->chain, 32) != 0)
        return fault_rule(f, "interchange: it is of another chain");
    int failed = take_data(s, json_object_get(root, "data"), &t, f);
    if (failed == 0 && put_new(s, &t, lines) != 0)
        failed = fault_memory(f);
    free(t.attests);
    if (failed != 0)
        return -1;
    return lines->len == 0 ? 0 : said_add(s, lines, f);
}

int said_import(struct said *s, const char *json, size_t n, struct fault *f)
{
    struct buf lines = {0};
    json_error_t error;
    errno = 0; /* jansson calls some of its troubles with memory wrong syntax */
    json_t *root = json_loadb(json, n, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL && errno == ENOMEM)
        return fault_memory(f);
    if (root == NULL)
        return fault_rule(f, "interchange: line %d: %.200s", error.line, error.text);
    int failed = take_root(s, root, &lines, f);
    json_decref(root);
    buf_free(&lines);
    return failed;
}
