/* Runs a session over a channel in the poll loop: moves the bytes, runs the timers, and reports the
 * end. */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "net/loop.h"
#include "net/tls.h"
#include "wire/session.h"

struct link;

/* Callbacks to the owner of links. */
struct link_owner {
    /* The handshake of the channel is complete: the peer's key is known, no line has been sent. The
     * owner attaches a session (link_attach). 0, or -1 and a fault: the link is then closed. */
    int (*opened)(void *self, struct link *l, struct fault *f);
    /* The link has ended for this reason; it is freed when this returns. The owner frees the
     * session. */
    void (*closed)(void *self, struct link *l, const struct fault *why);
    struct session_role role; /* link_attach replaces its self */
    void *self;
};

/* Adds a link to the loop; it takes over the channel, *owner stays the caller's. tag is for the
 * caller. NULL: no memory, the channel is closed. */
struct link *link_new(struct loop *loop, struct channel *channel, const struct link_owner *owner,
                      void *tag);

/* Sets the session of an open channel, and the self for its role; both stay the caller's. */
void link_attach(struct link *l, struct session *session, void *peer);

/* Sends what its session has queued. Call for every link after each turn in which anything
 * may have been queued. */
void link_push(struct link *l, int64_t now);

/* Stops or resumes reading. */
void link_pause(struct link *l, bool paused);

/* Closes the link: sends bye with this word (NULL: no bye) and tells the owner. */
void link_close(struct link *l, const char *word, const struct fault *why);

/* Called by an owner's `opened` before it gives -1: the peer is sent a bye with this word. */
void link_refuse(struct link *l, const char *word);

/* Whether the peer has sent anything yet, even if only a part of the handshake. */
bool link_heard(const struct link *l);

struct session *link_session(struct link *l); /* NULL: none attached yet */
void *link_tag(struct link *l);

/* The version of the protocol that TLS agreed on; 0 if the channel is plain. */
int link_version(const struct link *l);

/* The peer's account, or NULL if the channel is plain or not open yet. */
const uint8_t *link_account(const struct link *l);

#endif
