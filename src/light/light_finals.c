/*
 * What attest lines have justified and made final (block(5), "Finality over work"): the rule of
 * state/attests.c, by headers. Each finding holds on the chains on which the body is that
 * completed it. A light client knows the members after genesis, and after a final checkpoint by the
 * block upon that: by its TARGET (`sign`), or once a state line in it, with all entries, has shown
 * them (`pow`). That block must be at or below the checkpoint to which the members before have
 * linked, or one miner's word would do.
 */
#include "light/light_parts.h"

#include "base/hex.h"

#include <inttypes.h>
#include <string.h>

static const struct light_justified *justified_at(const struct light *c, size_t i)
{
    return (const struct light_justified *)(const void *)c->finality.justified.data + i;
}

static const struct light_finalized *final_at(const struct light *c, size_t i)
{
    return (const struct light_finalized *)(const void *)c->finality.finals.data + i;
}

static size_t count_finals(const struct light *c)
{
    return c->finality.finals.len / sizeof(struct light_finalized);
}

void light_finality_free(struct light_finality *x)
{
    member_set_free(&x->first);
    for (size_t i = 0; i < x->links_count; i++) {
        buf_free(&x->links[i].lines);
        buf_free(&x->links[i].by);
    }
    for (size_t i = 0; i < x->shown_count; i++)
        member_set_free(&x->shown[i].set);
    buf_free(&x->accused);
    buf_free(&x->justified);
    buf_free(&x->finals);
}

void light_finality_begin(struct light *c, struct member_set *first)
{
    struct light_finality *x = &c->finality;
    x->follows = true;
    x->changes = c->rules.minstake || rules_has(&c->rules, "admit");
    if (c->sealed.period < 0)
        c->sealed.period = light_bound_for(&c->rules);
    x->first = *first;
    *first = (struct member_set){0};
}

/* --- Sets ------------------------------------------------------------------------------------- */

void light_show(struct light *c, size_t block, struct member_set *set)
{
    struct light_finality *x = &c->finality;
    struct light_shown *place = NULL;
    for (size_t i = 0; i < x->shown_count; i++) {
        if (x->shown[i].block == block)
            return;
        if (!place || x->shown[i].block < place->block) /* the oldest goes */
            place = &x->shown[i];
    }
    if (x->shown_count < LIGHT_SHOWN)
        place = &x->shown[x->shown_count++];
    member_set_free(&place->set);
    *place = (struct light_shown){(uint32_t)block, *set};
    *set = (struct member_set){0};
}

/* The set that the state in this block has shown, or NULL. */
static const struct member_set *shown_by(const struct light_finality *x, size_t block)
{
    for (size_t i = 0; i < x->shown_count; i++)
        if (x->shown[i].block == block)
            return &x->shown[i].set;
    return NULL;
}

/* The members after a final checkpoint. Where no operation but an accusation changes them, they are
 * those of genesis, unless a state shows them. */
static struct light_members set_after(const struct light *c, const struct light_finalized *x)
{
    const struct light_finality *y = &c->finality;
    const struct light_members first = {&y->first, x->head, true},
                               unless_shown = {y->changes ? NULL : &y->first, x->head, true};
    if (x->head == 0)
        return first;
    if (x->target == x->head) /* at a checkpoint: no members have attested what is upon it */
        return unless_shown;
    uint32_t above = head_at(&c->heads, x->head)->height + 1;
    size_t block = heads_ancestor(&c->heads, x->target, above);
    if (c->sealed.by_members)
        return (struct light_members){light_turns_set(c, block), x->head, false};
    const struct member_set *shown = shown_by(y, block);
    return shown ? (struct light_members){shown, x->head, false} : unless_shown;
}

/* The highest final checkpoint by bodies up to this head, and the one before it. The same one may
 * be noted again by a lower body that was shown later. */
static void finals_by(const struct light *c, size_t head, struct light_finalized out[2])
{
    const struct light_finalized base = {(uint32_t)c->anchor, (uint32_t)c->anchor,
                                         (uint32_t)c->anchor};
    out[0] = out[1] = base;
    for (size_t i = count_finals(c); i-- > 0;) {
        const struct light_finalized *x = final_at(c, i);
        if (head_at(&c->heads, x->by)->height > head_at(&c->heads, head)->height ||
            !heads_is_ancestor(&c->heads, x->by, head))
            continue;
        if (head_at(&c->heads, x->head)->height < head_at(&c->heads, out[0].head)->height) {
            out[1] = *x;
            return;
        }
        out[0] = *x;
    }
}

struct light_counting light_counting(const struct light *c, size_t target)
{
    struct light_finalized last[2];
    finals_by(c, target, last);
    return (struct light_counting){set_after(c, &last[0]), set_after(c, &last[1])};
}

/* --- Justified -------------------------------------------------------------------------------- */

bool light_is_justified(const struct light *c, int64_t height, const uint8_t id[ID_LEN],
                        size_t block)
{
    const struct head *begin = head_at(&c->heads, c->anchor);
    if (height < begin->height)
        return true; /* a checkpoint's keys are believed, and what is below is not known */
    if (height == begin->height)
        return memcmp(id, begin->id, ID_LEN) == 0;
    for (size_t i = c->finality.justified.len / sizeof(struct light_justified); i-- > 0;) {
        const struct light_justified *j = justified_at(c, i);
        if (memcmp(head_at(&c->heads, j->head)->id, id, ID_LEN) == 0 &&
            head_at(&c->heads, j->head)->height == height && j->by != block &&
            heads_is_ancestor(&c->heads, j->by, block))
            return true;
    }
    return false;
}

int64_t light_justified(const struct light *c)
{
    uint32_t height = head_at(&c->heads, c->anchor)->height;
    for (size_t i = c->finality.justified.len / sizeof(struct light_justified); i-- > 0;) {
        const struct light_justified *j = justified_at(c, i);
        if (head_at(&c->heads, j->head)->height > height &&
            heads_is_ancestor(&c->heads, j->by, c->best))
            height = head_at(&c->heads, j->head)->height;
    }
    return height;
}

/* --- Final ------------------------------------------------------------------------------------ */

static bool is_better(const struct light *c, size_t n, size_t than)
{
    return c->sealed.by_members
               ? light_turns_better(c, n, than)
               : chain_beats(head_at(&c->heads, n)->work, head_at(&c->heads, than)->work);
}

/* The best tip that descends from the final checkpoint; of equals, the first. */
static void choose_best(struct light *c)
{
    size_t best = c->finality.final;
    for (size_t n = best + 1; n < c->heads.count; n++)
        if (is_better(c, n, best) && heads_is_ancestor(&c->heads, c->finality.final, n))
            best = n;
    c->best = best;
}

/* Whether this may be final beside what is. 0, or -1 and a rule. */
static int check_final(const struct light *c, size_t n, struct fault *f)
{
    size_t final = c->finality.final;
    const struct head *h = head_at(&c->heads, n), *was = head_at(&c->heads, final);
    if (heads_is_ancestor(&c->heads, n, final) || heads_is_ancestor(&c->heads, final, n))
        return 0;
    return fault_rule(f,
                      "attest: with it, checkpoint %s at height %" PRIu32
                      " would be final, which excludes %s at height %" PRIu32
                      ": over a third of the members have signed both",
                      hex32(h->id).text, h->height, hex32(was->id).text, was->height);
}

static void make_final(struct light *c, size_t n)
{
    if (heads_is_ancestor(&c->heads, n, c->finality.final))
        return;
    c->finality.final = n;
    if (!heads_is_ancestor(&c->heads, n, c->best))
        choose_best(c);
}

/* Notes it where its place is. 0, or -1: no memory. */
static int add_final(struct light *c, struct light_finalized x)
{
    struct buf *b = &c->finality.finals;
    if (buf_add(b, &x, sizeof x))
        return -1;
    struct light_finalized *all = (struct light_finalized *)(void *)b->data;
    size_t i = count_finals(c) - 1;
    for (; i > 0 && head_at(&c->heads, all[i - 1].by)->height > head_at(&c->heads, x.by)->height;
         i--)
        all[i] = all[i - 1];
    all[i] = x;
    return 0;
}

/* The source that a link of this source and target makes final, by the body of `by`; or the head at
 * which finality begins. */
static size_t made_final(const struct light *c, int64_t source_height, size_t target, size_t by)
{
    struct light_finalized last[2];
    finals_by(c, by, last);
    if (head_at(&c->heads, target)->height != source_height + c->rules.finality ||
        source_height <= head_at(&c->heads, last[0].head)->height)
        return c->anchor;
    return heads_ancestor(&c->heads, target, (uint32_t)source_height);
}

int light_justify(struct light *c, int64_t source_height, size_t target, size_t by, struct fault *f)
{
    struct light_justified j = {(uint32_t)target, (uint32_t)by};
    size_t source = made_final(c, source_height, target, by);
    if (source != c->anchor && check_final(c, source, f))
        return -1;
    if (buf_add(&c->finality.justified, &j, sizeof j))
        return fault_memory(f);
    if (source == c->anchor)
        return 0;
    if (add_final(c, (struct light_finalized){(uint32_t)source, (uint32_t)by, (uint32_t)target}))
        return fault_memory(f);
    make_final(c, source);
    return 0;
}

int light_holds_final(const struct light *c, size_t n, struct fault *f)
{
    const struct head *final = head_at(&c->heads, c->finality.final);
    if (heads_is_ancestor(&c->heads, c->finality.final, n))
        return 0;
    return fault_rule(f,
                      "block: its branch has more %s, but would undo the final checkpoint at "
                      "height %" PRIu32 ", %s",
                      c->sealed.by_members ? "weight" : "work", final->height,
                      hex32(final->id).text);
}
