#include "explain/parts.h"

#include "base/hex.h"
#include "hash/merkle.h"
#include "record/proof.h"

#include <inttypes.h>

enum { FIXED = 5 };

/* The hashes of the path follow the fixed fields; each is an argument of the shell. */
static void hashes(struct explain *x, uint64_t line, const char *text, size_t len)
{
    const char *end = text + len;
    size_t n = 0;
    for (const char *c = text; c < end && n < FIXED + PROOF_PATH_MAX && !x->ended; c++) {
        if (*c != ' ' || ++n < FIXED)
            continue;
        explain_say(x, "is_hex \"${%zu}\" 64 64", n + 1);
        explain_or_no(x, line, "proof: hash: ");
    }
    explain_say(x, "[ $# -le %d ]", FIXED + PROOF_PATH_MAX);
    explain_or_no(x, line, "proof: over %d hashes", PROOF_PATH_MAX);
    explain_say(x, "[ \"$4\" -lt \"$3\" ]");
    explain_or_no(x, line, "proof: index ");
}

/* The position of the record's hash in a level, and whether it has a neighbour there. */
struct place {
    uint64_t index, last;
};

/* The path upwards, one hash at a time (RFC 9162, section 2.1.3.2): the last hash of a level, if it
 * has no neighbour, rises unchanged. */
static void climb(struct explain *x, const struct proof *p)
{
    struct place at = {(uint64_t)p->index, (uint64_t)p->count - 1};
    explain_say(x, "hash=%s\n", hex32(p->id).text);
    for (size_t i = 0; i < p->hashes && !x->ended; i++) {
        while (at.index % 2 == 0 && at.index == at.last && at.last > 0)
            at = (struct place){at.index / 2, at.last / 2};
        bool right = at.index % 2;
        explain_say(x, "hash=$(printf '%%s %%s' %s \\\n    %s | sha256sum | cut -c 1-64)\n",
                    right ? hex32(p->path[i]).text : "\"$hash\"",
                    right ? "\"$hash\"" : hex32(p->path[i]).text);
        at = (struct place){at.index / 2, at.last / 2};
    }
}

static int against_header(struct explain *x, const struct proof *p, const struct node *node,
                          struct fault *f)
{
    uint64_t line = x->item->line;
    struct node best;
    size_t wanted = merkle_path_len((uint64_t)p->index, (uint64_t)p->count);
    explain_say(x, "# Its block is line %" PRIu64 " of the ledger.\n", node->line);
    explain_quote_line(x, node->line, node->id);
    explain_say(x, "root=$4\n# Its count is the block's.\n[ %" PRId64 " = \"$8\" ]", p->count);
    explain_or_no(x, line, "proof: count ");
    explain_say(x,
                "# The path of line %" PRId64 " of %" PRId64
                " has this many hashes: %zu.\n[ %zu -eq %zu ]",
                p->index, p->count, wanted, p->hashes, wanted);
    explain_or_no(x, line, "proof: %zu hashes, but", p->hashes);
    explain_say(x, "# From the record's id, joined with one hash after the other, to the root.\n");
    climb(x, p);
    explain_say(x, "[ \"$hash\" = \"$root\" ]");
    explain_or_no(x, line, "proof: its path does not lead");
    int found = x->ended ? 0 : index_at_height(x->about.against->index, node->height, &best, f);
    if (found <= 0)
        return found;
    explain_say(x,
                "# What the best chain has at height %" PRId64 " is line %" PRIu64
                ".\n[ %s = \\\n    %s ]",
                node->height, best.line, hex32(p->block).text, hex32(best.id).text);
    explain_or_no(x, line, "proof: its block %s is off", hex32(p->block).text);
    return 0;
}

int explain_proof(struct explain *x, uint64_t line, const char *text, size_t len, struct fault *f)
{
    struct proof p;
    struct fault bad;
    struct node node;
    explain_form(x, FORM_PROOF, line, text, len);
    if (x->ended)
        return 0;
    hashes(x, line, text, len);
    if (!x->about.against) {
        explain_say(x, "# There is no header here, and no ledger, to check it against.\nfalse");
        explain_or_no(x, line, "proof: nothing is here");
    }
    if (x->ended || proof_parse(text, len, &p, &bad))
        return 0;
    int found = tree_find(x->tree, p.block, &node, f);
    if (found > 0)
        return against_header(x, &p, &node, f);
    explain_say(x, "# Its block is in the ledger.\nledger_has %s", hex32(p.block).text);
    explain_or_no(x, line, "proof: the ledger has no block");
    return found;
}
