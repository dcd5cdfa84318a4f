#include "export/dot.h"

#include "base/hex.h"
#include "export/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { NAME_CHARACTERS = 20, ID_DIGITS = 8, TIME_SIZE = 64 };

/* The pale colours of miners, and their counterparts on a dark screen. */
static const struct {
    const char *light, *dark;
} colours[DOT_MINERS] = {
    {"cfe2f3", "27486a"}, {"fde0c5", "6b4320"}, {"d3ecd0", "2b5a30"}, {"f6d5e5", "6a3050"},
    {"fff2b8", "5f5312"}, {"e2d9f3", "48376b"}, {"c8ece9", "1f5955"}, {"f7cfc9", "6e322b"},
    {"ecd9c6", "57422d"}, {"dfe3e8", "444b54"},
};

/* --- Text ------------------------------------------------------------------------------------- */

static void add(struct dot *d, const void *bytes, size_t n)
{
    d->failed |= buf_add(d->out, bytes, n) != 0;
}

static void add_string(struct dot *d, const char *s)
{
    add(d, s, strlen(s));
}

/* Only for numbers, hex digits and words, which need no escapes. */
__attribute__((format(printf, 2, 3))) static void say(struct dot *d, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    d->failed |= len < 0 || (size_t)len >= sizeof text;
    if (!d->failed)
        add(d, text, (size_t)len);
}

/* "1 block", "2 blocks", with a comma every three digits. */
static void add_counted(struct dot *d, int64_t n, const char *noun)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, n);
    for (int i = 0; i < len; i++) {
        add(d, digits + i, 1);
        if (i + 1 < len && (len - i - 1) % 3 == 0)
            add(d, ",", 1);
    }
    say(d, " %s%s", noun, n == 1 ? "" : "s");
}

/* The length of the well-formed code point at s, which is stored in *code. */
static size_t code_point(const char *s, uint32_t *code)
{
    unsigned char first = (unsigned char)*s;
    size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    *code = len == 1 ? first : first & (0x7fU >> len);
    for (size_t i = 1; i < len; i++)
        *code = *code << 6 | ((unsigned char)s[i] & 0x3f);
    return len;
}

/* Controls, and characters that have no width or change the direction of the text around them. */
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

/* Escapes for a DOT string, where a backslash begins an escape and an ampersand an HTML entity; or
 * for an HTML label. */
static void add_character(struct dot *d, const char *s, size_t len, bool html)
{
    if (*s == '&')
        add_string(d, "&amp;");
    else if (html && *s == '<')
        add_string(d, "&lt;");
    else if (html && *s == '>')
        add_string(d, "&gt;");
    else if (html && *s == '"')
        add_string(d, "&quot;");
    else if (!html && (*s == '"' || *s == '\\'))
        add(d, "\\", 1), add(d, s, 1);
    else
        add(d, s, len);
}

/* A text for people; if it has invisible characters, its text form. */
static void add_text(struct dot *d, const char *form, size_t characters, bool html)
{
    char bytes[TEXT_MAX];
    uint32_t code;
    struct field text = {form, strlen(form)};
    size_t n = text_decode(text, bytes), left = characters;
    if (n == 0)
        return;
    if (is_showable(bytes, n))
        text = (struct field){bytes, n};
    for (size_t at = 0, len; at < text.len; at += len) {
        if (left-- == 0) {
            add_string(d, "...");
            return;
        }
        len = code_point(text.text + at, &code);
        add_character(d, text.text + at, len, html);
    }
}

static void add_miner(struct dot *d, const struct account *miner, bool html)
{
    const char *name = book_name(d->book, miner);
    if (name)
        add_text(d, name, NAME_CHARACTERS, html);
    else
        add(d, account_text(miner).text, ID_DIGITS);
}

static void add_time(struct dot *d, int64_t seconds)
{
    char text[TIME_SIZE];
    struct tm tm;
    time_t t = (time_t)seconds;
    if (seconds < (int64_t)1 << 37 && gmtime_r(&t, &tm) &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm))
        add_string(d, text);
    else
        say(d, "%" PRId64, seconds);
}

/* --- Blocks ----------------------------------------------------------------------------------- */

static const struct graph_spot *head_of(const struct dot *d, const struct graph_spot *s)
{
    return &d->graph->spots[s->head];
}

/* The name of a block's node, such as "b17"; for a block in a run, the run's. */
static void add_name(struct dot *d, const struct graph_spot *s)
{
    const struct graph_spot *head = head_of(d, s);
    say(d, "%c%" PRId64, head->blocks > 1 ? 'r' : 'b', head->n);
}

/* The number of the miner's colour; -1: none is left for it. */
static int colour_of(struct dot *d, const struct account *miner)
{
    int i = 0;
    while (i < d->miners_count && !account_equal(&d->miners[i], miner))
        i++;
    if (i == DOT_MINERS)
        return -1;
    if (i == d->miners_count)
        d->miners[d->miners_count++] = *miner;
    return i;
}

/* The frame alone distinguishes the best chain from side branches, so the picture works without
 * colours. */
static void add_branch(struct dot *d, const struct graph_spot *s)
{
    d->has_side |= !s->best;
    add_string(d, s->best ? " group=best class=\"best\" penwidth=1.6"
                          : " class=\"side\" style=\"rounded,filled,dashed\" color=\"#777777\" "
                            "fontcolor=\"#555555\"");
}

static void add_tooltip(struct dot *d, const struct node *node)
{
    say(d, " tooltip=\"block %" PRId64 "\\n%s\\nmined by ", node->height, hex32(node->id).text);
    add_miner(d, &node->miner, false);
    add_string(d, " at ");
    add_time(d, node->time);
    add_string(d, "\\n");
    add_counted(d, node->count, node->parent < 0 ? "line" : "transaction");
    add_string(d, ", ");
    add_counted(d, (int64_t)node->size, "byte");
    say(d, "\\nnumber %" PRId64 " in the order of arrival, line %" PRIu64 " of the ledger\"",
        node->n, node->line);
}

static void add_label(struct dot *d, const struct graph_spot *s, const struct node *node)
{
    say(d, "label=\"%" PRId64 "  ", node->height);
    if (node->parent < 0)
        add_string(d, "genesis\\n");
    else {
        add_miner(d, &node->miner, false);
        say(d, "\\n%" PRId64 " tx  ", node->count);
    }
    add(d, hex32(node->id).text, ID_DIGITS);
    if (s->old >= 0)
        say(d, "\\nreorganisation: %" PRId64 " undone", s->undone);
    add_string(d, node->n == d->tree->best.n ? "\\nbest tip\"" : "\"");
}

static int add_block(struct dot *d, const struct graph_spot *s, struct fault *f)
{
    struct node node;
    if (tree_get(d->tree, s->n, &node, f))
        return -1;
    add_string(d, "  ");
    add_name(d, s);
    add_string(d, " [");
    add_label(d, s, &node);
    add_tooltip(d, &node);
    add_branch(d, s);
    int colour = node.parent < 0 ? -1 : colour_of(d, &node.miner);
    if (colour >= 0)
        say(d, " fillcolor=\"#%s\"", colours[colour].light);
    if (s->old >= 0)
        add_string(d, " peripheries=2");
    if (node.n == d->tree->best.n)
        add_string(d, " penwidth=3");
    add_string(d, "];\n");
    return 0;
}

static int add_run(struct dot *d, const struct graph_spot *head, struct fault *f)
{
    struct node first, last;
    if (tree_get(d->tree, head->n, &first, f) ||
        tree_get(d->tree, d->graph->spots[head->last].n, &last, f))
        return -1;
    add_string(d, "  ");
    add_name(d, head);
    say(d, " [shape=box3d height=0.5 label=\"%" PRId64 " to %" PRId64 "\\n", first.height,
        last.height);
    add_counted(d, head->blocks, "block");
    say(d, ", %" PRId64 " tx\" tooltip=\"from %s, ", head->txs, hex32(first.id).text);
    add_time(d, first.time);
    say(d, "\\nto %s, ", hex32(last.id).text);
    add_time(d, last.time);
    add_string(d, "\"");
    add_branch(d, head);
    add_string(d, "];\n");
    d->has_run = true;
    return 0;
}

/* --- Edges ------------------------------------------------------------------------------------ */

static void add_parent(struct dot *d, const struct graph_spot *s)
{
    const struct graph_spot *parent = &d->graph->spots[s->parent];
    if (head_of(d, s) == head_of(d, parent))
        return;
    add_string(d, "  ");
    add_name(d, parent);
    add_string(d, " -> ");
    add_name(d, s);
    add_string(d, s->best ? " [class=\"parent\" weight=8 penwidth=1.6];\n"
                          : " [class=\"parent\" style=dashed color=\"#777777\"];\n");
}

static void add_reorg(struct dot *d, const struct graph_spot *s)
{
    int64_t old = graph_find(d->graph, s->old);
    d->has_reorg = true;
    if (old < 0)
        return;
    add_string(d, "  ");
    add_name(d, &d->graph->spots[old]);
    add_string(d, " -> ");
    add_name(d, s);
    add_string(d, " [class=\"reorg\" dir=forward constraint=false style=dotted penwidth=1.6 "
                  "color=\"#b3261e\" tooltip=\"the best tip moved to this branch\"];\n");
}

/* "..." for blocks outside the window: before a first block, or after a last one. */
static void add_beyond(struct dot *d, const struct graph_spot *s, bool is_after)
{
    char name[32];
    snprintf(name, sizeof name, "%s%" PRId64, is_after ? "after" : "before", s->n);
    say(d, "  %s [class=\"beyond\" shape=plaintext style=\"\" label=\"...\" height=0.2];\n  ",
        name);
    if (is_after)
        add_name(d, s);
    else
        add_string(d, name);
    add_string(d, " -> ");
    if (is_after)
        add_string(d, name);
    else
        add_name(d, s);
    add_string(d, " [class=\"beyond\" style=dotted arrowtail=none];\n");
}

int dot_spot(struct dot *d, const struct graph_spot *s, struct buf *out, struct fault *f)
{
    const struct graph_spot *head = head_of(d, s);
    d->out = out;
    if (head->blocks == 1 ? add_block(d, s, f) : head == s ? add_run(d, s, f) : 0)
        return -1;
    if (s->parent >= 0)
        add_parent(d, s);
    else if (s->n)
        add_beyond(d, s, false);
    if (s->goes_on)
        add_beyond(d, s, true);
    if (s->old >= 0)
        add_reorg(d, s);
    return d->failed ? fault_memory(f) : 0;
}

/* --- The whole graph -------------------------------------------------------------------------- */

static void add_title(struct dot *d)
{
    const struct tree *t = d->tree;
    add_text(d, t->rules.name, 4 * (size_t)NAME_CHARACTERS, false);
    add_string(d, "\\n");
    add_counted(d, t->best.height + 1, "block");
    add_string(d, " on the best chain, ");
    add_counted(d, t->count - t->best.height - 1, "block");
    add_string(d, " off it; ");
    add_counted(d, d->graph->reorgs, "reorganisation");
    if (d->graph->reorgs) {
        add_string(d, ", the deepest of ");
        add_counted(d, d->graph->deepest, "block");
    }
    if (d->start > 0 || d->end <= t->best.height)
        say(d, "\\nheights %" PRId64 " to %" PRId64, d->start,
            d->end <= t->best.height ? d->end - 1 : t->best.height);
}

/* Graphviz writes colours as attributes, which any rule of a stylesheet overrides. In a URI, # is
 * %23. */
static void add_stylesheet(struct dot *d)
{
    add_string(d, " stylesheet=\"data:text/css,@media screen and (prefers-color-scheme:dark){"
                  ".graph>polygon{fill:%2315171b}text{fill:%23eceef1}"
                  "[fill='%23555555']{fill:%23b4b9c1}[fill='%23ffffff']{fill:%2324282e}"
                  "[stroke='black'],[stroke='%23000000']{stroke:%23c3c8cf}"
                  "[stroke='%23777777']{stroke:%23a9adb3}"
                  ".edge [fill='black'],[fill='%23777777']{fill:%23a9adb3}"
                  "[stroke='%23b3261e']{stroke:%23ff8a80}[fill='%23b3261e']{fill:%23ff8a80}");
    for (int i = 0; i < DOT_MINERS; i++)
        say(d, "[fill='%%23%s']{fill:%%23%s}", colours[i].light, colours[i].dark);
    add_string(d, "}\"");
}

int dot_begin(struct dot *d, struct buf *out, struct fault *f)
{
    d->out = out;
    add_string(d, "digraph ledger {\n  graph [");
    if (d->left_to_right)
        add_string(d, "rankdir=LR ");
    add_string(d, "labelloc=t fontname=\"sans-serif\" fontsize=14 nodesep=0.3 ranksep=0.32 "
                  "label=\"");
    add_title(d);
    add_string(d, "\"");
    add_stylesheet(d);
    add_string(d, "];\n"
                  "  node [shape=box style=\"rounded,filled\" fillcolor=\"#ffffff\" "
                  "fontname=\"sans-serif\" fontsize=11 margin=\"0.12,0.05\" height=0.4];\n"
                  "  edge [dir=back arrowsize=0.6];\n"
                  "  subgraph cluster_legend {\n"
                  "  graph [class=\"legend\" pencolor=none labeljust=l fontsize=10];\n");
    return d->failed ? fault_memory(f) : 0;
}

/* A row of the legend: a sample, a table cell with these attributes, and its meaning. */
static void add_row(struct dot *d, const char *cell, const char *sample, const char *words)
{
    say(d, "<tr><td %s>%s</td><td align=\"left\">%s</td></tr>", cell, sample, words);
}

static void add_miner_row(struct dot *d, int i)
{
    say(d,
        "<tr><td border=\"1\" color=\"#000000\" bgcolor=\"#%s\"> </td><td align=\"left\">mined by ",
        colours[i].light);
    add_miner(d, &d->miners[i], true);
    add_string(d, "</td></tr>");
}

/* Lists only what the picture has. It is the label of a frameless cluster around the whole graph: a
 * node of its own would take part in the layout. */
static void add_legend(struct dot *d)
{
    add_string(d, "  label=<<table border=\"0\" cellborder=\"0\" cellspacing=\"3\">");
    add_row(d, "border=\"2\" color=\"#000000\" bgcolor=\"#ffffff\"", " ", "best chain");
    if (d->has_side)
        add_row(d, "border=\"1\" style=\"dashed\" color=\"#777777\" bgcolor=\"#ffffff\"", " ",
                "side branch");
    if (d->has_run)
        add_row(d, "border=\"1\" color=\"#000000\" bgcolor=\"#ffffff\"", "1 to 9",
                "blocks in a row, drawn as one");
    if (d->has_reorg)
        add_row(d, "",
                "<table border=\"1\" color=\"#000000\" cellborder=\"1\" cellpadding=\"1\" "
                "cellspacing=\"1\">"
                "<tr><td color=\"#000000\" bgcolor=\"#ffffff\"> </td></tr></table>",
                "reorganisation: took over the best chain");
    if (d->has_reorg)
        add_row(d, "", "<font color=\"#b3261e\">. . . &gt;</font>", "from the tip that was left");
    for (int i = 0; i < d->miners_count; i++)
        add_miner_row(d, i);
    add_string(d, "</table>>\n");
}

int dot_end(struct dot *d, struct buf *out, struct fault *f)
{
    d->out = out;
    add_legend(d);
    add_string(d, "  }\n}\n");
    return d->failed ? fault_memory(f) : 0;
}
