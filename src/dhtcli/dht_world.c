#include "dhtcli/dht_world.h"

#include "cli/cli.h"
#include "crypto/secret_key.h"
#include "dhtcli/endpoint.h"
#include "net/resolve.h"

#include <string.h>
#include <unistd.h>

enum { RESOLVE_PAUSE = 20000, RESOLVE_TRIES = 1500 }; /* microseconds; half a minute */

/* --- Sockets ---------------------------------------------------------------------------------- */

static void received(void *self, const struct sockaddr *from, socklen_t from_len,
                     const uint8_t *bytes, size_t n)
{
    const struct dht_socket *socket = self;
    struct contact c;
    (void)from_len;
    if (socket->world->node && endpoint_of(from, &c))
        dht_node_received(socket->world->node, &c, bytes, n, loop_now());
}

static int family_of(const struct udp *udp)
{
    return udp_address(udp)[0] == '[' ? AF_INET6 : AF_INET;
}

void dht_world_listen(struct dht_world *w, const char *where)
{
    struct address a;
    struct fault f;
    if (address_parse(where, strlen(where), true, &a, &f))
        cli_die("%.80s: %s", where, f.text);
    if (w->socket_count == DHT_SOCKETS_MAX)
        cli_die("%.80s: more than %d addresses to listen at", where, DHT_SOCKETS_MAX);
    struct dht_socket *s = &w->sockets[w->socket_count];
    s->world = w;
    s->udp = udp_new(w->loop, &a, &(struct udp_owner){received, s}, &f);
    if (!s->udp)
        cli_fail(a.text, &f);
    s->family = family_of(s->udp);
    if (w->socket_count && s->family == w->sockets[0].family)
        cli_die("%s: a second address of the same family", a.text);
    w->socket_count++;
}

/* The socket by which an address is reached: of its family, or one of IPv6 for IPv4. */
static const struct dht_socket *socket_for(const struct dht_world *w, const struct contact *c)
{
    const struct dht_socket *other = NULL;
    for (size_t i = 0; i < w->socket_count; i++) {
        const struct dht_socket *s = &w->sockets[i];
        if ((c->host_len == 4) == (s->family == AF_INET))
            return s;
        if (c->host_len == 4 && strncmp(udp_address(s->udp), "[::]:", 5) == 0)
            other = s;
    }
    return other;
}

bool dht_world_reaches(const struct dht_world *w, const struct contact *c)
{
    return socket_for(w, c) != NULL;
}

/* --- The host --------------------------------------------------------------------------------- */

static void send_datagram(void *self, const struct contact *to, const void *bytes, size_t n)
{
    const struct dht_world *w = self;
    struct sockaddr_storage sa;
    const struct dht_socket *s = socket_for(w, to);
    if (!s)
        return;
    socklen_t len = endpoint_put(to, s->family, &sa);
    udp_send(s->udp, (const struct sockaddr *)&sa, len, bytes, n);
}

static void draw(void *self, void *out, size_t n)
{
    struct fault f;
    (void)self;
    if (secret_random(out, n, &f))
        cli_fail(NULL, &f);
}

/* --- Time ------------------------------------------------------------------------------------- */

static void fire(void *self, int64_t now)
{
    struct dht_world *w = self;
    dht_node_tick(w->node, now);
}

void dht_world_start(struct dht_world *w, const struct dht_config *config, struct dht_host *host)
{
    host->send = send_datagram;
    host->random = draw;
    host->self = w;
    w->timer = (struct timer){.fire = fire, .self = w};
    w->node = dht_node_new(config, host, loop_now());
    cli_memory(!w->node);
}

void dht_world_turn(struct dht_world *w, int milliseconds)
{
    struct fault f;
    cli_memory(loop_set_timer(w->loop, &w->timer, dht_node_due(w->node)));
    if (loop_turn(w->loop, milliseconds, &f))
        cli_fail(NULL, &f);
}

void dht_world_free(struct dht_world *w)
{
    loop_cancel_timer(w->loop, &w->timer);
    for (size_t i = 0; i < w->socket_count; i++)
        udp_free(w->sockets[i].udp);
    dht_node_free(w->node);
    loop_free(w->loop);
}

/* --- Names ------------------------------------------------------------------------------------ */

static struct resolved look_up(const struct address *a)
{
    struct resolved found = {0};
    struct fault f;
    struct resolve *r = resolve_start(a, &f);
    int got = r ? resolve_poll(r, &found, &f) : -1;
    for (int i = 0; got == 0 && i < RESOLVE_TRIES; i++) {
        usleep(RESOLVE_PAUSE);
        got = resolve_poll(r, &found, &f);
    }
    if (got == 0)
        cli_die("%s: its name was not resolved in half a minute", a->text);
    if (got < 0)
        cli_fail(a->text, &f);
    resolve_free(r);
    return found;
}

size_t dht_world_resolve(const struct dht_world *w, const char *where, struct contact *out,
                         size_t max)
{
    struct address a;
    struct fault f;
    size_t count = 0;
    if (address_parse(where, strlen(where), false, &a, &f))
        cli_die("%.80s: %s", where, f.text);
    struct resolved found = look_up(&a);
    for (size_t i = 0; i < found.count && count < max; i++)
        if (endpoint_of((const struct sockaddr *)&found.list[i].at, &out[count]) &&
            dht_world_reaches(w, &out[count]))
            count++;
    if (count == 0)
        cli_die("%s: no socket of ours reaches it: listen at an address of its family", a.text);
    return count;
}
