/* Contacts for the tests of routing tables and lookups. */
#ifndef T_LIB_LOOKUPNET_H
#define T_LIB_LOOKUPNET_H

#include "lookup/contact.h"
#include "overlay/node_id_draw.h"

#include <arpa/inet.h>
#include <err.h>
#include <string.h>

#define must(truth) ((truth) ? (void)0 : errx(1, "%s:%d: not so: %s", __FILE__, __LINE__, #truth))

static inline struct contact contact_at(const char *text)
{
    struct contact c = {.host_len = strchr(text, ':') ? 16 : 4, .port = 6881};
    must(inet_pton(c.host_len == 4 ? AF_INET : AF_INET6, text, c.host) == 1);
    return c;
}

/* An id and an IPv4 address that is not local, drawn; two are in one network once in a million. */
static inline struct contact contact_draw(uint64_t *chance)
{
    struct contact c = {.id = node_id_draw(chance), .host_len = 4, .port = 6881};
    const uint64_t drawn = chance_next(chance);
    for (int i = 1; i < 4; i++)
        c.host[i] = (uint8_t)(drawn >> 8 * i);
    c.host[0] = (uint8_t)(11 + (drawn >> 32) % 80);
    return c;
}

#endif
