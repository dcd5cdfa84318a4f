/*
 * A hosts file of its own: into a program with LD_PRELOAD, this has the name of
 * HOSTS="NAME ADDRESS..." stand for these addresses, in this order. Other names are looked up as
 * ever.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int resolver(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static resolver *real(void)
{
    union {
        void *symbol;
        resolver *function;
    } found = {.symbol = dlsym(RTLD_NEXT, "getaddrinfo")};
    return found.function;
}

int getaddrinfo(const char *restrict host, const char *restrict port,
                const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
    char hosts[256], *rest = NULL;
    struct addrinfo **end = out;
    snprintf(hosts, sizeof hosts, "%s", getenv("HOSTS") ? getenv("HOSTS") : "");
    const char *name = strtok_r(hosts, " ", &rest);
    if (!name || strcmp(name, host) != 0)
        return real()(host, port, hints, out);
    for (const char *address; (address = strtok_r(NULL, " ", &rest)); end = &(*end)->ai_next)
        if (real()(address, port, hints, end))
            abort();
    return 0;
}
