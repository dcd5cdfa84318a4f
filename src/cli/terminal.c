#include "cli/terminal.h"

#include "base/file.h"
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool shown; /* a line of progress is being shown */

void terminal_input(const char *what)
{
    if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
        cli_warn("reading %s from the terminal: end with Ctrl-D", what);
}

void terminal_clear(void)
{
    if (shown)
        fputs("\r\033[K", stderr);
    shown = false;
}

static struct timespec now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t;
}

struct progress progress_begin(const char *name, const char *path)
{
    struct progress p = {.name = name, .wanted = isatty(STDERR_FILENO), .next = now()};
    struct stat st;
    if (p.wanted && path && stat(path, &st) == 0 && S_ISREG(st.st_mode))
        p.total = (uint64_t)st.st_size;
    p.next.tv_sec++;
    return p;
}

void progress_show(struct progress *p, uint64_t done)
{
    struct timespec t = p->wanted ? now() : p->next;
    if (!p->wanted || t.tv_sec < p->next.tv_sec ||
        (t.tv_sec == p->next.tv_sec && t.tv_nsec < p->next.tv_nsec))
        return;
    p->next = t;
    p->next.tv_nsec += 250000000;
    if (p->next.tv_nsec >= 1000000000) {
        p->next.tv_nsec -= 1000000000;
        p->next.tv_sec++;
    }
    char name[64];
    snprintf(name, sizeof name, "%s", p->name);
    file_names_visible(name);
    terminal_clear();
    if (p->total && done <= p->total)
        fprintf(stderr, "%s: %d%% of %.1f MB", name, (int)(100.0 * (double)done / (double)p->total),
                (double)p->total / 1e6);
    else
        fprintf(stderr, "%s: %.1f MB", name, (double)done / 1e6);
    shown = true;
}

void progress_end(const struct progress *p)
{
    if (p->wanted)
        terminal_clear();
}
