/* Worker threads. */
#ifndef BASE_WORKERS_H
#define BASE_WORKERS_H

#include <pthread.h>

/* Starts n threads that run work(self) with all signals blocked, so that signals go to other
 * threads. The caller joins them. Gives how many were started; if fewer than n, errno says why. */
int workers_start(pthread_t *threads, int n, void *(*work)(void *), void *self);

#endif
