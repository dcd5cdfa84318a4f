#include "base/clock.h"

#define YEAR_10000 253402300800

int clock_read(struct timespec *now, struct fault *f)
{
    if (clock_gettime(CLOCK_REALTIME, now))
        return fault_errno(f, "the machine's clock cannot be read");
    if (now->tv_sec < 0)
        return fault_trouble(f, "the machine's clock is before 1970 (%lld): set it",
                             (long long)now->tv_sec);
    if (now->tv_sec >= YEAR_10000)
        return fault_trouble(f, "the machine's clock is after the year 9999 (%lld): set it",
                             (long long)now->tv_sec);
    return 0;
}
