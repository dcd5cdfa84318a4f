#include "peers/address.h"

#include "base/num.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_LEN = 253, LABEL_MAX = 63 };

/* --- Reading --------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Whether n bytes are one label of a name, the part between two dots. */
static bool is_label(const char *s, size_t n)
{
    if (n < 1 || n > LABEL_MAX || !is_alphanumeric(s[0]) || !is_alphanumeric(s[n - 1]))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_alphanumeric(s[i]) && s[i] != '-')
            return false;
    return true;
}

/* Whether a label is a number, which some resolvers also read in base 16. */
static bool is_number(const char *s)
{
    if (s[0] == '0' && (s[1] | 0x20) == 'x')
        return s[2 + strspn(s + 2, "0123456789abcdefABCDEF")] == '\0';
    return s[strspn(s, "0123456789")] == '\0';
}

/* Whether it is a name. If its last label is a number, it is a malformed IPv4 address instead,
 * which resolvers read in different ways. */
static bool is_name(const char *host)
{
    if (strlen(host) > NAME_MAX_LEN)
        return false;
    for (;;) {
        size_t n = strcspn(host, ".");
        if (!is_label(host, n))
            return false;
        if (!host[n])
            return !is_number(host);
        host += n + 1;
    }
}

static int parse_port(const char *s, size_t n, bool any_port, uint16_t *port, struct fault *f)
{
    int64_t number;
    if (number_parse(s, n, &number) || number > UINT16_MAX || (number == 0 && !any_port))
        return fault_rule(f, "address: port '%.*s' is not a number from %d to 65535",
                          n > 20 ? 20 : (int)n, s, any_port ? 0 : 1);
    *port = (uint16_t)number;
    return 0;
}

static int check_host(const char *host, bool brackets, struct fault *f)
{
    struct in_addr four;
    struct in6_addr six;
    if (brackets)
        return inet_pton(AF_INET6, host, &six) == 1
                   ? 0
                   : fault_rule(f, "address: '[%.80s]' is not an IPv6 address", host);
    if (inet_pton(AF_INET, host, &four) == 1 || is_name(host))
        return 0;
    if (strchr(host, ':'))
        return fault_rule(f, "address: an IPv6 address is written in brackets: [%.80s]", host);
    return fault_rule(f, "address: '%.80s' is neither an IP address nor a host's name", host);
}

int address_parse(const char *text, size_t n, bool any_port, struct address *a, struct fault *f)
{
    const char *colon = n < ADDRESS_MAX ? memrchr(text, ':', n) : NULL;
    if (n >= ADDRESS_MAX)
        return fault_rule(f, "address: over %d bytes", ADDRESS_MAX - 1);
    if (!colon || memchr(text, '\0', n))
        return fault_rule(f, "address: '%.*s' is not HOST:PORT", (int)n, text);
    size_t len = (size_t)(colon - text);
    bool brackets = len >= 2 && text[0] == '[' && text[len - 1] == ']';
    const char *host = text + brackets;
    size_t host_len = len - (brackets ? 2 : 0);
    if (host_len >= sizeof a->host)
        return fault_rule(f, "address: the host is over %zu bytes", sizeof a->host - 1);
    *a = (struct address){0};
    memcpy(a->text, text, n);
    memcpy(a->host, host, host_len);
    return parse_port(colon + 1, n - len - 1, any_port, &a->port, f) ||
                   check_host(a->host, brackets, f)
               ? -1
               : 0;
}

/* --- Socket addresses ------------------------------------------------------------------------ */

int address_numeric(const struct address *a, struct sockaddr_storage *out, socklen_t *len)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(a->port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(a->port)};
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, a->host, &four.sin_addr) == 1) {
        memcpy(out, &four, sizeof four);
        *len = sizeof four;
        return 0;
    }
    if (inet_pton(AF_INET6, a->host, &six.sin6_addr) == 1) {
        memcpy(out, &six, sizeof six);
        *len = sizeof six;
        return 0;
    }
    return -1;
}

/* The bytes of a socket address. */
struct bytes {
    uint8_t at[16];
    int family; /* AF_INET: 4 of them; AF_INET6: 16; others: none */
    uint16_t port;
};

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}; /* ::ffff:0:0/96 */

static struct bytes bytes_of(const struct sockaddr *sa)
{
    struct bytes b = {.family = AF_UNSPEC};
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    if (sa->sa_family == AF_INET) {
        memcpy(&four, sa, sizeof four);
        memcpy(b.at, &four.sin_addr, 4);
        b.family = AF_INET;
        b.port = ntohs(four.sin_port);
    } else if (sa->sa_family == AF_INET6) {
        memcpy(&six, sa, sizeof six);
        memcpy(b.at, &six.sin6_addr, 16);
        b.family = AF_INET6;
        b.port = ntohs(six.sin6_port);
    }
    if (b.family == AF_INET6 && memcmp(b.at, mapped, sizeof mapped) == 0) {
        memmove(b.at, b.at + sizeof mapped, 4);
        b.family = AF_INET;
    }
    return b;
}

void address_format(const struct sockaddr *sa, char out[ADDRESS_MAX])
{
    struct bytes b = bytes_of(sa);
    char host[INET6_ADDRSTRLEN] = "unknown";
    if (b.family != AF_UNSPEC)
        inet_ntop(b.family, b.at, host, sizeof host);
    snprintf(out, ADDRESS_MAX, b.family == AF_INET6 ? "[%s]:%u" : "%s:%u", host, (unsigned)b.port);
}

bool address_is_loopback(const struct sockaddr *sa)
{
    static const uint8_t one[16] = {[15] = 1};
    struct bytes b = bytes_of(sa);
    if (b.family == AF_INET)
        return b.at[0] == 127;
    return b.family == AF_INET6 && memcmp(b.at, one, sizeof one) == 0;
}

/* --- Special-purpose addresses --------------------------------------------------------------- */

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

static const struct range *range_of(const struct bytes *b)
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
static struct bytes innermost(struct bytes b)
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
    struct bytes b = innermost(bytes_of(sa));
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
    struct bytes b = innermost(bytes_of(sa));
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

void address_canonical(const struct address *a, char out[ADDRESS_MAX])
{
    struct sockaddr_storage sa;
    socklen_t len;
    if (address_numeric(a, &sa, &len) == 0) {
        address_format((struct sockaddr *)&sa, out);
        return;
    }
    for (size_t i = 0; i < ADDRESS_MAX; i++)
        out[i] = (char)(a->text[i] >= 'A' && a->text[i] <= 'Z' ? a->text[i] | 0x20 : a->text[i]);
}
