/* A DHT whose nodes come and go: for the files churn*.c only. */
#ifndef OVERLAY_CHURN_PARTS_H
#define OVERLAY_CHURN_PARTS_H

#include "overlay/churn.h"

#include "lookup/lookup.h"
#include "lookup/routing_table.h"
#include "virtual/draw.h"
#include "virtual/queue.h"

#define CHURN_NOBODY UINT32_MAX

/* A place in the network, which one node after the other has. A node's number is never used again;
 * its id and address follow from it. */
struct churn_node {
    uint32_t number;
    struct contact self;
    struct routing_table table;
    uint64_t items[CHURN_ITEMS_MAX / 64]; /* a bit each */
};

enum churn_purpose { CHURN_JOIN, CHURN_REFRESH, CHURN_PUT, CHURN_GET };

struct churn_search {
    struct lookup lookup;
    uint32_t serial; /* of its user; 0: it is free */
    uint32_t slot;   /* who looks */
    enum churn_purpose purpose;
    uint32_t item;
    int64_t since;
    uint32_t next_free;
};

struct churn {
    struct churn_setup setup;
    struct sim_queue queue;
    struct churn_node *nodes; /* setup.nodes; and at the end the one that stays */
    uint32_t *slots;          /* by number: where the node is, or CHURN_NOBODY if it has left */
    size_t slots_count, slots_cap;
    struct churn_search *searches;
    size_t searches_count, searches_cap;
    uint32_t free_search, serial;
    uint64_t delays, chance, sessions; /* streams */
    struct node_id keys[CHURN_ITEMS_MAX];
    struct churn_hour hour;
};

/* Messages and times, as kinds of struct sim_event. */
enum churn_kind {
    CHURN_QUERY,   /* node: to whom; from: from whom; number: the search, or CHURN_PING */
    CHURN_ANSWER,  /* the same; data: struct churn_answer */
    CHURN_STORE,   /* node: to whom; number: the item */
    CHURN_TICK,    /* number: the search has something to give up */
    CHURN_SILENCE, /* node: who pinged; from: who did not answer */
    CHURN_TIMER,   /* node: its refresh is due */
    CHURN_LEAVE,   /* node */
    CHURN_START,   /* number: the slot; its first node joins */
    CHURN_PUBLISH, /* number: the item */
    CHURN_LOOK,    /* number: the item */
};

#define CHURN_PING UINT64_MAX

struct churn_answer {
    size_t count;
    bool found; /* the item that the search is for */
    struct contact nodes[];
};

static inline uint32_t churn_client(const struct churn *c)
{
    return c->setup.nodes;
}

/* The node with this number, or NULL: it has left. */
struct churn_node *churn_node_of(const struct churn *c, uint32_t number);

/* The contact of a number, and the number of a contact. */
struct contact churn_contact(const struct churn *c, uint32_t number);
uint32_t churn_number(const struct contact *contact);

/* Adds an event after so many milliseconds. 0, or -1 and trouble, as all below. */
int churn_after(struct churn *c, int64_t ms, const struct sim_event *e, struct fault *f);

/* --- Messages: churn_messages.c --- */

int churn_ask(struct churn *c, uint32_t from, const struct contact *to, uint64_t search,
              struct fault *f);
/* Pings this contact, if it is one. */
int churn_ping(struct churn *c, uint32_t from, const struct contact *to, struct fault *f);
int churn_store(struct churn *c, const struct contact *to, uint32_t item, struct fault *f);

/* An event of one of the first five kinds. */
int churn_message(struct churn *c, const struct sim_event *e, struct fault *f);

/* --- Searches: churn_search.c --- */

int churn_search_start(struct churn *c, uint32_t slot, enum churn_purpose purpose,
                       const struct node_id *target, uint32_t item, struct fault *f);

/* The search of this number, or NULL: it has ended. */
struct churn_search *churn_search_of(const struct churn *c, uint64_t search);

/* Something has come of a search: asks whom it asks next, and ends it if it is done. */
int churn_search_step(struct churn *c, struct churn_search *s, struct fault *f);
int churn_search_found(struct churn *c, struct churn_search *s, struct fault *f);

/* The searches of a node that leaves. */
void churn_search_drop(struct churn *c, uint32_t slot);

#endif
