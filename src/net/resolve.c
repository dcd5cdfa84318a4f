#include "net/resolve.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two hold it: the caller and, while it is under way, the thread. The last one frees it. */
struct resolve {
    struct address address;
    atomic_int holders;
    atomic_bool done; /* what is below is set */
    int error;        /* getaddrinfo's */
    struct sockaddr_storage found;
    socklen_t len;
};

static atomic_int *under_way(void)
{
    static atomic_int count;
    return &count;
}

void resolve_free(struct resolve *r)
{
    if (r && atomic_fetch_sub(&r->holders, 1) == 1)
        free(r);
}

static void look_up(struct resolve *r)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    char port[8];
    snprintf(port, sizeof port, "%u", (unsigned)r->address.port);
    r->error = getaddrinfo(r->address.host, port, &hints, &list);
    if (r->error)
        return;
    if (list->ai_addrlen <= sizeof r->found) {
        memcpy(&r->found, list->ai_addr, list->ai_addrlen);
        r->len = list->ai_addrlen;
    } else
        r->error = EAI_FAMILY;
    freeaddrinfo(list);
}

static void *work(void *self)
{
    struct resolve *r = self;
    look_up(r);
    atomic_store(&r->done, true);
    resolve_free(r);
    atomic_fetch_sub(under_way(), 1);
    return NULL;
}

/* Signals are the main thread's. */
static int start_thread(struct resolve *r)
{
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, NULL, work, r);
    if (!error)
        pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error ? -1 : 0;
}

static int start_looking(struct resolve *r, struct fault *f)
{
    int before = atomic_fetch_add(under_way(), 1);
    atomic_store(&r->holders, 2);
    if (before < RESOLVE_MAX && !start_thread(r))
        return 0;
    atomic_fetch_sub(under_way(), 1);
    return fault_trouble(f,
                         before < RESOLVE_MAX ? "no thread to look %s up in"
                                              : "too many names are being looked up: not %s",
                         r->address.host);
}

struct resolve *resolve_start(const struct address *a, struct fault *f)
{
    struct resolve *r = calloc(1, sizeof *r);
    if (!r) {
        fault_memory(f);
        return NULL;
    }
    r->address = *a;
    atomic_init(&r->holders, 1);
    atomic_init(&r->done, address_numeric(a, &r->found, &r->len) == 0);
    if (r->done || !start_looking(r, f))
        return r;
    free(r);
    return NULL;
}

int resolve_poll(struct resolve *r, struct sockaddr_storage *out, socklen_t *len, struct fault *f)
{
    if (!atomic_load(&r->done))
        return 0;
    if (r->error)
        return fault_trouble(f, "cannot look %s up: %s", r->address.host, gai_strerror(r->error));
    *out = r->found;
    *len = r->len;
    return 1;
}
