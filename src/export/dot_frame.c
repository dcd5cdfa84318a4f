/* What is around the blocks: the title, the style sheet, the legend. */
#include "export/dot_parts.h"

#include <inttypes.h>

enum { TITLE_CHARACTERS = 80 };

const struct dot_colour dot_colours[DOT_MINERS] = {
    {"cfe2f3", "27486a"}, {"fde0c5", "6b4320"}, {"d3ecd0", "2b5a30"}, {"f6d5e5", "6a3050"},
    {"fff2b8", "5f5312"}, {"e2d9f3", "48376b"}, {"c8ece9", "1f5955"}, {"f7cfc9", "6e322b"},
    {"ecd9c6", "57422d"}, {"dfe3e8", "444b54"},
};

static void add_title(struct dot *d)
{
    const struct tree *t = d->tree;
    dot_text(d, t->rules.name, TITLE_CHARACTERS, false);
    dot_put(d, "\\n");
    dot_counted(d, t->best.height + 1, "block");
    dot_put(d, " on the best chain, ");
    dot_counted(d, t->count - t->best.height - 1, "block");
    dot_put(d, " off it; ");
    dot_counted(d, d->graph->reorgs, "reorganisation");
    if (d->graph->reorgs) {
        dot_put(d, ", the deepest of ");
        dot_counted(d, d->graph->deepest, "block");
    }
    if (d->start > 0 || d->end <= t->best.height)
        dot_say(d, "\\nheights %" PRId64 " to %" PRId64, d->start,
                d->end <= t->best.height ? d->end - 1 : t->best.height);
}

/* Graphviz writes colours as attributes, which any rule of a stylesheet overrides. In a URI, # is
 * %23. */
static void add_stylesheet(struct dot *d)
{
    dot_put(d, " stylesheet=\"data:text/css,@media screen and (prefers-color-scheme:dark){"
               ".graph>polygon{fill:%2315171b}text{fill:%23eceef1}"
               "[fill='%23555555']{fill:%23b4b9c1}[fill='%23ffffff']{fill:%2324282e}"
               "[stroke='black'],[stroke='%23000000']{stroke:%23c3c8cf}"
               "[stroke='%23777777']{stroke:%23a9adb3}"
               ".edge [fill='black'],[fill='%23777777']{fill:%23a9adb3}"
               "[stroke='%23b3261e']{stroke:%23ff8a80}[fill='%23b3261e']{fill:%23ff8a80}");
    for (int i = 0; i < DOT_MINERS; i++)
        dot_say(d, "[fill='%%23%s']{fill:%%23%s}", dot_colours[i].light, dot_colours[i].dark);
    dot_put(d, "}\"");
}

int dot_begin(struct dot *d, struct buf *out, struct fault *f)
{
    d->out = out;
    dot_put(d, "digraph ledger {\n  graph [");
    if (d->left_to_right)
        dot_put(d, "rankdir=LR ");
    dot_put(d, "labelloc=t fontname=\"sans-serif\" fontsize=14 nodesep=0.3 ranksep=0.32 "
               "label=\"");
    add_title(d);
    dot_put(d, "\"");
    add_stylesheet(d);
    dot_put(d, "];\n"
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
    dot_say(d, "<tr><td %s>%s</td><td align=\"left\">%s</td></tr>", cell, sample, words);
}

static void add_miner_row(struct dot *d, int i)
{
    dot_say(d,
            "<tr><td border=\"1\" color=\"#000000\" bgcolor=\"#%s\"> </td>"
            "<td align=\"left\">%s by ",
            dot_colours[i].light, dot_made(d));
    dot_miner(d, &d->miners[i], true);
    dot_put(d, "</td></tr>");
}

/* Lists only what the picture has. It is the label of a frameless cluster around the whole graph: a
 * node of its own would take part in the layout. */
static void add_legend(struct dot *d)
{
    dot_put(d, "  label=<<table border=\"0\" cellborder=\"0\" cellspacing=\"3\">");
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
    if (d->has_final)
        add_row(d, "", "final", "never undone");
    if (d->has_justified)
        add_row(d, "", "justified", "a checkpoint with the votes of two thirds");
    for (int i = 0; i < d->miners_count; i++)
        add_miner_row(d, i);
    dot_put(d, "</table>>\n");
}

int dot_end(struct dot *d, struct buf *out, struct fault *f)
{
    d->out = out;
    add_legend(d);
    dot_put(d, "  }\n}\n");
    return d->failed ? fault_memory(f) : 0;
}
