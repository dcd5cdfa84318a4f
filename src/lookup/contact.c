#include "lookup/contact.h"

#include <string.h>

bool contact_same_address(const struct contact *a, const struct contact *b)
{
    return a->port == b->port && a->host_len == b->host_len &&
           memcmp(a->host, b->host, a->host_len) == 0;
}

bool contact_equal(const struct contact *a, const struct contact *b)
{
    return node_id_equal(&a->id, &b->id) && contact_same_address(a, b);
}

bool contact_same_network(const struct contact *a, const struct contact *b)
{
    if (a->host_len != b->host_len || a->host[2] != b->host[2] || a->host[1] != b->host[1])
        return false;
    return a->host_len == 4 ? a->host[0] == b->host[0] : memcmp(a->host, b->host, 8) == 0;
}

static bool is_local_ipv4(const uint8_t host[4])
{
    return host[0] == 127 || host[0] == 10 || (host[0] == 172 && host[1] >> 4 == 1) ||
           (host[0] == 192 && host[1] == 168) || (host[0] == 169 && host[1] == 254);
}

static bool is_local_ipv6(const uint8_t host[16])
{
    static const uint8_t loopback[16] = {[15] = 1};
    return (host[0] & 0xfe) == 0xfc || (host[0] == 0xfe && host[1] >> 6 == 2) ||
           memcmp(host, loopback, 16) == 0;
}

bool contact_is_local(const struct contact *c)
{
    return c->host_len == 4 ? is_local_ipv4(c->host) : is_local_ipv6(c->host);
}

static bool is_of_one_host(const struct contact *c)
{
    static const uint8_t none[12] = {0}, mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (c->host_len == 4)
        return c->host[0] != 0 && c->host[0] < 224;
    return c->host[0] != 0xff && memcmp(c->host, mapped, 12) != 0 &&
           (memcmp(c->host, none, 12) != 0 || contact_is_local(c));
}

bool contact_is_believed(const struct contact *c, const struct contact *teller)
{
    return is_of_one_host(c) && (!contact_is_local(c) || contact_is_local(teller));
}
