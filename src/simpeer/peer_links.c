#include "simpeer/peer_links.h"

#include "base/chance.h"
#include "base/hex.h"
#include "hash/sha256.h"

#include <stdlib.h>
#include <string.h>

void peer_account(uint32_t node, uint8_t account[ID_LEN])
{
    sha256(&node, sizeof node, account);
}

static void drop_early(struct peer_link_state *link)
{
    while (link->early_count)
        engine_item_unref(&link->early[--link->early_count]->item);
}

/* The owner lets go of the peer. */
static void disconnect(struct peer_links *links, struct peer_link_state *link, int64_t now,
                       const struct fault *why)
{
    drop_early(link);
    if (link->peer)
        links->owner.leave(links->owner.self, link->peer, why, now);
    link->peer = NULL;
    link->session = NULL;
    link->closed = true;
    link->redial = now + PEER_REDIAL;
}

/* Frees the link after *at. */
static void drop(struct peer_links *links, struct peer_link_state **at)
{
    struct peer_link_state *link = *at;
    *at = link->next;
    drop_early(link);
    links->count--;
    free(link);
}

void peer_links_free(struct peer_links *links, int64_t now)
{
    struct fault why;
    fault_trouble(&why, "the node ends");
    while (links->list) {
        disconnect(links, links->list, now, &why);
        drop(links, &links->list);
    }
}

static struct peer_link_state *add(struct peer_links *links, uint32_t remote, bool dialed)
{
    struct peer_link_state *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    link->remote = remote;
    link->dialed = dialed;
    link->closed = true;
    link->next = links->list;
    links->list = link;
    links->count++;
    return link;
}

/* Whether the owner takes the peer. */
static bool connect(struct peer_links *links, struct peer_link_state *link, uint32_t connection,
                    int64_t now, struct fault *why)
{
    uint8_t account[ID_LEN];
    peer_account(link->remote, account);
    const struct peer_link told = {
        .address = node_names_text(links->names, link->remote),
        .account = account,
        .network = link->remote + 1ULL,
        .dialed = link->dialed,
        .version = links->version,
    };
    link->connection = connection;
    link->sent = link->received = 0;
    link->peer = links->owner.join(links->owner.self, &told, &link->session, now, why);
    link->closed = !link->peer;
    return link->peer;
}

int peer_links_dial(struct peer_links *links, uint32_t remote, int64_t now, struct fault *f)
{
    struct peer_link_state *link = add(links, remote, true);
    if (!link)
        return fault_memory(f);
    link->redial = now;
    return 0;
}

/* --- What goes out -------------------------------------------------------------------------- */

static int put(struct engine_outputs *out, uint32_t to, struct peer_item *item, struct fault *f)
{
    return item ? engine_send(out, to, &item->item, f) : fault_memory(f);
}

static int say_closed(struct engine_outputs *out, uint32_t to, uint32_t connection, struct fault *f)
{
    return put(out, to, peer_item_new(PEER_CLOSE, connection, 0, NULL, 0), f);
}

/* Puts out what waits in the session. */
static int flush(struct peer_link_state *link, int64_t now, struct engine_outputs *out,
                 struct fault *f)
{
    const char *bytes;
    ptrdiff_t n;
    while ((n = session_outgoing(link->session, &bytes)) > 0) {
        if (n > PEER_ITEM_MAX)
            n = PEER_ITEM_MAX;
        enum peer_item_kind kind = link->dialed && !link->sent ? PEER_DIAL : PEER_DATA;
        struct peer_item *item = peer_item_new(kind, link->connection, ++link->sent, bytes,
                                               (size_t)n);
        if (put(out, link->remote, item, f))
            return -1;
        session_sent(link->session, (size_t)n, now);
    }
    return n < 0 ? fault_memory(f) : 0;
}

/* Closes a connection: with what is left to be said in it, such as `bye'. */
static int close_link(struct peer_links *links, struct peer_link_state *link, int64_t now,
                      const struct fault *why, struct engine_outputs *out, struct fault *f)
{
    if (flush(link, now, out, f) || say_closed(out, link->remote, link->connection, f) ||
        engine_note(out, f, "closed %s %s", node_names_text(links->names, link->remote), why->text))
        return -1;
    disconnect(links, link, now, why);
    return 0;
}

int peer_links_flush(struct peer_links *links, int64_t now, struct engine_outputs *out,
                     struct fault *f)
{
    for (struct peer_link_state **at = &links->list, *link; (link = *at);) {
        const struct fault *doomed = link->peer ? links->owner.doomed(links->owner.self, link->peer)
                                                : NULL;
        if (doomed) {
            const struct fault why = *doomed;
            session_bye(link->session, link->session->word ? link->session->word : "done");
            if (close_link(links, link, now, &why, out, f))
                return -1;
        } else if (link->peer && flush(link, now, out, f)) {
            return -1;
        }
        if (link->closed && (!link->dialed || (links->once && link->connection)))
            drop(links, at);
        else
            at = &link->next;
    }
    return 0;
}

/* --- What comes in -------------------------------------------------------------------------- */

static struct peer_link_state *find(const struct peer_links *links, uint32_t remote,
                                    uint32_t connection)
{
    struct peer_link_state *link = links->list;
    while (link && (link->closed || link->remote != remote || link->connection != connection))
        link = link->next;
    return link;
}

bool peer_links_has(const struct peer_links *links, uint32_t remote, uint32_t connection)
{
    return find(links, remote, connection) != NULL;
}

static int take_bytes(struct peer_links *links, struct peer_link_state *link,
                      const struct peer_item *item, int64_t now, struct engine_outputs *out,
                      struct fault *f)
{
    struct session_role role = links->owner.role;
    struct fault why;
    role.self = link->peer;
    link->received = item->number;
    if (session_take(link->session, item->bytes, item->len, &role, now, &why))
        return close_link(links, link, now, &why, out, f);
    return 0;
}

/* Those that came too early, once they are due. */
static int take_early(struct peer_links *links, struct peer_link_state *link, int64_t now,
                      struct engine_outputs *out, struct fault *f)
{
    for (size_t i = 0; i < link->early_count;) {
        struct peer_item *item = link->early[i];
        if (item->number != link->received + 1) {
            i++;
            continue;
        }
        link->early[i] = link->early[--link->early_count];
        int failed = take_bytes(links, link, item, now, out, f);
        engine_item_unref(&item->item);
        if (failed)
            return -1;
        i = 0;
    }
    return 0;
}

static int keep_early(struct peer_links *links, struct peer_link_state *link,
                      struct peer_item *item, int64_t now, struct engine_outputs *out,
                      struct fault *f)
{
    struct fault why;
    if (!link->early_count)
        link->gap_since = now;
    if (link->early_count == PEER_EARLY_MAX) {
        fault_trouble(&why, "items were lost");
        return close_link(links, link, now, &why, out, f);
    }
    engine_item_ref(&item->item);
    link->early[link->early_count++] = item;
    return 0;
}

/* Somebody dials: NULL, and the connection refused, if the owner does not want it. */
static struct peer_link_state *accept(struct peer_links *links, uint32_t remote,
                                      uint32_t connection, int64_t now)
{
    struct fault why;
    struct peer_link_state *link = links->count < PEER_LINKS_MAX ? add(links, remote, false) : NULL;
    return link && connect(links, link, connection, now, &why) ? link : NULL;
}

int peer_links_take(struct peer_links *links, uint32_t remote, struct peer_item *item, int64_t now,
                    struct engine_outputs *out, struct fault *f)
{
    struct fault why;
    struct peer_link_state *link = find(links, remote, item->connection);
    if (!link && item->item.kind == PEER_DIAL && item->number == 1)
        link = accept(links, remote, item->connection, now);
    if (item->item.kind == PEER_CLOSE && link) {
        fault_trouble(&why, "closed by the peer");
        disconnect(links, link, now, &why);
        return 0;
    }
    if (!link)
        return item->item.kind == PEER_CLOSE ? 0 : say_closed(out, remote, item->connection, f);
    if (item->number <= link->received)
        return 0;
    if (item->number > link->received + 1)
        return keep_early(links, link, item, now, out, f);
    return take_bytes(links, link, item, now, out, f) || take_early(links, link, now, out, f) ? -1
                                                                                              : 0;
}

/* --- Timers --------------------------------------------------------------------------------- */

static int tick(struct peer_links *links, struct peer_link_state *link, int64_t now,
                struct engine_outputs *out, struct fault *f)
{
    struct fault why;
    if (link->early_count && now - link->gap_since > PEER_GAP_MAX) {
        fault_trouble(&why, "items were lost");
        return close_link(links, link, now, &why, out, f);
    }
    return session_tick(link->session, now, &why) ? close_link(links, link, now, &why, out, f) : 0;
}

/* A peer that has dialed us keeps its place without being dialed. */
static bool is_to_dial(const struct peer_links *links, const struct peer_link_state *link,
                       int64_t now)
{
    uint8_t account[ID_LEN];
    if (link->peer || !link->dialed || now < link->redial)
        return false;
    peer_account(link->remote, account);
    return !links->owner.connected || !links->owner.connected(links->owner.self, account);
}

int peer_links_tick(struct peer_links *links, int64_t now, struct engine_outputs *out,
                    struct fault *f)
{
    for (struct peer_link_state *link = links->list; link; link = link->next) {
        struct fault why;
        if (link->peer && tick(links, link, now, out, f))
            return -1;
        if (is_to_dial(links, link, now) &&
            !connect(links, link, (uint32_t)chance_next(&links->chance) | 1, now, &why))
            link->redial = now + PEER_REDIAL;
    }
    return 0;
}
