/*
 * record/state_line, record/state_proof, light/presence and state/smt: what is read of a line gives
 * back the very bytes; a path leads to one root only; and pages of any bytes, as a damaged index
 * could have them, are read or refused, never believed beyond their bounds.
 */
#include "light/presence.h"

#include "fuzz.h"
#include "hash/merkle.h"
#include "record/state_entry.h"
#include "record/state_line.h"
#include "record/types.h"
#include "state/entries.h"
#include "state/smt.h"

static void check_state(const char *line, size_t len)
{
    struct state_line s;
    struct fault f;
    struct buf again = {0};
    if (state_line_parse(line, len, &s, &f)) {
        must(f.kind == FAULT_RULE && f.text[0]);
        return;
    }
    must(state_line_format(&s, &again) == 0);
    must_equal(again.data, again.len, line, len);
    must(len + 1 <= STATE_LINE_SIZE_MAX);
    buf_free(&again);
}

/* Where the path leads, bit by bit. */
static void climb(const struct state_proof *p, const uint8_t place[ID_LEN], uint8_t out[ID_LEN])
{
    memset(out, 0, ID_LEN);
    if (p->entry.len)
        sha256(p->entry.text, p->entry.len, out);
    for (size_t i = 0, depth = p->depth; depth-- > 0; i++) {
        if (place[depth / 8] << depth % 8 & 128)
            merkle_node(p->path[i], out, out);
        else
            merkle_node(out, p->path[i], out);
    }
}

/* With its root made right, a line holds, unless its entry is in the wrong place; with any other
 * bit of the root it does not. */
static void check_root(struct state_proof *p)
{
    uint8_t place[ID_LEN];
    struct fault f;
    memcpy(place, p->place, ID_LEN);
    if (p->entry.len)
        sha256(p->entry.text, p->named, place);
    climb(p, place, p->root);
    bool holds = presence_check(p, &f) == 0;
    must(holds || (!p->present && p->entry.len));
    p->root[p->depth % ID_LEN] ^= 1;
    must(presence_check(p, &f) && f.kind == FAULT_RULE);
}

static void check_line(const char *line, size_t len)
{
    struct state_proof p;
    struct fault f;
    struct buf again = {0};
    if (line_check(line, len, &f))
        return;
    if (record_type_of(line, len) == &state_type)
        check_state(line, len);
    if (state_proof_parse(line, len, &p, &f)) {
        must(f.kind == FAULT_RULE && f.text[0]);
        return;
    }
    must(p.depth <= STATE_PATH_MAX && (p.entry.len || !p.present));
    must(p.named <= p.entry.len && p.entry.len <= STATE_ENTRY_MAX);
    must(state_proof_format(&p, &again) == 0);
    must_equal(again.data, again.len, line, len);
    buf_free(&again);
    check_root(&p);
}

/* --- Pages ------------------------------------------------------------------------------------ */

struct bytes {
    const uint8_t *data;
    size_t n;
};

/* Every page is a part of the bytes, which its id chooses. */
static int get(void *self, const void *id, size_t len, struct buf *out, struct fault *f)
{
    const struct bytes *b = self;
    const uint8_t *digits = id;
    size_t from = 0;
    for (size_t i = 1; i < len; i++)
        from += digits[i];
    from %= b->n + 1;
    return buf_add(out, b->data + from, b->n - from) ? fault_memory(f) : 0;
}

static int damage(void *self, struct fault *f)
{
    (void)self;
    return fault_trouble(f, "damaged");
}

static void check_pages(const uint8_t *data, size_t n)
{
    struct bytes b = {data, n};
    struct smt *t = smt_new((struct smt_pages){get, damage, &b});
    struct smt_path path;
    struct smt_sum sum;
    struct smt_leaf leaf = {.key.kind = 'a'};
    struct fault f = {0};
    must(t);
    memcpy(leaf.key.id, data, n < ID_LEN ? n : ID_LEN);
    entry_place(&leaf.key, leaf.place);
    leaf.gone = n && data[n - 1] % 2;
    if (smt_root(t, &sum, &f) == 0 && smt_find(t, leaf.place, &path, &f) == 0)
        must(path.depth <= SMT_DEPTH_MAX);
    if (smt_change(t, &leaf, 1, &f) == 0 && smt_find(t, leaf.place, &path, &f) == 0 && !leaf.gone)
        must(path.has_leaf);
    smt_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > LINE_MAX_LEN)
        return 0;
    check_line((const char *)data, n);
    check_pages(data, n);
    return 0;
}
