/* The machine's clock, which may be set to anything. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/fault.h"

#include <time.h>

/* The time in Unix seconds. 0, or -1 and trouble if the clock cannot be read, or is outside of the
 * years 1970 to 9999: records have no negative times, and with a clock far ahead no record's time
 * would be in the future. */
int clock_read(struct timespec *now, struct fault *f);

#endif
