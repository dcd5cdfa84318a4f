#include "cli/rate.h"

#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SHOW_MS = 500 };

int64_t cli_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void cli_rate_text(char *out, size_t size, uint64_t attempts, int64_t milliseconds)
{
    double seconds = (double)milliseconds / 1000;
    double millions = milliseconds > 0 ? (double)attempts / seconds / 1e6 : 0;
    snprintf(out, size, "%.*f million attempts a second, %.0f s", millions < 1 ? 4 : 2, millions,
             seconds);
}

void cli_rate_show(struct cli_rate *r, const char *what, int64_t height, uint64_t attempts,
                   int64_t began)
{
    char text[96];
    int64_t now = cli_milliseconds();
    if (now - (r->shown > began ? r->shown : began) < SHOW_MS || !isatty(STDERR_FILENO))
        return;
    cli_rate_text(text, sizeof text, attempts, now - began);
    fprintf(stderr, "\r%s: height %" PRId64 ", %s \033[K", what, height, text);
    r->shown = now;
}

void cli_rate_hide(struct cli_rate *r)
{
    if (r->shown)
        fprintf(stderr, "\r\033[K");
    r->shown = 0;
}

void cli_say_kernel(bool wanted, const char *name, const char **told)
{
    if (wanted && (!*told || strcmp(*told, name) != 0))
        cli_warn("kernel %s", name);
    *told = name;
}
