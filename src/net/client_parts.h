/* Shared by client*.c only. */
#ifndef NET_CLIENT_PARTS_H
#define NET_CLIENT_PARTS_H

#include "net/candidates.h"
#include "net/client.h"
#include "net/resolve.h"

#define CALLS_MAX 64
#define STAGGER 250     /* ms between attempts at a name's addresses (RFC 8305, section 5) */
#define LOOK_EVERY 1000 /* ms between looks at files */

/* One of a target's addresses. */
struct attempt {
    struct call *call;
    struct socket_address to;
    struct link *link; /* while it is under way */
    bool tried, ours;  /* ours: we answered there ourselves */
};

/* A target that is being dialed, or is connected. */
struct call {
    struct client *client;
    const struct target *target;
    struct resolve *resolve; /* while its name is being resolved */
    struct attempt attempts[RESOLVED_MAX];
    size_t count;          /* of attempts */
    int64_t since, opened; /* when the last attempt began; when the channel was open */
    int version;           /* to begin with, if the connection is plain */
    bool elsewhere;        /* the peer has dialed us instead */
    struct attempt *won;   /* whose channel is open: all is its from then on */
    void *peer;            /* the owner's */
    bool has_account;
    uint8_t account[ID_LEN]; /* the key that answered last, unless it is plain */
    bool greeted, heard;     /* the peer has said hello; and something else */
    int64_t greeted_at;
    bool feeler;      /* dialed for its hello alone */
    bool ending;      /* no more addresses are tried */
    struct fault why; /* why the attempts so far failed */
};

struct client {
    const struct client_config *config;
    struct candidates *candidates;
    struct dialer *dialer;
    struct call *calls[CALLS_MAX];
    struct link_owner link_owner;
    struct buf banned; /* keys */
    int64_t looked;    /* when files were last checked */
    int64_t noted;     /* when connected peers were last noted as answering */
    int64_t feeler_due;
    uint64_t dice;
    size_t done; /* peers that have delivered everything */
    bool online; /* somebody has answered in this run */
    bool started;
};

/* Our own account; NULL: connections are plain. */
const uint8_t *client_account(const struct client *c);

/* --- client_dial.c: names and addresses --- */

/* Dials a target, or rests while its peer has dialed us. Out of memory, the target pauses. */
void call_start(struct client *c, const struct target *t, bool feeler, int64_t now);

/* Goes on if its name has been resolved. */
void call_go_on_resolving(struct call *call, int64_t now);

/* Dials the next address if the last one has failed, or takes long. */
void call_dial_on(struct call *call, int64_t now);

/* --- client_call.c --- */

/* How many of its addresses are being dialed, or are connected. */
size_t call_under_way(const struct call *call);

/* The next address to try; NULL: none. */
struct attempt *call_untried(struct call *call);

/* If the peer has dialed us, the call keeps its place as long as that connection lasts. Whether it
 * does. */
bool call_rest_elsewhere(struct call *call);

/* Adds to the reasons why nobody was reached; each of several addresses has one. */
void call_note_failure(struct call *call, const struct attempt *a, const struct fault *why);

/* Ends a call that has no link. */
void call_fail(struct call *call);

/* Serves the call in this place; each step may end it. */
void call_turn(struct client *c, size_t i, int64_t now);

/* How long until the call has something to do that no event announces. */
int64_t call_wait(struct call *call, int64_t now);

/* Whether its peer is gone, and the owner has not said what becomes of the target. */
bool call_has_left(const struct call *call);

/* The peer, if it had joined, has finally left. Another address is tried when it is the call's
 * turn. */
void call_part(struct call *call, enum peer_next next);

/* Closes its connections; the call may end with the last. */
void call_hang_up(struct call *call, const char *word, const struct fault *why);

/* Ends a call: its target pauses for a while, or is never dialed again. */
void call_end(struct call *call, enum peer_next next);

/* The callbacks of all connections. */
struct link_owner call_link_owner(struct client *c);

#endif
