/*
 * A machine whose clock is wrong: loaded into a program with LD_PRELOAD, this stops the clock at
 * SETCLOCK, in Unix seconds. CLOCK_MONOTONIC runs as usual.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t wrong(void)
{
    const char *text = getenv("SETCLOCK");
    return (time_t)strtoll(text ? text : "0", NULL, 10);
}

time_t time(time_t *out)
{
    if (out)
        *out = wrong();
    return wrong();
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)
        return (int)syscall(SYS_clock_gettime, clock, out);
    *out = (struct timespec){.tv_sec = wrong()};
    return 0;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    (void)zone;
    *out = (struct timeval){.tv_sec = wrong()};
    return 0;
}
