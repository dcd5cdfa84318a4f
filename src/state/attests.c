#include "state/attests.h"

#include "base/array.h"
#include "base/hex.h"
#include "state/members.h"
#include "state/value.h"

#include <inttypes.h>
#include <stdlib.h>

static int broken(struct fault *f)
{
    return fault_trouble(f, "broken finality in the state");
}

/* --- What is final ---------------------------------------------------------------------------- */

static const struct state_key finality_key = {.kind = FINALITY_KIND};

int finality_get(struct state *s, struct finality *out, struct fault *f)
{
    struct state_value v;
    size_t at = 0;
    *out = (struct finality){0};
    if (state_get(s, &finality_key, &v, f))
        return -1;
    return v.len && (value_take_number(&v, &at, &out->final) ||
                     value_take_number(&v, &at, &out->before) ||
                     value_take_number(&v, &at, &out->f) || value_take_number(&v, &at, &out->e))
               ? broken(f)
               : 0;
}

static int finality_put(struct state *s, const struct finality *x, struct fault *f)
{
    struct state_value v = {.len = 0};
    value_put_number(&v, x->final);
    value_put_number(&v, x->before);
    value_put_number(&v, x->f);
    value_put_number(&v, x->e);
    return state_put(s, &finality_key, &v, f);
}

/* The last checkpoint of at most this height. */
static int64_t checkpoint(const struct rules *r, int64_t height)
{
    return height - height % r->finality;
}

int attests_heights(const struct apply_context *in, int64_t heights[FINALITY_HEIGHTS],
                    struct fault *f)
{
    struct finality x;
    int64_t last = checkpoint(in->rules, in->height - 1);
    if (finality_get(in->state, &x, f))
        return -1;
    heights[0] = x.final;
    heights[1] = x.before;
    heights[2] = x.f;
    heights[3] = x.e;
    heights[4] = last; /* it and the one before it may become final */
    heights[5] = last < in->rules->finality ? 0 : last - in->rules->finality;
    return 0;
}

/* --- What is justified ------------------------------------------------------------------------ */

static struct state_key justified_key(int64_t height)
{
    struct state_key key = {.kind = JUSTIFIED_KIND};
    for (int i = 0; i < 8; i++)
        key.id[i] = (uint8_t)(height >> (56 - 8 * i));
    return key;
}

int attests_justified(struct state *s, const uint8_t chain[ID_LEN], int64_t height,
                      uint8_t id[ID_LEN], struct fault *f)
{
    const struct state_key key = justified_key(height);
    struct state_value v;
    memcpy(id, chain, ID_LEN);
    if (height == 0)
        return 1;
    if (state_get(s, &key, &v, f))
        return -1;
    if (v.len == ID_LEN)
        memcpy(id, v.bytes, ID_LEN);
    return v.len == 0 ? 0 : v.len == ID_LEN ? 1 : broken(f);
}

int attests_source(struct state *s, const struct rules *r, const uint8_t chain[ID_LEN],
                   int64_t target, int64_t *height, uint8_t id[ID_LEN], struct fault *f)
{
    int is = 0;
    *height = target;
    while (!is && *height > 0) {
        *height -= r->finality;
        is = attests_justified(s, chain, *height, id, f);
    }
    return is;
}

static int justify(struct state *s, int64_t height, const uint8_t id[ID_LEN], struct fault *f)
{
    const struct state_key key = justified_key(height);
    struct state_value v = {.len = ID_LEN};
    memcpy(v.bytes, id, ID_LEN);
    return state_put(s, &key, &v, f);
}

/* --- Each key's last line --------------------------------------------------------------------- */

struct last_line {
    int64_t target, source;
};

static struct state_key line_key(const uint8_t id[ID_LEN])
{
    struct state_key key = {.kind = ATTEST_KIND};
    memcpy(key.id, id, ID_LEN);
    return key;
}

static int last_get(struct state *s, const uint8_t id[ID_LEN], struct last_line *x, struct fault *f)
{
    const struct state_key key = line_key(id);
    struct state_value v;
    size_t at = 0;
    *x = (struct last_line){0};
    if (state_get(s, &key, &v, f))
        return -1;
    return v.len && (value_take_number(&v, &at, &x->target) ||
                     value_take_number(&v, &at, &x->source))
               ? broken(f)
               : 0;
}

static int last_put(struct state *s, const uint8_t id[ID_LEN], struct last_line x, struct fault *f)
{
    const struct state_key key = line_key(id);
    struct state_value v = {.len = 0};
    value_put_number(&v, x.target);
    value_put_number(&v, x.source);
    return state_put(s, &key, &v, f);
}

/* --- Counting the lines of a body ------------------------------------------------------------- */

int attests_begin(struct attests *a, const struct apply_context *in, struct fault *f)
{
    *a = (struct attests){.in = in};
    return finality_get(in->state, &a->finality, f);
}

void attests_free(struct attests *a)
{
    member_set_free(&a->f);
    member_set_free(&a->e);
    free(a->sources);
    *a = (struct attests){0};
}

/* What only bodies with lines need. */
static int load(struct attests *a, struct fault *f)
{
    const struct apply_context *in = a->in;
    if (a->is_loaded)
        return 0;
    a->is_loaded = true;
    a->target = checkpoint(in->rules, in->height - 1);
    return in->ancestor(in->self, a->target, a->target_id, f) ||
                   members_after(in->state, in->rules, a->finality.f, &a->f, f) ||
                   members_after(in->state, in->rules, a->finality.e, &a->e, f)
               ? -1
               : 0;
}

static int check_target(const struct attests *a, const struct attest *x, struct fault *f)
{
    if (memcmp(x->line.chain, a->in->chain, ID_LEN))
        return fault_rule(f, "attest: another chain: %s", hex32(x->line.chain).text);
    if (x->target_height != a->target)
        return fault_rule(f,
                          "attest: target height %" PRId64 ", but %" PRId64 " is the last "
                          "checkpoint before the block",
                          x->target_height, a->target);
    if (memcmp(x->target, a->target_id, ID_LEN))
        return fault_rule(f, "attest: target is no ancestor, which is %s",
                          hex32(a->target_id).text);
    return 0;
}

static int check_source(const struct attests *a, const struct attest *x, struct fault *f)
{
    uint8_t id[ID_LEN];
    if (x->source_height >= a->target)
        return fault_rule(f, "attest: source is not before target");
    if (x->source_height % a->in->rules->finality)
        return fault_rule(f, "attest: source is no checkpoint");
    int is = attests_justified(a->in->state, a->in->chain, x->source_height, id, f);
    if (is < 0)
        return -1;
    if (!is)
        return fault_rule(f, "attest: source is not justified by bodies before this one");
    return memcmp(id, x->source, ID_LEN) ? fault_rule(f, "attest: source is no ancestor") : 0;
}

static int check_key(const struct attests *a, const struct attest *x, struct fault *f)
{
    const uint8_t *key = x->line.signer;
    struct last_line last;
    if (!member_set_find(&a->f, key) && !member_set_find(&a->e, key))
        return fault_rule(f, "attest: its key is no member that counts");
    if (last_get(a->in->state, key, &last, f))
        return -1;
    return last.target < a->target
               ? 0
               : fault_rule(f, "attest: its key has attested height %" PRId64 " before",
                            last.target);
}

static int check_order(const struct attests *a, const struct signed_line *s, struct fault *f)
{
    size_t n = s->len < a->last.len ? s->len : a->last.len;
    int order = n ? memcmp(a->last.text, s->text, n) : -1;
    return order < 0 || (order == 0 && a->last.len < s->len)
               ? 0
               : fault_rule(f, "attest: lines are not in ascending order");
}

/* Remembers a source. There are few: each is a justified checkpoint. */
static int note_source(struct attests *a, int64_t source, struct fault *f)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->sources[i] == source)
            return 0;
    if (ARRAY_RESERVE(a->sources, a->cap, a->count + 1))
        return fault_memory(f);
    a->sources[a->count++] = source;
    return 0;
}

int attests_add(struct attests *a, const struct attest *x, struct fault *f)
{
    if (load(a, f) || check_order(a, &x->line, f) || check_target(a, x, f) ||
        check_source(a, x, f) || check_key(a, x, f))
        return -1;
    a->last = (struct field){x->line.text, x->line.len};
    const struct last_line last = {a->target, x->source_height};
    return last_put(a->in->state, x->line.signer, last, f) || note_source(a, last.source, f) ? -1
                                                                                             : 0;
}

/* --- What follows from them ------------------------------------------------------------------- */

/* Whether more than two thirds of a set link this source to the target: 1 or 0, or -1 and trouble.
 */
static int is_linked(const struct attests *a, const struct member_set *set, int64_t source,
                     struct fault *f)
{
    int64_t agreed = 0; /* at most the weight of the set */
    struct last_line last;
    for (size_t i = 0; i < set->count; i++) {
        if (last_get(a->in->state, set->list[i].key, &last, f))
            return -1;
        if (last.target == a->target && last.source == source)
            agreed += set->list[i].weight;
    }
    return member_set_two_thirds(set, agreed);
}

/* If the lines so far link this source to the target, the target is justified; and the source is
 * final if it is the checkpoint right before. */
static int judge(struct attests *a, int64_t source, struct fault *f)
{
    int linked = is_linked(a, &a->f, source, f);
    if (linked > 0)
        linked = is_linked(a, &a->e, source, f);
    if (linked <= 0)
        return linked;
    if (justify(a->in->state, a->target, a->target_id, f))
        return -1;
    if (a->target == source + a->in->rules->finality && a->finality.final < source) {
        a->finality.before = a->finality.final;
        a->finality.final = source;
    }
    return 0;
}

static int end(struct attests *a, struct fault *f)
{
    const struct finality was = a->finality;
    struct finality *is = &a->finality;
    for (size_t i = 0; i < a->count; i++)
        if (judge(a, a->sources[i], f))
            return -1;
    if (a->in->height % a->in->rules->finality == 0) {
        is->f = is->final;
        is->e = is->before;
    }
    return memcmp(&was, is, sizeof was) ? finality_put(a->in->state, is, f) : 0;
}

int attests_end(struct attests *a, int64_t *final, struct fault *f)
{
    int result = end(a, f);
    *final = a->finality.final;
    attests_free(a);
    return result;
}
