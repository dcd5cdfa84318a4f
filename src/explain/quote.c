/* What the ledger that is checked against says, shown from its own lines. */
#include "explain/parts.h"

#include "base/hex.h"
#include "record/types.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void explain_quote_line(struct explain *x, uint64_t line, const uint8_t id[ID_LEN])
{
    explain_say(x,
                "set -- $(ledger_line %" PRIu64 ")\n"
                "[ \"$(printf '%%s' \"$*\" | sha256sum)\" = \\\n"
                "    '%s  -' ] || trouble \"$ledger: line %" PRIu64 " has changed meanwhile\"\n",
                line, hex32(id).text, line);
}

/* A rule of the chain, assigned to the variable of its name. */
static void quote_rule(struct explain *x, uint64_t line, const char *text, size_t len)
{
    struct field fields[FIELDS_MAX];
    if (!record_is(&rule_type, text, len) || fields_split(text, len, fields) != 3 ||
        field_is(fields[1], "name"))
        return;
    explain_say(x, "[ \"$(ledger_line %" PRIu64 ")\" = ", line);
    explain_quote(x, text, len);
    explain_say(x, " ] || trouble \"$ledger: line %" PRIu64 " has changed meanwhile\"\n", line);
    if (field_is(fields[1], "allow"))
        explain_say(x, "allowed=\"$allowed %.*s\"\n", (int)fields[2].len, fields[2].text);
    else
        explain_say(x, "%.*s=%.*s\n", (int)fields[1].len, fields[1].text, (int)fields[2].len,
                    fields[2].text);
}

static int quote_rules(struct explain *x, const struct node *genesis, struct fault *f)
{
    struct buf bytes = {0};
    int result = ledger_read(x->about.against, genesis, false, &bytes, f);
    uint64_t line = genesis->line;
    for (const char *at = bytes.data, *end; result == 0 && at < bytes.data + bytes.len;
         at = end + 1) {
        end = memchr(at, '\n', (size_t)(bytes.data + bytes.len - at));
        if (!end)
            break;
        quote_rule(x, line++, at, (size_t)(end - at));
    }
    buf_free(&bytes);
    return result;
}

int explain_quote_chain(struct explain *x, struct fault *f)
{
    const struct node *genesis = &x->about.against->tree.genesis;
    explain_say(x, "\n# ==== The ledger that the records are checked against ====\n\n");
    explain_assign(x, "ledger", x->about.against->path);
    explain_say(
        x, "case $ledger in /*) ;; *) ledger=$here/$ledger ;; esac\n"
           "# The hash of its first line is the chain; the first time and target are in it.\n");
    explain_quote_line(x, genesis->line, genesis->id);
    explain_say(x,
                "chain=%s\ngenesis_time=$5 genesis_target=$6\n"
                "# Its rules.\nbytefee=0 state=0 apart=0 finality=0 unbonding=0 slash=0 minstake=0 "
                "allowed=\n",
                hex32(genesis->id).text);
    return quote_rules(x, genesis, f);
}

/* The times of a block and its ancestors, each shown to be the previous one's parent by its hash.
 */
static int quote_times(struct explain *x, const struct node *parent, struct fault *f)
{
    struct node node = *parent;
    explain_say(x,
                "# The times of the blocks before it, at most 11; each names its parent.\n"
                "put times.%s \"$5\n\"\n",
                hex32(parent->id).text);
    for (int i = 1; i < MEDIAN_OF && node.height > 0; i++) {
        if (tree_get(x->tree, node.parent, &node, f))
            return -1;
        explain_say(x, "[ \"$3\" = %s ] || trouble \"$ledger: has changed\"\n",
                    hex32(node.id).text);
        explain_quote_line(x, node.line, node.id);
        explain_say(x, "printf '%%s\\n' \"$5\" >>times.%s\n", hex32(parent->id).text);
    }
    return 0;
}

int explain_quote_parent(struct explain *x, const struct node *parent, struct fault *f)
{
    explain_say(x,
                "# Its parent is line %" PRIu64
                " of the ledger. (What accounts have after it, and the\n"
                "# supply, %" PRId64
                ", are taken from the ledger's books: explain the ledger to see them made.)\n",
                parent->line, parent->supply);
    explain_quote_line(x, parent->line, parent->id);
    explain_say(x, "put block.%s \"$2 $5 %" PRId64 "\"\n", hex32(parent->id).text, parent->supply);
    return quote_times(x, parent, f);
}

/* The place of this sender's transaction with this number in the ledger: 1, 0: unknown, -1 and
 * trouble. */
static int find_spender(struct tree *t, const struct account *from, int64_t seq, uint8_t id[ID_LEN],
                        uint64_t *line, struct fault *f)
{
    static const char between[] = " at line ";
    char words[160];
    int found = seq < 0 ? 0 : t->store.spender(t->store.self, from, seq, &t->best, words, f);
    if (found <= 0)
        return found;
    const char *at = strstr(words, between);
    if (!at || hex_decode(id, words, ID_LEN))
        return 0;
    *line = strtoull(at + strlen(between), NULL, 10);
    return 1;
}

int explain_quote_next(struct explain *x, const struct tx *tx, struct fault *f)
{
    struct account_state from;
    struct tree *t = x->tree;
    uint8_t id[ID_LEN];
    uint64_t line;
    if (tree_move(t, &t->best, f) || account_get(t->state, &tx->from, &from, f))
        return -1;
    int found = find_spender(t, &tx->from, from.seq - 1, id, &line, f);
    if (found <= 0) {
        explain_say(x,
                    "# The sender's next sequence number is %" PRId64
                    ", from the ledger's books.\nnext=%" PRId64 "\n",
                    from.seq, from.seq);
        return found;
    }
    explain_say(
        x, "# The sender's last transaction on the best chain is line %" PRIu64 " of the ledger.\n",
        line);
    explain_quote_line(x, line, id);
    explain_say(x,
                "[ \"$1 $3\" = 'tx %s' ] || trouble 'another sender'\n"
                "next=$(($4 + 1)) # %" PRId64 "\n",
                account_text(&tx->from).text, from.seq);
    return 0;
}
