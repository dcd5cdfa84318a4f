#include "state/earlier.h"

#include "base/array.h"
#include "state/value.h"

#include <stdlib.h>

/* The kind of the list of heights, and those of the weights of each, of which one more can be
 * there than are asked for. */
enum { LIST_KIND = 'V', SLOT_KIND = 0x80, SLOTS = EARLIER_MAX + 1 };

struct slot {
    int64_t height;
    uint8_t kind; /* of its weights */
};

struct slots {
    size_t count;
    struct slot at[SLOTS]; /* ascending by height */
};

static const struct state_key list_key = {.kind = LIST_KIND};

static int read_slots(struct state *s, struct slots *out, struct fault *f)
{
    struct state_value v;
    int64_t kind;
    if (state_get(s, &list_key, &v, f))
        return -1;
    out->count = 0;
    for (size_t at = 0; at < v.len; out->count++) {
        struct slot *slot = &out->at[out->count];
        if (out->count == SLOTS || value_take_number(&v, &at, &slot->height) ||
            value_take_number(&v, &at, &kind) || kind < SLOT_KIND || kind >= SLOT_KIND + SLOTS)
            return fault_trouble(f, "broken list of earlier members in the state");
        slot->kind = (uint8_t)kind;
    }
    return 0;
}

static int write_slots(struct state *s, const struct slots *slots, struct fault *f)
{
    struct state_value v = {.len = 0};
    for (size_t i = 0; i < slots->count; i++) {
        value_put_number(&v, slots->at[i].height);
        value_put_number(&v, slots->at[i].kind);
    }
    return state_put(s, &list_key, &v, f);
}

/* --- Notes ------------------------------------------------------------------------------------ */

static struct state_key key_of(uint8_t kind, const uint8_t id[ID_LEN])
{
    struct state_key key = {.kind = kind};
    memcpy(key.id, id, ID_LEN);
    return key;
}

/* A kind that no slot has. */
static uint8_t unused_kind(const struct slots *slots)
{
    uint8_t kind = SLOT_KIND;
    for (size_t i = 0; i < slots->count;)
        if (slots->at[i].kind == kind) {
            kind++;
            i = 0;
        } else {
            i++;
        }
    return kind;
}

/* Sets *kind to that of the newest slot, which is the one for this height. */
static int open_slot(struct state *s, int64_t height, uint8_t *kind, struct fault *f)
{
    struct slots slots;
    if (read_slots(s, &slots, f))
        return -1;
    if (slots.count == 0 || slots.at[slots.count - 1].height != height) {
        if (slots.count == SLOTS)
            return fault_trouble(f, "too many earlier sets of members in the state");
        slots.at[slots.count] = (struct slot){height, unused_kind(&slots)};
        slots.count++;
        if (write_slots(s, &slots, f))
            return -1;
    }
    *kind = slots.at[slots.count - 1].kind;
    return 0;
}

/* Writes a value under a kind unless there is one already. */
static int put_first(struct state *s, uint8_t kind, const uint8_t id[ID_LEN],
                     const struct state_value *value, struct fault *f)
{
    const struct state_key key = key_of(kind, id);
    struct state_value has;
    if (state_get(s, &key, &has, f))
        return -1;
    return has.len ? 0 : state_put(s, &key, value, f);
}

int earlier_note(struct state *s, int64_t height, const uint8_t key[ID_LEN], int64_t weight,
                 struct fault *f)
{
    struct state_value value = {.len = 0};
    uint8_t kind = 0;
    value_put_number(&value, weight);
    return open_slot(s, height, &kind, f) || put_first(s, kind, key, &value, f) ? -1 : 0;
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* A set that changes from `from` into `to`, with the notes of one slot. */
struct change_of_set {
    const struct member_set *from;
    size_t at; /* the first of `from` that is not in `to` yet */
    struct member_set to;
};

/* Copies the members before this key (NULL: all that are left). */
static int copy_before(struct change_of_set *c, const uint8_t *key, struct fault *f)
{
    for (; c->at < c->from->count; c->at++) {
        const struct member *m = &c->from->list[c->at];
        if (key && memcmp(m->key, key, ID_LEN) >= 0)
            return 0;
        if (member_set_add(&c->to, m, f))
            return -1;
    }
    return 0;
}

static int undo(void *self, const struct state_key *key, const struct state_value *value,
                struct fault *f)
{
    struct change_of_set *c = self;
    struct member m;
    size_t at = 0;
    memcpy(m.key, key->id, ID_LEN);
    if (value_take_number(value, &at, &m.weight))
        return fault_trouble(f, "broken weight in the state");
    if (copy_before(c, key->id, f))
        return -1;
    if (c->at < c->from->count && memcmp(c->from->list[c->at].key, key->id, ID_LEN) == 0)
        c->at++;
    return m.weight ? member_set_add(&c->to, &m, f) : 0;
}

static int undo_slot(struct state *s, uint8_t kind, struct member_set *set, struct fault *f)
{
    struct change_of_set c = {.from = set};
    if (state_walk(s, kind, undo, &c, f) || copy_before(&c, NULL, f)) {
        member_set_free(&c.to);
        return fault_trouble(f, "broken earlier members in the state");
    }
    member_set_free(set);
    *set = c.to;
    return 0;
}

int earlier_set(struct state *s, int64_t height, struct member_set *set, struct fault *f)
{
    struct slots slots;
    if (read_slots(s, &slots, f))
        return -1;
    for (size_t i = slots.count; i-- && slots.at[i].height >= height;)
        if (undo_slot(s, slots.at[i].kind, set, f))
            return -1;
    return 0;
}

/* --- Forgetting ------------------------------------------------------------------------------- */

struct notes {
    struct {
        uint8_t id[ID_LEN];
        struct state_value value;
    } * list;
    size_t count, cap;
};

static int add_note(void *self, const struct state_key *key, const struct state_value *value,
                    struct fault *f)
{
    struct notes *n = self;
    if (ARRAY_RESERVE(n->list, n->cap, n->count + 1))
        return fault_memory(f);
    memcpy(n->list[n->count].id, key->id, ID_LEN);
    n->list[n->count++].value = *value;
    return 0;
}

/* Moves the notes of one kind to another, which keeps those that it has itself; to 0: drops them.
 */
static int move_notes(struct state *s, uint8_t from, uint8_t to, struct fault *f)
{
    static const struct state_value none;
    struct notes notes = {0};
    int result = state_walk(s, from, add_note, &notes, f);
    for (size_t i = 0; !result && i < notes.count; i++) {
        const struct state_key key = key_of(from, notes.list[i].id);
        if (to)
            result = put_first(s, to, notes.list[i].id, &notes.list[i].value, f);
        if (!result)
            result = state_put(s, &key, &none, f);
    }
    free(notes.list);
    return result;
}

/* The last of the heights that is at most this one, or -1. */
static int64_t last_until(const int64_t *heights, size_t n, int64_t height)
{
    while (n && heights[n - 1] > height)
        n--;
    return n ? heights[n - 1] : -1;
}

/* Takes a slot over into *kept, where it serves the last height to be kept that is not after its
 * own. */
static int keep_slot(struct state *s, struct slot slot, const int64_t *heights, size_t n,
                     struct slots *kept, struct fault *f)
{
    struct slot *last = kept->count ? &kept->at[kept->count - 1] : NULL;
    slot.height = last_until(heights, n, slot.height);
    if (slot.height < 0)
        return move_notes(s, slot.kind, 0, f);
    if (last && last->height == slot.height)
        return move_notes(s, slot.kind, last->kind, f);
    kept->at[kept->count++] = slot;
    return 0;
}

int earlier_keep(struct state *s, const int64_t *heights, size_t n, struct fault *f)
{
    struct slots slots, kept = {0};
    bool same = true;
    if (read_slots(s, &slots, f))
        return -1;
    for (size_t i = 0; i < slots.count; i++) {
        same = same && last_until(heights, n, slots.at[i].height) == slots.at[i].height;
        if (keep_slot(s, slots.at[i], heights, n, &kept, f))
            return -1;
    }
    return same ? 0 : write_slots(s, &kept, f);
}
