/* Judges a whole ledger, of which everything is checked. */
#include "base/hex.h"
#include "judge/judge_parts.h"

#include <inttypes.h>
#include <string.h>

static int judge_stray(struct judge *j, const struct item *item, struct fault *f)
{
    fault_rule(f, "expected a block, not '%.*s'", (int)strcspn(item->text, " \n"), item->text);
    j->follows = invalid_stray(&j->invalid);
    return judge_refuse(item, f);
}

static int judge_orphan(struct judge *j, const struct item *item, struct fault *f)
{
    const uint8_t *parent = item->block.prev;
    int follows = invalid_orphan(&j->invalid, parent, item->id);
    if (follows < 0)
        return fault_memory(f);
    j->follows = follows;
    fault_rule(f, "block: its parent %s is not in the ledger before it%s", hex32(parent).text,
               invalid_has(&j->invalid, parent) ? ": it fell" : "");
    return judge_refuse(item, f);
}

/* Whether the item is a header without its body, as ledger-proof prints it before a proof. */
static bool is_bare_header(const struct item *item)
{
    const char *newline = memchr(item->text, '\n', item->size);
    const char *end = item->text + item->size;
    return newline &&
           (newline + 1 == end || line_is(newline + 1, (size_t)(end - newline - 1), "proof"));
}

/* A block of a ledger that has no valid genesis block. */
int judge_rootless(struct judge *j, const struct item *item, struct fault *f)
{
    tree_no_genesis(item, f);
    if (is_bare_header(item))
        fault_rule(f, "block: no genesis block came first, and there is no body: -H checks headers "
                      "and proofs");
    if (j->invalid.genesis)
        fault_rule(f, "block: no genesis block before it that holds");
    j->follows = invalid_rootless(&j->invalid);
    return judge_refuse(item, f);
}

bool judge_is_rootless(const struct judge *j, const struct item *item)
{
    return j->mode == WHOLE && item->has_header && !item->is_genesis && !j->tree.has_genesis;
}

int judge_whole(struct judge *j, const struct item *item, int64_t now, struct fault *f)
{
    struct node new;
    struct reorg reorg;
    if (item->type != &block_type)
        return judge_stray(j, item, f);
    if (judge_is_rootless(j, item))
        return judge_rootless(j, item, f);
    switch (tree_check(&j->tree, item, now, &new, f)) {
    case TREE_GOOD:
        if (j->good && j->good(j->watcher, &j->tree, item, &new, f))
            return -1;
        return tree_add(&j->tree, item, &new, &reorg, f) ? -1 : 1;
    case TREE_KNOWN:
        fault_rule(f, "block: stands twice: first at line %" PRIu64, new.line);
        return judge_refuse(item, f);
    case TREE_ORPHAN:
        return judge_orphan(j, item, f);
    case TREE_BAD:
        return judge_refuse(item, f);
    default:
        return -1;
    }
}
