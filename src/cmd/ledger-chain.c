/* ledger-chain: prints the best chain, genesis first: the same bytes on every peer that agrees. */
#include "cli/cli.h"
#include "cli/options.h"
#include "ledgercli/ledger.h"
#include "query/final.h"
#include "query/headers.h"
#include "query/proving.h"
#include "state/members.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct run {
    const char *ledger, *block;
    bool tip_only, headers, attests, final, members;
    int64_t start, count;
};

static const struct cli_option options[] = {
    {CLI_OPTION_LEDGER(struct run, ledger)},
    {'t', "tip", NULL, "only the header of the last block", CLI_FLAG(struct run, tip_only)},
    {'H', "headers", NULL, "blocks without their bodies, except genesis",
     CLI_FLAG(struct run, headers)},
    {'A', "attests", NULL, "with -H: also attest lines, with their proofs",
     CLI_FLAG(struct run, attests)},
    {'s', "start", "HEIGHT", "begin at this height (default: 0)",
     CLI_NUMBER(struct run, start, 0, INT64_MAX)},
    {'n', "count", "COUNT", "at most so many blocks", CLI_NUMBER(struct run, count, 0, INT64_MAX)},
    {'b', "block", "ID", "the chain that ends at this block", CLI_TEXT(struct run, block)},
    {'f', "final", NULL, "only blocks that are final", CLI_FLAG(struct run, final)},
    {'M', "members", NULL, "before each block, what it makes final, and the members if they change",
     CLI_FLAG(struct run, members)},
    {0},
};

static const struct cli program = {
    .name = "ledger-chain",
    .operands = "[LEDGER]",
    .about = "Prints the best chain, genesis first.",
    .options = options,
};

struct range {
    struct node tip;
    int64_t start, end;  /* heights; the end is excluded */
    bool headers;        /* without bodies, except that of genesis, which has the chain's rules */
    bool attests;        /* after a header, the attest lines in its body, each with its proof */
    bool members;        /* before a block, what print_members prints */
    uint8_t set[ID_LEN]; /* the root of the members that it printed last; before that, zeros */
};

static void print_block(struct ledger *l, const struct node *node, bool header_only)
{
    struct fault f = {0};
    struct buf text = {0};
    if (ledger_read(l, node, header_only, &text, &f))
        cli_ledger_fail(l, &f);
    cli_put(text.data, text.len);
    buf_free(&text);
}

static void print_attests(struct ledger *l, const struct node *node)
{
    struct fault f = {0};
    struct buf out = {0};
    if (proving_attests(l, node, &out, &f) < 0)
        cli_ledger_fail(l, &f);
    cli_put(out.data, out.len);
    buf_free(&out);
}

static void print_set(const struct member_set *set)
{
    char line[MEMBER_LINE_MAX];
    cli_put_format("members %zu\n", set->count);
    for (size_t i = 0; i < set->count; i++) {
        size_t len = member_format(&set->list[i], line);
        line[len] = '\n';
        cli_put(line, len + 1);
    }
}

/* The height up to which the block and those before it make the chain final, if they ever do; and
 * the members after the block, unless they are those that were printed last. */
static void print_members(struct ledger *l, const struct node *node, struct range *r)
{
    struct fault f = {0};
    struct node final;
    struct member_set set = {0};
    uint8_t root[ID_LEN];
    if (final_is_possible(&l->tree)) {
        if (tree_get(&l->tree, node->final, &final, &f))
            cli_ledger_fail(l, &f);
        cli_put_format("final %" PRId64 "\n", final.height);
    }
    if (tree_move(&l->tree, node, &f) ||
        members_after(l->tree.state, &l->tree.rules, node->height, &set, &f))
        cli_ledger_fail(l, &f);
    member_set_root(&set, root);
    if (memcmp(root, r->set, ID_LEN) != 0)
        print_set(&set);
    memcpy(r->set, root, ID_LEN);
    member_set_free(&set);
}

/* The numbers of the blocks in the range, lowest first. The path of a side branch can only be
 * followed from its tip down. */
static int64_t *path_to(struct ledger *l, const struct range *r, size_t count)
{
    struct fault f = {0};
    struct node node;
    int64_t *path = calloc(count, sizeof *path);
    cli_memory(!path);
    if (tree_ancestor(&l->tree, &r->tip, r->end - 1, &node, &f))
        cli_ledger_fail(l, &f);
    for (size_t i = count; i-- > 0;) {
        path[i] = node.n;
        if (i > 0 && tree_get(&l->tree, node.parent, &node, &f))
            cli_ledger_fail(l, &f);
    }
    return path;
}

static void print_branch(struct ledger *l, struct range *r)
{
    struct fault f = {0};
    struct node node;
    size_t count = (size_t)(r->end - r->start);
    int64_t *path = path_to(l, r, count);
    for (size_t i = 0; i < count; i++) {
        if (tree_get(&l->tree, path[i], &node, &f))
            cli_ledger_fail(l, &f);
        if (r->members)
            print_members(l, &node, r);
        print_block(l, &node, r->headers && node.height > 0);
        if (r->attests && node.height > 0)
            print_attests(l, &node);
    }
    free(path);
}

/* A header, with what stands with it, and if self is a ledger, the attest lines of its body. */
static int put_header(void *self, const char *lines, size_t len, struct fault *f)
{
    const char *end = memchr(lines, '\n', len);
    struct block b;
    struct node node;
    cli_put(lines, len);
    if (!self)
        return 0;
    if (block_parse(lines, (size_t)(end - lines), &b, f))
        return -1;
    cli_best_block(self, b.height, &node);
    print_attests(self, &node);
    return 0;
}

static void print_headers(struct ledger *l, const struct range *r)
{
    struct fault f = {0};
    int64_t first = r->start > 0 ? r->start : 1;
    if (r->start == 0)
        print_block(l, &l->tree.genesis, false);
    int64_t last = ledger_headers_end(l), end = r->end <= last ? r->end : last + 1;
    int64_t given = end > first ? ledger_headers(l, first, end - first, UINT64_MAX, put_header,
                                                 r->attests ? l : NULL, &f)
                                : 0;
    if (given < 0)
        cli_ledger_fail(l, &f);
    if (given < end - first)
        cli_die("%s: changed while it was read", l->path);
}

/* On the best chain, the index finds every height directly. */
static void print_best(struct ledger *l, struct range *r)
{
    struct node node;
    for (int64_t height = r->start; height < r->end; height++) {
        cli_best_block(l, height, &node);
        if (r->members)
            print_members(l, &node, r);
        print_block(l, &node, false);
    }
}

/* Without -f, the tip; with it, the highest block that is final: of the ledger or, with -b, by what
 * the bodies of that chain say. */
static void find_end(struct ledger *l, const struct run *run, struct node *end)
{
    struct fault f = {0};
    cli_find_tip(l, run->block, end);
    if (!run->final)
        return;
    if (!final_is_possible(&l->tree))
        cli_warn("%s: no block after genesis becomes final on this chain", l->path);
    if (!run->block)
        *end = l->tree.final;
    else if (tree_get(&l->tree, end->final, end, &f))
        cli_ledger_fail(l, &f);
}

static void print_chain(struct ledger *l, const struct run *run)
{
    struct range r = {.start = run->start, .headers = run->headers};
    r.attests = run->attests && l->tree.rules.finality;
    r.members = run->members && rules_members(&l->tree.rules);
    find_end(l, run, &r.tip);
    if (run->tip_only) {
        print_block(l, &r.tip, true);
        return;
    }
    if (r.start > r.tip.height) {
        cli_warn("%s: %s is %" PRId64, l->path,
                 run->final ? "the height of its highest final block" : "its height", r.tip.height);
        cli_exit(CLI_NO);
    }
    r.end = run->count > r.tip.height - r.start ? r.tip.height + 1 : r.start + run->count;
    if (r.end == r.start)
        return;
    if (run->block)
        print_branch(l, &r);
    else if (run->headers)
        print_headers(l, &r);
    else
        print_best(l, &r);
}

int main(int argc, char **argv)
{
    struct ledger l;
    struct run r = {.count = INT64_MAX};
    char **operands = cli_options(&program, argc, argv, &r);
    cli_count_operands(operands, 0, 1);
    if (r.attests && !r.headers)
        cli_misuse("-A goes with -H");
    if (r.members && (r.headers || r.tip_only))
        cli_misuse("-M: not with -H or -t");
    cli_open_ledger(&l, *operands ? *operands : r.ledger);
    print_chain(&l, &r);
    ledger_close(&l);
    cli_exit(CLI_YES);
}
