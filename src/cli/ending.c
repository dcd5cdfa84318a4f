#include "cli/ending.h"

#include "base/signals.h"
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LAST_WORDS_MS = 40 };

static void *wait_for_signal(void *self)
{
    struct cli_ending *e = self;
    int number;
    while (sigwait(&e->asking, &number))
        ;
    pthread_mutex_lock(&e->lock);
    e->signal = number;
    atomic_store(e->stop, true);
    if (e->idle)
        cli_end_by(number);
    pthread_mutex_unlock(&e->lock);
    nanosleep(&(struct timespec){.tv_nsec = LAST_WORDS_MS * 1000000L}, NULL);
    cli_end_by(number);
}

void cli_ending_begin(struct cli_ending *e, atomic_bool *stop)
{
    pthread_t thread;
    *e = (struct cli_ending){.stop = stop, .idle = true, .asking = signals_that_end()};
    pthread_mutex_init(&e->lock, NULL);
    pthread_sigmask(SIG_BLOCK, &e->asking, NULL);
    if (pthread_create(&thread, NULL, wait_for_signal, e))
        cli_die("cannot start a thread: %s", strerror(errno));
    pthread_detach(thread);
}

int cli_ending_idle(struct cli_ending *e, bool idle)
{
    pthread_mutex_lock(&e->lock);
    e->idle = idle;
    int number = e->signal;
    pthread_mutex_unlock(&e->lock);
    return number;
}
