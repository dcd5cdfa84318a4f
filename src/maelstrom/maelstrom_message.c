#include "maelstrom/maelstrom_message.h"

#include <errno.h>
#include <string.h>

/* --- Reading ---------------------------------------------------------------------------------- */

/* An object's member that is a string without control characters, 1 to `most` bytes. */
static int read_name(const json_t *object, const char *key, size_t most, const char **out,
                     struct fault *f)
{
    const json_t *value = json_object_get(object, key);
    if (!value)
        return fault_rule(f, "%s is missing", key);
    if (!json_is_string(value))
        return fault_rule(f, "%s is not a string", key);
    size_t n = json_string_length(value);
    if (n < 1 || n > most)
        return fault_rule(f, "%s is empty, or longer than %zu bytes", key, most);
    *out = json_string_value(value);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)(*out)[i] < 0x21 || (*out)[i] == 0x7f)
            return fault_rule(f, "%s has a space or a control character in it", key);
    return 0;
}

static int read_number(const json_t *object, const char *key, bool *there, int64_t *out,
                       struct fault *f)
{
    const json_t *value = json_object_get(object, key);
    *there = value && !json_is_null(value);
    if (*there && !json_is_integer(value))
        return fault_rule(f, "%s is not an integer", key);
    *out = *there ? json_integer_value(value) : 0;
    return 0;
}

static int read_members(struct maelstrom_message *m, struct fault *f)
{
    if (!json_is_object(m->root))
        return fault_rule(f, "the line is not a JSON object");
    m->body = json_object_get(m->root, "body");
    if (read_name(m->root, "src", MAELSTROM_NAME_MAX, &m->src, f) ||
        read_name(m->root, "dest", MAELSTROM_NAME_MAX, &m->dest, f))
        return -1;
    if (!json_is_object(m->body))
        return fault_rule(f, "body is %s", m->body ? "not an object" : "missing");
    if (read_name(m->body, "type", MAELSTROM_NAME_MAX, &m->type, f) ||
        read_number(m->body, "msg_id", &m->has_id, &m->id, f) ||
        read_number(m->body, "in_reply_to", &m->is_reply, &m->reply_to, f))
        return -1;
    return 0;
}

int maelstrom_message_parse(const char *line, size_t n, struct maelstrom_message *m,
                            struct fault *f)
{
    json_error_t error;
    *m = (struct maelstrom_message){0};
    if (n > MAELSTROM_LINE_MAX)
        return fault_rule(f, "a message of more than %d bytes", MAELSTROM_LINE_MAX);
    errno = 0;
    m->root = json_loadb(line, n, JSON_REJECT_DUPLICATES, &error);
    if (!m->root)
        /* where an allocation fails, jansson may blame the text */
        return errno == ENOMEM
                   ? fault_memory(f)
                   : fault_rule(f, "not JSON: %s (byte %d)", error.text, error.position);
    if (read_members(m, f) == 0)
        return 0;
    maelstrom_message_free(m);
    return -1;
}

void maelstrom_message_free(struct maelstrom_message *m)
{
    json_decref(m->root);
    *m = (struct maelstrom_message){0};
}

/* --- Writing ---------------------------------------------------------------------------------- */

static int add_bytes(const char *bytes, size_t n, void *out)
{
    return buf_add(out, bytes, n);
}

int maelstrom_value_format(const json_t *value, struct buf *out)
{
    return json_dump_callback(value, add_bytes, out, JSON_COMPACT | JSON_ENCODE_ANY);
}

static int add_name(const char *key, const char *name, struct buf *out)
{
    json_t *value = json_string(name);
    int failed = !value || buf_add_string(out, key) || maelstrom_value_format(value, out);
    json_decref(value);
    return failed ? -1 : 0;
}

int maelstrom_message_format(const char *src, const char *dest, const json_t *body, struct buf *out)
{
    return add_name("{\"src\":", src, out) || add_name(",\"dest\":", dest, out) ||
                   buf_add_string(out, ",\"body\":") || maelstrom_value_format(body, out) ||
                   buf_add_string(out, "}\n")
               ? -1
               : 0;
}

/* --- Errors ----------------------------------------------------------------------------------- */

static const struct {
    int64_t code;
    const char *name;
    bool definite;
} errors[] = {
    {MAELSTROM_TIMEOUT, "timeout", false},
    {MAELSTROM_NO_NODE, "node-not-found", true},
    {MAELSTROM_NOT_SUPPORTED, "not-supported", true},
    {MAELSTROM_UNAVAILABLE, "temporarily-unavailable", true},
    {MAELSTROM_MALFORMED, "malformed-request", true},
    {MAELSTROM_CRASH, "crash", false},
    {MAELSTROM_ABORT, "abort", true},
    {MAELSTROM_NO_KEY, "key-does-not-exist", true},
    {MAELSTROM_KEY_EXISTS, "key-already-exists", true},
    {MAELSTROM_PRECONDITION, "precondition-failed", true},
    {MAELSTROM_CONFLICT, "txn-conflict", true},
};

bool maelstrom_error_definite(int64_t code)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].code == code)
            return errors[i].definite;
    return false;
}

const char *maelstrom_error_name(int64_t code)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].code == code)
            return errors[i].name;
    return "error";
}
