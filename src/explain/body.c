/* The checks of a block's body by itself: forms, the Merkle root, signatures. */
#include "explain/parts.h"

#include "base/hex.h"
#include "hash/sha256.h"
#include "record/types.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of entry i's line without its newline, which is missing if it was cut. */
static size_t entry_len(const struct item *item, size_t i)
{
    size_t at = item->entries[i].at;
    const char *end = memchr(item->text + at, '\n', item->size - at);
    return end ? (size_t)(end - item->text) - at : item->size - at;
}

static uint64_t entry_line(const struct item *item, size_t i)
{
    return item->line + 1 + i;
}

static void genesis_entry(struct explain *x, uint64_t line, const char *text, size_t len)
{
    explain_say(x, "# A genesis block has only rules, members and grants.\n"
                   "case $line in 'rule '* | 'member '* | 'grant '*) ;; *) false ;; esac");
    explain_or_no(x, line, "block: a genesis holds only");
    if (record_is(&rule_type, text, len))
        explain_rule(x, line, text, len);
    else if (record_is(&member_type, text, len))
        explain_form(x, FORM_MEMBER, line, text, len);
    else
        explain_form(x, FORM_GRANT, line, text, len);
}

/* A line that a member has signed: those of one type come first. */
static void signed_entry(struct explain *x, uint64_t line, const char *text, size_t len,
                         const struct record_type *type)
{
    const char *name = type->name;
    bool is_vote = type == &vote_type;
    explain_form(x, is_vote ? FORM_VOTE : FORM_ATTEST, line, text, len);
    explain_say(x,
                "# Lines of this type stand first, and are not too many.\n"
                "[ \"${kinds:-%s}\" = %s ]",
                name, name);
    explain_or_no(x, line, "block: its %s lines stand before", name);
    explain_say(x, "[ %" PRIu64 " -le %d ]", line - x->item->line,
                is_vote ? BLOCK_VOTES_MAX : BLOCK_ATTESTS_MAX);
    explain_or_no(x, line, "block: over %d %s lines", is_vote ? BLOCK_VOTES_MAX : BLOCK_ATTESTS_MAX,
                  name);
    explain_say(x, "kinds=%s\n", name);
}

static void body_entry(struct explain *x, uint64_t line, const char *text, size_t len)
{
    bool is_state = record_is(&state_type, text, len);
    const struct record_type *type = record_type_of(text, len);
    explain_say(x, "# A block's body has only transactions, and before them a state line and what "
                   "members have signed.\n"
                   "case $line in 'tx '* | 'state '* | 'vote '* | 'attest '*) ;; *) false ;; esac");
    explain_or_no(x, line, "block: its body holds only tx");
    if (is_state) {
        explain_form(x, FORM_STATE, line, text, len);
        explain_say(x, "case $kinds in '' | vote | attest) ;; *) false ;; esac");
        explain_or_no(x, line, "block: a state line stands before");
    } else if (type == &vote_type || type == &attest_type) {
        signed_entry(x, line, text, len, type);
        return;
    } else if (!x->ended) {
        explain_tx(x, line, text, len);
    }
    explain_say(x, "kinds=tx\n");
}

void explain_body_forms(struct explain *x)
{
    const struct item *item = x->item;
    explain_say(x, "kinds=\n");
    for (size_t i = 0; i < item->count && !x->ended; i++) {
        const char *text = item->text + item->entries[i].at;
        size_t len = entry_len(item, i);
        uint64_t line = entry_line(item, i);
        explain_say(x, "\n# Line %" PRIu64 ".\n", line);
        explain_line(x, line, text, len);
        if (x->ended)
            return;
        if (item->is_genesis)
            genesis_entry(x, line, text, len);
        else
            body_entry(x, line, text, len);
        explain_id(x, item->entries[i].id);
    }
}

void explain_pair(struct explain *x, const uint8_t left[ID_LEN], const uint8_t right[ID_LEN],
                  uint8_t out[ID_LEN])
{
    char pair[2 * 2 * ID_LEN + 1];
    hex_encode(pair, left, ID_LEN);
    pair[2 * ID_LEN] = ' ';
    hex_encode(pair + 2 * ID_LEN + 1, right, ID_LEN);
    sha256(pair, sizeof pair, out);
    explain_say(x,
                "[ \"$(printf '%%s' '%.129s' |\n    sha256sum)\" = \\\n"
                "    '%s  -' ] || trouble 'another hash'\n",
                pair, hex32(out).text);
}

/* Computes one level of the tree from the one below, in place (RFC 9162, section 2.1.1): each hash
 * stands for two. */
static size_t level(struct explain *x, uint8_t (*hashes)[ID_LEN], size_t count)
{
    for (size_t i = 0; i + 1 < count; i += 2)
        explain_pair(x, hashes[i], hashes[i + 1], hashes[i / 2]);
    if (count % 2)
        memmove(hashes[count / 2], hashes[count - 1], ID_LEN);
    return (count + 1) / 2;
}

int explain_root(struct explain *x, struct fault *f)
{
    const struct item *item = x->item;
    size_t count = item->count;
    uint8_t(*hashes)[ID_LEN] = calloc(count + 1, sizeof *hashes);
    if (!hashes)
        return fault_memory(f);
    for (size_t i = 0; i < count; i++)
        memcpy(hashes[i], item->entries[i].id, ID_LEN);
    sha256("", 0, hashes[count]);
    explain_say(
        x, "\n# The Merkle root of the ids: a hash of every two neighbours, and again of those.\n");
    if (!count)
        explain_say(x,
                    "# Without lines, it is the hash of nothing.\n"
                    "[ \"$(printf '' | sha256sum)\" = \\\n    '%s  -' ] || trouble "
                    "'another hash'\n",
                    hex32(hashes[0]).text);
    while (count > 1)
        count = level(x, hashes, count);
    explain_say(x, "[ %s = \\\n    %s ]", hex32(item->block.root).text, hex32(hashes[0]).text);
    explain_or_no(x, item->line, "block: root does not match");
    free(hashes);
    return 0;
}

static void member_signature(struct explain *x, uint64_t line, const struct entry *e)
{
    struct account by = account_of_key(e->signed_line.signer);
    struct signing one = {e->type->name, &by, x->item->text + e->at, e->len, false, NULL};
    explain_signature(x, line, &one);
}

void explain_body_signatures(struct explain *x)
{
    const struct item *item = x->item;
    for (size_t i = 0; i < item->count && !item->is_genesis && !x->ended; i++) {
        const struct entry *e = &item->entries[i];
        if (e->type == &state_type || !e->type)
            continue;
        explain_say(x, "\n# The signature of line %" PRIu64 ".\n", entry_line(item, i));
        if (e->type == &tx_type)
            explain_tx_signatures(x, entry_line(item, i), &e->tx);
        else
            member_signature(x, entry_line(item, i), e);
    }
}
