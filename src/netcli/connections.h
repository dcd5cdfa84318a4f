/* What programs that exchange records with peers have in common: the key, the allow-list, the
 * connections that they dial and those that they accept. Only programs use this: it exits. */
#ifndef NETCLI_CONNECTIONS_H
#define NETCLI_CONNECTIONS_H

#include "gossip/duplex.h"
#include "net/client.h"
#include "net/server.h"
#include "netcli/allow.h"

struct connections {
    /* Arguments of options: set these first. */
    const char *key, *keys; /* NULL: a fresh key; all peers are allowed */
    const char *listen;     /* NULL: no connections are accepted */
    const char *where;      /* a file for the address at which we listen, or NULL */
    size_t accepted;        /* connections at most */
    bool plain, verbose;
    int passphrase_fd;            /* -1: none */
    struct client_config dialing; /* fanout, names, ourselves; the rest is filled in */

    struct loop *loop;
    struct tls *tls; /* NULL: connections are plain */
    struct allow *allow;
    struct duplex_config connecting;
    struct duplex *duplex;
    struct peer_owner owner;
    struct client *client; /* NULL: there is nobody to dial */
    struct server_config serving;
    struct server *server; /* NULL: no connections are accepted */
    char unreached[640];   /* the peer that was not reached last, and why */
};

/* Reads the key and the allow-list. */
void connections_secure(struct connections *c);

/* Makes the loop, which from now on catches signals. */
void connections_begin(struct connections *c);

/* Connects the listener and the sender (either may be NULL) with peers, in these roles of ours
 * (enum wire_role): dials the operands, if there are any, and accepts connections, if `listen` is
 * set. */
void connections_start(struct connections *c, struct listener *listener, struct sender *sender,
                       unsigned roles, const uint8_t chain[ID_LEN], char **operands, size_t count);

/* Closes all connections, after which the listener and the sender may be freed. */
void connections_close(struct connections *c);

void connections_free(struct connections *c);

#endif
