/*
 * Reads the text of process(7) on stdin in pieces of so many bytes, and writes each item again.
 *
 *     processtest events|outputs PIECE
 *     processtest logline NUMBER TEXT      prints this line of a log
 *
 * Status 1, with the rule on stderr, if the text breaks one.
 */
#include "process/log_lines.h"
#include "process/text.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fault f;

static void refuse(void)
{
    errx(1, "line %llu: %s", (unsigned long long)f.line, f.text);
}

static void print(const struct process_item *item)
{
    struct buf out = {0};
    if (process_put(&out, item) != 0 || fwrite(out.data, 1, out.len, stdout) != out.len)
        err(2, "cannot write");
    buf_free(&out);
}

static int print_log_line(const char *number, const char *text)
{
    struct buf out = {0};
    struct log_line line = {strtoull(number, NULL, 10), false, {text, strlen(text)}};
    if (log_line_format(&out, &line) != 0 || fwrite(out.data, 1, out.len, stdout) != out.len)
        err(2, "cannot write");
    buf_free(&out);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "logline") == 0)
        return print_log_line(argv[2], argv[3]);
    if (argc != 3)
        errx(2, "usage: processtest events|outputs PIECE");
    struct process_reader r = {.side = strcmp(argv[1], "events") == 0 ? PROCESS_EVENTS
                                                                      : PROCESS_OUTPUTS};
    size_t piece = strtoul(argv[2], NULL, 10);
    for (;;) {
        struct process_item item;
        char *space = process_reader_space(&r, piece);
        ssize_t got = space != NULL ? read(STDIN_FILENO, space, piece) : -1;
        if (got < 0)
            err(2, "stdin");
        process_reader_add(&r, (size_t)got);
        int result;
        while ((result = process_reader_next(&r, &item, &f)) == 1)
            print(&item);
        if (result < 0)
            refuse();
        if (got == 0)
            break;
    }
    if (process_reader_end(&r, &f) != 0)
        refuse();
    process_reader_free(&r);
    return fflush(stdout) != 0 ? 2 : 0;
}
