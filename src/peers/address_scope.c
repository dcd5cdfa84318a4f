/* How far an address reaches, and which network it is in. */
#include "peers/address_parts.h"

#include <string.h>
#include <strings.h>

enum { NONE = -1 };

/* A range of addresses. */
struct range {
    uint8_t prefix[16];
    unsigned bits;
    enum address_scope scope;
    const char *name;
    int embeds; /* where the IPv4 address begins that decides instead; NONE */
};

/* https://www.iana.org/assignments/iana-ipv4-special-registry (RFC 6890, RFC 8190), and the
 * multicast addresses. Ranges that the registry calls globally reachable are left out. */
static const struct range four[] = {
    {{0}, 8, ADDRESS_NEVER, "unspecified", NONE},                 /* RFC 791, 1122 */
    {{10}, 8, ADDRESS_PRIVATE, "private", NONE},                  /* RFC 1918 */
    {{100, 64}, 10, ADDRESS_PRIVATE, "shared", NONE},             /* RFC 6598 */
    {{127}, 8, ADDRESS_LOOPBACK, "loopback", NONE},               /* RFC 1122 */
    {{169, 254}, 16, ADDRESS_NEVER, "link-local", NONE},          /* RFC 3927 */
    {{172, 16}, 12, ADDRESS_PRIVATE, "private", NONE},            /* RFC 1918 */
    {{192, 0, 0}, 24, ADDRESS_NEVER, "reserved", NONE},           /* RFC 6890 */
    {{192, 0, 2}, 24, ADDRESS_TEST, "documentation", NONE},       /* RFC 5737 */
    {{192, 88, 99}, 24, ADDRESS_NEVER, "reserved", NONE},         /* RFC 7526 */
    {{192, 168}, 16, ADDRESS_PRIVATE, "private", NONE},           /* RFC 1918 */
    {{198, 18}, 15, ADDRESS_TEST, "benchmarking", NONE},          /* RFC 2544 */
    {{198, 51, 100}, 24, ADDRESS_TEST, "documentation", NONE},    /* RFC 5737 */
    {{203, 0, 113}, 24, ADDRESS_TEST, "documentation", NONE},     /* RFC 5737 */
    {{224}, 4, ADDRESS_NEVER, "multicast", NONE},                 /* RFC 5771 */
    {{255, 255, 255, 255}, 32, ADDRESS_NEVER, "broadcast", NONE}, /* RFC 8190 */
    {{240}, 4, ADDRESS_NEVER, "reserved", NONE},                  /* RFC 1112 */
};

/* https://www.iana.org/assignments/iana-ipv6-special-registry. What is neither here nor in 2000::/3
 * has not been assigned (RFC 4291). In 2001::/23, only Teredo addresses belong to hosts. */
static const struct range six[] = {
    {{[15] = 1}, 128, ADDRESS_LOOPBACK, "loopback", NONE},               /* RFC 4291 */
    {{0}, 128, ADDRESS_NEVER, "unspecified", NONE},                      /* RFC 4291 */
    {{0, 0x64, 0xff, 0x9b}, 96, ADDRESS_GLOBAL, "NAT64", 12},            /* RFC 6052 */
    {{0x20, 0x01, 0, 0}, 32, ADDRESS_GLOBAL, "Teredo", 12},              /* RFC 4380 */
    {{0x20, 0x01, 0, 2}, 48, ADDRESS_TEST, "benchmarking", NONE},        /* RFC 5180 */
    {{0x20, 0x01}, 23, ADDRESS_NEVER, "reserved", NONE},                 /* RFC 2928 */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, ADDRESS_TEST, "documentation", NONE}, /* RFC 3849 */
    {{0x20, 0x02}, 16, ADDRESS_GLOBAL, "6to4", 2},                       /* RFC 3056 */
    {{0x3f, 0xff}, 20, ADDRESS_TEST, "documentation", NONE},             /* RFC 9637 */
    {{0x20}, 3, ADDRESS_GLOBAL, "global", NONE},                         /* RFC 4291 */
    {{0xfc}, 7, ADDRESS_PRIVATE, "unique local", NONE},                  /* RFC 4193 */
    {{0xfe, 0x80}, 10, ADDRESS_NEVER, "link-local", NONE},               /* RFC 4291 */
    {{0xff}, 8, ADDRESS_NEVER, "multicast", NONE},                       /* RFC 4291 */
    {{0}, 0, ADDRESS_NEVER, "unassigned", NONE},
};

static bool is_within(const uint8_t *at, const struct range *r)
{
    size_t whole = r->bits / 8;
    unsigned rest = r->bits % 8;
    if (memcmp(at, r->prefix, whole) != 0)
        return false;
    return !rest || (at[whole] ^ r->prefix[whole]) >> (8 - rest) == 0;
}

static const struct range *range_of(const struct address_bytes *b)
{
    static const struct range other = {{0}, 0, ADDRESS_NEVER, "unknown", NONE};
    static const struct range global = {{0}, 0, ADDRESS_GLOBAL, "global", NONE};
    const struct range *list = b->family == AF_INET ? four : six;
    size_t count = b->family == AF_INET ? sizeof four / sizeof *four : sizeof six / sizeof *six;
    if (b->family == AF_UNSPEC)
        return &other;
    for (size_t i = 0; i < count; i++)
        if (is_within(b->at, &list[i]))
            return &list[i];
    return &global;
}

/* The IPv4 address that an IPv6 address embeds, if it does; otherwise the address itself. */
static struct address_bytes innermost(struct address_bytes b)
{
    const struct range *r = range_of(&b);
    if (b.family != AF_INET6 || r->embeds == NONE)
        return b;
    uint8_t mask = b.at[1] == 1 ? 0xff : 0; /* Teredo inverts it */
    for (int i = 0; i < 4; i++)
        b.at[i] = b.at[r->embeds + i] ^ mask;
    b.family = AF_INET;
    return b;
}

enum address_scope address_scope(const struct sockaddr *sa, const char **range)
{
    struct address_bytes b = innermost(address_bytes_of(sa));
    const struct range *r = range_of(&b);
    if (range)
        *range = r->name;
    return r->scope;
}

static bool is_localhost(const char *host)
{
    static const char name[] = "localhost";
    size_t n = strlen(host), len = sizeof name - 1;
    return n >= len && strcasecmp(host + n - len, name) == 0 &&
           (n == len || host[n - len - 1] == '.');
}

enum address_scope address_scope_of(const struct address *a, const char **range)
{
    struct sockaddr_storage sa;
    socklen_t len;
    if (address_numeric(a, &sa, &len) == 0)
        return address_scope((struct sockaddr *)&sa, range);
    bool local = is_localhost(a->host);
    if (range)
        *range = local ? "loopback" : "name";
    return local ? ADDRESS_LOOPBACK : ADDRESS_NAME;
}

/* --- Networks -------------------------------------------------------------------------------- */

/* The first byte of a network's number, so that networks of different kinds never have the same
 * number. */
enum { KIND_OTHER = 1, KIND_FOUR = 4, KIND_SIX = 6, KIND_NAME = 7 };

static uint64_t network(uint64_t kind, const uint8_t *first, size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++)
        bits = bits << 8 | first[i];
    return kind << 56 | bits;
}

uint64_t address_network(const struct sockaddr *sa)
{
    struct address_bytes b = innermost(address_bytes_of(sa));
    if (b.family == AF_INET)
        return network(KIND_FOUR, b.at, 2);
    return b.family == AF_INET6 ? network(KIND_SIX, b.at, 4) : network(KIND_OTHER, NULL, 0);
}

uint64_t address_network_of(const struct address *a)
{
    struct sockaddr_storage sa;
    socklen_t len;
    if (address_numeric(a, &sa, &len) == 0)
        return address_network((struct sockaddr *)&sa);
    return network(KIND_NAME, NULL, 0);
}
