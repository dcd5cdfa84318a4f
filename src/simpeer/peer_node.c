#include "simpeer/peer_node.h"

#include "base/chance.h"
#include "base/hex.h"
#include "base/num.h"
#include "simpeer/peer_tx.h"

#include <string.h>

enum { FANOUT = 8, BYTES = 1 << 20, DIGITS = 16 };
enum { HOLD = 30000 };       /* ms, as gossip(1) */
enum { EPOCH = 1700000000 }; /* the Unix time at which the simulation begins */

static bool take_number(const char *word, const char *name, int64_t most, int64_t *value)
{
    size_t n = strlen(name);
    int64_t number;
    if (strncmp(word, name, n) || number_parse(word + n, strlen(word + n), &number) || number < 1 ||
        number > most)
        return false;
    *value = number;
    return true;
}

int peer_settings_take(struct peer_settings *s, const struct engine_setup *setup, struct fault *f)
{
    *s = (struct peer_settings){.fanout = FANOUT, .bytes = BYTES};
    for (size_t i = 0; i < setup->setting_count; i++) {
        const char *word = setup->settings[i];
        if (take_number(word, "fanout=", SENDER_PEERS_MAX, &s->fanout) ||
            take_number(word, "bytes=", INT64_C(1) << 32, &s->bytes) ||
            take_number(word, "blocks=", PEER_BLOCKS_MAX, &s->blocks))
            continue;
        if (strcmp(word, "stems=yes") && strcmp(word, "stems=no"))
            return fault_rule(f,
                              "%.60s: a peer has fanout=1..%d, bytes=COUNT, blocks=1..%d and "
                              "stems=yes|no",
                              word, SENDER_PEERS_MAX, PEER_BLOCKS_MAX);
        s->stems = strcmp(word, "stems=yes") == 0;
    }
    return 0;
}

void peer_node_note(struct peer_node *n, const char *word, const uint8_t id[ID_LEN])
{
    struct fault f;
    if (n->out && engine_note(n->out, &f, "%s %.*s", word, DIGITS, hex32(id).text))
        n->no_memory = true;
}

/* --- Callbacks ------------------------------------------------------------------------------ */

static int64_t unix_time(void *self)
{
    const struct peer_node *n = self;
    return EPOCH + n->now / 1000;
}

static void arrived(void *self, const uint8_t id[ID_LEN])
{
    struct peer_node *n = self;
    listener_know(n->listener, id);
}

/* Never: it is given records alone. */
static void refuse(void *self, uint64_t line, const char *why)
{
    (void)self, (void)line, (void)why;
}

static void late(void *self, const uint8_t id[ID_LEN])
{
    peer_node_note(self, "late", id);
}

static void log_sender(void *self, const char *who, const char *event, const uint8_t *id,
                       const char *words)
{
    (void)who;
    if (id && words && strcmp(event, "offer") == 0 && strcmp(words, "stem") == 0)
        peer_node_note(self, "stem", id);
}

/* -------------------------------------------------------------------------------------------- */

static void configure(struct peer_node *n)
{
    n->listening = (struct listener_config){
        .stems = n->settings.stems,
        .announced = duplex_announced,
        .seed = chance_next(&n->chance),
        .clock = unix_time,
        .self = n,
    };
    n->sending = (struct sender_config){
        .bytes = (size_t)n->settings.bytes,
        .need = 1,
        .hold = HOLD,
        .stems = n->settings.stems,
        .origins = true,
        .seed = chance_next(&n->chance),
        .arrived = arrived,
        .refuse = refuse,
        .late = late,
        .log = log_sender,
        .self = n,
    };
    n->view = peer_chain_view(&n->chain);
    if (n->settings.blocks)
        n->listening.view = &n->view;
    memset(n->listening.chain, PEER_CHAIN_BYTE, ID_LEN);
    memset(n->sending.chain, PEER_CHAIN_BYTE, ID_LEN);
    n->connecting = (struct duplex_config){
        .roles = WIRE_SENDS | WIRE_LISTENS | (n->settings.blocks ? WIRE_BLOCKS : 0U),
        .dialed = (size_t)n->settings.fanout,
        .account = n->account,
        .seed = n->setup->seed,
        .self = n,
    };
}

/* The first of the members has all blocks, and the others none. */
static int make_chain(struct peer_node *n)
{
    const struct engine_setup *s = n->setup;
    peer_pull_init(&n->pull, s, &n->chain, (size_t)n->settings.blocks, chance_next(&n->chance));
    if (s->member_count && s->members[0] == s->self)
        while (n->chain.height < (size_t)n->settings.blocks)
            if (peer_chain_grow(&n->chain))
                return -1;
    return 0;
}

int peer_node_make(struct peer_node *n)
{
    n->chance = n->setup->seed;
    peer_account(n->setup->self, n->account);
    configure(n);
    n->connecting.listener = n->listener = listener_new(&n->listening);
    n->connecting.sender = n->sender = sender_new(&n->sending);
    n->duplex = duplex_new(&n->connecting);
    if (!n->listener || !n->sender || !n->duplex)
        return -1;
    n->links = (struct peer_links){.names = n->setup->names,
                                   .owner = duplex_owner(n->duplex),
                                   .version = WIRE_VERSION,
                                   .chance = chance_next(&n->chance)};
    return make_chain(n);
}

void peer_node_free(struct peer_node *n)
{
    n->out = NULL;
    if (n->pull.chain)
        peer_pull_free(&n->pull, n->now);
    peer_chain_free(&n->chain);
    if (n->duplex)
        peer_links_free(&n->links, n->now);
    if (n->duplex)
        duplex_free(n->duplex);
    if (n->sender)
        sender_free(n->sender);
    if (n->listener)
        listener_free(n->listener);
}
