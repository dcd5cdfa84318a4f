/* lincheck: whether a history of operations is linearizable. */
#include "base/file.h"
#include "base/lines.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "history/picture.h"
#include "history/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { UNKNOWN = 3, MEMORY_MIB = 1024, MEMORY_MIB_MAX = 65536 };

struct run {
    int model;
    int64_t ms; /* 0: no bound */
    int64_t steps, mib;
    const char *picture; /* a file; NULL: none */
    bool order, quiet, verbose;

    const char *place;
    struct op_history *history;
    struct op_reader reader;
    struct timespec end; /* of the time */
};

static const struct cli_option options[] = {
    {'m', "model", "MODEL", "what the objects are (default: as the operations tell)",
     CLI_CHOICE(struct run, model, op_model_words)},
    {'t', "timeout", "SECONDS", "after so long, the answer is unknown",
     CLI_SECONDS(struct run, ms, 1, 1000000)},
    {'n', "steps", "COUNT", "after so many steps, the answer is unknown",
     CLI_NUMBER(struct run, steps, 1, INT64_MAX)},
    {'M', "memory", "MIB", "with so much memory, the answer is unknown (default: 1024)",
     CLI_NUMBER(struct run, mib, 1, MEMORY_MIB_MAX)},
    {'o', "order", NULL, "print an order if there is one", CLI_FLAG(struct run, order)},
    {'p', "picture", "FILE", "draw the history into this file, as SVG",
     CLI_TEXT(struct run, picture)},
    {'q', "quiet", NULL, "print nothing: the exit status is the answer",
     CLI_FLAG(struct run, quiet)},
    {'v', "verbose", NULL, "say how much was read and searched", CLI_FLAG(struct run, verbose)},
    {0},
};

static const struct cli program = {
    .name = "lincheck",
    .operands = "[HISTORY]",
    .about = "Says whether a history of operations is linearizable.",
    .options = options,
};

struct counted {
    char text[48];
};

static struct counted counted(size_t n, const char *what)
{
    struct counted c;
    snprintf(c.text, sizeof c.text, "%zu %s%s", n, what, n == 1 ? "" : "s");
    return c;
}

static int take_line(void *self, const struct line *line, struct fault *f)
{
    struct run *r = self;
    if (line->state == LINE_LONG) {
        fault_rule(f, "longer than %d bytes", LINE_MAX_LEN);
        f->line = line->number;
        return -1;
    }
    return op_reader_line(&r->reader, line->text, line->len, line->number, f);
}

static void read_history(struct run *r, const char *path)
{
    struct fault f = {0};
    int fd = STDIN_FILENO;
    r->place = path ? path : "stdin";
    if (path && (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0) {
        fault_errno(&f, "%s", path);
        cli_fail(NULL, &f);
    }
    if (!path)
        terminal_input("a history");
    r->history = op_history_new((enum op_model)r->model);
    cli_memory(!r->history);
    r->reader.history = r->history;
    if (lines_each(source_fd(fd), 0, take_line, r, &f)) {
        f.kind = FAULT_TROUBLE; /* there is no history to answer about */
        cli_fail(r->place, &f);
    }
    if (path)
        close(fd);
    if (r->verbose)
        cli_warn("%s: %s; other lines: %" PRIu64, r->place,
                 counted(op_history_count(r->history), "operation").text, r->reader.skipped);
    if (!op_history_count(r->history))
        cli_die("%s: no operation", r->place);
}

static bool is_late(void *self)
{
    const struct run *r = self;
    struct timespec now;
    if (!r->ms || clock_gettime(CLOCK_MONOTONIC, &now))
        return false;
    return now.tv_sec != r->end.tv_sec ? now.tv_sec > r->end.tv_sec : now.tv_nsec >= r->end.tv_nsec;
}

static void start_clock(struct run *r)
{
    if (clock_gettime(CLOCK_MONOTONIC, &r->end))
        cli_die("the monotonic clock cannot be read");
    r->end.tv_sec += r->ms / 1000;
}

static void put_answer(const struct run *r, const struct op_verdict *v)
{
    struct buf text = {0};
    if (v->answer == OP_YES)
        cli_put_format("linearizable: %s, %s\n",
                       counted(op_history_count(r->history), "operation").text,
                       counted(v->keys, "object").text);
    else if (v->answer == OP_UNKNOWN)
        cli_put_format("unknown: the bound of %s was reached\n", v->bound);
    else {
        cli_memory(op_verdict_explain(r->history, v, &text));
        cli_put_string("not linearizable: ");
        cli_put(text.data, text.len);
        cli_put_string("\n");
    }
    text.len = 0;
    if (v->answer == OP_NO || r->order)
        cli_memory(op_verdict_order(r->history, v, &text));
    cli_put(text.data, text.len);
    buf_free(&text);
}

/* In place, and not by a rename: FILE may be a device or a FIFO. */
static int write_picture(const char *path, const struct buf *text)
{
    int fd = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0)
        return -1;
    int failed = file_write(fd, text->data, text->len);
    int error = errno;
    if (close(fd) && !failed)
        return -1;
    errno = error;
    return failed;
}

static void draw(const struct run *r, const struct op_verdict *v)
{
    struct buf text = {0};
    struct fault f;
    cli_memory(op_picture(r->history, v, &text));
    if (write_picture(r->picture, &text)) {
        fault_errno(&f, "%s", r->picture);
        cli_fail(NULL, &f);
    }
    buf_free(&text);
}

static int judge(struct run *r)
{
    static const int statuses[] = {[OP_YES] = CLI_YES, [OP_NO] = CLI_NO, [OP_UNKNOWN] = UNKNOWN};
    struct op_limits limits = {(uint64_t)r->steps, (size_t)r->mib << 20, is_late, r};
    struct op_verdict v = {0};
    struct fault f;
    start_clock(r);
    if (op_history_judge(r->history, &limits, &v, &f))
        cli_fail(r->place, &f);
    if (r->picture)
        draw(r, &v);
    if (!r->quiet)
        put_answer(r, &v);
    if (r->verbose)
        cli_warn("%s: %s, %s", r->place, counted(v.steps, "step").text,
                 counted(v.states, "state").text);
    int status = statuses[v.answer];
    op_verdict_free(&v);
    return status;
}

int main(int argc, char **argv)
{
    struct run r = {.model = OP_MODELS, .mib = MEMORY_MIB};
    char **operands = cli_options(&program, argc, argv, &r);
    cli_count_operands(operands, 0, 1);
    const char *path = *operands && strcmp(*operands, "-") != 0 ? *operands : NULL;
    read_history(&r, path);
    int status = judge(&r);
    op_reader_free(&r.reader);
    op_history_free(r.history);
    cli_exit(status);
}
