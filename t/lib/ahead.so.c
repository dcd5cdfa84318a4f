/*
 * A machine on which time has passed: loaded into a program with LD_PRELOAD, this sets the
 * monotonic clock ahead by the seconds that stand in the file $AHEAD, whenever it is read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long ahead(void)
{
    const char *path = getenv("AHEAD");
    FILE *f = path ? fopen(path, "r") : NULL;
    char text[32] = "0";
    if (f == NULL)
        return 0;
    const char *got = fgets(text, sizeof text, f);
    fclose(f);
    return got ? strtol(text, NULL, 10) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
    const int failed = (int)syscall(SYS_clock_gettime, clock, out);
    if (!failed && clock == CLOCK_MONOTONIC)
        out->tv_sec += ahead();
    return failed;
}
