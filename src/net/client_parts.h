/* Shared by client*.c only. */
#ifndef NET_CLIENT_PARTS_H
#define NET_CLIENT_PARTS_H

#include "net/candidates.h"
#include "net/client.h"
#include "net/resolve.h"

#define DIALS_MAX 64
#define STAGGER 250     /* ms between attempts at a name's addresses (RFC 8305, section 5) */
#define LOOK_EVERY 1000 /* ms between checks of the files */

/* One of a target's addresses. */
struct attempt {
    struct dial *dial;
    struct socket_address to;
    struct link *link; /* while it is being dialed or connected */
    bool tried, ours;  /* ours: this node itself answered there */
};

/* An outbound peer: a target that is being dialed, or is connected. */
struct dial {
    struct client *client;
    const struct target *target;
    struct resolve *resolve; /* while its name is being resolved */
    struct attempt attempts[RESOLVED_MAX];
    size_t count;          /* of attempts */
    int64_t since, opened; /* when the last attempt began; when the channel was open */
    int version;           /* of the hello to send, if the connection is plain */
    bool inbound;          /* the peer is connected by a connection that it dialed itself */
    struct attempt *won;   /* whose channel is open; the others are closed then */
    void *peer;            /* the owner's */
    bool has_account;
    uint8_t account[ID_LEN]; /* the key that answered last, unless it is plain */
    bool greeted, heard;     /* the peer has said hello; and then something else */
    int64_t greeted_at;
    bool feeler;      /* dialed only to see whether it says hello */
    bool ending;      /* no more addresses are tried */
    struct fault why; /* why the attempts so far failed */
};

struct client {
    const struct client_config *config;
    struct candidates *candidates;
    struct dialer *dialer;
    struct dial *dials[DIALS_MAX];
    struct link_owner link_owner;
    struct buf banned; /* keys of ID_LEN bytes */
    int64_t looked;    /* when files were last checked */
    int64_t noted;     /* when connected peers were last noted as answering */
    int64_t feeler_due;
    uint64_t chance;
    size_t done; /* peers that have delivered everything */
    bool online; /* a peer has answered in this run */
    bool started;
};

/* Our own account; NULL: connections are plain. */
const uint8_t *client_account(const struct client *c);

/* --- client_addresses.c: names and addresses --- */

/* Dials a target, unless its peer has dialed us (dial_yield_to_inbound). Without memory, the target
 * is dialed again after a pause. */
void dial_start(struct client *c, const struct target *t, bool feeler, int64_t now);

/* Dials the first address if the name has been resolved. May end the dial. */
void dial_poll_name(struct dial *dial, int64_t now);

/* Dials the next address if the last one has failed, or has not answered for STAGGER. May end the
 * dial. */
void dial_next_address(struct dial *dial, int64_t now);

/* --- client_end.c --- */

/* Whether the owner has said that nobody with this key is to be dialed again. */
bool client_is_banned(const struct client *c, const uint8_t account[ID_LEN]);

/* Whether the peer with this key is connected by a connection that it dialed. */
bool client_is_inbound(const struct client *c, const uint8_t account[ID_LEN]);

/* How many of its addresses are being dialed or connected. */
size_t dial_links(const struct dial *dial);

/* The next address to try; NULL: none. */
struct attempt *dial_untried(struct dial *dial);

/* If the peer has dialed us, the dial only keeps its slot for as long as that connection lasts.
 * Whether it does. */
bool dial_yield_to_inbound(struct dial *dial);

/* Adds a reason why the target was not reached. a: the address that it is about; NULL: all. */
void dial_note_failure(struct dial *dial, const struct attempt *a, const struct fault *why);

/* Ends a dial that reached nobody, and tells the owner. It must have no links. */
void dial_fail(struct dial *dial);

/* Carries out what the owner has decided about a peer that is gone. If the peer never said hello
 * and another address is untried, dial_turn tries that one. */
void dial_part(struct dial *dial, enum peer_next next);

/* Frees a dial. Its target is dialed again after a pause or, as `next` says, never. */
void dial_end(struct dial *dial, enum peer_next next);

/* The callback for a link that has closed; self is not used. */
void dial_link_closed(void *self, struct link *l, const struct fault *why);

/* --- client_dial.c --- */

/* Does what is due for dial i. May end it. */
void dial_turn(struct client *c, size_t i, int64_t now);

/* How long until dial_turn has something to do that no event of the loop announces, in ms. */
int64_t dial_wait(struct dial *dial, int64_t now);

/* Whether its peer is gone, and the owner has not yet decided what becomes of the target
 * (PEER_LATER). */
bool dial_has_left(const struct dial *dial);

/* Closes its links with this word of bye (NULL: none). May end the dial. */
void dial_close(struct dial *dial, const char *word, const struct fault *why);

/* The callbacks for all links of the client. */
struct link_owner dial_link_owner(struct client *c);

#endif
