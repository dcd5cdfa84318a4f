/* A file of its own, so that what makes templates need not link what signs. */
#include "farm/template.h"

int template_sign(const struct template *t, const struct block *b, const struct secret_key *k,
                  struct buf *out, struct fault *f)
{
    struct signature_text seal;
    struct block sealed = *b;
    char text[BLOCK_SIGNED_MAX];
    size_t len = block_signed_text(b, text);
    if (secret_key_sign_text(k, text, len, &seal, f) ||
        template_check_size(t, len + 1 + seal.len, f))
        return -1;
    sealed.seal = (struct field){seal.text, seal.len};
    return block_format(&sealed, out) || buf_add(out, "\n", 1) ||
                   buf_add(out, t->body.data, t->body.len)
               ? fault_memory(f)
               : 0;
}
