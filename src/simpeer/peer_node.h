/* What a node of the engine `peer` is made of. Shared by peer_*.c only. */
#ifndef SIMPEER_PEER_NODE_H
#define SIMPEER_PEER_NODE_H

#include "gossip/duplex.h"
#include "simpeer/peer_links.h"
#include "simpeer/peer_pull.h"

struct peer_settings {
    int64_t fanout, bytes, blocks;
    bool stems;
};

struct peer_node {
    const struct engine_setup *setup;
    struct peer_settings settings;
    uint8_t account[ID_LEN];
    struct listener_config listening;
    struct sender_config sending;
    struct duplex_config connecting;
    struct listener *listener;
    struct sender *sender;
    struct duplex *duplex;
    struct peer_links links;
    struct peer_chain chain;
    struct view view; /* of that */
    struct peer_pull pull;
    uint64_t chance;
    int64_t now;
    struct engine_outputs *out; /* of the current step */
    bool no_memory;             /* for a note */
};

/* Fills in *s from the words. 0, or -1 and FAULT_RULE. */
int peer_settings_take(struct peer_settings *s, const struct engine_setup *setup, struct fault *f);

/* Makes the parts of a node whose setup and settings are set, and all else zero. Afterwards it must
 * not be moved. 0, or -1: no memory; free it in any case. */
int peer_node_make(struct peer_node *n);
void peer_node_free(struct peer_node *n);

/* Puts out a note of this word and record. */
void peer_node_note(struct peer_node *n, const char *word, const uint8_t id[ID_LEN]);

#endif
