/*
 * history: lines of any form become a history or are refused with a reason; what was read is judged
 * within bounds and drawn, and written as history(5) it is read as the same operations, with the
 * same answer.
 */
#include "fuzz.h"
#include "history/ops.h"
#include "history/picture.h"
#include "history/reader.h"

static int take(void *self, const struct line *line, struct fault *f)
{
    return op_reader_line(self, line->text, line->len, line->number, f);
}

/* 0, or -1: it is broken. */
static int read_text(const char *text, size_t n, struct op_history *h)
{
    struct span rest = {text, n};
    struct op_reader r = {.history = h};
    struct fault f;
    int failed = lines_each(source_memory(&rest), 0, take, &r, &f);
    if (failed)
        must(f.kind == FAULT_RULE && f.text[0] && f.line);
    op_reader_free(&r);
    return failed;
}

/* Bounds that an input of a few lines reaches only on purpose. */
static enum op_answer judge(const struct op_history *h)
{
    struct op_limits limits = {.steps = 20000, .memory = 8 << 20};
    struct op_verdict v = {0};
    struct buf out = {0};
    struct fault f;
    must(op_history_judge(h, &limits, &v, &f) == 0);
    enum op_answer answer = v.answer;
    must((answer == OP_UNKNOWN) == (v.bound != NULL));
    if (answer == OP_NO)
        must(op_verdict_explain(h, &v, &out) == 0 && out.len && !memchr(out.data, '\n', out.len));
    must(op_verdict_order(h, &v, &out) == 0);
    for (size_t i = 0; i < v.count; i++)
        must(v.order[i] < h->count);
    out.len = 0;
    must(op_picture(h, &v, &out) == 0);
    for (size_t i = 0; i < out.len; i++)
        must(out.data[i] == '\n' || (out.data[i] >= ' ' && out.data[i] <= '~'));
    op_verdict_free(&v);
    buf_free(&out);
    return answer;
}

/* One line for the beginning or the end of an operation. */
static void write_event(const struct op_history *h, const struct op *o, bool begins,
                        struct buf *out)
{
    struct op o2 = *o;
    size_t n;
    const char *process = op_words_text(&h->processes, o->process, &n);
    if (begins)
        o2.results = 0;
    must(buf_add_string(out, op_kind_words[begins ? OP_INVOKE : o->end]) == 0);
    must(buf_add(out, " ", 1) == 0 && buf_add(out, process, n) == 0 && buf_add(out, " ", 1) == 0);
    must(op_format(h, &o2, out) == 0 && buf_add(out, "\n", 1) == 0);
}

static void write_history(const struct op_history *h, struct buf *out)
{
    for (uint32_t at = 0; at < h->events; at++)
        for (size_t i = 0; i < h->count; i++) {
            const struct op *o = &h->ops[i];
            if (o->begin_at == at)
                write_event(h, o, true, out);
            else if (o->end != OP_INVOKE && o->end_at == at)
                write_event(h, o, false, out);
        }
}

static void check_again(const struct op_history *h, enum op_answer answer)
{
    struct op_history *again = op_history_new(op_history_model(h));
    struct buf text = {0};
    must(again);
    write_history(h, &text);
    must(read_text(text.data, text.len, again) == 0);
    must(again->count == h->count && again->events == h->events);
    must(judge(again) == answer);
    buf_free(&text);
    op_history_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct op_history *h = op_history_new(OP_MODELS);
    must(h);
    if (n < 4096 && read_text((const char *)data, n, h) == 0 && h->count)
        check_again(h, judge(h));
    op_history_free(h);
    return 0;
}
