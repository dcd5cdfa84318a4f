#include "peers/address_parts.h"

#include "base/num.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

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

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}; /* ::ffff:0:0/96 */

struct address_bytes address_bytes_of(const struct sockaddr *sa)
{
    struct address_bytes b = {.family = AF_UNSPEC};
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
    struct address_bytes b = address_bytes_of(sa);
    char host[INET6_ADDRSTRLEN] = "unknown";
    if (b.family != AF_UNSPEC)
        inet_ntop(b.family, b.at, host, sizeof host);
    snprintf(out, ADDRESS_MAX, b.family == AF_INET6 ? "[%s]:%u" : "%s:%u", host, (unsigned)b.port);
}

bool address_is_loopback(const struct sockaddr *sa)
{
    static const uint8_t one[16] = {[15] = 1};
    struct address_bytes b = address_bytes_of(sa);
    if (b.family == AF_INET)
        return b.at[0] == 127;
    return b.family == AF_INET6 && memcmp(b.at, one, sizeof one) == 0;
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
