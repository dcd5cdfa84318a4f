/* The interchange of EIP-3076: JSON in and out. Numbers are strings there, and bytes 0x and digits.
 */
#include "validator/said.h"

#include "base/hex.h"
#include "base/num.h"

#include <errno.h>
#include <jansson.h>
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

/* Both append nothing for what is known. */
static int take_block(const struct said *s, const json_t *x, struct buf *lines, struct fault *f)
{
    struct said_vote v = {.round = LAST_ROUND, .step = SAID_PRECOMMIT};
    if (!get_number(x, "slot", &v.height))
        return fault_rule(f, "interchange: a signed block has no slot");
    return !said_covers_vote(s, &v) && said_put_vote(lines, &v) != 0 ? fault_memory(f) : 0;
}

static int take_attest(const struct said *s, const json_t *x, struct buf *lines, struct fault *f)
{
    struct said_attest a = {0};
    if (!get_number(x, "source_epoch", &a.source) || !get_number(x, "target_epoch", &a.target) ||
        !get_root(x, &a.root))
        return fault_rule(f, "interchange: a signed attestation has no epochs, or a bad root");
    return !said_has_attest(s, &a) && said_put_attest(lines, &a) != 0 ? fault_memory(f) : 0;
}

typedef int take_one(const struct said *s, const json_t *x, struct buf *lines, struct fault *f);

static int take_all(const struct said *s, const json_t *list, take_one *take, struct buf *lines,
                    struct fault *f)
{
    if (!json_is_array(list))
        return fault_rule(f, "interchange: a key lacks signed_blocks or signed_attestations");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (take(s, json_array_get(list, i), lines, f) != 0)
            return -1;
    return 0;
}

/* The lines for what concerns this key, of which there has to be something. */
static int take_data(const struct said *s, const json_t *data, struct buf *lines, struct fault *f)
{
    if (!json_is_array(data))
        return fault_rule(f, "interchange: there is no data");
    bool concerns = false;
    for (size_t i = 0; i < json_array_size(data); i++) {
        const json_t *one = json_array_get(data, i);
        uint8_t key[32];
        if (!get_bytes(one, "pubkey", key) || memcmp(key, s->key, 32) != 0)
            continue;
        concerns = true;
        if (take_all(s, json_object_get(one, "signed_blocks"), take_block, lines, f) != 0 ||
            take_all(s, json_object_get(one, "signed_attestations"), take_attest, lines, f) != 0)
            return -1;
    }
    return concerns ? 0
                    : fault_rule(f, "interchange: it says nothing of this key, %.8s...",
                                 hex32(s->key).text);
}

static int take_root(struct said *s, const json_t *root, struct buf *lines, struct fault *f)
{
    const json_t *metadata = json_object_get(root, "metadata");
    const char *version = json_string_value(
        json_object_get(metadata, "interchange_format_version"));
    uint8_t chain[32];
    if (version == NULL || strcmp(version, VERSION) != 0)
        return fault_rule(f, "interchange: its version is not " VERSION);
    if (!get_bytes(metadata, "genesis_validators_root", chain) || memcmp(chain, s->chain, 32) != 0)
        return fault_rule(f, "interchange: it is of another chain");
    if (take_data(s, json_object_get(root, "data"), lines, f) != 0)
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
