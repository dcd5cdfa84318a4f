#include "net/resolve.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Held by the caller and, while the look-up is under way, by the thread; the last holder frees it.
 */
struct resolve {
    struct address address;
    atomic_int holders;
    atomic_bool done; /* the fields below are set */
    int error;        /* getaddrinfo's */
    struct resolved found;
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

/* A hosts file may name an address twice. */
static bool is_known(const struct resolved *found, const struct addrinfo *ai)
{
    for (size_t i = 0; i < found->count; i++)
        if (found->list[i].len == ai->ai_addrlen &&
            memcmp(&found->list[i].at, ai->ai_addr, ai->ai_addrlen) == 0)
            return true;
    return false;
}

static void keep(struct resolved *found, const struct addrinfo *ai)
{
    struct socket_address *next = &found->list[found->count];
    if (found->count == RESOLVED_MAX || ai->ai_addrlen > sizeof next->at || is_known(found, ai))
        return;
    memcpy(&next->at, ai->ai_addr, ai->ai_addrlen);
    next->len = ai->ai_addrlen;
    found->count++;
}

/* Requests all families, including those that this machine has no address of (AI_ADDRCONFIG): that
 * flag ignores loopback addresses, and an address that cannot be reached fails at once. */
static void look_up(struct resolve *r)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    char port[8];
    snprintf(port, sizeof port, "%u", (unsigned)r->address.port);
    r->error = getaddrinfo(r->address.host, port, &hints, &list);
    if (r->error)
        return;
    for (const struct addrinfo *ai = list; ai; ai = ai->ai_next)
        keep(&r->found, ai);
    freeaddrinfo(list);
    if (!r->found.count)
        r->error = EAI_FAMILY;
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

/* The main thread handles all signals. */
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
                         before < RESOLVE_MAX
                             ? "cannot start a thread to look up %s"
                             : "cannot look up %s: too many look-ups are under way",
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
    struct socket_address *only = &r->found.list[0];
    r->found.count = address_numeric(a, &only->at, &only->len) == 0;
    atomic_init(&r->done, r->found.count == 1);
    if (r->done || !start_looking(r, f))
        return r;
    free(r);
    return NULL;
}

int resolve_poll(struct resolve *r, struct resolved *out, struct fault *f)
{
    if (!atomic_load(&r->done))
        return 0;
    if (r->error)
        return fault_trouble(f, "cannot look up %s: %s", r->address.host, gai_strerror(r->error));
    *out = r->found;
    return 1;
}
