#include "cli/rate.h"

#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

int64_t cli_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void cli_show_rate(const char *what, uint64_t attempts, int64_t began)
{
    double seconds = (double)(cli_milliseconds() - began) / 1000;
    double rate = seconds > 0 ? (double)attempts / seconds : 0;
    fprintf(stderr, "\r%s, %.2f million attempts a second, %.0f s \033[K", what, rate / 1e6,
            seconds);
}

void cli_hide_rate(void)
{
    fprintf(stderr, "\r\033[K");
}
