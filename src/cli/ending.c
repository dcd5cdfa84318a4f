#include "cli/ending.h"

#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LAST_WORDS_MS = 40 };

_Noreturn void cli_end_by(int number)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number);
    signal(number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    raise(number);
    _exit(CLI_TROUBLE);
}

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
    const int all[] = {SIGTERM, SIGINT, SIGHUP};
    pthread_t thread;
    *e = (struct cli_ending){.stop = stop, .idle = true};
    sigemptyset(&e->asking);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct sigaction now;
        if (sigaction(all[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaddset(&e->asking, all[i]);
    }
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
