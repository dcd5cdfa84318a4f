#include "dhtcli/endpoint.h"

#include "base/hex.h"

#include <netinet/in.h>
#include <string.h>

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

bool endpoint_of(const struct sockaddr *sa, struct contact *c)
{
    const struct sockaddr_in *four = (const struct sockaddr_in *)sa;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)sa;
    *c = (struct contact){0};
    if (sa->sa_family == AF_INET) {
        c->host_len = 4;
        c->port = ntohs(four->sin_port);
        memcpy(c->host, &four->sin_addr, 4);
        return true;
    }
    if (sa->sa_family != AF_INET6)
        return false;
    const uint8_t *host = six->sin6_addr.s6_addr;
    bool is_four = memcmp(host, mapped, sizeof mapped) == 0;
    c->host_len = is_four ? 4 : 16;
    c->port = ntohs(six->sin6_port);
    memcpy(c->host, is_four ? host + 12 : host, c->host_len);
    return true;
}

socklen_t endpoint_put(const struct contact *c, int family, struct sockaddr_storage *out)
{
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof *out);
    out->ss_family = (sa_family_t)family;
    if (family == AF_INET) {
        four->sin_port = htons(c->port);
        memcpy(&four->sin_addr, c->host, 4);
        return sizeof *four;
    }
    six->sin6_port = htons(c->port);
    if (c->host_len == 4)
        memcpy(six->sin6_addr.s6_addr, mapped, sizeof mapped);
    memcpy(six->sin6_addr.s6_addr + (c->host_len == 4 ? 12 : 0), c->host, c->host_len);
    return sizeof *six;
}

void endpoint_format(const struct contact *c, char out[ADDRESS_MAX])
{
    struct sockaddr_storage sa;
    endpoint_put(c, c->host_len == 4 ? AF_INET : AF_INET6, &sa);
    address_format((const struct sockaddr *)&sa, out);
}

int endpoint_parse(const char *text, size_t n, struct contact *c, struct fault *f)
{
    struct sockaddr_storage sa;
    struct address a;
    socklen_t len;
    if (address_parse(text, n, false, &a, f))
        return -1;
    if (address_numeric(&a, &sa, &len) || !endpoint_of((const struct sockaddr *)&sa, c))
        return fault_rule(f, "address: not a numeric one");
    return 0;
}

struct hex20 hex20(const struct node_id *id)
{
    struct hex20 out;
    hex_encode(out.text, id->bytes, NODE_ID_LEN);
    out.text[2 * NODE_ID_LEN] = '\0';
    return out;
}

int hex20_parse(const char *text, size_t n, struct node_id *id)
{
    return n == 2 * NODE_ID_LEN ? hex_decode(id->bytes, text, NODE_ID_LEN) : -1;
}
