#include "base/signals.h"

#include <stdarg.h>
#include <stddef.h>

sigset_t signals_set(int first, ...)
{
    sigset_t set;
    va_list rest;
    sigemptyset(&set);
    va_start(rest, first);
    for (int number = first; number; number = va_arg(rest, int))
        sigaddset(&set, number);
    va_end(rest);
    return set;
}

sigset_t signals_that_end(void)
{
    sigset_t set = signals_set(SIGTERM, SIGINT, SIGHUP, 0);
    for (int number = 1; number < NSIG; number++) {
        struct sigaction now;
        if (sigismember(&set, number) == 1 &&
            (sigaction(number, NULL, &now) || now.sa_handler == SIG_IGN))
            sigdelset(&set, number);
    }
    return set;
}

void signals_handle(const sigset_t *set, void (*handler)(int number))
{
    struct sigaction action = {.sa_handler = handler};
    for (int number = 1; number < NSIG; number++)
        if (sigismember(set, number) == 1)
            sigaction(number, &action, NULL);
}
