#include "history/picture_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_MAX 60 /* characters */

void picture_put(struct picture *p, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    int n = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (n > 0 && buf_add(p->out, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1))
        p->failed = true;
}

void picture_put_escaped(struct picture *p, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (c == '<' || c == '>' || c == '&' || c == '"')
            picture_put(p, "&#%d;", c);
        else if (buf_add(p->out, c < ' ' || c > '~' ? "?" : &c, 1))
            p->failed = true;
    }
}

/* Escapes the text, cut to at most this many characters. */
static void put_cut(struct picture *p, const char *text, size_t n, size_t most)
{
    if (n > most && most > 2)
        picture_put_escaped(p, text, most - 2);
    else
        picture_put_escaped(p, text, n < most ? n : most);
    if (n > most)
        picture_put(p, "..");
}

/* What an operation does, without its key. */
static void put_operation(struct picture *p, const struct op *o, size_t most)
{
    struct buf text = {0};
    size_t name = strlen(op_name_words[o->name]), key;
    op_words_text(&p->history->keys, o->key, &key);
    if (op_format(p->history, o, &text)) {
        p->failed = true;
    } else {
        size_t skip = name + 1 + key;
        memmove(text.data + name, text.data + skip, text.len - skip);
        put_cut(p, text.data, text.len - skip + name, most);
    }
    buf_free(&text);
}

static void put_word(struct picture *p, const struct op_words *words, uint32_t word, size_t most)
{
    size_t n;
    const char *text = op_words_text(words, word, &n);
    put_cut(p, text, n, most);
}

/* Every colour comes from a class, so that one style sheet serves light and dark screens. */
static void put_style(struct picture *p)
{
    picture_put(p, "<style>\n.h text{fill:#5c5c5c}.h .ink{fill:#1c1c1c}.h .paper{fill:#fff}"
                   ".h .grid{stroke:#e2e2e2;fill:none}.h .bar{fill:#d6e4f5;stroke:#2f6db3}"
                   ".h .open{fill:#f1f1f1;stroke:#767676;stroke-dasharray:5 3}"
                   ".h .no{fill:#fff;stroke:#767676}\n");
    picture_put(p, ".h .bad{fill:#f9d5d0;stroke:#c22f1c;stroke-width:2.5}.h .red{fill:#c22f1c}"
                   ".h .way{fill:none;stroke:#b5701a;stroke-width:1.4}.h .dot{fill:#b5701a}"
                   ".h .halo{paint-order:stroke;stroke:#fff;stroke-width:3}\n");
    picture_put(p, "@media screen and (prefers-color-scheme:dark){.h text{fill:#a9adb3}"
                   ".h .ink{fill:#eceef1}.h .paper{fill:#15171b}.h .grid{stroke:#31353b}"
                   ".h .bar{fill:#21405f;stroke:#6fb0f2}.h .open{fill:#26292e;stroke:#8b9098}"
                   ".h .no{fill:#15171b;stroke:#8b9098}\n");
    picture_put(p, ".h .bad{fill:#54211b;stroke:#f08a7a}.h .red{fill:#f08a7a}"
                   ".h .way{stroke:#f0b45e}.h .dot{fill:#f0b45e}.h .halo{stroke:#15171b}\n}\n"
                   "</style>\n");
}

static void put_title(struct picture *p)
{
    static const char *const answers[] = {
        [OP_YES] = "linearizable", [OP_NO] = "not linearizable", [OP_UNKNOWN] = "unknown"};
    put_word(p, &p->history->keys, p->key, LABEL_MAX);
    picture_put(p, " (%s): %s", op_model_words[op_history_model(p->history)],
                answers[p->verdict->answer]);
}

/* The second line: why the answer is no, or what the picture shows. */
static void put_caption(struct picture *p)
{
    struct buf text = {0};
    if (p->verdict->answer != OP_NO)
        picture_put(p, "dots: where each operation takes effect, in one order that explains every "
                       "answer");
    else if (op_verdict_explain(p->history, p->verdict, &text))
        p->failed = true;
    put_cut(p, text.data ? text.data : "", text.len, (size_t)(picture_right(p) / 6.4));
    buf_free(&text);
}

static void put_head(struct picture *p, double height)
{
    double width = picture_right(p) + 30;
    width = width < PICTURE_WIDTH ? PICTURE_WIDTH : width;
    picture_put(p,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "
                "xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
                "viewBox=\"0 0 %.0f %.0f\" class=\"h\" role=\"img\" font-family=\"sans-serif\" "
                "font-size=\"12\">\n<title>",
                width, height, width, height);
    put_title(p);
    picture_put(p, "</title>\n");
    put_style(p);
    picture_put(p, "<rect class=\"paper\" width=\"%.0f\" height=\"%.0f\"/>\n", width, height);
    picture_put(p, "<text class=\"ink\" x=\"24\" y=\"34\" font-size=\"19\" "
                   "font-weight=\"bold\">");
    put_title(p);
    picture_put(p, "</text>\n<text x=\"24\" y=\"56\">");
    put_caption(p);
    picture_put(p, "</text>\n");
    if (p->first > 0 && p->columns_count == OP_PICTURE_EVENTS)
        picture_put(p,
                    "<text x=\"24\" y=\"74\">the last %d events; what was before is left "
                    "out</text>\n",
                    OP_PICTURE_EVENTS);
}

/* The names of the processes and their lines. */
static void put_rows(struct picture *p)
{
    for (uint32_t process = 0; process < p->history->processes.count; process++) {
        double y = PICTURE_TOP + PICTURE_ROW * (p->rows[process] - 0.4);
        if (!p->rows[process])
            continue;
        picture_put(p, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>\n", PICTURE_LEFT + p->names, y,
                    picture_right(p));
        picture_put(p, "<text class=\"ink\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
                    PICTURE_LEFT + p->names - 8, y + 4);
        put_word(p, &p->history->processes, process, 20);
        picture_put(p, "</text>\n");
    }
}

static bool is_misfit(const struct picture *p, const struct op *o)
{
    return p->verdict->answer == OP_NO && o == &p->history->ops[p->verdict->misfit];
}

static const char *class_of(const struct picture *p, const struct op *o)
{
    if (is_misfit(p, o))
        return "bad";
    if (op_is_open(o))
        return "open";
    return o->end == OP_OK ? "bar" : "no";
}

static void put_bar(struct picture *p, const struct op *o)
{
    double begin = picture_begin(p, o), end = picture_end(p, o), y = picture_y(p, o);
    double width = p->limits[o->process] - begin - 4;
    bool answered = o->end == OP_FAIL || o->end == OP_REFUSE;
    picture_put(p,
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"9\" rx=\"3\">"
                "<title>",
                class_of(p, o), begin, y - 4.5, end - begin);
    put_operation(p, o, LABEL_MAX);
    picture_put(p, " (%s, line %" PRIu64, o->end == OP_INVOKE ? "open" : op_kind_words[o->end],
                o->begin_line);
    if (o->end != OP_INVOKE)
        picture_put(p, " to %" PRIu64, o->end_line);
    picture_put(p,
                ")</title></rect>\n<text class=\"%s halo\" x=\"%.1f\" y=\"%.1f\" "
                "font-size=\"11\">",
                is_misfit(p, o) ? "red" : "ink", begin, y - 9);
    put_operation(p, o, width < 18 ? 3 : (size_t)(width / 6));
    picture_put(p, "%s</text>\n",
                answered && width > 90 ? o->end == OP_FAIL ? " (fail)" : " (refused)" : "");
    p->limits[o->process] = begin;
}

static void put_bars(struct picture *p)
{
    const struct op_history *h = p->history;
    p->limits = calloc((size_t)h->processes.count + 1, sizeof *p->limits);
    p->failed = p->failed || !p->limits;
    for (uint32_t i = 0; i < h->processes.count && p->limits; i++)
        p->limits[i] = picture_right(p) + 24;
    for (size_t i = h->count; i > 0 && p->limits; i--)
        if (picture_has(p, &h->ops[i - 1]))
            put_bar(p, &h->ops[i - 1]);
}

/* The order: a line from dot to dot. */
static void put_order(struct picture *p)
{
    const struct op_verdict *v = p->verdict;
    bool begun = false;
    picture_put(p, "<path class=\"way\" d=\"");
    for (size_t i = 0; i < v->count; i++) {
        const struct op *o = &p->history->ops[v->order[i]];
        if (p->points[i] > 0 && picture_has(p, o)) {
            picture_put(p, "%s%.1f %.1f", begun ? "L" : "M", p->points[i], picture_y(p, o));
            begun = true;
        }
    }
    picture_put(p, "\"/>\n");
}

/* The dots, and their numbers. */
static void put_dots(struct picture *p)
{
    const struct op_verdict *v = p->verdict;
    for (size_t i = 0, place = 0; i < v->count; i++) {
        const struct op *o = &p->history->ops[v->order[i]];
        place += o->key == p->key;
        if (p->points[i] > 0 && picture_has(p, o))
            picture_put(p,
                        "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.6\"/><text "
                        "class=\"halo\" x=\"%.1f\" y=\"%.1f\" font-size=\"9\" "
                        "text-anchor=\"middle\">%zu</text>\n",
                        p->points[i], picture_y(p, o), p->points[i], picture_y(p, o) + 15, place);
    }
}

static void put_misfit(struct picture *p)
{
    const struct op *o = &p->history->ops[p->verdict->misfit];
    if (p->verdict->answer != OP_NO)
        return;
    picture_put(p,
                "<text class=\"red halo\" x=\"%.1f\" y=\"%.1f\" font-weight=\"bold\" "
                "text-anchor=\"end\">fits nowhere</text>\n",
                picture_end(p, o), picture_y(p, o) + 18);
}

static void free_layout(struct picture *p)
{
    free(p->columns);
    free(p->rows);
    free(p->points);
    free(p->limits);
}

int op_picture(const struct op_history *h, const struct op_verdict *v, struct buf *out)
{
    struct picture p = {.history = h, .verdict = v, .out = out};
    if (picture_lay_out(&p)) {
        free_layout(&p);
        return -1;
    }
    put_head(&p, PICTURE_TOP + PICTURE_ROW * (p.rows_count + 0.6));
    put_rows(&p);
    put_order(&p);
    put_bars(&p);
    put_dots(&p);
    put_misfit(&p);
    picture_put(&p, "</svg>\n");
    free_layout(&p);
    return p.failed ? -1 : 0;
}
