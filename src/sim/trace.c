#include "sim/trace.h"

#include <string.h>

enum { MUCH = 1 << 16 };

void sim_trace_begin(struct sim_trace *t, int64_t time, const char *word)
{
    t->failed |= buf_add_number(&t->text, time) != 0;
    sim_trace_word(t, word);
}

void sim_trace_word(struct sim_trace *t, const char *word)
{
    t->failed |= buf_add(&t->text, " ", 1) || buf_add_string(&t->text, word);
}

void sim_trace_number(struct sim_trace *t, uint64_t n)
{
    t->failed |= buf_add(&t->text, " ", 1) || buf_add_number(&t->text, (long long)n);
}

void sim_trace_glue(struct sim_trace *t, char glue, uint64_t n)
{
    t->failed |= buf_add(&t->text, &glue, 1) || buf_add_number(&t->text, (long long)n);
}

void sim_trace_lines(struct sim_trace *t, const char *text, size_t n)
{
    if (n == 0)
        return;
    if (text[n - 1] == '\n')
        n--;
    if (buf_add(&t->text, " ", 1) || buf_add(&t->text, text, n)) {
        t->failed = true;
        return;
    }
    char *at = t->text.data + t->text.len - n, *end = t->text.data + t->text.len;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL)
        *at = '\t';
}

void sim_trace_end(struct sim_trace *t)
{
    t->failed |= buf_add(&t->text, "\n", 1) != 0;
}

int sim_trace_flush(struct sim_trace *t, bool all, struct fault *f)
{
    if (t->failed)
        return fault_memory(f);
    if (t->text.len == 0 || (t->text.len < MUCH && !all))
        return 0;
    const int result = t->write(t->self, t->text.data, t->text.len, f);
    t->text.len = 0;
    return result;
}

void sim_trace_free(struct sim_trace *t)
{
    buf_free(&t->text);
    *t = (struct sim_trace){0};
}
