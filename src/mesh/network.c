#include "mesh/network.h"

#include "base/array.h"
#include "base/chance.h"
#include "mesh/network_parts.h"
#include "net/bind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPENING_MAX = 5000,         /* ms for a handshake */
    LASTED = 1000,              /* ms after which a connection has been a good one */
    WITHOUT_DESCRIPTORS = 1000, /* ms without accepting */
    READ_AGAIN_AFTER = 500,     /* ms, at least, between two readings of the members file */
};

static const uint8_t names[] = {6, 'm', 'e', 's', 'h', '/', '1'};
static const struct tls_protocol protocol = {names, sizeof names, "the peer does not speak mesh/1"};

const char *mesh_network_address(const struct mesh_network *n)
{
    return n->address;
}

uint64_t mesh_network_dropped(const struct mesh_network *n)
{
    return n->dropped;
}

static bool is_connected(const struct mesh_link *s)
{
    return s->connection != NULL && mesh_connection_is_open(s->connection);
}

size_t mesh_network_connected(const struct mesh_network *n)
{
    size_t count = 0;
    for (size_t i = 0; i < n->count; i++)
        count += is_connected(&n->links[i]);
    return count;
}

/* --- Members ---------------------------------------------------------------------------------- */

/* Makes a link for each member. 0, or -1: no memory. */
static int grow(struct mesh_network *n)
{
    size_t want = n->config->members->count;
    if (ARRAY_RESERVE(n->links, n->cap, want) != 0)
        return -1;
    for (; n->count < want; n->count++)
        n->links[n->count] = (struct mesh_link){.backoff = MESH_BACKOFF_FIRST};
    return 0;
}

/* An unknown key: the file may have grown. */
static void read_members(struct mesh_network *n)
{
    struct fault f;
    int64_t now = loop_now();
    if (now - n->read_at < READ_AGAIN_AFTER)
        return;
    n->read_at = now;
    if (mesh_members_read(n->config->members, n->config->path, &f) != 0)
        network_say(n, MESH_NOBODY, f.text);
    grow(n); /* without memory, the new ones are left out */
}

static size_t find_key(struct mesh_network *n, const uint8_t *key)
{
    size_t member = mesh_members_by_key(n->config->members, key);
    if (member == MESH_NOBODY) {
        read_members(n);
        member = mesh_members_by_key(n->config->members, key);
    }
    return member < n->count ? member : MESH_NOBODY;
}

/* --- Connections ------------------------------------------------------------------------------ */

static size_t member_of(const struct mesh_network *n, const struct mesh_connection *c)
{
    for (size_t i = 0; i < n->count; i++)
        if (n->links[i].connection == c)
            return i;
    return MESH_NOBODY;
}

static void forget_pending(struct mesh_network *n, const struct mesh_connection *c)
{
    for (size_t i = 0; i < MESH_PENDING_MAX; i++)
        if (n->pending[i] == c)
            n->pending[i] = NULL;
}

static const char *opened(void *self, struct mesh_connection *c, struct fault *f)
{
    struct mesh_network *n = self;
    size_t expected = member_of(n, c), member = find_key(n, mesh_connection_key(c));
    forget_pending(n, c);
    if (member == MESH_NOBODY || member == n->config->members->self ||
        (expected != MESH_NOBODY && expected != member)) {
        fault_rule(f, expected != MESH_NOBODY ? "another key answers at its address"
                                              : "its key is no member's");
        return NULL;
    }
    struct mesh_link *s = &n->links[member];
    if (expected == MESH_NOBODY && network_dials(n, member)) {
        fault_rule(f, "%s dialed, but we dial it, as its key is larger",
                   n->config->members->list[member].name);
        return NULL;
    }
    if (s->connection != NULL && s->connection != c)
        mesh_connection_close(s->connection, &(struct fault){.text = "it has connected again"});
    s->connection = c;
    network_say(n, member, "connected");
    return n->config->members->list[member].name;
}

static int take_message(void *self, const char *text, size_t size)
{
    const struct mesh_network *n = self;
    return n->config->message(n->config->self, text, size);
}

static void closed(void *self, struct mesh_connection *c, const struct fault *why)
{
    struct mesh_network *n = self;
    size_t member = member_of(n, c);
    forget_pending(n, c);
    network_say(n, member, why->text);
    if (member == MESH_NOBODY)
        return;
    struct mesh_link *s = &n->links[member];
    s->connection = NULL;
    if (mesh_connection_is_open(c) && loop_now() - mesh_connection_since(c) > LASTED)
        s->backoff = MESH_BACKOFF_FIRST;
    network_put_off(n, s);
}

/* --- Accepting -------------------------------------------------------------------------------- */

/* If too many wait, a random one is closed, so a flood cannot keep members out for good. */
static void add_pending(struct mesh_network *n, int fd)
{
    struct fault why = {.text = "too many connections wait for a handshake"};
    size_t place = 0;
    while (place < MESH_PENDING_MAX && n->pending[place] != NULL)
        place++;
    if (place == MESH_PENDING_MAX) {
        place = (size_t)chance_below(&n->chance, MESH_PENDING_MAX);
        mesh_connection_close(n->pending[place], &why);
    }
    struct channel *channel = channel_new(n->tls, fd, false);
    if (channel != NULL)
        n->pending[place] = mesh_connection_new(n->config->loop, channel, &n->owner, NULL);
}

static void accept_again(void *self, int64_t now)
{
    struct mesh_network *n = self;
    struct fault f;
    (void)now;
    if (loop_watch(n->config->loop, &n->listening, LOOP_READ, &f) != 0)
        network_say(n, MESH_NOBODY, f.text);
}

/* Without a free descriptor the connection stays in the queue, and poll would report it at once
 * again. */
static void pause_accepting(struct mesh_network *n)
{
    if (loop_set_timer(n->config->loop, &n->resume, loop_now() + WITHOUT_DESCRIPTORS) != 0)
        return;
    loop_unwatch(&n->listening);
    network_say(n, MESH_NOBODY, "no descriptors for more connections");
}

static void accept_some(void *self, unsigned events)
{
    struct mesh_network *n = self;
    (void)events;
    int fd;
    while ((fd = accept4(n->listening.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
        add_pending(n, fd);
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        pause_accepting(n);
}

/* --- Turns ------------------------------------------------------------------------------------ */

static void send_to(struct mesh_network *n, size_t member, struct field lines)
{
    const struct mesh_member *self = &n->config->members->list[n->config->members->self];
    struct process_item item = {
        .kind = PROCESS_MESSAGE, .name = {self->name, strlen(self->name)}, .body = lines};
    struct mesh_link *s = &n->links[member];
    if (!is_connected(s) || !mesh_connection_send(s->connection, &item, MESH_QUEUE_MAX))
        n->dropped++;
}

void mesh_network_send(struct mesh_network *n, struct field to, struct field lines)
{
    bool all = field_is(to, "*");
    size_t member = all ? MESH_NOBODY : mesh_members_by_name(n->config->members, to);
    if (!all && member == MESH_NOBODY) {
        read_members(n);
        member = mesh_members_by_name(n->config->members, to);
    }
    for (size_t i = 0; i < n->count; i++)
        if (i != n->config->members->self && (all || i == member))
            send_to(n, i, lines);
    n->dropped += !all && member >= n->count;
}

static void close_slow(struct mesh_connection *c, int64_t now)
{
    if (c != NULL && !mesh_connection_is_open(c) && now - mesh_connection_since(c) > OPENING_MAX)
        mesh_connection_close(c, &(struct fault){.text = "its handshake took too long"});
}

void mesh_network_turn(struct mesh_network *n, int64_t now)
{
    for (size_t i = 0; i < n->count; i++) {
        if (is_connected(&n->links[i]))
            mesh_connection_push(n->links[i].connection);
        else
            close_slow(n->links[i].connection, now);
        if (network_is_due(n, i) && now >= n->links[i].due)
            network_dial(n, i);
    }
    for (size_t i = 0; i < MESH_PENDING_MAX; i++)
        close_slow(n->pending[i], now);
}

int mesh_network_wait(const struct mesh_network *n, int64_t now)
{
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < n->count; i++) {
        const struct mesh_link *s = &n->links[i];
        int64_t due = s->connection != NULL && !is_connected(s)
                          ? mesh_connection_since(s->connection) + OPENING_MAX + 1
                          : INT64_MAX;
        due = network_is_due(n, i) ? s->due : due;
        least = due < least ? due : least;
    }
    for (size_t i = 0; i < MESH_PENDING_MAX; i++)
        if (n->pending[i] != NULL && least > now + OPENING_MAX)
            least = now + OPENING_MAX;
    return least == INT64_MAX ? -1 : least > now ? (int)(least - now) : 0;
}

void mesh_network_pause(struct mesh_network *n, bool paused)
{
    if (n->paused == paused)
        return;
    n->paused = paused;
    for (size_t i = 0; i < n->count; i++)
        if (is_connected(&n->links[i]))
            mesh_connection_pause(n->links[i].connection, paused);
}

/* --- Beginning and end ------------------------------------------------------------------------ */

static int start(struct mesh_network *n, struct fault *f)
{
    const struct mesh_network_config *c = n->config;
    const struct address *at = c->bind != NULL ? c->bind
                                               : &c->members->list[c->members->self].address;
    n->tls = tls_new_for(&protocol, c->key, f);
    if (n->tls == NULL)
        return -1;
    if (grow(n) != 0)
        return fault_memory(f);
    n->listening.fd = bind_socket(at, SOCK_STREAM, NULL, f);
    if (n->listening.fd < 0) {
        struct fault why = *f;
        return fault_trouble(f, "%s: %s", at->text, why.text);
    }
    return bind_name(n->listening.fd, n->address, f) != 0
               ? -1
               : loop_watch(c->loop, &n->listening, LOOP_READ, f);
}

struct mesh_network *mesh_network_new(const struct mesh_network_config *config, struct fault *f)
{
    struct mesh_network *n = calloc(1, sizeof *n);
    if (n == NULL) {
        fault_memory(f);
        return NULL;
    }
    n->config = config;
    n->chance = config->seed;
    n->owner = (struct mesh_connection_owner){opened, take_message, closed, n};
    n->listening = (struct watch){.fd = -1, .ready = accept_some, .self = n};
    n->resume = (struct timer){.fire = accept_again, .self = n};
    if (start(n, f) == 0)
        return n;
    mesh_network_free(n);
    return NULL;
}

void mesh_network_free(struct mesh_network *n)
{
    struct fault why = {.text = "we end"};
    if (n == NULL)
        return;
    for (size_t i = 0; i < n->count; i++) {
        if (n->links[i].connection != NULL)
            mesh_connection_close(n->links[i].connection, &why);
        if (n->links[i].lookup != NULL)
            resolve_free(n->links[i].lookup);
    }
    for (size_t i = 0; i < MESH_PENDING_MAX; i++)
        if (n->pending[i] != NULL)
            mesh_connection_close(n->pending[i], &why);
    loop_cancel_timer(n->config->loop, &n->resume);
    loop_unwatch(&n->listening);
    if (n->listening.fd >= 0)
        close(n->listening.fd);
    tls_free(n->tls);
    free(n->links);
    free(n);
}
