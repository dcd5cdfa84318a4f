/* ledger-graph: the tree of a ledger's blocks as DOT, for Graphviz to draw. */
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/ledger.h"
#include "cli/names.h"
#include "export/text.h"
#include "ledger/graph.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What stands alone in a small picture is folded in a large one. */
enum { FOLD_ABOVE = 30, RUN_LEAST = 3 };

enum { NAME_CHARACTERS = 20, ID_DIGITS = 8, TIME_SIZE = 64, MINERS = 10 };

static const struct cli_option options[] = {
    {'l', "ledger", "LEDGER", "the ledger (default: $LEDGER, else `ledger`)"},
    {'a', "names", "FILE", "the address book"},
    {'s', "start", "HEIGHT", "begin at this height"},
    {'n', "count", "COUNT", "so many heights; without -s, the last ones"},
    {'F', "no-fold", NULL, "draw every block, and none as a run"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "ledger-graph",
    .operands = "[LEDGER]",
    .about = "Prints the tree of blocks, side branches and all, as DOT for Graphviz.",
    .options = options,
};

struct run {
    struct ledger ledger;
    struct book *book;
    struct graph graph;
    int64_t start, end;
    const char *path, *names, *from, *count;
    bool no_fold;
    uint8_t miners[MINERS][ID_LEN]; /* met so far */
    int miners_count;
};

/* --- Text ------------------------------------------------------------------------------------- */

static void put_number_text(int64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, n);
    cli_put_string(text);
}

/* "1 block", "2 blocks", with a comma every three digits. */
static void put_counted(int64_t n, const char *noun)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, n);
    for (int i = 0; i < len; i++) {
        cli_put(digits + i, 1);
        if (i + 1 < len && (len - i - 1) % 3 == 0)
            cli_put(",", 1);
    }
    cli_put(" ", 1);
    cli_put_string(noun);
    if (n != 1)
        cli_put("s", 1);
}

/* The length of the code point at s, which is well formed; *code is it. */
static size_t code_point(const char *s, uint32_t *code)
{
    unsigned char first = (unsigned char)*s;
    size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    *code = len == 1 ? first : first & (0x7fU >> len);
    for (size_t i = 1; i < len; i++)
        *code = *code << 6 | ((unsigned char)s[i] & 0x3f);
    return len;
}

/* Controls, and what has no width or turns the text around it. */
static bool is_invisible(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff0 && c <= 0xffff) ||
           c >= 0xe0000;
}

static bool is_showable(const char *bytes, size_t n)
{
    uint32_t code;
    if (n == 0 || !utf8_check(bytes, n))
        return false;
    for (size_t at = 0; at < n; at += code_point(bytes + at, &code)) {
        code_point(bytes + at, &code);
        if (is_invisible(code))
            return false;
    }
    return true;
}

/* Inside of a string of DOT: a backslash begins an escape there, an ampersand a name of HTML. */
static void put_character(const char *s, size_t len)
{
    if (*s == '&')
        cli_put_string("&amp;");
    else if (*s == '"' || *s == '\\')
        cli_put("\\", 1), cli_put(s, 1);
    else
        cli_put(s, len);
}

/* A text as people read it; one with bytes that do not show, in its form of formats.md. */
static void put_text(const char *form, size_t characters)
{
    char bytes[TEXT_MAX];
    uint32_t code;
    struct field text = {form, strlen(form)};
    size_t n = text_decode(text, bytes), left = characters;
    if (n && is_showable(bytes, n)) {
        text = (struct field){bytes, n};
    } else if (n == 0) {
        return;
    }
    for (size_t at = 0, len; at < text.len; at += len) {
        if (left-- == 0) {
            cli_put_string("...");
            return;
        }
        len = code_point(text.text + at, &code);
        put_character(text.text + at, len);
    }
}

static void put_miner(const struct run *r, const uint8_t miner[ID_LEN])
{
    const char *name = book_name(r->book, miner);
    if (name)
        put_text(name, NAME_CHARACTERS);
    else
        cli_put(hex32(miner).text, ID_DIGITS);
}

static void put_time(int64_t seconds)
{
    char text[TIME_SIZE];
    struct tm tm;
    time_t t = (time_t)seconds;
    if (seconds < (int64_t)1 << 37 && gmtime_r(&t, &tm) &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm))
        cli_put_string(text);
    else
        put_number_text(seconds);
}

/* --- Blocks ----------------------------------------------------------------------------------- */

static void get_node(struct run *r, int64_t n, struct node *node)
{
    struct fault f = {0};
    if (tree_get(&r->ledger.tree, n, node, &f))
        cli_ledger_fail(&r->ledger, &f);
}

static const struct graph_spot *head_of(const struct run *r, const struct graph_spot *s)
{
    return &r->graph.spots[s->head];
}

/* "b17", or for one that stands in a run, the run's. */
static void put_name(const struct run *r, const struct graph_spot *s)
{
    const struct graph_spot *head = head_of(r, s);
    cli_put(head->blocks > 1 ? "r" : "b", 1);
    put_number_text(head->n);
}

/* Each of the first miners in a picture has a pale colour; those to come have none. */
static void put_colour(struct run *r, const uint8_t miner[ID_LEN])
{
    static const char *const colours[MINERS] = {"#cfe2f3", "#fde0c5", "#d3ecd0", "#f6d5e5",
                                                "#fff2b8", "#e2d9f3", "#c8ece9", "#f7cfc9",
                                                "#ecd9c6", "#dfe3e8"};
    int i = 0;
    while (i < r->miners_count && memcmp(r->miners[i], miner, ID_LEN))
        i++;
    if (i == MINERS)
        return;
    if (i == r->miners_count)
        memcpy(r->miners[r->miners_count++], miner, ID_LEN);
    cli_put_string(" fillcolor=\"");
    cli_put_string(colours[i]);
    cli_put_string("\"");
}

/* A broken frame says that it is aside without colours, too. */
static void put_branch(const struct graph_spot *s)
{
    cli_put_string(s->best ? " group=best class=\"best\" penwidth=1.6"
                           : " class=\"side\" style=\"rounded,filled,dashed\" color=\"#777777\" "
                             "fontcolor=\"#555555\"");
}

static void put_tooltip(const struct run *r, const struct node *node)
{
    cli_put_string(" tooltip=\"block ");
    put_number_text(node->height);
    cli_put_string("\\n");
    cli_put_string(hex32(node->id).text);
    cli_put_string("\\nmined by ");
    put_miner(r, node->miner);
    cli_put_string(" at ");
    put_time(node->time);
    cli_put_string("\\n");
    put_counted(node->count, node->parent < 0 ? "line" : "transaction");
    cli_put_string(", ");
    put_counted((int64_t)node->size, "byte");
    cli_put_string("\\nnumber ");
    put_number_text(node->n);
    cli_put_string(" in the order of arrival, line ");
    put_number_text((int64_t)node->line);
    cli_put_string(" of the ledger\"");
}

static void put_label(const struct run *r, const struct graph_spot *s, const struct node *node)
{
    cli_put_string("label=\"");
    put_number_text(node->height);
    cli_put_string("  ");
    if (node->parent < 0)
        cli_put_string("genesis");
    else
        put_miner(r, node->miner);
    cli_put_string("\\n");
    if (node->parent >= 0) {
        put_number_text(node->count);
        cli_put_string(" tx  ");
    }
    cli_put(hex32(node->id).text, ID_DIGITS);
    if (s->old >= 0) {
        cli_put_string("\\nreorganisation: ");
        put_number_text(s->undone);
        cli_put_string(" undone");
    }
    if (node->n == r->ledger.tree.best.n)
        cli_put_string("\\nbest tip");
    cli_put_string("\"");
}

static void put_block(struct run *r, const struct graph_spot *s)
{
    struct node node;
    get_node(r, s->n, &node);
    cli_put_string("  ");
    put_name(r, s);
    cli_put_string(" [");
    put_label(r, s, &node);
    put_tooltip(r, &node);
    put_branch(s);
    if (node.parent >= 0)
        put_colour(r, node.miner);
    if (s->old >= 0)
        cli_put_string(" peripheries=2");
    if (node.n == r->ledger.tree.best.n)
        cli_put_string(" penwidth=3");
    cli_put_string("];\n");
}

static void put_run(struct run *r, const struct graph_spot *head)
{
    struct node first, last;
    get_node(r, head->n, &first);
    get_node(r, r->graph.spots[head->last].n, &last);
    cli_put_string("  ");
    put_name(r, head);
    cli_put_string(" [shape=box3d height=0.5 label=\"");
    put_number_text(first.height);
    cli_put_string(" to ");
    put_number_text(last.height);
    cli_put_string("\\n");
    put_counted(head->blocks, "block");
    cli_put_string(", ");
    put_number_text(head->txs);
    cli_put_string(" tx");
    cli_put_string("\" tooltip=\"from ");
    cli_put_string(hex32(first.id).text);
    cli_put_string(", ");
    put_time(first.time);
    cli_put_string("\\nto ");
    cli_put_string(hex32(last.id).text);
    cli_put_string(", ");
    put_time(last.time);
    cli_put_string("\"");
    put_branch(head);
    cli_put_string("];\n");
}

/* --- Lines between them ----------------------------------------------------------------------- */

static void put_parent(const struct run *r, const struct graph_spot *s)
{
    const struct graph_spot *parent = &r->graph.spots[s->parent];
    if (head_of(r, s) == head_of(r, parent))
        return;
    cli_put_string("  ");
    put_name(r, parent);
    cli_put_string(" -> ");
    put_name(r, s);
    cli_put_string(s->best ? " [class=\"parent\" weight=8 penwidth=1.6];\n"
                           : " [class=\"parent\" style=dashed color=\"#777777\"];\n");
}

static void put_reorg(const struct run *r, const struct graph_spot *s)
{
    int64_t old = graph_find(&r->graph, s->old);
    if (old < 0)
        return;
    cli_put_string("  ");
    put_name(r, &r->graph.spots[old]);
    cli_put_string(" -> ");
    put_name(r, s);
    cli_put_string(" [class=\"reorg\" dir=forward constraint=false style=dotted penwidth=1.6 "
                   "color=\"#b3261e\" tooltip=\"the best tip went over\"];\n");
}

/* What there is beyond the window: "..." before a first block, behind a last one. */
static void put_beyond(const struct run *r, const struct graph_spot *s, bool behind)
{
    char name[32];
    snprintf(name, sizeof name, "%s%" PRId64, behind ? "after" : "before", s->n);
    cli_put_string("  ");
    cli_put_string(name);
    cli_put_string(" [class=\"beyond\" shape=plaintext style=\"\" label=\"...\" height=0.2];\n  ");
    if (behind)
        put_name(r, s);
    else
        cli_put_string(name);
    cli_put_string(" -> ");
    if (behind)
        cli_put_string(name);
    else
        put_name(r, s);
    cli_put_string(" [class=\"beyond\" style=dotted arrowtail=none];\n");
}

static void put_spot(struct run *r, const struct graph_spot *s)
{
    const struct graph_spot *head = head_of(r, s);
    if (head->blocks == 1)
        put_block(r, s);
    else if (head == s)
        put_run(r, s);
    if (s->parent >= 0)
        put_parent(r, s);
    else if (s->n)
        put_beyond(r, s, false);
    if (s->goes_on)
        put_beyond(r, s, true);
    if (s->old >= 0)
        put_reorg(r, s);
}

/* --- The whole -------------------------------------------------------------------------------- */

static void put_title(const struct run *r)
{
    const struct tree *t = &r->ledger.tree;
    put_text(t->rules.name, 4 * NAME_CHARACTERS);
    cli_put_string("\\n");
    put_counted(t->best.height + 1, "block");
    cli_put_string(" on the best chain, ");
    put_counted(t->count - t->best.height - 1, "block");
    cli_put_string(" aside; ");
    put_counted(r->graph.reorgs, "reorganisation");
    if (r->graph.reorgs) {
        cli_put_string(", the deepest of ");
        put_counted(r->graph.deepest, "block");
    }
    if (r->start > 0 || r->end <= t->best.height) {
        cli_put_string("\\nheights ");
        put_number_text(r->start);
        cli_put_string(" to ");
        put_number_text(r->end <= t->best.height ? r->end - 1 : t->best.height);
    }
}

static void put_graph(struct run *r)
{
    cli_put_string(
        "digraph ledger {\n"
        "  graph [labelloc=t fontname=\"sans-serif\" fontsize=14 nodesep=0.3 ranksep=0.32 "
        "label=\"");
    put_title(r);
    cli_put_string("\"];\n"
                   "  node [shape=box style=\"rounded,filled\" fillcolor=\"#ffffff\" "
                   "fontname=\"sans-serif\" fontsize=11 margin=\"0.12,0.05\" height=0.4];\n"
                   "  edge [dir=back arrowsize=0.6];\n");
    for (size_t i = 0; i < r->graph.count; i++)
        put_spot(r, &r->graph.spots[i]);
    cli_put_string("}\n");
}

/* The window: from -s on, so many heights; or the last ones. */
static void choose_window(struct run *r)
{
    int64_t best = r->ledger.tree.best.height;
    int64_t count = r->count ? cli_number("-n", r->count, 1, INT64_MAX) : INT64_MAX;
    if (r->from)
        r->start = cli_number("-s", r->from, 0, INT64_MAX);
    else
        r->start = count > best ? 0 : best + 1 - count;
    r->end = r->from && count < INT64_MAX - r->start ? r->start + count : INT64_MAX;
    if (r->start > best) {
        cli_warn("%s: its height is %" PRId64, r->ledger.path, best);
        cli_exit(CLI_NO);
    }
}

static void read_options(struct run *r, int argc, char **argv)
{
    for (int c; (c = cli_next(&program, argc, argv)) != -1;) {
        if (c == 'l')
            r->path = optarg;
        if (c == 'a')
            r->names = optarg;
        if (c == 's')
            r->from = optarg;
        if (c == 'n')
            r->count = optarg;
        r->no_fold |= c == 'F';
    }
    cli_operands(argc, argv, 0, 1);
    if (argv[optind])
        r->path = argv[optind];
}

int main(int argc, char **argv)
{
    struct run r = {0};
    struct fault f = {0};
    read_options(&r, argc, argv);
    r.book = cli_book(r.names);
    cli_open_ledger(&r.ledger, r.path);
    choose_window(&r);
    if (graph_read(&r.graph, &r.ledger, r.start, r.end, &f))
        cli_ledger_fail(&r.ledger, &f);
    if (!r.no_fold && r.graph.count > FOLD_ABOVE)
        graph_fold(&r.graph, RUN_LEAST);
    put_graph(&r);
    graph_free(&r.graph);
    book_free(r.book);
    ledger_close(&r.ledger);
    cli_exit(CLI_YES);
}
