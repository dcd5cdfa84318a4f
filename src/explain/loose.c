/* Records other than blocks. */
#include "explain/parts.h"

#include "base/hex.h"

#include <inttypes.h>
#include <string.h>

/* What all signed lines of one key have in common, after their form. */
static void signed_record(struct explain *x, enum form form, const char *type, size_t len)
{
    const struct item *item = x->item;
    explain_form(x, form, item->line, item->text, len);
    explain_id(x, item->id);
    if (x->ended)
        return;
    struct account by = account_of_key(item->signed_line.signer);
    struct signing one = {type, &by, item->text, len, false, NULL};
    explain_signature(x, item->line, &one);
}

/* Its sequence number must not be used earlier in this stream. */
static void unspent_here(struct explain *x)
{
    const struct tx *tx = &x->item->entries[0].tx;
    explain_say(x,
                "# No other transaction above spends this sender's sequence number %" PRId64 ".\n"
                "spends=spent/%s.%s.%" PRId64 "\nid=%s\n"
                "[ ! -e \"$spends\" ] || [ \"$(cat \"$spends\")\" = \"$id\" ]",
                tx->seq, hex32(tx->chain).text, account_text(&tx->from).text, tx->seq,
                hex32(x->item->id).text);
    explain_or_no(x, x->item->line, "tx: seq %" PRId64 " is spent twice", tx->seq);
    explain_say(x, "put \"$spends\" \"$id\"\n");
}

static int against_ledger(struct explain *x, struct fault *f)
{
    const struct tx *tx = &x->item->entries[0].tx;
    uint64_t line = x->item->line;
    explain_tx_of_chain(x, line, tx);
    if (x->ended)
        return 0;
    if (explain_quote_next(x, tx, f))
        return -1;
    explain_say(
        x, "# Its sequence number, %" PRId64 ", is not used yet.\n[ %" PRId64 " -ge \"$next\" ]",
        tx->seq, tx->seq);
    explain_or_no(x, line, "tx: seq %" PRId64 ", expected", tx->seq);
    return 0;
}

static int loose_tx(struct explain *x, size_t len, struct fault *f)
{
    const struct item *item = x->item;
    explain_tx(x, item->line, item->text, len);
    explain_id(x, item->id);
    if (!x->ended)
        explain_tx_signatures(x, item->line, &item->entries[0].tx);
    if (x->ended)
        return 0;
    if (x->about.against)
        return against_ledger(x, f);
    if (!x->tree)
        unspent_here(x);
    return 0;
}

static void of_the_chain(struct explain *x, enum form form, const char *type, size_t len)
{
    const struct item *item = x->item;
    signed_record(x, form, type, len);
    if (x->ended || !x->about.against)
        return;
    struct hex32 chain = hex32(item_chain(item));
    explain_say(x, "# It is for this chain.\n[ %s = \"$chain\" ]", chain.text);
    explain_or_no(x, item->line, "%s: another chain: %s", type, chain.text);
}

/* A line of a member: whether its key is one, the script knows only where it has all books. */
static void of_a_member(struct explain *x, enum form form, const char *type, size_t len)
{
    of_the_chain(x, form, type, len);
    if (x->about.against)
        explain_say(x,
                    "trouble 'line %" PRIu64 ": whether its key is that of a member is found again "
                    "only in the explanation of a whole ledger'\n",
                    x->item->line);
}

/* Types that have no meaning here; and three that have none outside a genesis block. */
static void other(struct explain *x)
{
    explain_say(x, "# A rule, a member or a grant has no meaning outside a genesis block.\n"
                   "case $line in 'rule '* | 'member '* | 'grant '*) false ;; esac");
    const char *first = x->why ? x->why->text : "";
    explain_or_no(x, x->item->line,
                  *first == 'r'   ? "rule: stands outside"
                  : *first == 'm' ? "member: stands outside"
                                  : "grant: stands outside");
    explain_say(x, "# Nor does it begin a PEM file, in which secret keys are kept.\n"
                   "[ \"${line#-----BEGIN }\" = \"$line\" ]");
    explain_or_no(x, x->item->line, "pem: ");
    explain_say(x, "# There is nothing else to check in a record of this type.\n");
}

/* A record other than a block in a whole ledger. */
static void misplaced(struct explain *x)
{
    if (!x->tree || x->about.against)
        return;
    explain_say(x, "# A ledger consists of blocks.\n[ \"${line%%%% *}\" = block ]");
    explain_or_no(x, x->item->line, "expected a block, not '");
}

/* Whether the record, which is invalid, is part of a PEM file: the script then only repeats the
 * verdict, since it must not contain a secret key. */
static bool withheld(struct explain *x)
{
    static const char begin[] = "-----BEGIN ";
    const struct item *item = x->item;
    x->pem |= item->size >= strlen(begin) && memcmp(item->text, begin, strlen(begin)) == 0;
    if (!x->pem || !x->why)
        return false;
    explain_say(x,
                "# It is part of a PEM file, such as a secret key, and is not shown here.\nfalse");
    explain_or_no(x, x->why->line, "%s", x->why->text);
    x->shown = item->size;
    x->partial = true;
    return true;
}

int explain_loose(struct explain *x, struct fault *f)
{
    const struct item *item = x->item;
    size_t len = item->size;
    int result = 0;
    if (withheld(x))
        return 0;
    if (len && item->text[len - 1] == '\n')
        len--;
    explain_line(x, item->line, item->text, len);
    if (x->ended)
        return 0;
    if (item->type == &tx_type)
        result = loose_tx(x, len, f);
    else if (item->type == &peer_type)
        of_the_chain(x, FORM_PEER, "peer", len);
    else if (item->type == &checkpoint_type)
        of_the_chain(x, FORM_CHECKPOINT, "checkpoint", len);
    else if (item->type == &vote_type)
        of_a_member(x, FORM_VOTE, "vote", len);
    else if (item->type == &proposal_type)
        of_a_member(x, FORM_PROPOSAL, "proposal", len);
    else if (item->type == &attest_type)
        of_a_member(x, FORM_ATTEST, "attest", len);
    else if (item->type == &statement_type)
        signed_record(x, FORM_STATEMENT, "statement", len);
    else if (x->tree && !x->about.against)
        misplaced(x);
    else if (item->type == &key_type)
        explain_form(x, FORM_KEY, item->line, item->text, len);
    else if (item->type == &proof_type)
        result = explain_proof(x, item->line, item->text, len, f);
    else if (item->type == &state_type)
        explain_form(x, FORM_STATE, item->line, item->text, len);
    else if (item->type == &present_type || item->type == &absent_type)
        explain_presence(x, item->line, item->text, len);
    else
        other(x);
    if (item->type == &tx_type || (item->type && item->type->fields))
        misplaced(x);
    return result;
}
