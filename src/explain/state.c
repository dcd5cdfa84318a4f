/* The state line of a block: its root is made again from all accounts that the script has. */
#include "explain/parts.h"

#include "base/array.h"
#include "base/hex.h"
#include "hash/sha256.h"
#include "record/state_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct leaf {
    uint8_t place[ID_LEN], hash[ID_LEN];
};

struct leaves {
    struct explain *x;
    struct leaf *list;
    size_t count, cap;
};

static void say_hash(struct explain *x, const char *text, const uint8_t hash[ID_LEN])
{
    explain_say(x,
                "[ \"$(printf '%%s' \"%s\" | sha256sum)\" = \\\n    '%s  -' ] || "
                "trouble 'another hash'\n",
                text, hex32(hash).text);
}

/* An account that has something: its entry, by its place. */
static int add_leaf(void *self, const struct account *id, const struct account_state *a,
                    struct fault *f)
{
    struct leaves *l = self;
    char place[ACCOUNT_TEXT_MAX + 16], entry[ACCOUNT_TEXT_MAX + 64];
    int64_t line = 0;
    if (a->balance == 0 && a->seq == 0)
        return 0;
    if (ARRAY_RESERVE(l->list, l->cap, l->count + 1))
        return fault_memory(f);
    if (explain_changed_at(l->x, id, &line, f))
        return -1;
    struct leaf *leaf = &l->list[l->count++];
    snprintf(place, sizeof place, "account %s", account_text(id).text);
    snprintf(entry, sizeof entry, "%s %" PRId64 " %" PRId64, place, a->balance, a->seq);
    sha256(place, strlen(place), leaf->place);
    sha256(entry, strlen(entry), leaf->hash);
    explain_say(l->x, "read -r balance next <accounts/%s.%" PRId64 " # %" PRId64 " %" PRId64 "\n",
                account_text(id).text, line, a->balance, a->seq);
    say_hash(l->x, place, leaf->place);
    snprintf(entry, sizeof entry, "%s $balance $next", place);
    say_hash(l->x, entry, leaf->hash);
    return 0;
}

static int by_place(const void *a, const void *b)
{
    return memcmp(((const struct leaf *)a)->place, ((const struct leaf *)b)->place, ID_LEN);
}

static bool has_bit(const struct leaf *leaf, unsigned depth)
{
    return leaf->place[depth / 8] >> (7 - depth % 8) & 1;
}

/* The root of n leaves that are the same in their first bits (state(5), "The root"). */
static void find_root(struct explain *x, const struct leaf *list, size_t n, unsigned depth,
                      uint8_t out[ID_LEN])
{
    uint8_t left[ID_LEN], right[ID_LEN];
    size_t ones = 0;
    memset(out, 0, ID_LEN);
    if (n == 1)
        memcpy(out, list->hash, ID_LEN);
    if (n < 2 || depth == 8 * ID_LEN)
        return;
    while (ones < n && !has_bit(&list[ones], depth))
        ones++;
    find_root(x, list, ones, depth + 1, left);
    find_root(x, list + ones, n - ones, depth + 1, right);
    explain_pair(x, left, right, out);
}

/* With members there are more entries than accounts, and the script has them all. */
static void compare_held(struct explain *x, const struct state_line *has, uint64_t line)
{
    explain_say(x,
                "# The entries of all accounts, and of what members have: each stands where the "
                "hash of its name says.\nfind_state\n# That are so many.\n[ %" PRId64
                " -eq \"$count\" ]",
                has->count);
    explain_or_no(x, line, "state: count %" PRId64 ", expected", has->count);
    explain_say(x,
                "# The root of the tree in which they stand by the bits of their places.\n"
                "[ %s = \\\n    \"$node\" ]",
                hex32(has->root).text);
    explain_or_no(x, line, "state: root is not");
}

static int compare(struct explain *x, const struct state_line *has, uint64_t line, struct fault *f)
{
    struct leaves l = {.x = x};
    uint8_t root[ID_LEN];
    explain_say(x, "# It names the parent's height.\n[ %" PRId64 " -eq \"$height\" ]", has->height);
    explain_or_no(x, line, "state: height %" PRId64 ", expected", has->height);
    if (explain_has_members(x)) {
        compare_held(x, has, line);
        return 0;
    }
    explain_say(x, "# The entries of all accounts that have something: where each stands, and its "
                   "hash.\n");
    if (account_walk(x->tree->state, add_leaf, &l, f)) {
        free(l.list);
        return -1;
    }
    if (l.count)
        qsort(l.list, l.count, sizeof *l.list, by_place);
    explain_say(x, "# That are %zu.\n[ %" PRId64 " -eq %zu ]", l.count, has->count, l.count);
    explain_or_no(x, line, "state: count %" PRId64 ", expected", has->count);
    explain_say(x, "# The root of the tree in which they stand by the bits of their places.\n");
    find_root(x, l.list, l.count, 0, root);
    free(l.list);
    explain_say(x, "[ %s = \\\n    %s ]", hex32(has->root).text, hex32(root).text);
    explain_or_no(x, line, "state: root is not");
    return 0;
}

/* Whether one is due, and whether it stands. */
static void check_due(struct explain *x, bool is_due, bool stands)
{
    const struct item *item = x->item;
    int64_t every = x->tree->rules.state;
    explain_say(x,
                "\n# A state line is due at heights that are a multiple of %" PRId64
                ", and only there; 0: never.\n%sis_due %" PRId64,
                every, stands ? "" : "! ", item->block.height);
    if (is_due == stands)
        explain_say(x, " || trouble 'a state line that is due, or not'\n");
    else if (is_due)
        explain_or_no(x, item->line, "block: no state line before");
    else
        explain_or_no(x, item->line + 1 + item->signed_count,
                      every ? "state: stands only" : "state: this chain has no");
}

int explain_state(struct explain *x, struct fault *f)
{
    const struct item *item = x->item;
    const struct entry *e = NULL;
    int64_t every = x->tree->rules.state;
    struct state_line has;
    if (item->count > item->signed_count)
        e = &item->entries[item->signed_count];
    bool stands = e && e->type == &state_type;
    bool is_due = every && item->block.height % every == 0;
    if (!every && !stands)
        return 0;
    check_due(x, is_due, stands);
    if (x->ended || !stands)
        return 0;
    if (x->about.against) {
        explain_say(x,
                    "trouble 'line %" PRIu64 ": the root of a state line is made again only in "
                    "the explanation of a whole ledger'\n",
                    item->line + 1 + item->signed_count);
        return 0;
    }
    return state_line_parse(item->text + e->at, e->len, &has, f)
               ? -1
               : compare(x, &has, item->line + 1 + item->signed_count, f);
}
