/* Reads etcd's files of directives: a command line, lines of input, `----`, and what must come out,
 * up to an empty line; or, if that has empty lines itself, between two more pairs of `----`. */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIRECTIVE_MAX = 65536 };

struct directive {
    char command[1024], input[4096], output[DIRECTIVE_MAX];
};

static inline bool read_line(FILE *file, char *line, size_t n)
{
    if (fgets(line, (int)n, file) == NULL)
        return false;
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static inline void add_line(char *text, size_t n, const char *line)
{
    size_t used = strlen(text), more = strlen(line);
    if (used + more + 2 > n)
        errx(2, "a directive is too long");
    memcpy(text + used, line, more);
    memcpy(text + used + more, "\n", 2);
}

static inline void read_output(FILE *file, struct directive *d)
{
    char line[4096];
    bool more = read_line(file, line, sizeof line), marked = more && strcmp(line, "----") == 0;
    bool ended = false;
    if (marked)
        more = read_line(file, line, sizeof line);
    for (; more; more = read_line(file, line, sizeof line)) {
        if (marked && ended && strcmp(line, "----") == 0)
            return;
        ended = marked && strcmp(line, "----") == 0;
        if (!marked && line[0] == '\0')
            return;
        if (!ended)
            add_line(d->output, sizeof d->output, line);
    }
}

/* The next directive, or false at the end. */
static inline bool read_directive(FILE *file, struct directive *d)
{
    char line[4096];
    memset(d, 0, sizeof *d);
    do {
        if (!read_line(file, line, sizeof line))
            return false;
    } while (line[0] == '\0' || line[0] == '#');
    snprintf(d->command, sizeof d->command, "%.1000s", line);
    while (read_line(file, line, sizeof line) && strcmp(line, "----") != 0)
        add_line(d->input, sizeof d->input, line);
    read_output(file, d);
    return true;
}
