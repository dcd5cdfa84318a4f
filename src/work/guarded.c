#include "work/guarded.h"

#include "work/choice.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* So many nonces take less time than starting a thread. */
enum { FIRST_NONCES = 2048 };

struct guarding {
    const struct mine_guard *guard;
    struct mine_watch *watch;
    int over[2]; /* a pipe, closed when the search is over */
};

static void *guard_search(void *self)
{
    const struct guarding *g = self;
    struct pollfd over = {.fd = g->over[0], .events = POLLIN};
    while (poll(&over, 1, g->guard->every) == 0 || over.revents == 0)
        if (!g->guard->go_on(g->guard->self)) {
            atomic_store(&g->watch->stop, true);
            break;
        }
    return NULL;
}

int mine_search_guarded(const struct mine_job *job, int threads, struct mine_watch *watch,
                        const struct mine_guard *guard, uint64_t *nonce, struct fault *f)
{
    struct guarding g = {.guard = guard, .watch = watch};
    pthread_t thread;
    atomic_store(&watch->stop, false);
    atomic_store(&watch->attempts, 0);
    *nonce = mine_kernel_best()->search(job, 0, FIRST_NONCES);
    if (*nonce < FIRST_NONCES)
        return 1;
    if (pipe2(g.over, O_CLOEXEC))
        return fault_errno(f, "cannot make a pipe");
    int error = pthread_create(&thread, NULL, guard_search, &g);
    int found = error ? fault_trouble(f, "cannot start a thread: %s", strerror(error))
                      : mine_search(job, threads, watch, nonce, f);
    close(g.over[1]);
    if (!error)
        pthread_join(thread, NULL);
    close(g.over[0]);
    return found;
}
