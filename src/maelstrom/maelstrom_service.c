#include "maelstrom/maelstrom_service.h"

#include "base/chance.h"

#include <stdlib.h>
#include <string.h>

enum kind { LIN_KV, SEQ_KV, LWW_KV, LIN_TSO };

static const char *const names[MAELSTROM_SERVICES] = {"lin-kv", "seq-kv", "lww-kv", "lin-tso"};

enum {
    COPIES = 5, /* of lww-kv */
    PAST = 100, /* updates that seq-kv may be behind */
};

/* Each key, as its JSON text, to its values: a list of [STAMP, VALUE], the newest last. Stamps are
 * counted by the service. */
struct maelstrom_service {
    enum kind kind;
    uint64_t seed;
    json_int_t stamp; /* of the newest update; or the newest timestamp */
    size_t bytes;
    json_t *copies[COPIES]; /* all but lww-kv have one */
    json_t *seen;           /* client to the stamp that it has seen, of seq-kv */
};

int maelstrom_service_find(const char *name)
{
    for (int i = 0; i < MAELSTROM_SERVICES; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

const char *maelstrom_service_name(int service)
{
    return service >= 0 && service < MAELSTROM_SERVICES ? names[service] : NULL;
}

struct maelstrom_service *maelstrom_service_new(int service, uint64_t seed)
{
    struct maelstrom_service *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->kind = (enum kind)service;
    s->seed = seed;
    s->seen = json_object();
    bool failed = !s->seen;
    for (int i = 0; i < COPIES; i++)
        failed = !(s->copies[i] = json_object()) || failed;
    if (!failed)
        return s;
    maelstrom_service_free(s);
    return NULL;
}

void maelstrom_service_free(struct maelstrom_service *s)
{
    if (!s)
        return;
    for (int i = 0; i < COPIES; i++)
        json_decref(s->copies[i]);
    json_decref(s->seen);
    free(s);
}

/* --- Keys and their values -------------------------------------------------------------------- */

/* The newest [STAMP, VALUE] of a key that is not newer than `stamp`, or NULL. */
static json_t *entry_at(const json_t *copy, const char *key, json_int_t stamp)
{
    const json_t *list = json_object_get(copy, key);
    for (size_t i = json_array_size(list); i > 0; i--) {
        json_t *entry = json_array_get(list, i - 1);
        if (json_integer_value(json_array_get(entry, 0)) <= stamp)
            return entry;
    }
    return NULL;
}

static size_t size_of(const json_t *entry)
{
    return json_dumpb(entry, NULL, 0, JSON_COMPACT);
}

/* Drops the values that no client will be shown any more: all but the newest of those that are as
 * old as `floor`. */
static void drop_old(struct maelstrom_service *s, json_t *list, json_int_t floor)
{
    while (json_array_size(list) > 1 &&
           json_integer_value(json_array_get(json_array_get(list, 1), 0)) <= floor) {
        s->bytes -= size_of(json_array_get(list, 0));
        json_array_remove(list, 0);
    }
}

/* Adds an entry, whose reference it takes, as a key's newest. */
static int put_entry(struct maelstrom_service *s, json_t *copy, const char *key, json_t *entry)
{
    json_t *list = json_object_get(copy, key);
    if (!list) {
        list = json_array();
        s->bytes += strlen(key);
        if (!list || json_object_set_new(copy, key, list)) {
            json_decref(entry);
            return -1;
        }
    }
    s->bytes += size_of(entry);
    if (json_array_append_new(list, entry))
        return -1;
    drop_old(s, list, s->kind == SEQ_KV ? s->stamp - PAST : s->stamp);
    return 0;
}

/* --- What a request does to a key ------------------------------------------------------------- */

#define NO_ERROR (-1)

struct effect {
    int error; /* enum maelstrom_error, or NO_ERROR */
    json_t *shown, *set;
};

static struct effect judge(const struct maelstrom_message *request, json_t *now)
{
    const json_t *body = request->body;
    json_t *value = json_object_get(body, "value");
    if (strcmp(request->type, "read") == 0)
        return now ? (struct effect){NO_ERROR, now, NULL}
                   : (struct effect){.error = MAELSTROM_NO_KEY};
    if (strcmp(request->type, "write") == 0)
        return value ? (struct effect){NO_ERROR, NULL, value}
                     : (struct effect){.error = MAELSTROM_MALFORMED};
    const json_t *from = json_object_get(body, "from");
    json_t *to = json_object_get(body, "to");
    if (strcmp(request->type, "cas") != 0)
        return (struct effect){.error = MAELSTROM_NOT_SUPPORTED};
    if (!from || !to)
        return (struct effect){.error = MAELSTROM_MALFORMED};
    if (!now && !json_is_true(json_object_get(body, "create_if_not_exists")))
        return (struct effect){.error = MAELSTROM_NO_KEY};
    if (now && !json_equal(now, from))
        return (struct effect){.error = MAELSTROM_PRECONDITION};
    return (struct effect){NO_ERROR, NULL, to};
}

static struct effect judge_at(const struct maelstrom_message *request, const json_t *copy,
                              const char *key, json_int_t stamp)
{
    return judge(request, json_array_get(entry_at(copy, key, stamp), 1));
}

/* --- The stores ------------------------------------------------------------------------------- */

/* A stamp between what this client has seen and now. */
static json_int_t past_stamp(struct maelstrom_service *s, const char *client)
{
    json_int_t seen = json_integer_value(json_object_get(s->seen, client));
    json_int_t least = s->stamp - PAST > seen ? s->stamp - PAST : seen;
    return least + (json_int_t)chance_below(&s->seed, (uint64_t)(s->stamp - least + 1));
}

/* Whether an effect leaves a store as it is, which has this value for the key. */
static bool changes_nothing(const struct effect *e, const json_t *value)
{
    return !e->set || (value && json_equal(e->set, value));
}

/* One copy takes in what another one has and it has not. */
static int exchange(struct maelstrom_service *s)
{
    json_t *to = s->copies[chance_below(&s->seed, COPIES)];
    json_t *from = s->copies[chance_below(&s->seed, COPIES)];
    const char *key;
    json_t *list;
    if (to == from)
        return 0;
    json_object_foreach(from, key, list)
    {
        const json_t *newest = json_array_get(list, json_array_size(list) - 1);
        const json_t *mine = entry_at(to, key, s->stamp);
        if (!mine || json_integer_value(json_array_get(mine, 0)) <
                         json_integer_value(json_array_get(newest, 0))) {
            if (put_entry(s, to, key, json_incref((json_t *)newest)))
                return -1;
        }
    }
    return 0;
}

static int store(struct maelstrom_service *s, json_t *copy, const char *key, struct effect *e)
{
    if (s->bytes > MAELSTROM_STORE_MAX) {
        *e = (struct effect){.error = MAELSTROM_UNAVAILABLE};
        return 0;
    }
    s->stamp++;
    json_t *entry = json_pack("[I,O]", s->stamp, e->set);
    return entry ? put_entry(s, copy, key, entry) : -1;
}

/* What the request does; the reader of the past is told of it only if that changes nothing there.
 */
static int apply(struct maelstrom_service *s, const struct maelstrom_message *request,
                 const char *key, struct effect *e)
{
    json_t *copy = s->copies[0];
    if (s->kind == LWW_KV && exchange(s))
        return -1;
    if (s->kind == LWW_KV)
        copy = s->copies[chance_below(&s->seed, COPIES)];
    json_int_t stamp = s->kind == SEQ_KV ? past_stamp(s, request->src) : s->stamp;
    *e = judge_at(request, copy, key, stamp);
    if (!changes_nothing(e, json_array_get(entry_at(copy, key, stamp), 1))) {
        *e = judge_at(request, copy, key, s->stamp);
        if (e->set && store(s, copy, key, e))
            return -1;
        stamp = s->stamp;
    }
    return s->kind == SEQ_KV ? json_object_set_new(s->seen, request->src, json_integer(stamp)) : 0;
}

/* --- Answers ---------------------------------------------------------------------------------- */

static json_t *error_body(int code)
{
    return json_pack("{s:s,s:i,s:s}", "type", "error", "code", code, "text",
                     maelstrom_error_name(code));
}

static json_t *effect_body(const struct maelstrom_message *request, const struct effect *e)
{
    if (e->error != NO_ERROR)
        return error_body(e->error);
    if (e->shown)
        return json_pack("{s:s,s:O}", "type", "read_ok", "value", e->shown);
    return json_pack("{s:s}", "type", strcmp(request->type, "cas") == 0 ? "cas_ok" : "write_ok");
}

static json_t *answer_kv(struct maelstrom_service *s, const struct maelstrom_message *request)
{
    struct effect e;
    json_t *body = NULL;
    const json_t *key = json_object_get(request->body, "key");
    char *text = key ? json_dumps(key, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;
    if (!key)
        body = error_body(MAELSTROM_MALFORMED);
    else if (text && apply(s, request, text, &e) == 0)
        body = effect_body(request, &e);
    free(text);
    return body;
}

static json_t *answer_tso(struct maelstrom_service *s, const struct maelstrom_message *request)
{
    return strcmp(request->type, "ts") == 0
               ? json_pack("{s:s,s:I}", "type", "ts_ok", "ts", s->stamp++)
               : error_body(MAELSTROM_NOT_SUPPORTED);
}

json_t *maelstrom_service_answer(struct maelstrom_service *s,
                                 const struct maelstrom_message *request, struct fault *f)
{
    json_t *body = s->kind == LIN_TSO ? answer_tso(s, request) : answer_kv(s, request);
    if (body && (!request->has_id ||
                 json_object_set_new(body, "in_reply_to", json_integer(request->id)) == 0))
        return body;
    json_decref(body);
    fault_memory(f);
    return NULL;
}
