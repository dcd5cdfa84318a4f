#include "explain/parts.h"

#include "base/hex.h"
#include "seal/header.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"

static bool is_whole_ledger(const struct explain *x)
{
    return x->tree && !x->about.against;
}

/* Checks whether the header is, or is not, a genesis block's. */
static void check_genesis(struct explain *x, const char *is, const char *rule)
{
    const struct block *b = &x->item->block;
    explain_say(x,
                "# A genesis block has height 0, no parent, no miner, and seal 0.\n"
                "[ '%" PRId64 " %s %s %.*s' %s \\\n    '0 %s %s 0' ]",
                b->height, hex32(b->prev).text, account_text(&b->miner).text, (int)b->seal.len,
                b->seal.text, is, ZERO, ZERO);
    explain_or_no(x, x->item->line, "%s", rule);
}

static void header(struct explain *x)
{
    const struct item *item = x->item;
    const char *end = memchr(item->text, '\n', item->size);
    size_t len = end ? (size_t)(end - item->text) : item->size;
    explain_line(x, item->line, item->text, len);
    if (x->ended)
        return;
    explain_form(x, FORM_BLOCK, item->line, item->text, len);
    explain_id(x, item->id);
}

/* Whether all lines that the header counts have arrived, in no more bytes than allowed. */
static void extent(struct explain *x)
{
    const struct item *item = x->item;
    static const char over[] = "block: over maxblock, ";
    if (explain_fails(x, item->line, over)) {
        unsigned long long most = strtoull(x->why->text + strlen(over), NULL, 10);
        explain_say(x,
                    "\n# Header and body, with their newlines, are not over the limit.\n"
                    "[ %" PRIu64 " -le %llu ]",
                    item->stream_size, most);
        explain_or_no(x, item->line, "%s", over);
    }
    explain_say(x, "\n# Lines after the header: %zu.\n[ %zu -eq %" PRId64 " ]", item->count,
                item->count, item->block.count);
    explain_or_no(x, item->line, "block: cut short");
}

/* Lines that only some chains may have, and then some must. */
static void check_rules_of_some(struct explain *x)
{
    static const struct {
        const char *rule, *where;
        bool required;
    } some[] = {{"apart", "[ \"$seal\" = sign ]", false},
                {"finality", "[ \"$seal\" != bft ]", false},
                {"unbonding", "[ -e rules/allow-stake ]", true},
                {"slash", "[ -e rules/allow-stake ]", true},
                {"minstake", "[ -e rules/allow-stake ]", true},
                {"allow-stake", "[ \"$seal\" != sign ]", false}};
    explain_say(x, "seal=$(cat rules/seal)\n# Some belong to some chains.\n");
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        const char *name = strcmp(some[i].rule, "allow-stake") ? some[i].rule : "stake";
        explain_say(x, "[ ! -e rules/%s ] || %s", some[i].rule, some[i].where);
        explain_or_no(x, x->item->line, "block: genesis: rule %s belongs", name);
        if (!some[i].required)
            continue;
        explain_say(x, "[ -e rules/%s ] || ! %s", some[i].rule, some[i].where);
        explain_or_no(x, x->item->line, "block: genesis: rule %s is missing", name);
    }
}

/* What the rules about members ask of each other. */
static void check_member_rules(struct explain *x)
{
    uint64_t line = x->item->line;
    explain_say(x, "[ ! -e rules/allow-stake ] || [ ! -e rules/allow-admit ]");
    explain_or_no(x, line, "block: genesis: rule allow stake and rule allow admit exclude");
    for (int i = 0; i < 2; i++) {
        const char *what = i ? "admit" : "stake";
        explain_say(x, "[ ! -e rules/allow-%s ] || [ \"$seal\" != pow ] || [ -e rules/finality ]",
                    what);
        explain_or_no(x, line, "block: genesis: rule allow %s needs members", what);
    }
    explain_say(x, "[ \"$seal\" = pow ] || [ \"$(cat rules/halflife)\" -eq 0 ]");
    explain_or_no(x, line, "block: genesis: rule halflife is not 0");
}

static void check_rules(struct explain *x)
{
    static const char *const names[] = {"spacing",  "halflife", "reward", "halving",
                                        "maxblock", "minfee",   "name",   "seal"};
    explain_say(x, "# Every rule is given.\n");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        explain_say(x, "[ -e rules/%s ]", names[i]);
        explain_or_no(x, x->item->line, "block: genesis: rule %s is missing", names[i]);
    }
    check_rules_of_some(x);
    check_member_rules(x);
}

/* What can be said of a seal without the ancestors. */
static void check_work(struct explain *x)
{
    const struct item *item = x->item;
    const struct seal *seal = x->tree && x->tree->has_genesis ? x->tree->anchor.seal : NULL;
    if (seal ? !seal->is_mined : item->block.seal.len == SEAL_MAX) {
        explain_seal_signature(x, seal ? "block: seal is not its" : "block: seal is not 1 to");
        return;
    }
    explain_say(x,
                "# Its id, read as a number, is not over the target: the work has been done.\n"
                "is_at_most %s \\\n    %s",
                hex32(item->id).text, hex32(item->block.target).text);
    explain_or_no(x, item->line, "block: no proof of work");
}

static int check_time(struct explain *x, const struct node *parent, struct fault *f)
{
    int64_t times[MEDIAN_OF], time = x->item->block.time;
    int count = tree_times(x->tree, parent, times, f);
    if (count < 0)
        return -1;
    explain_say(x,
                "# Its time is after the median of the last %d, the upper one if their number "
                "is even: %" PRId64 ".\n"
                "[ %" PRId64 " -gt \"$(sort -n times.%s | head -n %d | tail -n 1)\" ]",
                count, header_median(times, count), time, hex32(parent->id).text, count / 2 + 1);
    explain_or_no(x, x->item->line, "block: time %" PRId64 " is not after", time);
    if (!x->tree->anchor.seal->seconds_ahead)
        explain_say(x,
                    "# It is not too far ahead of the clock: %" PRId64
                    " s; the most is one spacing, as members take turns.\n"
                    "[ %" PRId64 " -le \"$now\" ] || [ $((%" PRId64 " - now)) -le \"$spacing\" ]",
                    seal_max_ahead(&x->tree->rules), time, time);
    else
        explain_say(x,
                    "# It is not too far ahead of the clock: %" PRId64
                    " s; the most is 12 spacings, or 60 s if that is more.\n"
                    "[ %" PRId64 " -le \"$now\" ] || [ $((%" PRId64 " - now)) -le 60 ] ||\n"
                    "    expr $((%" PRId64 " - now)) '<=' 12 '*' \"$spacing\" >/dev/null",
                    seal_max_ahead(&x->tree->rules), time, time, time);
    explain_or_no(x, x->item->line, "block: time %" PRId64 " is over", time);
    return 0;
}

/* The form of SEAL is that of the chain. */
static void check_seal_form(struct explain *x)
{
    const struct seal *seal = x->tree->anchor.seal;
    const struct block *b = &x->item->block;
    explain_say(x, "# Its seal has so many digits as this chain's have.\nis_hex");
    explain_quote_field(x, b->seal);
    explain_say(x, " %d %d", seal->least, seal->most);
    explain_or_no(x, x->item->line,
                  seal->is_mined ? "block: seal is not 1 to" : "block: seal is not 128");
}

/* Whether a chain's members are known where its books are made. */
static bool is_known(struct explain *x)
{
    if (!explain_has_members(x) || !x->about.against)
        return true;
    explain_say(x,
                "trouble 'line %" PRIu64 ": what members have is made again only in the "
                "explanation of a whole ledger'\n",
                x->item->line);
    return false;
}

static void check_seal(struct explain *x, const struct node *parent)
{
    if (!x->tree->anchor.seal->is_mined) {
        explain_seal_by_members(x, parent);
        return;
    }
    explain_target(x, parent);
    check_work(x);
}

/* Checks everything that depends on its parent. */
static int after_parent(struct explain *x, const struct node *parent, struct fault *f)
{
    const struct item *item = x->item;
    if (!is_known(x))
        return 0;
    check_seal_form(x);
    explain_say(x,
                "read -r height time supply <block.%s\n"
                "# Its parent has height %" PRId64 ", time %" PRId64 ", supply %" PRId64 ".\n"
                "[ \"$height $time $supply\" = '%" PRId64 " %" PRId64 " %" PRId64
                "' ] || trouble 'other books'\n"
                "# Its height is one more.\n[ %" PRId64 " -eq $((height + 1)) ]",
                hex32(parent->id).text, parent->height, parent->time, parent->supply,
                parent->height, parent->time, parent->supply, item->block.height);
    explain_or_no(x, item->line, "block: height %" PRId64 ", ", item->block.height);
    explain_account_allowed(x, item->line, &item->block.miner, "block: miner");
    check_seal(x, parent);
    if (check_time(x, parent, f))
        return -1;
    explain_say(x,
                "# Its header and transactions have %" PRIu64
                " bytes, with newlines; the most is %" PRId64 ".\n[ $(($(wc -c <record) - %" PRIu64
                ")) -le \"$maxblock\" ]",
                item->stream_size - item->uncounted, x->tree->rules.maxblock, item->uncounted);
    explain_or_no(x, item->line, "block: %" PRIu64 " bytes, over",
                  item->stream_size - item->uncounted);
    if (explain_has_members(x))
        explain_open_members(x, parent);
    explain_votes(x, parent);
    return x->ended ? 0 : explain_payments(x, parent, f);
}

static int in_whole_ledger(struct explain *x, struct fault *f)
{
    struct hex32 prev = hex32(x->item->block.prev);
    struct node parent;
    if (!x->founded) {
        explain_grants(x);
        return 0;
    }
    explain_say(x, "\n# It is not above already, and is no genesis block.\n[ ! -e block.%s ]",
                hex32(x->item->id).text);
    explain_or_no(x, x->item->line, "block: stands twice");
    check_genesis(x, "!=", "block: another chain's genesis");
    explain_say(x, "# Its parent is above, and valid.\n[ -e block.%s ]", prev.text);
    explain_or_no(x, x->item->line, "block: its parent %s is not", prev.text);
    int found = x->ended ? 0 : tree_find(x->tree, x->item->block.prev, &parent, f);
    return found > 0 ? after_parent(x, &parent, f) : found;
}

static int against_ledger(struct explain *x, struct fault *f)
{
    const struct item *item = x->item;
    struct node node;
    int found = tree_find(x->tree, item->id, &node, f);
    if (found > 0)
        explain_say(x,
                    "\n# It is in the ledger already, at line %" PRIu64 ".\n"
                    "[ \"$(ledger_line %" PRIu64
                    ")\" = \"$(head -n 1 record)\" ] || trouble 'another block'\n",
                    node.line, node.line);
    if (found)
        return found < 0 ? -1 : 0;
    explain_say(x, "\n");
    check_genesis(x, "!=", "block: another chain's genesis");
    found = x->ended ? -2 : tree_find(x->tree, item->block.prev, &node, f);
    if (found == 0) {
        explain_say(
            x,
            "# Its parent is not in the ledger: checks that need it are left out.\n"
            "! ledger_has %s || trouble 'its parent has been added to the ledger meanwhile'\n",
            hex32(item->block.prev).text);
        check_work(x);
    }
    if (found <= 0)
        return found == -1 ? -1 : 0;
    explain_say(x, "\n");
    return explain_quote_parent(x, &node, f) ? -1 : after_parent(x, &node, f);
}

static int by_place(struct explain *x, struct fault *f)
{
    if (is_whole_ledger(x))
        return in_whole_ledger(x, f);
    if (x->about.against)
        return against_ledger(x, f);
    if (x->item->is_genesis)
        check_genesis(x, "!=", "block: a genesis block must come first");
    else
        check_work(x);
    return 0;
}

int explain_block(struct explain *x, struct fault *f)
{
    const struct item *item = x->item;
    if (item->is_genesis)
        explain_say(x, "rm -rf rules && mkdir rules || trouble 'rules: cannot be created'\n");
    header(x);
    if (x->ended || !item->has_header)
        return 0;
    if (is_whole_ledger(x) && !x->founded)
        check_genesis(x, "=", "block: no genesis");
    if (!x->ended)
        explain_body_forms(x);
    if (x->ended)
        return 0;
    extent(x);
    if (!x->ended && explain_root(x, f))
        return -1;
    if (item->is_genesis)
        check_rules(x);
    if (!x->ended)
        explain_body_signatures(x);
    return x->ended ? 0 : by_place(x, f);
}
