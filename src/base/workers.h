/* Threads that share work with the one that starts them. */
#ifndef BASE_WORKERS_H
#define BASE_WORKERS_H

#include <pthread.h>

/* Starts n threads that run work(self), with all signals blocked: those are for the others. They
 * are the caller's to join. How many were started: where it is fewer than n, errno says why. */
int workers_start(pthread_t *threads, int n, void *(*work)(void *), void *self);

#endif
