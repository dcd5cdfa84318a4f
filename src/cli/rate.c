#include "cli/rate.h"

#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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

void cli_show_rate(const char *what, uint64_t attempts, int64_t began)
{
    char text[96];
    cli_rate_text(text, sizeof text, attempts, cli_milliseconds() - began);
    fprintf(stderr, "\r%s, %s \033[K", what, text);
}

void cli_hide_rate(void)
{
    fprintf(stderr, "\r\033[K");
}

void cli_say_kernel(const char *name, const char **told)
{
    if (!*told || strcmp(*told, name) != 0)
        cli_warn("kernel %s", name);
    *told = name;
}
