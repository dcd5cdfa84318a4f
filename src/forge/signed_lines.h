/* What forged votes and attest lines share: 0, or -1 and a fault, a rule if this block cannot be
 * changed in this way. */
#ifndef FORGE_SIGNED_LINES_H
#define FORGE_SIGNED_LINES_H

#include "forge/breaks.h"
#include "record/signed.h"

/* A random line of the type that the block has; d->count and a rule: it has none. */
size_t signed_draw(struct draft *d, const char *type, struct fault *f);

/* The kinds before SIGNED_PLACE that need no key, of line i; `most` such lines may stand. */
int signed_common(struct draft *d, size_t i, int how, size_t most, struct fault *f);

/* The key that signed a line; NULL and a rule: it is not given. */
const struct secret_key *signed_signer(struct draft *d, const struct signed_line *line,
                                       struct fault *f);

/* A random line of those whose key is given, and where it stands. */
int signed_draw_own(struct draft *d, const char *type, struct field *line, size_t *at,
                    struct fault *f);

/* The bytes of a buffer as a line. */
static inline struct field signed_text(const struct buf *b)
{
    return (struct field){b->data, b->len};
}

#endif
