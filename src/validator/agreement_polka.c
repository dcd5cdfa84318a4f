/* The engine saves what its locks rest on (T10): here, in the file of what was said, with the
 * precommit that follows from it. */
#include "validator/agreement_parts.h"

#include "record/field.h"
#include "validator/said_line.h"

static int add(struct agreement *a, const struct bft_vote *v)
{
    return v->node == a->self ? 0 : polkas_add(&a->polkas, v);
}

int agreement_take_polkas(struct agreement *a)
{
    for (size_t i = 0; i < a->outputs.count; i++) {
        const struct engine_output *o = &a->outputs.list[i];
        const struct bft_item *x = (const struct bft_item *)o->item;
        if (o->kind != ENGINE_SAVE)
            continue;
        if (x->head.kind == BFT_PROPOSAL && add(a, &x->vote))
            return -1;
        for (size_t k = 0; x->head.kind == BFT_VOTES && k < x->vote_count; k++)
            if (add(a, &x->votes[k]))
                return -1;
    }
    return 0;
}

static int put(const struct agreement *a, const struct bft_vote *v, struct buf *line,
               struct buf *out)
{
    uint8_t key[ID_LEN];
    voters_key(a->names, v->node, key);
    line->len = 0;
    return vote_line_put(v, a->chain, key, line) || said_put_heard(out, line->data, line->len - 1);
}

int agreement_put_polkas(const struct agreement *a, struct buf *out)
{
    struct buf line = {0};
    int failed = 0;
    for (size_t i = a->polkas.saved; i < a->polkas.count && !failed; i++)
        failed = put(a, &a->polkas.list[i], &line, out);
    buf_free(&line);
    return failed;
}

/* Those of heights that are over are passed by unread: their members may be unknown by now. */
static int take(void *self, const struct line *line, struct fault *f)
{
    struct agreement *a = self;
    struct bft_vote v;
    uint8_t key[ID_LEN];
    if (vote_line_read(line->text, line->len, a->chain, &v, key, f))
        return -1;
    if ((int64_t)v.height <= a->decided.height)
        return 0;
    if (agreement_find_signer(a, key, &v, f))
        return -1;
    return polkas_add(&a->polkas, &v) ? fault_memory(f) : 0;
}

int agreement_read_polkas(struct agreement *a, struct fault *f)
{
    if (said_each_heard(a->config.said, take, a, f)) {
        if (f->kind == FAULT_RULE)
            return fault_trouble(f, "%s: %.200s", a->config.said->file.path, f->text);
        return -1;
    }
    a->polkas.saved = a->polkas.said = a->polkas.count;
    return 0;
}
