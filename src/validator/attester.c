#include "validator/attester.h"

#include "chain/next_attests.h"

#include <string.h>

/* What would be signed about the newest checkpoint of the best chain, where the tree is: 1, 0 there
 * is none but genesis, -1 and trouble. */
static int propose(const struct attester *a, struct tree *t, struct attest *x, struct fault *f)
{
    struct node target;
    *x = (struct attest){.target_height = t->best.height - t->best.height % t->rules.finality};
    if (x->target_height == 0)
        return 0;
    if (tree_ancestor(t, &t->best, x->target_height, &target, f) ||
        attests_source(t->state, &t->rules, t->genesis.id, x->target_height, &x->source_height,
                       x->source, f) < 0)
        return -1;
    memcpy(x->target, target.id, ID_LEN);
    memcpy(x->line.chain, t->genesis.id, ID_LEN);
    memcpy(x->line.signer, a->key->public, ID_LEN);
    return 1;
}

/* Whether the next block could hold the line with this text: 1 or 0, -1 and trouble. */
static int could_stand(struct tree *t, struct attest *x, const struct buf *text, struct fault *f)
{
    struct next_attests next;
    x->line.text = text->data;
    x->line.len = text->len;
    int failed = next_attests_begin(t, &next, f) || next_attests_add(&next, x, f);
    next_attests_free(&next);
    state_rollback(t->state);
    return !failed ? 1 : f->kind == FAULT_RULE ? 0 : -1;
}

/* Has it on disk first. */
static enum attester_answer sign(struct attester *a, const struct attest *x, const struct buf *text,
                                 struct buf *out, struct fault *f)
{
    struct said_attest said = {
        .source = x->source_height, .target = x->target_height, .root = {.known = true}};
    struct signature_text signature;
    sha256(text->data, text->len, said.root.bytes);
    if (said_sign_attest(a->said, &said, f) == SAID_REFUSED)
        return f->kind == FAULT_RULE ? ATTESTER_REFUSED : ATTESTER_TROUBLE;
    if (secret_key_sign_text(a->key, text->data, text->len, &signature, f))
        return ATTESTER_TROUBLE;
    if (buf_add(out, text->data, text->len) || buf_add_string(out, " ") ||
        buf_add(out, signature.text, signature.len) || buf_add_string(out, "\n"))
        return fault_memory(f);
    return ATTESTER_SIGNED;
}

static enum attester_answer judge(struct attester *a, struct tree *t, struct attest *x,
                                  struct buf *out, struct fault *f)
{
    struct buf text = {0};
    enum attester_answer answer = ATTESTER_NOTHING;
    int stands = attest_format(x, &text) ? fault_memory(f) : could_stand(t, x, &text, f);
    if (stands > 0)
        answer = sign(a, x, &text, out, f);
    else if (stands < 0)
        answer = ATTESTER_TROUBLE;
    buf_free(&text);
    if (answer == ATTESTER_REFUSED)
        memcpy(a->refused, x->target, ID_LEN);
    return answer;
}

enum attester_answer attester_next(struct attester *a, struct tree *t, struct buf *out,
                                   struct fault *f)
{
    struct attest x;
    if (!t->rules.finality || tree_move(t, &t->best, f))
        return t->rules.finality ? ATTESTER_TROUBLE : ATTESTER_NOTHING;
    if (memcmp(t->best.id, a->looked, ID_LEN) == 0)
        return ATTESTER_NOTHING;
    memcpy(a->looked, t->best.id, ID_LEN);
    int proposed = propose(a, t, &x, f);
    if (proposed < 0)
        return ATTESTER_TROUBLE;
    if (proposed == 0 || memcmp(x.target, a->refused, ID_LEN) == 0)
        return ATTESTER_NOTHING;
    return judge(a, t, &x, out, f);
}
