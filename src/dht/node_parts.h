/* What the files of a node share. */
#ifndef DHT_NODE_PARTS_H
#define DHT_NODE_PARTS_H

#include "base/timers.h"
#include "dht/node.h"
#include "dht/source.h"
#include "dht/token.h"
#include "dht/votes.h"
#include "lookup/bound_id.h"
#include "lookup/lookup.h"

enum {
    DHT_QUERIES_MAX = 512, /* in flight */
    DHT_QUERY_LIFE = 5000, /* ms after which no answer is awaited */
    DHT_TRANSACTION = 6,   /* bytes: its index, and 4 that nobody can guess */
    DHT_TOKEN_MAX = 128,   /* bytes of others' tokens */
    DHT_BOOT_TRIES = 3,    /* until a search without contacts ends */
    DHT_REFRESHES_MAX = 3, /* searches that refresh buckets, at a time */
};

enum dht_purpose { DHT_FOR_TABLE, DHT_FOR_BOOT, DHT_FOR_SEARCH, DHT_FOR_STORE };

/* A query in flight. */
struct dht_query {
    bool used;
    enum dht_purpose purpose;
    struct contact to;
    bool id_known;
    uint8_t nonce[4];
    int64_t due;
    struct dht_search *search; /* NULL: none, or it has ended */
};

/* Who answered a search, with what a store needs. */
struct dht_responder {
    struct contact contact;
    uint8_t token[DHT_TOKEN_MAX];
    size_t token_len;
};

struct dht_search {
    struct dht_search *next;
    struct dht_goal goal;
    struct dht_item *item; /* to put; ours */
    struct lookup lookup;
    struct dht_responder *responders;
    size_t responder_count, responder_cap;
    int64_t begun; /* until it asks for the first time; then INT64_MAX */
    bool storing, refreshes, own, over;
    unsigned awaited; /* answers to stores */
    struct dht_outcome outcome;
};

struct dht_node {
    struct dht_config config;
    struct dht_host host;
    struct routing_table tables[2]; /* IPv4, IPv6 */
    struct dht_votes votes[2];
    struct dht_peers peers;
    struct dht_items items;
    struct dht_sources sources;
    struct bucket proofs, values; /* pings for a proof; items to who has given none */
    uint8_t secret[32];           /* of tokens */
    struct dht_query queries[DHT_QUERIES_MAX];
    unsigned in_flight, next_query, pinging; /* pinging: those for the table */
    struct dht_search *searches;
    unsigned search_count;
    struct contact boots[DHT_BOOTS_MAX];
    size_t boot_count;
    unsigned boot_tries, booting; /* booting: queries in flight */
    int64_t boot_due, sweep_due;
    bool was_ready;
    uint64_t version;
    struct buf out;
};

static inline struct routing_table *dht_table(struct dht_node *n, uint8_t host_len)
{
    return &n->tables[host_len == 16];
}

/* Our id in the network of this family. */
static inline struct node_id *dht_own_id(struct dht_node *n, uint8_t host_len)
{
    return &n->config.ids[host_len == 16];
}

/* Whether there is a contact that has answered. */
bool dht_knows_somebody(const struct dht_node *n);

/* --- node_ask.c: queries of ours -------------------------------------------------------------- */

/* Sends a query, whose id, transaction and version are set here. False: too many are in flight. */
bool dht_ask(struct dht_node *n, const struct contact *to, bool id_known, struct krpc *m,
             enum dht_purpose purpose, struct dht_search *search, int64_t now);
/* If it cannot be sent, the table may ask for it again. */
void dht_ask_ping(struct dht_node *n, const struct contact *to, int64_t now);
/* find_node for our own id, as the first question to somebody. */
void dht_ask_boot(struct dht_node *n, const struct contact *to, bool id_known, int64_t now);

/* Takes an answer or an error. */
void dht_take_answer(struct dht_node *n, const struct contact *from, const struct krpc *m,
                     int64_t now);

/* Gives up what is due; and when something is. */
void dht_ask_tick(struct dht_node *n, int64_t now);
int64_t dht_ask_due(const struct dht_node *n);

/* Appends the message, to an address of this family, to n->out, which is emptied before. 0, or -1:
 * no memory. */
int dht_compose(struct dht_node *n, const struct krpc *m, uint8_t host_len);

/* --- node_serve.c: queries of others ---------------------------------------------------------- */

void dht_serve(struct dht_node *n, const struct contact *from, const struct krpc *query, size_t len,
               int64_t now);

/* --- node_search.c ---------------------------------------------------------------------------- */

int dht_search_begin(struct dht_node *n, const struct dht_goal *goal, bool refreshes, bool own,
                     int64_t now);
/* Somebody whom it asked has answered, or will not. m NULL: no usable answer. */
void dht_search_answered(struct dht_search *s, const struct contact *from, const struct krpc *m);
/* The same for a store. code 0: it was accepted; -1: no answer; else an error's. */
void dht_search_stored(struct dht_search *s, int64_t code);
/* Leaves in the list only those that this teller is believed, and gives their number. */
size_t dht_believed(const struct contact *teller, struct contact *list, size_t count);
/* Contacts that a first answer had. */
void dht_search_fed(struct dht_node *n, const struct contact *list, size_t count, int64_t now);
void dht_search_tick(struct dht_node *n, int64_t now);
int64_t dht_search_due(const struct dht_node *n);
void dht_search_free_all(struct dht_node *n);

#endif
