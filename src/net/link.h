/* A session over a channel in the poll loop: moves the bytes, keeps the time, and says when it is
 * over. */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "net/loop.h"
#include "net/session.h"
#include "net/tls.h"

struct link;

/* What the owner of links is told. */
struct link_owner {
    /* The channel is open: its key is known, nothing has been said yet. The owner attaches a
     * session (link_attach). 0, or -1 and a fault: the link is then closed. */
    int (*opened)(void *self, struct link *l, struct fault *f);
    /* The link is over, and why; it is freed when this returns. The session is the owner's to free.
     */
    void (*closed)(void *self, struct link *l, const struct fault *why);
    struct session_role role; /* its self is replaced by the link's peer */
    void *self;
};

/* A link in the loop, which owns the channel; *owner stays the caller's. tag is the caller's own.
 * NULL: no memory, the channel is closed. */
struct link *link_new(struct loop *loop, struct channel *channel, const struct link_owner *owner,
                      void *tag);

/* The session that an open channel carries, and what its role is handed as self; both stay the
 * caller's. */
void link_attach(struct link *l, struct session *session, void *peer);

/* Sends what waits. To be called for every link after each turn in which anything was put into its
 * session. */
void link_push(struct link *l, int64_t now);

/* Stops or goes on reading. */
void link_pause(struct link *l, bool paused);

/* To be called about once a second: 0, or -1: the link is gone. */
int link_tick(struct link *l, int64_t now);

/* Closes it: says bye with this word (NULL: without), tells the owner. */
void link_close(struct link *l, const char *word, const struct fault *why);

/* For an owner's `opened`, before it gives -1: the link is told so by a bye with this word. */
void link_refuse(struct link *l, const char *word);

struct session *link_session(struct link *l); /* NULL: none is attached yet */
void *link_peer(struct link *l);
void *link_tag(struct link *l);

/* The peer's account, or NULL: plain, or not open yet. */
const uint8_t *link_account(const struct link *l);

#endif
