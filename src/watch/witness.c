#include "watch/witness.h"

#include "base/hex.h"
#include "record/types.h"
#include "stream/jobs.h"

#include <string.h>

static int check_signature(const struct evidence *e, struct fault *f)
{
    uint8_t signature[SIGNATURE_LEN];
    struct field message = evidence_message(e);
    struct sigjob job = {
        .key = e->key, .signature = signature, .message = message.text, .len = message.len};
    int holds = hex_decode(signature, e->signature.text, SIGNATURE_LEN) == 0 ? 1 : 0;
    if (holds)
        holds = sigjob_check(&job, f);
    return holds > 0 ? 0
           : holds   ? -1
                     : fault_rule(f, "%s: bad signature: `verify` says more", e->kind->word);
}

int witness_line(struct culprits *c, const uint8_t chain[ID_LEN], struct field line, bool of_ledger,
                 witness_tell *tell, void *self, struct fault *f)
{
    struct field x[FIELDS_MAX];
    struct evidence e, one, other;
    fields_split(line.text, line.len, x);
    const struct evidence_kind *kind = evidence_kind_of(x[0]);
    if (!kind)
        return 0;
    if (evidence_parse(kind, line, &e, f))
        return -1;
    int got = culprits_add(c, chain, &e, of_ledger, &one, &other);
    if (got <= 0)
        return got ? fault_memory(f) : 0;
    return check_signature(&one, f) || check_signature(&other, f)
               ? -1
               : tell(self, chain, &one, &other, f);
}

bool witness_wanted(const struct ledger *l)
{
    return l->tree.rules.finality || !l->tree.anchor.seal->is_mined;
}

/* Whether headers of this chain are evidence. */
static bool are_headers(const struct ledger *l)
{
    const struct seal *seal = l->tree.anchor.seal;
    return !seal->is_mined && !seal->has_votes;
}

static int take_block(struct culprits *c, const struct ledger *l, const struct item *block,
                      witness_tell *tell, void *self, struct fault *f)
{
    const uint8_t *chain = l->tree.genesis.id;
    const char *end = memchr(block->text, '\n', block->size);
    if (end && are_headers(l) &&
        witness_line(c, chain, (struct field){block->text, (size_t)(end - block->text)}, true, tell,
                     self, f))
        return -1;
    for (size_t i = 0; i < block->signed_count; i++) {
        const struct entry *e = &block->entries[i];
        if (witness_line(c, chain, (struct field){block->text + e->at, e->len}, true, tell, self,
                         f))
            return -1;
    }
    return 0;
}

int witness_block(struct culprits *c, struct ledger *l, const struct node *node, witness_tell *tell,
                  void *self, struct fault *f)
{
    struct batch b = {0};
    if (node->height == 0 || (!are_headers(l) && node->signed_count == 0))
        return 0;
    int result = ledger_read_item(l, node, &b, f);
    if (!result && b.items[0].broken) {
        *f = b.items[0].fault;
        result = -1;
    }
    if (!result)
        result = take_block(c, l, &b.items[0], tell, self, f);
    batch_free(&b);
    return result;
}
