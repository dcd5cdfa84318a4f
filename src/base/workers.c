#include "base/workers.h"

#include <errno.h>
#include <signal.h>

int workers_start(pthread_t *threads, int n, void *(*work)(void *), void *self)
{
    sigset_t all, before;
    int started = 0, error = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (started < n && !(error = pthread_create(&threads[started], NULL, work, self)))
        started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return started;
}
